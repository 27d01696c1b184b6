"""Stripe Checkout: golden vector, signatures with two live secrets, and whole stories over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import stripe

from parason.checkout.models import Order
from parason.contracts.models import Contract
from parason.journeys import buy
from parason.journeys import payments as journey
from parason.journeys.payments import BUYING
from parason.kernel.clock import now
from parason.kernel.money import Money
from parason.payments import operations
from parason.payments.errors import GatewayUnavailable
from parason.payments.gateways.interface import Forged, Status
from parason.payments.gateways.stripe.adapter import Config, Stripe
from parason.payments.models import Attempt, Notification
from parason.website.views.payments import gateway_urls
from tests.factories import make_user
from tests.payments.purchases import SUM, books_balance, fresh, make_order, refunds
from tests.payments.stripe_stand_in import OLD_SECRET, SECRET, StandIn, event, running, signed

pytestmark = pytest.mark.django_db(transaction=True)
ADAPTER = Stripe(Config("sk_test_x", (SECRET, OLD_SECRET)))


def test_the_golden_vector() -> None:
    header = "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"
    assert stripe.WebhookSignature.verify_header('{"id":"evt_1"}', header, "whsec_test", None)


def test_two_secrets_are_good_and_others_are_not() -> None:
    raw = event("checkout.session.completed", {})
    for secret in (SECRET, OLD_SECRET):
        ADAPTER.authenticate(raw, {"stripe-signature": signed(raw, secret)})
    bad = [
        "", "x", "t=1", signed(raw, "whsec_other"), signed(raw + b" "), signed(raw, at=time.time() - 301),
    ]  # fmt: skip
    for header in bad:
        with pytest.raises(Forged):
            ADAPTER.authenticate(raw, {"stripe-signature": header})
    with pytest.raises(Forged):
        ADAPTER.authenticate(b"\xff", {"stripe-signature": signed(raw)})


@pytest.mark.parametrize(
    ("status", "payment_status", "expected"),
    [
        ("open", "unpaid", [Status.OPEN]),
        ("complete", "paid", [Status.SUCCEEDED, Status.SUCCEEDED]),
        ("complete", "unpaid", [Status.PENDING]),
        ("expired", "unpaid", [Status.EXPIRED]),
    ],
)
def test_a_session_is_paid_only_when_both_words_say_so(
    status: str, payment_status: str, expected: list[Status]
) -> None:
    body = {
        "id": "cs", "status": status, "payment_status": payment_status, "payment_intent": "pi",
        "amount_total": 1, "currency": "eur",
    }  # fmt: skip
    found = ADAPTER.parse_webhook(event("checkout.session.completed", body))
    assert [one.status for one in found] == expected
    assert {one.currency for one in found} == {"EUR"}


@pytest.fixture
def stand_in(settings: Any, live_server: Any) -> Iterator[StandIn]:
    settings.PARASON_BASE_URL = live_server.url
    with running() as found:
        settings.PARASON_STRIPE = {
            "secret_key": "sk_test_x", "webhook_secrets": [SECRET, OLD_SECRET], "shop_id": "main",
            "api_url": found.url,
        }  # fmt: skip
        yield found


@pytest.fixture
def order(stand_in: StandIn) -> Order:
    return make_order(make_user("abroad@example.com"))


def start(order: Order) -> Attempt:
    return operations.start(
        order=order, gateway_code="stripe", customer={"email": "a@example.com"}, language="de",
        urls=gateway_urls(), at=now(),
    )  # fmt: skip


def tell(portal: Any, raw: bytes, secret: str = SECRET) -> httpx.Response:
    """Send a notification, and judge what it left."""
    answer = httpx.post(
        f"{portal.url}/hooks/stripe/main", content=raw, headers={"stripe-signature": signed(raw, secret)}
    )
    for one in Notification.objects.filter(processed_at=None):
        journey.judge_notification(notification_id=one.pk, at=now())
    return answer


def test_a_payment_is_told_and_paid_once(order: Order, stand_in: StandIn, live_server: Any) -> None:
    attempt = start(order)
    assert attempt.redirect_url.startswith(stand_in.url)
    assert start(order).pk == attempt.pk
    session = stand_in.pay(attempt.external_id)
    for _ in range(3):
        assert tell(live_server, event("checkout.session.completed", session)).status_code == 200
    assert fresh(attempt).status == "PAID"
    assert books_balance() == {"premiums": -SUM, "gateway": SUM}
    assert Contract.objects.get().status == "PAID"


def test_a_lost_notification_is_made_up_by_asking(order: Order, stand_in: StandIn) -> None:
    attempt = start(order)
    stand_in.pay(attempt.external_id)
    journey.sweep(at=now() + timedelta(seconds=31))
    assert fresh(attempt).status == "PAID"


def test_an_answer_that_was_lost_is_asked_for_with_the_same_key(order: Order, stand_in: StandIn) -> None:
    stand_in.broken = ["after"]
    with pytest.raises(GatewayUnavailable):
        start(order)
    attempt = start(order)
    assert Attempt.objects.count() == len(stand_in.sessions) == 1
    assert attempt.external_id in stand_in.sessions


def test_a_cart_that_changes_closes_the_session(order: Order, stand_in: StandIn) -> None:
    attempt = start(order)
    operations.cancel(order=order, at=now())
    assert stand_in.sessions[attempt.external_id]["status"] == "expired"
    assert fresh(attempt).status == "CANCELLED"


def paid(order: Order, stand_in: StandIn) -> Attempt:
    attempt = start(order)
    stand_in.pay(attempt.external_id)
    journey.ask_attempt(attempt=attempt, at=now())
    return fresh(attempt)


def test_a_refund_goes_back_once_though_its_answer_is_lost(order: Order, stand_in: StandIn) -> None:
    attempt = paid(order, stand_in)
    refund = operations.request_refund(
        payment=attempt.payment, amount=Money(SUM, "BYN"), reason="r", by=None, at=now()
    )
    stand_in.broken = ["after"]
    assert journey.send_refund(refund_id=refund.pk, at=now()) == "unknown"
    journey.sweep(at=now() + timedelta(minutes=2))
    assert [one.status for one in refunds(attempt)] == ["SUCCEEDED"]
    assert len(stand_in.refunds) == 1
    assert books_balance() == {}


def test_a_refund_made_at_stripe_and_a_dispute_appear_by_themselves(
    order: Order, stand_in: StandIn, live_server: Any
) -> None:
    attempt = paid(order, stand_in)
    uid = stand_in.sessions[attempt.external_id]["payment_intent"]
    _, made = stand_in.refund({"payment_intent": uid, "amount": "1000"})
    tell(live_server, event("refund.created", made), OLD_SECRET)
    assert fresh(attempt).payment.status == "PARTLY_REFUNDED"
    dispute = {"id": "dp_1", "payment_intent": uid, "amount": SUM - 1000, "currency": "byn"}
    tell(live_server, event("charge.dispute.funds_withdrawn", dispute))
    assert fresh(attempt).status == "CHARGEBACK"


def test_the_report_finds_what_was_never_told(order: Order, stand_in: StandIn) -> None:
    attempt = start(order)
    stand_in.pay(attempt.external_id)
    run = operations.reconcile(
        gateway_code="stripe", since=now() - timedelta(days=1), until=now() + timedelta(days=1),
        consequences=BUYING, at=now(),
    )  # fmt: skip
    assert [one.outcome for one in run.differences.all()] == ["paid"]
    assert fresh(attempt).status == "PAID"


def test_late_money_for_what_was_given_up_goes_back(
    order: Order, stand_in: StandIn, live_server: Any
) -> None:
    attempt = start(order)
    session = stand_in.pay(attempt.external_id)
    operations.cancel(order=order, at=now())  # too late: it is paid
    buy.withdraw(contract=Contract.objects.get(), owner=order.owner, at=now())
    tell(live_server, event("checkout.session.completed", session))
    (refund,) = refunds(attempt)
    journey.send_refund(refund_id=refund.pk, at=now())
    assert fresh(attempt).status == "REFUNDED"
    assert books_balance() == {}

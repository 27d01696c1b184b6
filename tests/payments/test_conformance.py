"""What every gateway has to do: one suite for all adapters, each at what serves its protocol over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from parason.kernel.clock import now
from parason.payments.gateways.begateway import config
from parason.payments.gateways.begateway.adapter import BeGateway
from parason.payments.gateways.begateway.erip import BeGatewayErip
from parason.payments.gateways.interface import (
    Forged,
    Gateway,
    GatewayError,
    Kind,
    Observation,
    Opened,
    OpenRequest,
    Reference,
    RefundRequest,
    Status,
    Unreadable,
)
from parason.payments.gateways.registry import GATEWAYS
from parason.payments.gateways.stripe.adapter import Config as StripeConfig
from parason.payments.gateways.stripe.adapter import Stripe
from parason.payments.gateways.transfer.adapter import Config as TransferConfig
from parason.payments.gateways.transfer.adapter import Transfer
from parason.payments.models import new_ref
from tests.payments.conftest import configuration
from tests.payments.stripe_stand_in import SECRET, running
from tests.sandbox_bank.bank import SandboxBank

CALLED = ("begateway", "erip", "stripe")  # those that are called over HTTP
NOWHERE = "http://127.0.0.1:9"


@dataclass
class Stage:
    """An adapter, and a payer who pays what it opened."""

    adapter: Gateway
    pay: Callable[[Opened], object]
    lost: Gateway | None = None  # the same adapter where nobody listens

    def request(self, **changes: Any) -> OpenRequest:
        asked = OpenRequest(
            our_ref=new_ref(), number=7, amount_minor=4590, currency="BYN", description="Страхование №7 ✓",
            language="ar", return_url="https://portal.example/return",
            notification_url="https://portal.example/hook", expires_at=now() + timedelta(minutes=40),
            account_number="AB12CD34", customer={"email": "ana@example.test", "ip": "203.0.113.7"},
        )  # fmt: skip
        return replace(asked, **changes)

    def open(self, **changes: Any) -> tuple[OpenRequest, Opened]:
        request = self.request(**changes)
        opened = self.adapter.open(request)
        assert isinstance(opened, Opened), opened
        return request, opened

    def paid(self) -> tuple[OpenRequest, Observation]:
        """A payment that succeeded, as the gateway tells it by its page."""
        request, opened = self.open()
        self.pay(opened)
        told = self.adapter.query(Reference(our_ref=request.our_ref, external_id=opened.external_id))
        (one,) = [seen for seen in told if (seen.kind, seen.status) == (Kind.PAYMENT, Status.SUCCEEDED)]
        return request, one


@pytest.fixture
def stage(request: pytest.FixtureRequest, bank_process: SandboxBank) -> Iterator[Stage]:
    code: str = request.param
    if code == "transfer":
        yield Stage(Transfer(TransferConfig("BY13NBRB3600900000002Z00AB00", "I", "B")), lambda opened: None)
        return
    if code == "stripe":
        with running() as stand_in:
            made = [
                Stripe(StripeConfig("sk_test_x", (SECRET,), api_url=url)) for url in (stand_in.url, NOWHERE)
            ]
            yield Stage(made[0], lambda opened: stand_in.pay(opened.external_id), made[1])
        return
    bank_process.reset()
    bank_process.refresh_shops()
    bank_process.switch(erip_refund_rules=False)
    given = configuration(bank_process)
    build = BeGatewayErip if code == "erip" else BeGateway
    adapter, lost = (
        build(
            config.read(given | dict.fromkeys(("checkout_url", "gateway_url", "api_url", "report_url"), url))
        )
        for url in (bank_process.url, NOWHERE)
    )
    pay: dict[str, Callable[[Opened], object]] = {
        "begateway": lambda opened: bank_process.pay(opened.external_id),
        "erip": lambda opened: bank_process.pay_bill(str(opened.instructions["account_number"])),
    }
    yield Stage(adapter, pay[code], lost)


def every(*codes: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("stage", codes or tuple(GATEWAYS), indirect=True)


@every()
def test_what_is_opened_can_be_paid_and_ends(stage: Stage) -> None:
    _request, opened = stage.open()
    assert opened.external_id
    assert bool(opened.redirect_url) is stage.adapter.caps.shows_page
    assert bool(opened.instructions) is not stage.adapter.caps.shows_page
    assert opened.expires_at > now()


@every()
def test_nothing_is_paid_before_somebody_pays(stage: Stage) -> None:
    request, opened = stage.open()
    for reference in (
        Reference(our_ref=request.our_ref, external_id=opened.external_id),
        Reference(our_ref=request.our_ref),
    ):
        told = stage.adapter.query(reference)
        assert Status.SUCCEEDED not in {one.status for one in told}


@every(*CALLED)
def test_a_payment_is_told_in_whole_minor_units_with_our_reference(stage: Stage) -> None:
    request, told = stage.paid()
    assert (told.amount_minor, told.currency) == (request.amount_minor, request.currency)
    assert type(told.amount_minor) is int
    assert told.uid
    assert told.our_ref in ("", request.our_ref)
    assert told.shop_id in ("", stage.adapter.shop_id)
    assert told.test in (None, stage.adapter.test_allowed)
    (again,) = [one for one in stage.adapter.query(Reference(uid=told.uid)) if one.kind is Kind.PAYMENT]
    assert (again.uid, again.status, again.amount_minor) == (told.uid, Status.SUCCEEDED, told.amount_minor)


@every(*CALLED)
def test_a_refund_is_made_once_for_its_key_and_never_above_the_payment(stage: Stage) -> None:
    _, paid = stage.paid()
    key, part = new_ref(), RefundRequest(paid.uid, 1000, "BYN", "Возврат")
    first, again = stage.adapter.refund(part, key), stage.adapter.refund(part, key)
    assert first.kind is Kind.REFUND
    assert first.status in (Status.SUCCEEDED, Status.PENDING)
    assert stage.adapter.caps.idempotent_refund
    assert again.uid == first.uid
    too_much = stage.adapter.refund(RefundRequest(paid.uid, 4000, "BYN", "r"), new_ref())
    assert too_much.status is Status.DECLINED
    children = stage.adapter.query(Reference(our_ref=paid.our_ref, parent_uid=paid.uid))
    assert [one.amount_minor for one in children if one.kind is Kind.REFUND] == [1000]


@every()
def test_giving_up_does_what_the_caps_say(stage: Stage) -> None:
    request, opened = stage.open()
    reference = Reference(our_ref=request.our_ref, external_id=opened.external_id)
    assert stage.adapter.cancel_open(reference) is stage.adapter.caps.cancel_open
    if stage.adapter.caps.cancel_open:
        assert Status.OPEN not in {one.status for one in stage.adapter.query(reference)}


@every()
def test_asking_for_the_same_page_twice_is_harmless_where_the_caps_say_so(stage: Stage) -> None:
    request, opened = stage.open()
    again = stage.adapter.open(request)
    assert isinstance(again, Opened)
    assert (again.external_id == opened.external_id) is stage.adapter.caps.idempotent_open


@every()
@pytest.mark.parametrize(
    "headers",
    [
        {}, {"authorization": "Basic x"}, {"content-signature": "AAAA"}, {"stripe-signature": "t=1,v1=00"},
        {"content-signature": "%", "stripe-signature": "é", "authorization": "Bearer é"},
    ],
)  # fmt: skip
def test_who_proves_nothing_is_not_believed(stage: Stage, headers: dict[str, str]) -> None:
    with pytest.raises(Forged):
        stage.adapter.authenticate(b'{"transaction": {}}', headers)


@every()
@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe", b"null", b"[]", b"1", b"{}", b'{"transaction": []}', b'{"transaction": null}',
        b'{"transaction": {"uid": 1, "type": [], "amount": "1"}}', b'{"token": "t", "order": []}',
        b'{"type": "checkout.session.completed", "data": {"object": []}}', b"[" * 100_000,
        b'{"transaction": {"uid": "u", "type": "payment", "status": {}, "amount": 1.5, "currency": 7}}',
        b'{"type": "refund.updated", "data": null}',
    ],
)  # fmt: skip
def test_a_body_that_makes_no_sense_is_unreadable_or_says_nothing_of_money(stage: Stage, raw: bytes) -> None:
    try:
        told = stage.adapter.parse_webhook(raw)
    except Unreadable:
        return
    assert not [one for one in told if one.status is Status.SUCCEEDED and one.amount_minor]


@every(*CALLED)
def test_where_nobody_answers_it_is_said_so_and_nothing_is_made_up(stage: Stage) -> None:
    lost = stage.lost
    assert lost is not None
    for call in (
        lambda: lost.open(stage.request()),
        lambda: lost.query(Reference(our_ref="r", external_id="e")),
        lambda: lost.refund(RefundRequest("u", 1, "BYN", "r"), "k"),
        lambda: lost.report(now() - timedelta(days=1), now()),
    ):
        with pytest.raises(GatewayError):
            call()


@every(*CALLED)
def test_the_report_has_what_was_paid(stage: Stage) -> None:
    _, paid = stage.paid()
    lines = stage.adapter.report(now() - timedelta(hours=1), now() + timedelta(hours=1))
    assert [one.observation.amount_minor for one in lines if one.observation.uid == paid.uid] == [4590]
    assert stage.adapter.settled(now() - timedelta(hours=1), now() + timedelta(hours=1)) == []

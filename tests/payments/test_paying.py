"""From the cart to the policy, over real HTTP with the sandbox bank."""

from __future__ import annotations

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from parason.contracts.models import Contract
from parason.documents.models import Policy
from parason.kernel.clock import now
from parason.payments.errors import AlreadyPaid
from parason.payments.models import Notification
from parason.payments.states import AttemptStatus, PaymentStatus
from tests.payments.purchases import SUM, Shop, books_balance, charges, fresh, run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_paid_cart_becomes_policies(shop: Shop) -> None:
    shop.fill_cart(contracts=2)
    attempt = shop.press_pay()
    assert attempt.status == AttemptStatus.OPEN
    assert attempt.redirect_url.startswith(shop.bank.url)
    shop.pay(attempt)
    run_jobs()
    attempt = fresh(attempt)
    assert (attempt.status, attempt.payment.status) == (AttemptStatus.PAID, PaymentStatus.PAID)
    assert Policy.objects.count() == 2
    assert set(Contract.objects.values_list("status", flat=True)) == {"ISSUED"}
    assert books_balance(attempt.payment) == {"premiums": -2 * SUM, "gateway": 2 * SUM}
    assert [one.amount_minor for one in charges(attempt)] == [2 * SUM]


def test_a_declined_card_may_be_followed_by_another(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt, "declined")
    run_jobs()
    assert fresh(attempt).status == AttemptStatus.OPEN
    assert fresh(attempt).reason
    shop.pay(attempt)
    run_jobs()
    assert fresh(attempt).status == AttemptStatus.PAID


def test_what_is_paid_cannot_be_paid_again(shop: Shop) -> None:
    order = shop.fill_cart()
    shop.pay(shop.press_pay())
    run_jobs()
    from parason.payments import operations

    with pytest.raises(AlreadyPaid):
        operations.start(
            order=order, gateway_code="begateway", customer={}, language="en", urls=shop.urls, at=now()
        )


@pytest.mark.parametrize(("status", "jobs"), [("successful", 0), ("failed", 1)])
def test_only_what_repeats_counted_money_needs_no_job(shop: Shop, status: str, jobs: int) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    for card in ("declined", "ok"):
        shop.pay(attempt, card)
    run_jobs()
    before = ProcrastinateJob.objects.count()
    shop.bank.replay(tracking_id=attempt.our_ref, about="payment", status=status)
    shop.bank.settle()
    assert ProcrastinateJob.objects.count() == before + jobs
    run_jobs()
    told = Notification.objects.latest("pk")
    assert (told.outcome, told.processed_at == told.received_at) == ("known", not jobs)
    assert fresh(attempt).status == AttemptStatus.PAID
    assert [one.amount_minor for one in charges(attempt)] == [SUM]
    assert Policy.objects.count() == 1


def test_a_lost_notification_is_made_up_by_asking(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("drop", times="always")
    shop.pay(attempt)
    run_jobs()
    assert fresh(attempt).status == AttemptStatus.OPEN
    shop.sweep(timedelta(seconds=31))
    run_jobs()
    assert fresh(attempt).status == AttemptStatus.PAID
    assert Policy.objects.count() == 1

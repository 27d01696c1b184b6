"""Bills in ERIP: paid, taken back, re-created, failed and then paid, refunded for days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from parason.journeys import payments as journey
from parason.kernel.clock import now
from parason.kernel.money import Money
from parason.payments import operations
from parason.payments.errors import GatewayUnavailable, MethodNotOffered, RefundUnderWay
from parason.payments.models import Attempt, Refund
from parason.payments.states import AttemptStatus
from tests.factories import browser_of, make_user
from tests.faults.ends import ends_paid, ends_returned
from tests.payments.purchases import SUM, Shop, books_balance, fresh, refunds, run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_bill_is_shown_with_its_code_and_picture_and_paid(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay(method="erip")
    assert (attempt.status, attempt.redirect_url) == (AttemptStatus.OPEN, "")
    run_jobs()
    page = browser_of(shop.owner).get(f"/payments/{attempt.payment_id}/").content.decode()
    assert attempt.instructions["account_number"] in page
    assert "data:image/png;base64," in page
    assert attempt.instructions["service_no"] in page
    shop.bank.pay_bill(attempt.instructions["account_number"])
    shop.bank.settle()
    ends_paid(shop, attempt)


def test_a_bill_that_failed_can_be_paid(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay(method="erip")
    number = attempt.instructions["account_number"]
    shop.bank.pay_bill(number, "failed")
    shop.bank.settle()
    run_jobs()
    assert fresh(attempt).status == AttemptStatus.OPEN
    shop.bank.pay_bill(number)
    shop.bank.settle()
    ends_paid(shop, attempt)


def test_a_bill_that_somebody_is_paying_is_being_checked(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay(method="erip")
    shop.bank.pay_bill(attempt.instructions["account_number"], "start")
    shop.bank.settle()
    journey.ask_attempt(attempt=attempt, at=now())
    assert fresh(attempt).status == AttemptStatus.IN_PROGRESS
    shop.bank.advance(31 * 60)  # the kiosk gives the bill free again
    shop.bank.pay_bill(attempt.instructions["account_number"])
    shop.bank.settle()
    ends_paid(shop, attempt)


def test_changing_from_erip_to_the_card_takes_the_bill_back(shop: Shop) -> None:
    shop.fill_cart()
    bill = shop.press_pay(method="erip")
    card = shop.press_pay()
    assert card.pk != bill.pk
    assert fresh(bill).status == AttemptStatus.CANCELLED
    (at_bank,) = shop.bank.state(bill.our_ref)["transactions"]
    assert at_bank["status"] == "deleted"
    shop.pay(card)
    ends_paid(shop, card)


def test_a_bill_re_created_with_the_same_number_expires_the_old_one(shop: Shop) -> None:
    shop.fill_cart()
    old = shop.press_pay(method="erip")
    shop.bank.fault("drop", times="always")
    operations.cancel(order=old.payment.order, at=now())
    new = shop.press_pay(method="erip")
    assert new.instructions["account_number"] == old.instructions["account_number"]
    shop.bank.clear_faults()
    shop.bank.pay_bill(new.instructions["account_number"])
    shop.bank.settle()
    ends_paid(shop, new)
    assert shop.bank.money(old.our_ref)["charges"] == 0


def test_a_bill_whose_answer_was_lost_is_asked_for_again_with_its_key(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx

    from parason.payments.gateways import http

    shop.fill_cart()
    shop.bank.fault("timeout", on="erip_create", when="after", seconds=2)
    with monkeypatch.context() as impatient:
        impatient.setattr(http, "TIMEOUT", httpx.Timeout(0.5))
        with pytest.raises(GatewayUnavailable):
            shop.press_pay(method="erip")
    lost = Attempt.objects.get()
    assert lost.status == AttemptStatus.OPEN_UNKNOWN
    found = shop.press_pay(method="erip")
    assert found.pk == lost.pk
    assert len(shop.bank.state(found.our_ref)["transactions"]) == 1
    shop.bank.pay_bill(found.instructions["account_number"])
    shop.bank.settle()
    ends_paid(shop, found)


def test_a_refund_stays_pending_for_days_and_then_arrives(shop: Shop) -> None:
    shop.bank.switch(erip_refund_rules=False, erip_refund_hours=72)
    shop.fill_cart()
    attempt = shop.press_pay(method="erip")
    shop.bank.pay_bill(attempt.instructions["account_number"])
    shop.bank.settle()
    ends_paid(shop, attempt)
    refund = operations.request_refund(
        payment=fresh(attempt).payment, amount=Money(SUM, "BYN"), reason="Withdrawn", by=None, at=now()
    )
    journey.send_refund(refund_id=refund.pk, at=now())
    refund.refresh_from_db()
    assert refund.status == "PENDING"
    assert fresh(attempt).payment.status == "PAID"
    shop.sweep(timedelta(hours=1))
    refund.refresh_from_db()
    assert refund.status == "PENDING"
    shop.bank.fault("drop", times="always")
    shop.bank.advance(72 * 3600)
    shop.sweep(timedelta(hours=73))
    assert [one.status for one in refunds(attempt)] == ["SUCCEEDED"]
    assert fresh(attempt).payment.status == "REFUNDED"
    assert books_balance() == {}


def test_a_refund_that_fails_after_days_is_told_to_the_staff(shop: Shop) -> None:
    shop.bank.switch(erip_refund_rules=False, erip_refund_hours=72)
    shop.fill_cart()
    attempt = shop.press_pay(method="erip")
    shop.bank.pay_bill(attempt.instructions["account_number"])
    shop.bank.settle()
    run_jobs()
    shop.bank.fault("refund_failed")
    refund = operations.request_refund(
        payment=fresh(attempt).payment, amount=Money(500, "BYN"), reason="Withdrawn", by=None, at=now()
    )
    journey.send_refund(refund_id=refund.pk, at=now())
    shop.bank.advance(72 * 3600)
    run_jobs()
    refund.refresh_from_db()
    assert refund.status == "FAILED"
    assert fresh(attempt).payment.status == "PAID"
    assert shop.bank.money(attempt.our_ref)["kept"] == SUM


def test_a_bill_paid_after_its_time_goes_by_the_rules_of_late_money(shop: Shop) -> None:
    from parason.contracts.models import Contract
    from parason.journeys import buy

    shop.fill_cart()
    shop.bank.switch(erip_refund_rules=False, erip_refund_hours=0)
    attempt = shop.press_pay(method="erip")
    shop.sweep(timedelta(hours=24, minutes=2))
    assert fresh(attempt).status == AttemptStatus.EXPIRED
    buy.withdraw(contract=Contract.objects.get(), owner=shop.owner, at=now())
    shop.bank.pay_bill(attempt.instructions["account_number"])
    shop.bank.settle()
    run_jobs()
    shop.bank.advance(1)
    ends_returned(shop, attempt)


def test_erip_takes_belarusian_roubles_only(shop: Shop) -> None:
    from parason.checkout.models import Order

    order = shop.fill_cart()
    Order.objects.filter(pk=order.pk).update(currency="EUR")
    order.refresh_from_db()
    with pytest.raises(MethodNotOffered):
        operations.start(
            order=order, gateway_code="erip", customer={}, language="en", urls=shop.urls, at=now()
        )


@pytest.mark.parametrize("garbage", ["no_redirect_url"])
def test_a_bill_without_a_picture_is_still_a_bill(shop: Shop, garbage: str) -> None:
    shop.bank.fault(garbage)
    shop.fill_cart()
    attempt = shop.press_pay(method="erip")
    told: dict[str, Any] = attempt.instructions
    assert (told["qr"], told["path"]) == ("", [])
    assert told["account_number"]


def pending_refund(shop: Shop) -> tuple[Attempt, Refund]:
    """A bill that was paid, and money of it on its way back for days."""
    shop.bank.switch(erip_refund_rules=False, erip_refund_hours=264)
    shop.fill_cart()
    attempt = shop.press_pay(method="erip")
    shop.bank.pay_bill(attempt.instructions["account_number"])
    shop.bank.settle()
    run_jobs()
    operations.request_refund(
        payment=fresh(attempt).payment, amount=Money(1000, "BYN"), reason="r", by=None, at=now()
    )
    journey.sweep(at=now())
    (refund,) = refunds(attempt)
    assert refund.status == "PENDING"
    return attempt, refund


def test_a_refund_that_we_gave_up_and_the_bank_made_after_all_is_booked(shop: Shop) -> None:
    attempt, refund = pending_refund(shop)
    journey.sweep(at=now() + timedelta(days=13))
    refund.refresh_from_db()
    assert refund.status == "FAILED"
    assert books_balance() == {"premiums": -SUM + 1000, "gateway": SUM, "refunds": -1000}
    with pytest.raises(RefundUnderWay):
        operations.ask_again(refund=refund, by=make_user("clerk@example.com"), at=now())
    shop.bank.advance(265 * 3600)
    run_jobs()
    refund.refresh_from_db()
    assert refund.status == "SUCCEEDED"
    assert fresh(attempt).payment.status == "PARTLY_REFUNDED"
    assert books_balance() == {"premiums": -SUM + 1000, "gateway": SUM - 1000}


def test_a_refund_that_the_bank_refused_may_be_asked_for_again(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    run_jobs()
    shop.bank.fault("refund_failed")
    operations.request_refund(
        payment=fresh(attempt).payment, amount=Money(1000, "BYN"), reason="r", by=None, at=now()
    )
    journey.sweep(at=now())
    (refund,) = refunds(attempt)
    assert refund.status == "FAILED"
    operations.ask_again(refund=refund, by=make_user("clerk@example.com"), at=now())
    journey.sweep(at=now())
    refund.refresh_from_db()
    assert refund.status == "REQUESTED"  # the bank would refuse it as the same refund made twice
    shop.bank.advance(40)
    journey.sweep(at=now() + timedelta(seconds=40))
    refund.refresh_from_db()
    assert refund.status == "SUCCEEDED"
    assert shop.bank.money(attempt.our_ref)["refunded"] == 1000

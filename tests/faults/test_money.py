"""Faults 9, 11, 12, 17-23, 25: wrong, late, double and lost money, broken calls, changed carts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from parason.checkout import operations as checkout
from parason.contracts.models import Contract
from parason.journeys import buy
from parason.journeys import payments as journey
from parason.kernel.clock import day_of, now
from parason.kernel.money import Money
from parason.payments import operations
from parason.payments.errors import BeingRecorded, GatewayRefused, GatewayUnavailable, RateMissing
from parason.payments.gateways import http
from parason.payments.models import Attempt, Notification, Refund
from parason.payments.queries import rate_on
from parason.payments.rules import RateSnapshot
from parason.payments.states import AttemptStatus
from tests.crowd import Crowd
from tests.faults.ends import ends_in_review, ends_paid, ends_returned, ends_unpaid, nothing_issued
from tests.payments.purchases import (
    SUM,
    Shop,
    books_balance,
    charges,
    fresh,
    make_contract,
    refunds,
    run_jobs,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls give up after half a second: a bank that hangs need not be waited for."""
    monkeypatch.setattr(http, "TIMEOUT", httpx.Timeout(0.5))


@pytest.mark.parametrize("shown_in", ["both", "notification"])
@pytest.mark.parametrize(
    ("fault", "held"),
    [
        ({"name": "wrong_amount", "add": 1}, SUM + 1),
        ({"name": "wrong_amount", "add": -SUM + 1}, 1),
        ({"name": "wrong_currency", "currency": "RUB"}, SUM),
    ],
)
def test_fault_09_other_money_than_was_asked_for(
    shop: Shop, fault: dict[str, Any], held: int, shown_in: str, alerted: Callable[[str], int]
) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault(shown_in=shown_in, **fault)
    shop.pay(attempt)
    ends_in_review(shop, attempt, held={"gateway": held, "aside": -held})
    assert alerted("needs a person") == 1


def test_fault_09_an_amount_that_is_not_told_proves_nothing(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("null_amount", shown_in="notification")
    shop.pay(attempt)
    (told,) = Notification.objects.all()
    assert journey.judge_notification(notification_id=told.pk, at=now()) == ["no amount told, asking"]
    assert fresh(attempt).status == AttemptStatus.OPEN
    shop.sweep()  # it asks at once
    ends_paid(shop, attempt)


@pytest.mark.parametrize("ours", [True, False])
def test_fault_11_play_money_in_earnest_and_the_other_way_round(
    shop: Shop, ours: bool, settings: Any
) -> None:
    settings.PARASON_BEGATEWAY = settings.PARASON_BEGATEWAY | {"test": ours}
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("flip_test")
    shop.pay(attempt)
    ends_in_review(shop, attempt)


def expired(shop: Shop, attempt: Attempt) -> None:
    shop.sweep(timedelta(minutes=32))  # by our clock only: the bank still takes money


def cancelled(shop: Shop, attempt: Attempt) -> None:
    operations.cancel(order=attempt.payment.order, at=now())


def declined(shop: Shop, attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(tries=1)
    shop.pay(attempt, "declined")
    run_jobs()


ENDS: dict[str, Callable[[Shop, Attempt], None]] = {
    "EXPIRED": expired,
    "CANCELLED": cancelled,
    "DECLINED": declined,
}


@pytest.mark.parametrize("end", ENDS)
def test_fault_12_late_money_buys_what_is_still_wanted(shop: Shop, end: str) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    ENDS[end](shop, attempt)
    assert fresh(attempt).status == end
    shop.pay(attempt)
    ends_paid(shop, attempt)
    assert "paid late" in fresh(attempt).events.values_list("name", flat=True)


@pytest.mark.parametrize("end", ENDS)
def test_fault_12_late_money_for_what_is_given_up_goes_back(shop: Shop, end: str) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    ENDS[end](shop, attempt)
    buy.withdraw(contract=Contract.objects.get(), owner=shop.owner, at=now())
    shop.pay(attempt)
    ends_returned(shop, attempt)
    assert books_balance() == {}


def test_fault_12_late_money_after_the_first_day_goes_back(shop: Shop) -> None:
    order = shop.fill_cart()
    attempt = shop.press_pay()
    expired(shop, attempt)
    Contract.objects.update(first_day=day_of(now()) - timedelta(days=1))
    shop.pay(attempt)
    ends_returned(shop, attempt)
    order.refresh_from_db()
    assert Contract.objects.get().status == "FORMED"
    assert nothing_issued(attempt)
    assert books_balance() == {}


def paid(shop: Shop) -> Attempt:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    run_jobs()
    assert fresh(attempt).status == AttemptStatus.PAID
    return fresh(attempt)


def ask_back(attempt: Attempt, minor: int = SUM) -> Refund:
    return operations.request_refund(
        payment=attempt.payment, amount=Money(minor, "BYN"), reason="Withdrawn", by=None, at=now()
    )


@pytest.mark.parametrize("told", [True, False])
def test_fault_17_a_refund_is_done_and_its_answer_is_lost(shop: Shop, impatient: None, told: bool) -> None:
    attempt = paid(shop)
    shop.bank.switch(notify_card_refunds=told)
    shop.bank.fault("timeout", on="refund", when="after", seconds=2)
    refund = ask_back(attempt)
    assert journey.send_refund(refund_id=refund.pk, at=now()) in ("unknown", "known meanwhile")
    shop.bank.settle()
    run_jobs()
    shop.sweep(timedelta(minutes=2))
    run_jobs()
    refund.refresh_from_db()
    assert refund.status == "SUCCEEDED"
    assert shop.bank.money(attempt.our_ref)["refunds"] == 1
    assert fresh(attempt).payment.status == "REFUNDED"
    assert books_balance() == {}


def test_fault_17_a_refund_that_was_never_done_is_sent_again_with_its_key(shop: Shop) -> None:
    attempt = paid(shop)
    shop.bank.fault("server_error", on="refund", when="before")
    refund = ask_back(attempt)
    assert journey.send_refund(refund_id=refund.pk, at=now()) == "unknown"
    shop.sweep(timedelta(minutes=2))
    refund.refresh_from_db()
    assert refund.status == "SUCCEEDED"
    assert shop.bank.money(attempt.our_ref)["refunds"] == 1
    calls = [one for one in shop.bank.state(attempt.our_ref)["calls"] if one["operation"] == "refund"]
    assert [one["status"] for one in calls] == [500, 200]
    assert fresh(attempt).payment.status == "REFUNDED"
    assert books_balance() == {}


def test_fault_18_two_equal_refunds_are_sent_apart(shop: Shop) -> None:
    attempt = paid(shop)
    first, second = ask_back(attempt, 1000), ask_back(attempt, 1000)
    at = now()
    assert journey.send_refund(refund_id=first.pk, at=at) == "refunded"
    assert journey.send_refund(refund_id=second.pk, at=at) == "not now"
    assert journey.send_refund(refund_id=second.pk, at=at + timedelta(seconds=20)) == "not now"
    shop.bank.advance(40)
    shop.sweep(timedelta(seconds=40))
    assert sorted(one.status for one in refunds(attempt)) == ["SUCCEEDED", "SUCCEEDED"]
    money = shop.bank.money(attempt.our_ref)
    assert (money["refunds"], money["refunded"]) == (2, 2000)
    assert fresh(attempt).payment.status == "PARTLY_REFUNDED"
    assert books_balance(attempt.payment) == {"premiums": -SUM + 2000, "gateway": SUM - 2000}


def test_fault_19_a_double_click_on_pay(shop: Shop, crowd: Crowd) -> None:
    shop.fill_cart()
    one, other = crowd.at_once([shop.press_pay] * 2)
    assert one.redirect_url == other.redirect_url
    assert one.redirect_url
    assert len(shop.bank.state()["checkouts"]) == 1
    shop.pay(one)
    ends_paid(shop, one)


def test_fault_20_two_devices_pay_one_cart_once(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    assert shop.press_pay().pk == attempt.pk
    # The first page is given up, the second is paid, then the first one as well.
    operations.cancel(order=attempt.payment.order, at=now())
    second = shop.press_pay()
    assert second.pk != attempt.pk
    shop.pay(second)
    ends_paid(shop, second)
    shop.pay(attempt)
    ends_returned(shop, attempt)
    assert fresh(second).status == AttemptStatus.PAID
    assert books_balance() == {"premiums": -SUM, "gateway": SUM}


def test_fault_21_the_cart_grows_after_the_page_was_opened(shop: Shop) -> None:
    shop.fill_cart()
    old = shop.press_pay()
    checkout.add(owner=shop.owner, contract=make_contract(shop.owner), at=now())
    new = shop.press_pay()
    assert new.payment_id != old.payment_id
    assert new.payment.amount_minor == 2 * SUM
    shop.pay(new)
    ends_paid(shop, new, contracts=2)
    shop.pay(old)
    ends_returned(shop, old)
    assert books_balance() == {"premiums": -2 * SUM, "gateway": 2 * SUM}


def test_fault_21_the_old_page_is_paid_first(shop: Shop) -> None:
    shop.fill_cart()
    old = shop.press_pay()
    checkout.add(owner=shop.owner, contract=make_contract(shop.owner), at=now())
    new = shop.press_pay()
    shop.pay(old)
    run_jobs()
    assert fresh(old).status == AttemptStatus.PAID  # what it was for is still wanted at the same price
    shop.pay(new)
    ends_returned(shop, new)
    assert sorted(Contract.objects.values_list("status", flat=True)) == ["FORMED", "ISSUED"]
    assert books_balance() == {"premiums": -SUM, "gateway": SUM}


def test_fault_21_the_bank_asks_first_and_is_told_no(shop: Shop, settings: Any) -> None:
    settings.PARASON_PRECHECK = True
    shop.fill_cart()
    old = shop.press_pay()
    checkout.add(owner=shop.owner, contract=make_contract(shop.owner), at=now())
    new = shop.press_pay()
    shop.pay(old)
    run_jobs()
    assert shop.bank.money(old.our_ref)["charges"] == 0
    shop.pay(new)
    ends_paid(shop, new, contracts=2)


def test_fault_22_the_bank_breaks_while_a_page_is_opened(shop: Shop) -> None:
    shop.fill_cart()
    shop.bank.fault("server_error", on="create", when="before")
    with pytest.raises(GatewayUnavailable):
        shop.press_pay()
    lost = Attempt.objects.get()
    assert lost.status == AttemptStatus.OPEN_UNKNOWN
    attempt = shop.press_pay()
    assert fresh(lost).status == AttemptStatus.ABANDONED
    shop.pay(attempt)
    ends_paid(shop, attempt)


def test_fault_22_a_page_is_made_and_its_address_lost(shop: Shop, impatient: None) -> None:
    shop.fill_cart()
    shop.bank.fault("timeout", on="create", when="after", seconds=2)
    with pytest.raises(GatewayUnavailable):
        shop.press_pay()
    assert Attempt.objects.get().status == AttemptStatus.OPEN_UNKNOWN
    attempt = shop.press_pay()
    shop.pay(attempt)
    ends_paid(shop, attempt)
    # Nobody has the lost page's address; should it be paid all the same, the money goes back.
    lost = Attempt.objects.exclude(pk=attempt.pk).get()
    (token,) = [one["token"] for one in shop.bank.state(lost.our_ref)["checkouts"]]
    shop.bank.pay(token)
    shop.bank.settle()
    ends_returned(shop, lost)


def test_fault_22_a_bank_that_is_not_there(shop: Shop, settings: Any) -> None:
    right = settings.PARASON_BEGATEWAY
    settings.PARASON_BEGATEWAY = right | {"checkout_url": "http://127.0.0.1:9"}
    shop.fill_cart()
    with pytest.raises(GatewayUnavailable):
        shop.press_pay()
    assert Attempt.objects.get().status == AttemptStatus.ABANDONED  # nothing was sent
    settings.PARASON_BEGATEWAY = right
    attempt = shop.press_pay()
    shop.pay(attempt)
    ends_paid(shop, attempt)


@pytest.mark.parametrize(
    "fault", [("garbage", {"on": "create"}), ("no_redirect_url", {}), ("foreign_redirect", {})]
)
def test_fault_23_an_answer_that_leads_nowhere_or_astray(
    shop: Shop, fault: tuple[str, dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    shop.fill_cart()
    shop.bank.fault(fault[0], **fault[1])
    with caplog.at_level(logging.ERROR, "parason.alerts"), pytest.raises(GatewayRefused):
        shop.press_pay()
    rejected = Attempt.objects.get()
    assert (rejected.status, rejected.redirect_url) == (AttemptStatus.REJECTED, "")
    assert "refused to open a page" in caplog.text
    ends_unpaid(shop, rejected, AttemptStatus.REJECTED)
    attempt = shop.press_pay()
    shop.pay(attempt)
    ends_paid(shop, attempt)


def test_fault_25_the_rate_changes_between_the_contract_and_the_payment(shop: Shop) -> None:
    shop.fill_cart()
    operations.store_rates(
        rates=[RateSnapshot("EUR", Decimal("9.9999"), 1, day_of(now()) + timedelta(days=1), "NBRB")]
    )
    attempt = shop.press_pay(at=now() + timedelta(days=1))
    assert attempt.payment.amount_minor == SUM
    shop.pay(attempt)
    ends_paid(shop, attempt)


def test_fault_25_a_stale_rate_is_no_rate(shop: Shop) -> None:
    with pytest.raises(RateMissing):
        rate_on("EUR", day_of(now()) + timedelta(days=400))


def test_a_page_paid_in_its_last_second_never_expires(shop: Shop) -> None:
    """Paid at 29:59, the notification lost, the sweep at 31:00 asks first."""
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("drop", times="always")
    shop.bank.advance(29 * 60 + 50)
    shop.pay(attempt)
    shop.sweep(timedelta(minutes=31))
    ends_paid(shop, attempt)
    assert "expired" not in fresh(attempt).events.values_list("name", flat=True)


def test_pay_pressed_again_asks_about_the_old_page_first(shop: Shop) -> None:
    """Paid in the last minute, the notification lost, and the buyer presses Pay once more."""
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("drop", times="always")
    shop.pay(attempt)
    with pytest.raises(BeingRecorded):
        shop.press_pay(at=now() + timedelta(minutes=31))
    shop.sweep(timedelta(minutes=31))
    ends_paid(shop, attempt)
    assert Attempt.objects.count() == 1


def test_another_way_of_paying_is_refused_for_what_is_paid(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("drop", times="always")
    shop.pay(attempt)
    with pytest.raises(BeingRecorded):
        shop.press_pay(method="erip")
    shop.sweep()
    ends_paid(shop, attempt)


def test_a_bank_that_does_not_answer_expires_nothing(shop: Shop, settings: Any) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("drop", times="always")
    shop.pay(attempt)
    shop.bank.fault("server_error", on="query", when="before")
    shop.sweep(timedelta(minutes=32))
    assert fresh(attempt).status == AttemptStatus.OPEN
    shop.sweep(timedelta(minutes=34))
    ends_paid(shop, attempt)
    assert len(charges(attempt)) == 1

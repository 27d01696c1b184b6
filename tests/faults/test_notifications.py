"""Faults 1-8, 10, 13-16, 24: what can happen to notifications."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from parason.kernel.clock import now
from parason.payments.models import ForgedCount, GatewayTransaction, Notification
from parason.payments.states import AttemptStatus
from tests.factories import browser_of
from tests.faults.ends import answers, ends_paid, ends_unpaid
from tests.payments.purchases import SUM, Shop, books_balance, charges, fresh, refunds, run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
Alerted = Callable[[str], int]


@pytest.mark.parametrize("times", [2, 16])
def test_fault_01_the_same_notification_comes_many_times(shop: Shop, times: int) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("double", times_sent=times)
    shop.pay(attempt)
    assert Notification.objects.filter(our_ref=attempt.our_ref).count() == times
    assert answers(shop, attempt) == [200] * times
    ends_paid(shop, attempt)


def test_fault_02_the_notification_comes_before_the_buyer(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    run_jobs()
    page = browser_of(shop.owner).get(f"/payments/return/{attempt.our_ref}/", follow=True)
    assert 'data-status="paid"' in page.content.decode()
    calls = shop.bank.state(attempt.our_ref)["calls"]
    assert not [call for call in calls if call["operation"] == "query"]
    ends_paid(shop, attempt)


@pytest.mark.parametrize("claim", ["?status=successful&token=x&uid=y", "?status=failed", ""])
def test_fault_03_the_buyer_comes_before_the_notification(shop: Shop, claim: str) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    client = browser_of(shop.owner)
    # Nothing is paid yet, whatever the address says.
    page = client.get(f"/payments/return/{attempt.our_ref}/{claim}", follow=True).content.decode()
    assert 'data-status="open"' in page
    assert 'http-equiv="refresh"' in page
    assert fresh(attempt).status == AttemptStatus.OPEN
    # Paid, and the notification is late: the bank is asked on the spot.
    shop.bank.fault("drop", times="always")
    shop.pay(attempt)
    page = client.get(f"/payments/return/{attempt.our_ref}/?status=failed", follow=True).content.decode()
    if 'data-status="paid"' not in page:  # asked a moment ago: the page that renews itself asks again
        fresh_at = fresh(attempt)
        fresh_at.asked_at = now() - timedelta(seconds=10)
        fresh_at.save(update_fields=["asked_at"])
        page = client.get(f"/payments/{attempt.payment_id}/").content.decode()
    assert 'data-status="paid"' in page
    ends_paid(shop, attempt)


@pytest.mark.parametrize("tries", [0, 3])
def test_fault_04_the_notification_is_lost(shop: Shop, tries: int) -> None:
    """Never sent, or sent and lost with both of its repeats."""
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("drop", times="always", tries=tries)
    shop.pay(attempt)
    shop.bank.advance(300)
    (sent,) = shop.bank.state(attempt.our_ref)["deliveries"]
    assert (sent["tries"], sent["state"]) == (tries, "given_up" if tries else "dropped")
    run_jobs()
    assert not Notification.objects.exists()
    assert fresh(attempt).status == AttemptStatus.OPEN
    shop.sweep(timedelta(seconds=31))
    ends_paid(shop, attempt)


def test_fault_05_the_buyer_closes_the_tab(shop: Shop) -> None:
    shop.fill_cart(contracts=2)
    attempt = shop.press_pay()
    shop.bank.fault("hang_after_charge")
    assert shop.pay(attempt)["return_url"] is None  # nobody comes back
    ends_paid(shop, attempt, contracts=2)
    page = browser_of(shop.owner).get("/payments/").content.decode()
    assert "pill--good" in page


@pytest.mark.parametrize("mode", ["flip", "absent", "not_base64", "other_key"])
def test_fault_06_a_forged_notification(shop: Shop, mode: str, alerted: Alerted) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("corrupt_signature", mode=mode, times="always")
    shop.pay(attempt)
    run_jobs()
    assert not Notification.objects.exists()
    assert not GatewayTransaction.objects.exists()
    assert fresh(attempt).status == AttemptStatus.OPEN
    assert ForgedCount.objects.get().count == alerted("did not prove its sender") == 1
    assert answers(shop, attempt) == [401]
    shop.bank.clear_faults()
    shop.sweep(timedelta(seconds=31))
    ends_paid(shop, attempt)


@pytest.mark.parametrize("mode", ["absent", "wrong"])
def test_fault_06_a_signature_without_the_password(shop: Shop, mode: str) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("drop_basic", mode=mode, times="always")
    shop.pay(attempt)
    assert not Notification.objects.exists()
    assert ForgedCount.objects.get().reason.startswith("signed, but")
    assert answers(shop, attempt) == [401]
    shop.sweep(timedelta(seconds=31))
    ends_paid(shop, attempt)


def test_fault_07_a_proxy_re_encodes_the_body(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("reencode", times="always")
    shop.pay(attempt)
    run_jobs()
    assert not Notification.objects.exists()
    assert ForgedCount.objects.get().reason == "bad signature"
    shop.sweep(timedelta(seconds=31))
    ends_paid(shop, attempt)


def test_fault_08_an_old_success_is_replayed_after_the_refund(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    ends_paid(shop, attempt)
    (charge,) = charges(attempt)
    shop.bank.refund(charge.uid)
    shop.bank.settle()
    run_jobs()
    assert fresh(attempt).payment.status == "REFUNDED"
    before = list(fresh(attempt).events.values_list("name", flat=True))
    shop.bank.replay(tracking_id=attempt.our_ref, about="payment", status="successful")
    shop.bank.settle()
    run_jobs()
    assert fresh(attempt).payment.status == "REFUNDED"
    assert list(fresh(attempt).events.values_list("name", flat=True)) == before
    assert Notification.objects.order_by("pk").last().outcome == "known"  # type: ignore[union-attr]
    assert set(answers(shop, attempt)) == {200}
    assert books_balance() == {}


@pytest.mark.parametrize("reference", ["att_of_nobody", "90002-order-17", "x" * 300])
def test_fault_10_money_with_a_reference_of_nobody_or_of_another_shop(
    shop: Shop, reference: str, alerted: Alerted
) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("unknown_tracking_id", to=reference, shown_in="notification")
    shop.pay(attempt)
    run_jobs()
    assert answers(shop, attempt) == [200]
    assert Notification.objects.get().outcome == "not ours"
    assert alerted("not ours") == 1
    # Not judged by its other words: kept, told to us, and the truth is asked for by our own plan.
    assert fresh(attempt).status == AttemptStatus.OPEN
    assert GatewayTransaction.objects.get().attempt is None
    assert books_balance() == {"gateway": SUM, "aside": -SUM}
    shop.sweep(timedelta(seconds=31))
    ends_paid(shop, attempt)


def test_fault_13_an_expired_page_tells_so_without_a_transaction(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.expire(attempt.external_id)
    shop.bank.settle()
    run_jobs()
    (told,) = Notification.objects.all()
    assert told.outcome == "expired"
    assert b'"transaction"' not in bytes(told.raw)
    assert answers(shop, attempt) == [200]
    ends_unpaid(shop, attempt, AttemptStatus.EXPIRED)


def test_fault_14_expiry_is_told_after_success(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    run_jobs()
    shop.bank.expire(attempt.external_id)
    shop.bank.settle()
    ends_paid(shop, attempt)
    assert Notification.objects.order_by("pk").last().outcome == "ended, no change"  # type: ignore[union-attr]


def test_fault_15_failure_and_success_arrive_in_reverse_order(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("reorder", count=2)
    shop.bank.pay(attempt.external_id, "declined")
    shop.pay(attempt)
    first, second = Notification.objects.order_by("pk")
    assert b'"successful"' in bytes(first.raw)
    assert b'"failed"' in bytes(second.raw)
    ends_paid(shop, attempt)
    known = GatewayTransaction.objects.filter(attempt=attempt).values_list("status", flat=True)
    assert sorted(known) == ["DECLINED", "SUCCEEDED"]


def test_fault_16_the_refund_is_told_before_the_payment(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("refund_first")
    shop.bank.pay(attempt.external_id)
    (charge,) = shop.bank.state(attempt.our_ref)["transactions"]
    shop.bank.refund(charge["uid"])
    shop.bank.settle()
    run_jobs()
    shop.bank.settle()
    run_jobs()
    attempt = fresh(attempt)
    told = [bytes(one.raw) for one in Notification.objects.order_by("pk")]
    assert b'"refund"' in told[0]
    assert attempt.payment.status == "REFUNDED"
    (refund,) = refunds(attempt)
    assert (refund.status, refund.origin, refund.amount_minor) == ("SUCCEEDED", "gateway", SUM)
    assert [one.outcome for one in Notification.objects.order_by("pk")] == [
        "parked until its payment is known",
        "paid",
    ]
    assert books_balance() == {}


@pytest.mark.parametrize("away", ["payments_notification", "procrastinate_jobs"])
def test_fault_24_our_database_or_our_queue_is_down_while_it_comes(shop: Shop, away: str) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {away} RENAME TO away")
        try:
            shop.pay(attempt)
        finally:
            cursor.execute(f"ALTER TABLE away RENAME TO {away}")
    assert answers(shop, attempt) == [500]
    assert not Notification.objects.exists()
    shop.bank.advance(60)  # it sends the same once more
    assert answers(shop, attempt) == [200]
    assert Notification.objects.count() == 1
    ends_paid(shop, attempt)


def test_fault_24_a_worker_dies_between_keeping_and_judging(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")  # as if the queue had lost everything
    run_jobs()
    assert Notification.objects.get().processed_at is None
    shop.sweep(timedelta(minutes=2))
    ends_paid(shop, attempt)

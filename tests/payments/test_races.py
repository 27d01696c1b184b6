"""Races with their negative controls: without the locks each of them happens, with them none.

PARASON_RACE_REPEATS says how often each is run (3; nightly 50).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from parason.contracts.models import Contract
from parason.documents.models import Letter, Policy
from parason.journeys import payments as journey
from parason.kernel.clock import now
from parason.kernel.money import Money
from parason.payments import operations
from parason.payments.errors import RefundTooLarge
from parason.payments.models import Attempt, Entry, GatewayTransaction, Notification, Refund
from parason.payments.operations import crediting, opening, returning
from tests.payments.purchases import SUM, Shop, books_balance, fresh, run_jobs
from tests.payments.races import AT_ONCE, REPEATS, at_once, without_locks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]


@pytest.fixture
def no_unique_attempt(db: None) -> Iterator[None]:
    """Without the index that lets a payment have one live attempt only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'payment_one_live_attempt'")
        (definition,) = cursor.fetchone()
        cursor.execute("DROP INDEX payment_one_live_attempt")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE payments_attempt CASCADE")
        cursor.execute(definition)


def slow(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Widen the gap between looking and writing: what may go wrong there now does."""
    act = getattr(module, name)

    def slower(*args: Any, **named: Any) -> Any:
        found = act(*args, **named)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(module, name, slower)


def checkouts(shop: Shop) -> int:
    return len(shop.bank.state()["checkouts"])


def test_pressing_pay_twenty_times_opens_one_page(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    slow(monkeypatch, opening, "_locked_payment")
    for repeat in range(1, REPEATS + 1):
        shop.fill_cart()
        found = at_once([shop.press_pay] * AT_ONCE)
        assert {type(one) for one in found} == {Attempt}, found
        assert len({one.redirect_url for one in found}) == 1
        assert checkouts(shop) == repeat
        shop.pay(found[0])
        run_jobs()
        assert fresh(found[0]).status == "PAID"


def test_control_without_lock_and_index_many_pages_are_opened(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, no_unique_attempt: None
) -> None:
    shop.fill_cart()
    operations.cancel(order=shop.press_pay().payment.order, at=now())
    make = opening._new

    def late(*args: Any) -> Attempt:
        time.sleep(0.2)
        return make(*args)

    monkeypatch.setattr(opening, "_new", late)
    without_locks(monkeypatch)
    at_once([shop.press_pay] * 6)
    assert checkouts(shop) > 2


def paid_and_untold(shop: Shop, times: int) -> list[Notification]:
    """A payment whose notification lies there several times, unjudged."""
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("double", times_sent=times)
    shop.pay(attempt)
    return list(Notification.objects.filter(our_ref=attempt.our_ref, processed_at=None))


def judged(told: list[Notification]) -> list[Any]:
    return at_once(
        [lambda key=one.pk: journey.judge_notification(notification_id=key, at=now()) for one in told]
    )


def test_the_same_notification_judged_by_many_workers_at_once_pays_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(monkeypatch, crediting, "mismatches")
    for repeat in range(1, REPEATS + 1):
        told = paid_and_untold(shop, 10)
        found = judged(told * 2)  # each row by two workers
        assert sorted(map(str, found)) == sorted(["['paid']", *["['known']"] * 9, *["[]"] * 10])
        run_jobs()
        assert Policy.objects.count() == Letter.objects.filter(kind="policy_issued").count() == repeat
    assert books_balance() == {"premiums": -SUM * REPEATS, "gateway": SUM * REPEATS}


def test_control_without_locks_two_workers_collide(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    told = paid_and_untold(shop, 6)
    (charge,) = shop.bank.state(told[0].our_ref)["transactions"]
    # Known as pending before, so that no unique index makes the workers wait for each other.
    GatewayTransaction.objects.create(
        gateway="begateway",
        shop_id="90001",
        uid=charge["uid"],
        kind="payment",
        status="PENDING",
        attempt=Attempt.objects.get(our_ref=told[0].our_ref),
        seen_at=now(),
    )
    slow(monkeypatch, crediting, "mismatches")
    without_locks(monkeypatch)
    found = judged(told)
    assert [one for one in found if isinstance(one, Exception)]


@pytest.mark.parametrize("rival", ["expiry", "cancel", "new page"])
def test_money_and_its_rival_at_once_end_in_one_policy(shop: Shop, rival: str) -> None:
    rivals = {
        "expiry": lambda it: journey.sweep(at=now() + timedelta(minutes=32)),
        "cancel": lambda it: operations.cancel(order=it.payment.order, at=now()),
        "new page": lambda it: shop.press_pay(at=now() + timedelta(minutes=31)),
    }
    for repeat in range(1, REPEATS + 1):
        (told,) = paid_and_untold(shop, 1)
        attempt = Attempt.objects.select_related("payment__order").get(our_ref=told.our_ref)
        at_once(
            [
                lambda it=attempt: rivals[rival](it),
                lambda key=told.pk: journey.judge_notification(notification_id=key, at=now()),
            ]
        )
        run_jobs()
        assert fresh(attempt).status == "PAID"
        assert fresh(attempt).payment.status == "PAID"
        assert Policy.objects.count() == repeat
        assert shop.bank.money(attempt.our_ref)["kept"] == SUM
    assert set(Contract.objects.values_list("status", flat=True)) == {"ISSUED"}


def ask_back(attempt: Attempt) -> Refund:
    return operations.request_refund(
        payment=attempt.payment, amount=Money(SUM, "BYN"), reason="r", by=None, at=now()
    )


def paid(shop: Shop) -> Attempt:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    run_jobs()
    return fresh(attempt)


def test_a_refund_asked_for_twenty_times_at_once_is_made_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(monkeypatch, returning, "held")
    for _ in range(REPEATS):
        attempt = paid(shop)
        found = at_once([lambda it=attempt: ask_back(it)] * AT_ONCE)
        made = [one for one in found if isinstance(one, Refund)]
        assert len(made) == 1
        assert {type(one) for one in found} == {Refund, RefundTooLarge}
        at_once([partial(journey.send_refund, refund_id=made[0].pk, at=now())] * 5)
        shop.bank.settle()
        run_jobs()
        assert shop.bank.money(attempt.our_ref)["refunds"] == 1
        assert fresh(attempt).payment.status == "REFUNDED"
    assert books_balance() == {}


def test_control_without_locks_more_than_was_paid_is_owed_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = paid(shop)
    slow(monkeypatch, returning, "held")
    without_locks(monkeypatch)
    at_once([lambda: ask_back(attempt)] * 6)
    assert Refund.objects.count() > 1


def test_two_sweeps_at_once_do_everything_once(shop: Shop) -> None:
    shop.bank.fault("drop", times="always")
    attempts = []
    for _ in range(4):
        shop.fill_cart()
        attempts.append(shop.press_pay())
        shop.pay(attempts[-1])
        run_jobs()
        Attempt.objects.filter(status="OPEN").update(next_ask_at=now() + timedelta(hours=1))
        journey.ask_attempt(attempt=attempts[-1], at=now())
    run_jobs()
    at_once([lambda: journey.sweep(at=now() + timedelta(minutes=40))] * 4)
    run_jobs()
    assert Policy.objects.count() == Letter.objects.filter(kind="policy_issued").count() == 4
    assert Entry.objects.filter(debit="gateway").count() == 4

"""Races over one payment, and what guards them taken away.

Each race is run once and says what came of it. A test runs it 50 times and finds the same each time; its
negative control takes the guard away and sees the very same race lost.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from psycopg import Cursor

from parason.contracts.models import Contract
from parason.journeys import payments as journey
from parason.kernel.clock import now
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.kernel.moves import MovedMeanwhile
from parason.payments import operations
from parason.payments.models import Attempt, Entry, Notification, Payment, Refund
from parason.payments.operations import moving
from tests.crowd import AT_ONCE, Crowd
from tests.payments.purchases import SUM, Shop, fresh

LOCKS = re.compile(r" FOR UPDATE(?: OF (?:\"\w+\"(?:, )?)+)?(?: SKIP LOCKED| NOWAIT)?")
LONG_ENOUGH = 100  # an unguarded race is lost within a few turns; never in a hundred: it proves nothing

Came = dict[str, Any]


def is_lost(race: Callable[[], Came], how: Callable[[Came], bool]) -> None:
    """The negative control: without its guard the race is lost, and soon."""
    seen: Came = {}
    for _ in range(LONG_ENOUGH):
        seen = race()
        if how(seen):
            return
    pytest.fail(f"the race is won without its guard as well: {seen}")


# What can be taken away.


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are read without being locked, whoever wrote the statement."""
    execute = Cursor.execute

    def unlocked(self: Cursor[Any], query: Any, params: Any = None, **how: Any) -> Any:
        return execute(self, LOCKS.sub("", query) if isinstance(query, str) else query, params, **how)

    monkeypatch.setattr(Cursor, "execute", unlocked)


def with_careless_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A status is written without looking whether it is still the one before."""

    def move(
        thing: Any, *, to: str, moves: Any, events: Any, at: Any, by: Any, data: Any, **fields: Any
    ) -> None:
        type(thing).objects.filter(pk=thing.pk).update(status=to, **fields)
        for name, value in {"status": to, **fields}.items():
            setattr(thing, name, value)

    monkeypatch.setattr(moving, "move", move)


@contextmanager
def without_triggers_of(*tables: str) -> Iterator[None]:
    """The database takes any move in them, from any connection."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@contextmanager
def without_index(name: str, table: str) -> Iterator[None]:
    """A unique index is away; what was written meanwhile is gone afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        (definition,) = cursor.fetchone()
        cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute(f"TRUNCATE {table} CASCADE")
        cursor.execute(definition)


# Stories up to where the race begins.


def customer(shop: Shop) -> Shop:
    """Somebody new at the same bank, with a full cart."""
    one = Shop.open(shop.bank)
    one.fill_cart()
    return one


def told_of(shop: Shop, times: int) -> list[Notification]:
    """A payment whose notification lies there several times, unjudged."""
    attempt = shop.press_pay()
    shop.bank.fault("double", times_sent=times)
    shop.pay(attempt)
    return list(Notification.objects.filter(our_ref=attempt.our_ref, processed_at=None))


def judging(told: Notification) -> Callable[[], Any]:
    return partial(journey.judge_notification, notification_id=told.pk, at=now())


def paid(shop: Shop) -> Attempt:
    (told,) = told_of(customer(shop), 1)
    judging(told)()
    return fresh(Attempt.objects.get(our_ref=told.our_ref))


# Races.


def _answers(found: list[Any]) -> dict[str, int]:
    return dict(Counter(type(one).__name__ for one in found))


def _calls(attempt: Attempt, shop: Shop, operation: str) -> int:
    return sum(one["operation"] == operation for one in shop.bank.state(attempt.our_ref)["calls"])


def press_pay(shop: Shop, crowd: Crowd, *, known: bool) -> Came:
    """Twenty presses of the button, for a payment that nobody has tried yet, or that is `known`."""
    one = Shop.open(shop.bank)
    order = one.fill_cart()
    if known:
        Payment.objects.create(order=order, amount_minor=SUM, currency="BYN", created_at=now())
    found = crowd.at_once([one.press_pay] * AT_ONCE)
    tried = Attempt.objects.filter(payment__order=order)
    return {
        "answers": _answers(found),
        "addresses": len({each.redirect_url for each in found if isinstance(each, Attempt)}),
        "pages": sum(len(shop.bank.state(each.our_ref)["checkouts"]) for each in tried),
    }


def judge(shop: Shop, crowd: Crowd) -> Came:
    """A notification that came four times, each of them judged by five workers."""
    told = told_of(customer(shop), 4)
    found = crowd.at_once([judging(one) for one in told] * (AT_ONCE // 4))
    return dict(Counter(map(str, found)))


def judge_two_pages(shop: Shop, crowd: Crowd) -> Came:
    """A page that was given up and the one after it are paid, each told of twice; twenty workers judge."""
    one = customer(shop)
    first = one.press_pay()
    operations.cancel(order=first.payment.order, at=now())
    pages = [first, one.press_pay()]
    for page in pages:
        shop.bank.fault("double", tracking_id=page.our_ref)
        shop.bank.pay(page.external_id)
    shop.bank.settle()
    told = Notification.objects.filter(our_ref__in=[page.our_ref for page in pages])
    found = crowd.at_once([judging(each) for each in told] * (AT_ONCE // 4))
    entries = Entry.objects.filter(payment=first.payment)
    return {
        "attempts": sorted(fresh(page).status for page in pages),
        "counted": entries.filter(credit="customers").count(),
        "goes back": entries.filter(credit="refunds").count(),
        "stumbled": [repr(each) for each in found if isinstance(each, Exception)],
    }


def _came_of(attempt: Attempt, found: list[Any]) -> Came:
    attempt = fresh(attempt)
    contracts = Contract.objects.filter(order_lines__order__payment=attempt.payment)
    return {
        "attempt": attempt.status,
        "payment": attempt.payment.status,
        "contracts": list(contracts.values_list("status", flat=True)),
        "credited": Entry.objects.filter(payment=attempt.payment, credit="customers").count(),
        # Being told that somebody was quicker is an answer; to stumble over him is none.
        "stumbled": [
            repr(one)
            for one in found
            if isinstance(one, Exception)
            and (not isinstance(one, DomainError) or isinstance(one, MovedMeanwhile))
        ],
    }


WON: Came = {
    "attempt": "PAID",
    "payment": "PAID",
    "contracts": ["PAID"],
    "credited": 1,
    "stumbled": [],
}


def _pay_and_tell(shop: Shop, attempt: Attempt) -> None:
    shop.pay(attempt)
    for told in Notification.objects.filter(our_ref=attempt.our_ref, processed_at=None):
        judging(told)()


def pay_and_expire(shop: Shop, crowd: Crowd) -> Came:
    """Paid at the bank and told of while nineteen look whether its time is over."""
    one = customer(shop)
    attempt, late = one.press_pay(), now() + timedelta(minutes=32)
    rivals = [partial(journey.ask_attempt, attempt=fresh(attempt), at=late), partial(journey.sweep, at=late)]
    acts = [partial(_pay_and_tell, one, attempt), *rivals * 9, rivals[0]]
    return _came_of(attempt, crowd.at_once(acts))


def pay_and_cancel(shop: Shop, crowd: Crowd) -> Came:
    """Ten workers judge the money, ten tabs give the page up."""
    (told,) = told_of(customer(shop), 1)
    attempt = Attempt.objects.select_related("payment__order").get(our_ref=told.our_ref)
    acts = [judging(told), partial(operations.cancel, order=attempt.payment.order, at=now())] * (AT_ONCE // 2)
    random.shuffle(acts)
    return _came_of(attempt, crowd.at_once(acts))


def pay_and_open_another(shop: Shop, crowd: Crowd) -> Came:
    """Ten workers judge money of the last minute, ten presses want a new page; the bank answers of before."""
    one = customer(shop)
    shop.bank.fault("unknown_status", shown_in="query")
    (told,) = told_of(one, 1)
    attempt = Attempt.objects.get(our_ref=told.our_ref)
    acts = [judging(told), partial(one.press_pay, at=now() + timedelta(minutes=31))] * (AT_ONCE // 2)
    came = _came_of(attempt, crowd.at_once(acts))
    return came | {"more pages": attempt.payment.attempts.exclude(pk=attempt.pk).count() > 1}


def _ask_back(attempt: Attempt) -> Refund:
    return operations.request_refund(
        payment=attempt.payment, amount=Money(SUM, "BYN"), reason="r", by=None, at=now()
    )


def ask_back(shop: Shop, crowd: Crowd) -> Came:
    """Twenty times the whole sum is wanted back."""
    return _answers(crowd.at_once([partial(_ask_back, paid(shop))] * AT_ONCE))


def send_back(shop: Shop, crowd: Crowd) -> Came:
    """Twenty workers send one refund."""
    attempt = paid(shop)
    refund = _ask_back(attempt)
    found = crowd.at_once([partial(journey.send_refund, refund_id=refund.pk, at=now())] * AT_ONCE)
    return {
        "calls": _calls(attempt, shop, "refund"),
        "refunds": shop.bank.money(attempt.our_ref)["refunds"],
        "stumbled": [repr(one) for one in found if isinstance(one, Exception)],
    }


def sweep(shop: Shop, crowd: Crowd) -> Came:
    """Twenty sweeps over a payment of which nobody told."""
    attempt = customer(shop).press_pay()
    shop.bank.fault("drop", times="always", tracking_id=attempt.our_ref)
    shop.pay(attempt)
    found = crowd.at_once([partial(journey.sweep, at=now() + timedelta(seconds=31))] * AT_ONCE)
    return _came_of(attempt, found) | {"asked": _calls(attempt, shop, "query")}


def sweep_and_press_again(shop: Shop, crowd: Crowd) -> Came:
    """A process died while it opened a page: ten sweeps give it up, ten presses want another."""
    one, at = Shop.open(shop.bank), now()
    payment = Payment.objects.create(
        order=one.fill_cart(), amount_minor=SUM, currency="BYN", created_at=at - timedelta(minutes=1)
    )
    stuck = Attempt.objects.create(
        payment=payment, gateway="begateway", shop_id="90001", status="OPENING",
        created_at=payment.created_at, claimed_at=payment.created_at,
    )  # fmt: skip
    acts = [partial(one.press_pay, at=at), partial(journey.sweep, at=at)] * (AT_ONCE // 2)
    found = crowd.at_once(acts)
    tried = payment.attempts.all()
    return {
        "answers": _answers(found),
        "stuck": fresh(stuck).status,
        "pages": sum(len(shop.bank.state(each.our_ref)["checkouts"]) for each in tried),
    }

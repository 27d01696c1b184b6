"""Races with their negative controls: 20 at once, 50 times (PARASON_RACE_REPEATS).

A race is always won with its guards, and seen to be lost without them. Several guards hold some of them (the
payment's lock, moves that look at the status before, triggers, unique indexes): the control takes as many
away as it needs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from parason.documents.models import Letter, Policy
from parason.payments.models import Attempt, Refund
from tests.crowd import AT_ONCE, REPEATS, Crowd
from tests.payments import races
from tests.payments.purchases import SUM, Shop, books_balance, run_jobs
from tests.payments.races import WON, Came, is_lost

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    races.without_locks(monkeypatch)


@pytest.fixture
def no_guards(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No locks, no look at the status before, no trigger, no index of the one live attempt."""
    races.without_locks(monkeypatch)
    races.with_careless_moves(monkeypatch)
    with ExitStack() as away:
        away.enter_context(races.without_triggers_of("payments_attempt", "payments_payment"))
        away.enter_context(races.without_index("payment_one_live_attempt", "payments_attempt"))
        yield


@pytest.fixture(autouse=True)
def _nothing_failed_unseen(
    caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> Iterator[None]:
    """A sweep goes on after a failure and logs it: with the guards there is none."""
    yield
    if "control" not in request.node.name:
        failed = [one for one in caplog.get_records("call") if one.name == "parason.journeys.payments"]
        assert not [one.getMessage() for one in failed if one.levelno >= logging.ERROR]


def all_issued_once() -> bool:
    run_jobs()
    policies, letters = Policy.objects.count(), Letter.objects.filter(kind="policy_issued").count()
    return policies == letters == REPEATS


def test_pressing_pay_twenty_times_opens_one_page(shop: Shop, crowd: Crowd) -> None:
    right = {"answers": {"Attempt": AT_ONCE}, "addresses": 1, "pages": 1}
    for repeat in range(REPEATS):
        assert races.press_pay(shop, crowd, known=bool(repeat % 2)) == right
    for attempt in Attempt.objects.all():
        shop.bank.pay(attempt.external_id)
    shop.bank.settle()
    assert all_issued_once()
    assert books_balance() == {"premiums": -SUM * REPEATS, "gateway": SUM * REPEATS}


def test_control_without_lock_and_index_many_pages_are_opened(
    shop: Shop, crowd: Crowd, no_guards: None
) -> None:
    is_lost(lambda: races.press_pay(shop, crowd, known=True), lambda came: came["pages"] > 1)


def test_the_same_notification_judged_by_twenty_workers_at_once_pays_once(shop: Shop, crowd: Crowd) -> None:
    for _ in range(REPEATS):
        assert races.judge(shop, crowd) == {"['paid']": 1, "['known']": 3, "[]": AT_ONCE - 4}
    assert all_issued_once()
    assert books_balance() == {"premiums": -SUM * REPEATS, "gateway": SUM * REPEATS}


def test_control_without_locks_workers_stumble_over_one_notification(
    shop: Shop, crowd: Crowd, no_locks: None
) -> None:
    is_lost(lambda: races.judge(shop, crowd), lambda came: came != {"['paid']": 1, "['known']": 3, "[]": 16})


BOTH: Came = {"attempts": ["PAID", "REFUNDING"], "counted": 1, "goes back": 1, "stumbled": []}


def test_two_pages_paid_and_judged_at_once_count_once(shop: Shop, crowd: Crowd) -> None:
    for _ in range(REPEATS):
        assert races.judge_two_pages(shop, crowd) == BOTH
    assert all_issued_once()
    shop.bank.settle()
    run_jobs()
    assert Attempt.objects.filter(status="REFUNDED").count() == REPEATS
    assert sum(one["kept"] for one in shop.bank.state()["money"].values()) == SUM * REPEATS
    assert books_balance() == {"premiums": -SUM * REPEATS, "gateway": SUM * REPEATS}


def test_control_without_locks_workers_stumble_over_two_pages(
    shop: Shop, crowd: Crowd, no_locks: None
) -> None:
    is_lost(lambda: races.judge_two_pages(shop, crowd), lambda came: came != BOTH)


RIVALS = {
    "expire": races.pay_and_expire,
    "cancel": races.pay_and_cancel,
    "new page": races.pay_and_open_another,
}
Race = Callable[[Shop, Crowd], Came]


@pytest.mark.parametrize("rival", RIVALS)
def test_money_and_its_rival_at_once_end_in_one_policy(shop: Shop, crowd: Crowd, rival: str) -> None:
    for _ in range(REPEATS):
        came = RIVALS[rival](shop, crowd)
        assert came | WON == came, came
        assert not came.get("more pages")
    # Should a page that was opened meanwhile be paid as well, that money goes back.
    for attempt in Attempt.objects.exclude(status="PAID"):
        shop.bank.pay(attempt.external_id)
    shop.bank.settle()
    run_jobs()
    shop.bank.settle()
    assert all_issued_once()
    assert set(Attempt.objects.values_list("status", flat=True)) <= {"PAID", "REFUNDED"}
    assert sum(one["kept"] for one in shop.bank.state()["money"].values()) == SUM * REPEATS
    assert books_balance() == {"premiums": -SUM * REPEATS, "gateway": SUM * REPEATS}


@pytest.mark.parametrize("rival", RIVALS)
def test_control_without_guards_what_is_paid_is_given_up(
    shop: Shop, crowd: Crowd, no_guards: None, rival: str
) -> None:
    is_lost(
        lambda: RIVALS[rival](shop, crowd),
        lambda came: came["payment"] == "PAID" and came["attempt"] in ("EXPIRED", "CANCELLED"),
    )


def test_a_refund_asked_for_twenty_times_at_once_is_granted_once(shop: Shop, crowd: Crowd) -> None:
    for _ in range(REPEATS):
        assert races.ask_back(shop, crowd) == {"Refund": 1, "RefundTooLarge": AT_ONCE - 1}


def test_control_without_locks_more_than_was_paid_is_owed_back(
    shop: Shop, crowd: Crowd, no_locks: None
) -> None:
    is_lost(lambda: races.ask_back(shop, crowd), lambda came: came["Refund"] > 1)


def test_a_refund_sent_by_twenty_workers_at_once_is_sent_once(shop: Shop, crowd: Crowd) -> None:
    for _ in range(REPEATS):
        assert races.send_back(shop, crowd) == {"calls": 1, "refunds": 1, "stumbled": []}
    shop.bank.settle()
    run_jobs()
    assert list(Refund.objects.values_list("status", flat=True)) == ["SUCCEEDED"] * REPEATS
    assert books_balance() == {}


def test_control_without_guards_a_refund_is_sent_again_and_again(
    shop: Shop, crowd: Crowd, no_guards: None
) -> None:
    is_lost(lambda: races.send_back(shop, crowd), lambda came: came["calls"] > 1)


def test_twenty_sweeps_at_once_ask_and_settle_once(shop: Shop, crowd: Crowd) -> None:
    for _ in range(REPEATS):
        assert races.sweep(shop, crowd) == WON | {"asked": 1}
    assert all_issued_once()


def test_control_without_locks_every_sweep_asks(shop: Shop, crowd: Crowd, no_locks: None) -> None:
    is_lost(lambda: races.sweep(shop, crowd), lambda came: came["asked"] > 1)


def test_sweeps_and_presses_after_a_crash_open_one_page(shop: Shop, crowd: Crowd) -> None:
    right = {"answers": {"Attempt": AT_ONCE // 2, "dict": AT_ONCE // 2}, "stuck": "ABANDONED", "pages": 1}
    for _ in range(REPEATS):
        assert races.sweep_and_press_again(shop, crowd) == right


def test_control_without_guards_a_crash_is_followed_by_several_pages(
    shop: Shop, crowd: Crowd, no_guards: None
) -> None:
    is_lost(lambda: races.sweep_and_press_again(shop, crowd), lambda came: came["pages"] > 1)

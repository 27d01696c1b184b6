"""Counters under many tries in the same moment: exactly as many are let through as the figure says."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory

from parason.website import limits
from tests.accounts.letters import letters_to
from tests.accounts.test_limits import EMAIL
from tests.factories import make_user

pytestmark = pytest.mark.django_db
MANY = 16
FIVE_A_MINUTE = {"try": "5/m/key"}


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What MANY calls in the same moment give."""
    barrier, results = threading.Barrier(MANY), list[Any]()

    def run(number: int) -> None:
        try:
            barrier.wait()
            results.append(act(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def attempt(key: str, config: dict[str, str] | None = None, **more: Any) -> limits.Usage | None:
    request = RequestFactory().post("/")
    config = config or FIVE_A_MINUTE
    return limits.consume(request, app="allauth.account", action="try", config=config, key=key, **more)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", range(20))
def test_of_sixteen_tries_in_one_moment_five_pass(number: int) -> None:
    results = at_once(lambda _number: attempt(f"race-{number}"))
    assert sum(result is not None for result in results) == 5
    assert attempt(f"race-{number}") is None


def count_in_two_statements(key: str) -> bool:
    hits = cache.get(key, [])
    if len(hits) >= 5:
        return False
    cache.set(key, [*hits, 1])
    return True


@pytest.mark.django_db(transaction=True)
def test_reading_and_then_writing_would_let_more_through() -> None:
    """The control: without one statement for both, the race happens."""
    passed = [sum(at_once(lambda _number, key=f"naive-{i}": count_in_two_statements(key))) for i in range(20)]
    assert max(passed) > 5


@pytest.mark.django_db(transaction=True)
def test_two_counters_in_one_moment_neither_wait_for_ever_nor_lose_a_count() -> None:
    both = {"try": "5/m/key,7/h/key"}
    results = at_once(lambda _number: attempt("both", both))
    assert sum(result is not None for result in results) == 5
    assert attempt("both", {"try": "7/h/key"}) is not None, "a refused try was counted by the other counter"
    assert attempt("both", {"try": "7/h/key"}) is not None
    assert attempt("both", {"try": "7/h/key"}) is None


@pytest.mark.django_db(transaction=True)
def test_tries_given_back_in_one_moment_all_count_as_none() -> None:
    def good(_number: int) -> None:
        usage = attempt("good", {"try": "99/m/key,99/h/key"})
        assert usage is not None
        usage.rollback()

    at_once(good)
    assert attempt("good", {"try": "1/m/key"}) is not None


def test_a_refused_try_counts_nowhere() -> None:
    config = {"try": "1/m/key,2/h/key"}
    assert attempt("once", config) is not None
    for _ in range(5):
        assert attempt("once", config) is None
    assert attempt("once", {"try": "2/h/key"}) is not None
    assert attempt("once", {"try": "2/h/key"}) is None


def test_looking_counts_nothing_and_a_full_counter_is_seen() -> None:
    config = {"try": "1/m/key"}
    for _ in range(3):
        assert attempt("look", config, dry_run=True) is not None
    assert attempt("look", config) is not None
    assert attempt("look", config, dry_run=True) is None


def test_old_hits_count_no_more() -> None:
    config = {"try": "1/0.000001s/key"}
    assert attempt("old", config) is not None
    assert attempt("old", config) is not None


def test_another_account_s_success_does_not_reset_the_network_address() -> None:
    request = RequestFactory().post("/")
    for _ in range(10):
        assert limits.consume(request, app="allauth.account", action="login_failed", key="one") is not None
    limits.clear(request, app="allauth.account", action="login_failed", key="one")
    assert limits.consume(request, app="allauth.account", action="login_failed", key="two") is None


@pytest.mark.parametrize("name", ["consume", "clear"])
def test_the_library_still_calls_what_stands_in_its_place(name: str) -> None:
    source = inspect.getsource(ratelimit)
    assert getattr(ratelimit, name) is getattr(limits, name)
    taken = source.split(f"def {name}(")[1].split(")")[0]
    for parameter in inspect.signature(getattr(limits, name)).parameters:
        assert f"{parameter}:" in taken or f"{parameter}=" in taken, parameter
    given = {line.strip().split(":")[0].split("=")[0].strip(" ,") for line in taken.splitlines()} - {"", "*"}
    assert given == set(inspect.signature(getattr(limits, name)).parameters)


@pytest.mark.django_db(transaction=True)
def test_letters_asked_for_in_one_moment_are_one() -> None:
    from django.test import Client

    make_user(EMAIL)
    at_once(lambda _number: Client().post("/account/confirm-email/again", {"email": EMAIL}))
    assert len(letters_to(EMAIL)) == 1

"""The shared cache counts rightly, cheaply, and forgets nothing too early."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache, caches
from django.db import close_old_connections, connection
from django.utils import timezone

from parason.website import cache as shared
from parason.website.cache import SharedCache

pytestmark = pytest.mark.django_db


def test_each_write_is_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        cache.set("a", [1.5])
    with django_assert_num_queries(1):
        assert cache.add("b", 1)
    with django_assert_num_queries(1):
        assert cache.get("a") == [1.5]


def test_add_takes_only_what_is_free_or_expired() -> None:
    assert cache.add("lock", 1, timeout=60)
    assert not cache.add("lock", 2, timeout=60)
    assert cache.get("lock") == 1
    cache.set("lock", 1, timeout=-1)
    assert cache.add("lock", 3, timeout=60)
    assert cache.get("lock") == 3


def test_touch_and_delete() -> None:
    assert not cache.touch("a")
    cache.set("a", 1, timeout=60)
    assert cache.touch("a", 3600)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert cache.get("a") == 1
    assert cache.delete("a")
    assert cache.get("a") is None
    cache.set("for-ever", 1, timeout=None)
    assert cache.get("for-ever") == 1


def test_many_entries_push_out_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "SWEEP", 1)
    cache.set("limit", 1, timeout=3600)
    cache.set("old", 1, timeout=-5)
    for number in range(700):
        cache.set(f"noise-{number}", number)
    assert cache.get("limit") == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache WHERE cache_key LIKE %s", ["%old"])
        assert cursor.fetchone() == (0,)


def test_the_table_has_no_journal() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'cache'")
        assert cursor.fetchone() == ("u",)
    assert isinstance(caches["default"], SharedCache)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_grab_a_lock_one_gets_it() -> None:
    for _round in range(5):
        key = f"race-{time.monotonic()}"
        barrier = threading.Barrier(20)
        won: list[bool] = []

        def grab(barrier: threading.Barrier = barrier, won: list[bool] = won, key: str = key) -> None:
            close_old_connections()
            barrier.wait()
            won.append(cache.add(key, 1, timeout=30))
            connection.close()

        threads = [threading.Thread(target=grab) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert won.count(True) == 1

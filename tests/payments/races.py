"""Acts let go at the same moment, each in a thread with its own connection; and the locks taken away."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

AT_ONCE = 20
REPEATS = int(os.environ.get("PARASON_RACE_REPEATS", "3"))


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """The results, exceptions among them, in no order."""
    gate = threading.Barrier(len(acts))
    found: list[Any] = []

    def run(act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            found.append(act())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: rows are read without being locked."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self.all())

"""Many at the same moment: threads that stay, each with its own connection to the database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Barrier, Thread
from typing import Any

from django.db import connection

AT_ONCE = 20
REPEATS = int(os.environ.get("PARASON_RACE_REPEATS", "50"))

Act = Callable[[], Any]
Inbox = SimpleQueue[tuple[Act, Barrier] | None]
Outbox = SimpleQueue[Any]


class Crowd:
    """Lets acts go together. Its threads and connections live on, so that a race costs only its own work."""

    def __init__(self) -> None:
        self._lines: list[tuple[Thread, Inbox, Outbox]] = []

    def at_once(self, acts: Sequence[Act]) -> list[Any]:
        """Results in the order of the acts; who failed has its exception there."""
        while len(self._lines) < len(acts):
            self._hire()
        gate = Barrier(len(acts))
        lines = self._lines[: len(acts)]
        for (_, inbox, _out), act in zip(lines, acts, strict=True):
            inbox.put((act, gate))
        return [outbox.get() for _, _, outbox in lines]

    def _hire(self) -> None:
        inbox: Inbox = SimpleQueue()
        outbox: Outbox = SimpleQueue()
        thread = Thread(target=_work, args=[inbox, outbox], daemon=True)
        thread.start()
        self._lines.append((thread, inbox, outbox))

    def go_home(self) -> None:
        """Their connections are given back."""
        for _, inbox, _out in self._lines:
            inbox.put(None)
        for thread, _, _out in self._lines:
            thread.join()


def _work(inbox: Inbox, outbox: Outbox) -> None:
    try:
        while (given := inbox.get()) is not None:
            act, gate = given
            outbox.put(_done(act, gate))
    finally:
        connection.close()


def _done(act: Act, gate: Barrier) -> Any:
    try:
        connection.ensure_connection()
        gate.wait(30)
        return act()
    except Exception as error:  # each outcome is looked at by the test
        return error


@contextmanager
def gathered() -> Iterator[Crowd]:
    """A crowd for one test."""
    crowd = Crowd()
    try:
        yield crowd
    finally:
        crowd.go_home()

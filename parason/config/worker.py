"""The worker: takes jobs by a connection of its own, while jobs defer through Django's."""

from __future__ import annotations

import time
import warnings
from typing import Any

import uvloop
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from parason.config.ready import leave_what_was_loaded

RESTED = 1.0  # seconds after which a line is asked whether it is still alive before it is used


class Lines(AsyncConnectionPool[AsyncConnection[Any]]):
    """procrastinate's connections: each of its steps is one statement, and needs no transaction around it.

    procrastinate asks a line for a sign of life before every statement; here only one that has rested is
    asked, so that a server that was started again is still noticed.
    """

    def __init__(self, **settings: Any) -> None:
        self._used: dict[int, float] = {}
        super().__init__(**{**settings, "check": self._alive, "configure": self._one_by_one})

    async def _one_by_one(self, line: AsyncConnection[Any]) -> None:
        await line.set_autocommit(True)

    async def _alive(self, line: AsyncConnection[Any]) -> None:
        moment = time.monotonic()
        if moment - self._used.get(id(line), 0) > RESTED:
            await self.check_connection(line)
        self._used[id(line)] = moment


def run(*, concurrency: int, once: bool = False) -> None:
    """Do jobs until told to stop, or only those that wait.

    procrastinate's own command puts the worker's asynchronous connector in the place of Django's; a job that
    defers another one would then do so outside of its transaction: the next job could begin before the
    commit, or stay after a rollback. So the worker gets an app of its own with the same tasks, and the tasks
    keep Django's.
    """
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.utils import connector_params

    with warnings.catch_warnings():
        # Deprecated because the tasks go on to link back to the first app: here that is the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        connector = PsycopgConnector(pool_factory=Lines, kwargs=connector_params())
        worker = app.with_connector(connector)

    async def work() -> None:
        async with worker.open_async():
            await worker.run_worker_async(concurrency=concurrency, wait=not once)

    leave_what_was_loaded()
    uvloop.run(work())  # a quarter of the worker's time was the loop of asyncio

"""The worker: takes jobs by a connection of its own, while jobs defer through Django's."""

from __future__ import annotations

import warnings


def run(*, concurrency: int, once: bool = False) -> None:
    """Do jobs until told to stop, or only those that wait.

    procrastinate's own command puts the worker's asynchronous connector in the place of Django's; a job that
    defers another one would then do so outside of its transaction: the next job could begin before the
    commit, or stay after a rollback. So the worker gets an app of its own with the same tasks, and the tasks
    keep Django's.
    """
    from procrastinate.contrib.django import app

    with warnings.catch_warnings():
        # Deprecated because the tasks go on to link back to the first app: here that is the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    worker.run_worker(concurrency=concurrency, wait=not once)

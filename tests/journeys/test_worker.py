"""The worker: what a job defers goes with the job's own transaction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from parason.accounts.models import User
from parason.config import worker
from parason.contracts.models import Contract
from parason.documents.models import Letter, Policy
from parason.journeys import jobs
from parason.kernel.clock import now
from tests.journeys import acts

pytestmark = pytest.mark.django_db(transaction=True)
LATER = "parason.tests.later"


@pytest.fixture
def broken_job() -> Iterator[str]:
    """A job that defers another one and then fails, all in one transaction."""
    name = "parason.tests.broken"

    @app.task(name=name)
    def broken() -> None:
        with transaction.atomic():
            app.configure_task(LATER).defer()
            raise RuntimeError("meant by the test")

    yield name
    del app.tasks[name]


def waiting(task: str) -> int:
    """How many jobs of a task there are, in whatever state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [task])
        row = cursor.fetchone()
    return int(row[0])


def test_a_job_that_fails_takes_what_it_deferred_with_it(broken_job: str) -> None:
    app.configure_task(broken_job).defer()
    worker.run(concurrency=1, once=True)
    assert waiting(broken_job) == 1
    assert waiting(LATER) == 0


def test_the_worker_turns_money_into_a_policy_and_a_letter(anna: User) -> None:
    acts.stock(at=now())
    contract = acts.make_contract(anna, at=now())
    acts.pay(acts.order_of(anna, contract, at=now()), at=now())
    worker.run(concurrency=2, once=True)
    assert Contract.objects.get().status == "ISSUED"
    assert Policy.objects.count() == 1
    assert Letter.objects.get(kind="policy_issued").to == anna.email


def test_every_periodic_job_can_run_on_an_empty_portal() -> None:
    """A sweep that fails when there is nothing to do would fail every five minutes."""
    jobs.lapse_overdue(0)
    jobs.forget_stale(0)

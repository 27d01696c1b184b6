"""Jobs of the papers: fetch by id, one call."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from parason.documents import operations
from parason.documents.letters import reminders
from parason.documents.letters.delivery import TryLater
from parason.documents.letters.delivery import deliver as hand_over
from parason.kernel.clock import now

# A mail server that is away for six hours loses no letter.
LATER = RetryStrategy(max_attempts=40, wait=5, linear_wait=30, retry_exceptions=[TryLater])


@app.task(name="parason.documents.jobs.deliver", retry=LATER)
def deliver(letter_id: int) -> None:
    """Hand one letter to the mail server."""
    hand_over(letter_id=letter_id, at=now())


@app.periodic(cron="7 * * * *")
@app.task(name="parason.documents.jobs.remind", queueing_lock="remind")
def remind(timestamp: int) -> None:
    """Every hour: reminders that are due, each once."""
    reminders.remind(at=now())


@app.periodic(cron="17 3 * * *")
@app.task(name="parason.documents.jobs.forget_tries", queueing_lock="forget_tries")
def forget_tries(timestamp: int) -> None:
    """Every night: counters of checks by hand whose time is over."""
    operations.forget_tries(at=now())

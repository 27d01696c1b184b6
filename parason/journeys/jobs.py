"""Jobs of the journeys: fetch by id, one call. Settings name this module, so that the worker knows them."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import OperationalError
from procrastinate import JobContext, RetryStrategy, builtin_tasks
from procrastinate.contrib.django import app

from parason.accounts import operations as accounts
from parason.journeys import impact, instalments, issue, lapse, payments
from parason.kernel.clock import now

# A lost connection or a deadlock is worth another try; anything else is a mistake of ours, and the retry
# keeps it visible.
AGAIN = RetryStrategy(max_attempts=20, wait=2, linear_wait=10)
BROKEN_LINE = RetryStrategy(max_attempts=5, wait=5, retry_exceptions=[OperationalError])


@app.task(name="parason.journeys.jobs.issue_policies", retry=AGAIN)
def issue_policies(order_id: str) -> None:
    """Issue what an order paid for."""
    issue.issue(order_id=uuid.UUID(order_id), at=now())


@app.task(name="parason.journeys.jobs.judge_notification", retry=AGAIN)
def judge_notification(notification_id: int) -> None:
    """Judge one stored notification."""
    payments.judge_notification(notification_id=notification_id, at=now())


@app.task(name="parason.journeys.jobs.send_refund", retry=BROKEN_LINE)
def send_refund(refund_id: int) -> None:
    """Send one refund, or follow it."""
    payments.send_refund(refund_id=refund_id, at=now())


@app.task(name="parason.journeys.jobs.count_impact", retry=BROKEN_LINE)
def count_impact(after_id: int, before_id: int, month: str) -> None:
    """Count what a tariff version would have meant for a large month."""
    impact.count(after_id=after_id, before_id=before_id, month=date.fromisoformat(month), at=now())


@app.periodic(cron="* * * * * */15")
@app.task(name="parason.journeys.jobs.sweep_payments", retry=BROKEN_LINE, queueing_lock="sweep_payments")
def sweep_payments(timestamp: int) -> None:
    """Every 15 seconds: calls that never came back, late judgements, questions by plan, refunds."""
    payments.sweep(at=now())


@app.periodic(cron="* * * * * */15")
@app.task(name="parason.journeys.jobs.retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Every 15 seconds: jobs whose worker died (no sign of life for 30 s) go back to the queue."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


@app.periodic(cron="11 4 * * *")
@app.task(name="parason.journeys.jobs.forget_done_jobs", queueing_lock="forget_done_jobs", pass_context=True)
async def forget_done_jobs(context: JobContext, timestamp: int) -> None:
    """Every night: jobs that ended well three days ago; failed ones stay to be looked at."""
    await builtin_tasks.remove_old_jobs(context, max_hours=72)


@app.periodic(cron="40 2 * * *")
@app.task(name="parason.journeys.jobs.reconcile", retry=BROKEN_LINE, queueing_lock="reconcile")
def reconcile(timestamp: int) -> None:
    """Every night: our books against the gateways' own reports, then what they paid out."""
    payments.reconcile(at=now())
    payments.take_payouts(at=now())


@app.periodic(cron="*/30 * * * *")
@app.task(name="parason.journeys.jobs.fetch_rates", queueing_lock="fetch_rates")
def fetch_rates(timestamp: int) -> None:
    """Every half hour: official rates of today and tomorrow, until they are known."""
    payments.fetch_rates(at=now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="parason.journeys.jobs.lapse_overdue", retry=BROKEN_LINE, queueing_lock="lapse_overdue")
def lapse_overdue(timestamp: int) -> None:
    """Every five minutes: contracts that were not paid in time."""
    lapse.lapse_overdue(at=now())


@app.periodic(cron="23 5 * * *")
@app.task(name="parason.journeys.jobs.end_unpaid", retry=BROKEN_LINE, queueing_lock="end_unpaid")
def end_unpaid(timestamp: int) -> None:
    """Every morning: contracts of which a part of the premium was not paid."""
    instalments.end_unpaid(at=now())


@app.periodic(cron="17 3 * * *")
@app.task(name="parason.journeys.jobs.forget_stale", retry=BROKEN_LINE, queueing_lock="forget_stale")
def forget_stale(timestamp: int) -> None:
    """Every night: answers of strangers who never came back, and sessions that are over."""
    lapse.forget_stale(at=now())
    accounts.forget_ended_sessions(at=now())

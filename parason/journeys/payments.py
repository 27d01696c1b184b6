"""The story of money: what a gateway says, what we ask it, and what follows in the other rooms.

All that follows from money happens in the transaction in which the money is recorded, or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import httpx
from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app as queue

from parason.accounts.models import User
from parason.journeys import buy, money_letters
from parason.kernel.clock import day_of
from parason.kernel.money import Money
from parason.payments import nbrb
from parason.payments import operations as payments
from parason.payments import queries as money
from parason.payments.gateways.interface import GatewayError
from parason.payments.gateways.registry import offered
from parason.payments.models import (
    Attempt,
    Notification,
    Payment,
    Refund,
    RefundOrigin,
    Review,
    SentTransfer,
    Statement,
    StatementLine,
)
from parason.payments.states import PAYABLE

log = logging.getLogger(__name__)
# A job that judges a notification should have run by then; if not, a sweep does it.
JUDGED_WITHIN = timedelta(seconds=20)
# Late notifications, refunds of the next day and a missed night are all in here.
RECONCILED_DAYS = timedelta(days=3)
# Paid out late, told late, a row of missed nights: asked for again, and taken once.
SETTLED_DAYS = timedelta(days=14)
# A status page that renews itself every few seconds must not ask the bank as often.
ASK_AT_MOST_EVERY = timedelta(seconds=4)


class Buying:
    """What follows from money for a purchase; see `payments.operations.Consequences`."""

    def may_honour(self, payment: Payment, at: datetime) -> bool:
        return buy.may_be_honoured(payment=payment, at=at)

    def settle(self, payment: Payment, at: datetime) -> None:
        buy.settle(payment=payment, at=at)

    def money_goes_back(self, refund: Refund, at: datetime) -> None:
        queue.configure_task("parason.journeys.jobs.send_refund").defer(refund_id=refund.pk)
        money_letters.goes_back(refund, at)

    def refund_done(self, refund: Refund, at: datetime) -> None:
        if not refund.aside:
            money_letters.returned(refund, at)

    def needs_review(self, attempt: Attempt, at: datetime) -> None:
        money_letters.under_review(attempt, at)


BUYING = Buying()


def take_notification(
    *, gateway_code: str, shop_id: str, raw: bytes, headers: Mapping[str, str], at: datetime
) -> Notification:
    """Keep a notification and defer its judgement, both or neither; one that repeats what was counted needs
    none. Raises NotAuthentic, UnknownGateway.
    """
    payments.authenticate(gateway_code=gateway_code, shop_id=shop_id, raw=raw, headers=headers, at=at)
    with transaction.atomic():
        notification = payments.keep(gateway_code=gateway_code, shop_id=shop_id, raw=raw, at=at)
        if notification.processed_at is None:
            queue.configure_task("parason.journeys.jobs.judge_notification").defer(
                notification_id=notification.pk
            )
    return notification


def precheck(
    *, gateway_code: str, shop_id: str, raw: bytes, headers: Mapping[str, str], at: datetime
) -> dict[str, Any]:
    """The answer to a gateway that asks before charging. Raises NotAuthentic, UnknownGateway."""
    return payments.precheck(
        gateway_code=gateway_code, shop_id=shop_id, raw=raw, headers=headers, consequences=BUYING, at=at
    )


def judge_notification(*, notification_id: int, at: datetime) -> list[str]:
    """Judge one notification; empty when it was judged before."""
    return payments.judge(notification_id=notification_id, consequences=BUYING, at=at)


def look_again(*, attempt: Attempt, at: datetime) -> Attempt:
    """How an attempt stands now: stored notifications first, then, if still open, the gateway."""
    if attempt.status not in PAYABLE:
        return attempt
    waiting = money.waiting_notifications(attempt.our_ref)
    for one in waiting:
        judge_notification(notification_id=one, at=at)
    if waiting:
        attempt.refresh_from_db()
    if attempt.status not in PAYABLE:
        return attempt
    if attempt.asked_at is not None and at - attempt.asked_at < ASK_AT_MOST_EVERY:
        return attempt
    return ask_attempt(attempt=attempt, at=at)


def ask_attempt(*, attempt: Attempt, at: datetime) -> Attempt:
    """Ask the gateway about an attempt, and let follow what follows."""
    return payments.ask(attempt=attempt, consequences=BUYING, at=at)


def send_refund(*, refund_id: int, at: datetime) -> str:
    """Send a refund, or follow one that was sent."""
    return payments.ask_refund(refund_id=refund_id, consequences=BUYING, at=at)


def refund_by_staff(*, payment: Payment, amount: Money, reason: str, by: User, at: datetime) -> Refund:
    """Staff ask for a refund; above the limit it waits for a second person. Raises payments' errors."""
    refund = payments.request_refund(
        payment=payment, amount=amount, reason=reason, by=by, at=at, origin=RefundOrigin.STAFF
    )
    if not refund.needs_second_person:
        queue.configure_task("parason.journeys.jobs.send_refund").defer(refund_id=refund.pk)
    return refund


def send_back(*, attempt: Attempt, reason: str, by: User, at: datetime) -> Refund:
    """Staff send money under review back. Raises NotUnderReview."""
    return payments.send_back(attempt=attempt, reason=reason, consequences=BUYING, by=by, at=at)


def accept_reviewed(*, review: Review, by: User, at: datetime) -> None:
    """The second person counts money under review: the purchase goes on. Raises payments' errors."""
    payments.confirm_acceptance(review=review, consequences=BUYING, by=by, at=at)


def take_payouts(*, at: datetime) -> int:
    """Ask each gateway what it paid out in the last days, and book its fees; how many were new."""
    found = 0
    for adapter in offered():
        try:
            found += payments.take_payouts(
                gateway_code=adapter.code, since=at - SETTLED_DAYS, until=at, consequences=BUYING, at=at
            )
        except GatewayError as error:
            log.warning("no payouts of %s: %s", adapter.code, error)
    return found


def record_sent(*, refund: Refund, reference: str, sent_on: date, by: User, at: datetime) -> SentTransfer:
    """Staff say that a refund was sent by transfer, with evidence. Raises payments' errors."""
    return payments.record_sent(
        refund=refund, reference=reference, sent_on=sent_on, consequences=BUYING, by=by, at=at
    )


def confirm_sent(*, sent: SentTransfer, by: User, at: datetime) -> None:
    """The second person confirms a large one. Raises payments' errors."""
    payments.confirm_sent(sent=sent, consequences=BUYING, by=by, at=at)


def cannot_send(*, refund: Refund, why: str, by: User, at: datetime) -> None:
    """The bank did not take a transfer. Raises payments' errors."""
    payments.cannot_send(refund=refund, why=why, consequences=BUYING, by=by, at=at)


def import_statement(*, raw: bytes, by: User, at: datetime) -> Statement:
    """Take in a bank statement; what it pays is settled in the same transaction. Raises payments' errors."""
    return payments.import_statement(raw=raw, by=by, consequences=BUYING, at=at)


def assign_line(*, line: StatementLine, payment: Payment, at: datetime) -> None:
    """A person says which payment a transfer is. Raises payments' errors."""
    payments.assign_line(line=line, payment=payment, consequences=BUYING, at=at)


def sweep(*, at: datetime) -> dict[str, int]:
    """Everything that is due: calls that never came back, late judgements, questions by plan, refunds.

    One failure does not stop the others. Safe to run twice at the same time.
    """
    done = {"stuck": payments.sweep_stuck(at=at), "judged": 0, "asked": 0, "refunds": 0}
    for notification in money.unjudged(before=at - JUDGED_WITHIN):
        act: Callable[[], object] = partial(judge_notification, notification_id=notification, at=at)
        done["judged"] += _tried("judging", notification, act)
    for attempt in payments.claim_due(at=at):
        act = partial(ask_attempt, attempt=attempt, at=at)
        done["asked"] += _tried("asking", attempt.pk, act)
    for refund in payments.claim_due_refunds(at=at):
        act = partial(send_refund, refund_id=refund, at=at)
        done["refunds"] += _tried("refunding", refund, act)
    return done


def reconcile(*, at: datetime) -> int:
    """Compare the last three days with each gateway's report; how many differences there were."""
    found = 0
    for adapter in offered():
        if adapter.caps.by_hand:
            continue  # our own bank's statements are its report: lines that fit nothing wait already
        try:
            run = payments.reconcile(
                gateway_code=adapter.code,
                since=at - RECONCILED_DAYS,
                until=at,
                consequences=BUYING,
                at=at,
            )
        except GatewayError as error:
            log.warning("no report of %s: %s", adapter.code, error)
            continue
        found += run.differences.count()
    return found


def fetch_rates(*, at: datetime) -> list[date]:
    """Load official rates of today and tomorrow that are not known yet; the days that were found.

    The demonstration has rates of its own and asks nobody.
    """
    if settings.PARASON_DEMO:
        payments.load_demo_rates(at=at)
        return []
    today = day_of(at)
    found = []
    for day in (today, today + timedelta(days=1)):
        if money.rates_known(day):
            continue
        try:
            rates = nbrb.fetch(day)
        except (httpx.HTTPError, nbrb.BadAnswer) as error:
            log.warning("no official rates of %s: %s", day, error)
            continue
        payments.store_rates(rates=rates)
        found += [day] if rates else []
    return found


def _tried(what: str, key: int, act: Callable[[], object]) -> int:
    try:
        act()
    except Exception:
        # The row stays due: the next sweep tries again, and the log says why.
        log.exception("%s %s failed", what, key)
        return 0
    return 1

"""Refunds as rows: asked for, seen at the gateway, done."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from parason.payments.errors import RefundNotAllowed, RefundTooLarge
from parason.payments.gateways.interface import Observation, Status
from parason.payments.models import Attempt, GatewayTransaction, Refund, RefundEvent, RefundOrigin
from parason.payments.operations import ledger
from parason.payments.operations.moving import alert, move_attempt, move_payment, move_refund
from parason.payments.states import REFUND_HOLDS, AttemptStatus, PaymentStatus, RefundStatus

if TYPE_CHECKING:
    from parason.payments.operations.observing import Consequences

_R = RefundStatus
_OPEN = (_R.SUBMITTING, _R.UNKNOWN, _R.PENDING)


def held(paid: GatewayTransaction) -> int:
    """What of a charge has gone back or is on its way."""
    found = paid.refunds.filter(status__in=REFUND_HOLDS).aggregate(sum=Sum("amount_minor"))
    return int(found["sum"] or 0)


def may_still_come(refund: Refund) -> bool:
    """Whether the gateway last said that it is working on a refund, whatever we think of it."""
    seen = GatewayTransaction.objects.filter(
        gateway=refund.transaction.gateway, shop_id=refund.transaction.shop_id, uid=refund.uid
    )
    return bool(refund.uid) and seen.filter(status=Status.PENDING).exists()


def make(
    *, attempt: Attempt, paid: GatewayTransaction, amount_minor: int, at: datetime, **fields: Any
) -> Refund:
    """A refund of a charge; the caller holds the payment's lock. Raises RefundTooLarge, RefundNotAllowed."""
    if paid.status != Status.SUCCEEDED or paid.amount_minor is None:
        raise RefundNotAllowed
    if held(paid) + amount_minor > paid.amount_minor:
        raise RefundTooLarge
    refund = Refund.objects.create(
        payment=attempt.payment,
        transaction=paid,
        amount_minor=amount_minor,
        currency=paid.currency,
        requested_at=at,
        **fields,
    )
    RefundEvent.objects.create(
        subject=refund, name="asked for", before="", after=refund.status, at=at, by=refund.requested_by
    )
    ledger.refund_owed(refund, at)
    return refund


def request_automatic(attempt: Attempt, paid: GatewayTransaction, why: str, at: datetime) -> Refund:
    """All of a charge that never counted."""
    return make(
        attempt=attempt,
        paid=paid,
        amount_minor=paid.amount_minor or 0,
        at=at,
        aside=True,
        origin=RefundOrigin.AUTOMATIC,
        reason=why,
        next_ask_at=at,
    )


def refund_seen(
    attempt: Attempt, seen: GatewayTransaction, told: Observation, consequences: Consequences, at: datetime
) -> str:
    """The gateway tells of a refund: ours, or one that somebody made in its own back office."""
    paid = GatewayTransaction.objects.filter(
        gateway=seen.gateway, shop_id=seen.shop_id, uid=told.parent_uid
    ).first()
    if paid is None:
        return "parked until its payment is known"
    refund = _which(paid, told)
    if refund is None:
        return _made_elsewhere(attempt, paid, told, consequences, at)
    if not refund.uid:
        Refund.objects.filter(pk=refund.pk).update(uid=told.uid)
        refund.uid = told.uid
    return take_answer(refund, told, consequences, at)


def _which(paid: GatewayTransaction, told: Observation) -> Refund | None:
    known = paid.refunds.filter(uid=told.uid).first()
    if known is not None:
        return known
    # Our own call may still be under way, or have ended without an answer.
    waiting = paid.refunds.filter(uid="", status__in=_OPEN)
    if told.amount_minor is not None:
        waiting = waiting.filter(amount_minor=told.amount_minor)
    return waiting.first()


def _made_elsewhere(
    attempt: Attempt, paid: GatewayTransaction, told: Observation, consequences: Consequences, at: datetime
) -> str:
    if told.status is not Status.SUCCEEDED or not told.amount_minor:
        return "a refund of the gateway's, not done"
    alert("a refund that we did not ask for", attempt=attempt.our_ref, uid=told.uid)
    try:
        refund = make(
            attempt=attempt,
            paid=paid,
            amount_minor=told.amount_minor,
            at=at,
            uid=told.uid,
            aside=attempt.status != AttemptStatus.PAID or attempt.payment.status == PaymentStatus.UNPAID,
            origin=RefundOrigin.GATEWAY,
            reason=told.message or "Made at the gateway",
            status=_R.SUCCEEDED,
            done_at=at,
        )
    except (RefundTooLarge, RefundNotAllowed):
        alert("the gateway returned more than was paid", attempt=attempt.our_ref, uid=told.uid)
        return "more returned than paid, with a person"
    _finish(refund, consequences, at)
    return "refund made at the gateway"


def take_answer(refund: Refund, told: Observation, consequences: Consequences, at: datetime) -> str:
    """What the gateway says about a refund of ours; the caller holds the payment's lock."""
    if refund.status == _R.FAILED and told.status is Status.SUCCEEDED:
        return _after_all(refund, told, consequences, at)
    if refund.status not in _OPEN:
        return "refund known"
    match told.status:
        case Status.SUCCEEDED:
            move_refund(refund, _R.SUCCEEDED, at=at, done_at=at, next_ask_at=None, message=told.message)
            _finish(refund, consequences, at)
            return "refunded"
        case Status.DECLINED | Status.ERROR | Status.EXPIRED | Status.CANCELLED:
            move_refund(refund, _R.FAILED, at=at, next_ask_at=None, message=told.message)
            _failed(refund, consequences, at)
            return "refund failed"
    if refund.status != _R.PENDING:
        move_refund(refund, _R.PENDING, at=at)
    return "refund pending"


def _after_all(refund: Refund, told: Observation, consequences: Consequences, at: datetime) -> str:
    """A refund that had failed, or that we had given up, was made: the money is gone."""
    alert("a failed refund was made after all", refund=refund.pk)
    if held(refund.transaction) + refund.amount_minor > (refund.transaction.amount_minor or 0):
        return "more returned than paid, with a person"
    attempt = _attempt_of(refund)
    if refund.aside and attempt is not None and attempt.status == AttemptStatus.REVIEW:
        move_attempt(attempt, AttemptStatus.REFUNDING, at=at, data={"refund": refund.pk})
    move_refund(refund, _R.SUCCEEDED, at=at, done_at=at, next_ask_at=None, message=told.message)
    _finish(refund, consequences, at)
    return "refunded"


def _attempt_of(refund: Refund) -> Attempt | None:
    return refund.transaction.attempt


def _finish(refund: Refund, consequences: Consequences, at: datetime) -> None:
    ledger.refund_paid(refund, at)
    attempt = _attempt_of(refund)
    if refund.aside:
        if attempt is not None and attempt.status == AttemptStatus.REFUNDING:
            move_attempt(attempt, AttemptStatus.REFUNDED, at=at)
    else:
        _derive(refund, at)
    consequences.refund_done(refund, at)


def _derive(refund: Refund, at: datetime) -> None:
    """A payment's status follows from what has truly gone back of it."""
    payment = refund.payment
    done = (
        payment.refunds.filter(status=_R.SUCCEEDED, aside=False).aggregate(sum=Sum("amount_minor"))["sum"]
        or 0
    )
    to = PaymentStatus.REFUNDED if done >= payment.amount_minor else PaymentStatus.PARTLY_REFUNDED
    if payment.status not in (PaymentStatus.UNPAID, to):
        move_payment(payment, to, at=at, data={"refund": refund.pk})


def _failed(refund: Refund, consequences: Consequences, at: datetime) -> None:
    alert("a refund failed", refund=refund.pk, message=refund.message)
    attempt = _attempt_of(refund)
    if refund.aside and attempt is not None and attempt.status == AttemptStatus.REFUNDING:
        move_attempt(attempt, AttemptStatus.REVIEW, at=at, reason="The return of the money failed")
        consequences.needs_review(attempt, at)

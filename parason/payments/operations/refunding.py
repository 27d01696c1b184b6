"""Sending money back: asked for, approved, sent once with a key of its own, followed until it has arrived."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from parason.kernel.money import Money
from parason.kernel.moves import MovedMeanwhile
from parason.payments.errors import RefundNotAllowed, RefundTooLarge, RefundUnderWay, SecondPersonNeeded
from parason.payments.gateways.interface import (
    Gateway,
    GatewayError,
    Kind,
    Observation,
    Reference,
    RefundRequest,
    Status,
    Unreachable,
)
from parason.payments.gateways.registry import gateway
from parason.payments.models import GatewayTransaction, Payment, Refund, RefundOrigin, new_ref
from parason.payments.operations import ledger, returning
from parason.payments.operations.moving import alert, move_refund
from parason.payments.operations.observing import Consequences, observe
from parason.payments.rules import (
    CLAIM_LIMIT,
    EQUAL_REFUNDS_APART,
    REFUND_KEY_LIFE,
    REFUND_PATIENCE,
    needs_second_person,
    next_refund_ask,
)
from parason.payments.states import PaymentStatus, RefundStatus

if TYPE_CHECKING:
    from parason.accounts.models import User

_R = RefundStatus


@transaction.atomic
def request_refund(
    *,
    payment: Payment,
    amount: Money,
    reason: str,
    by: User | None,
    at: datetime,
    origin: str = RefundOrigin.CUSTOMER,
) -> Refund:
    """Ask for a part or all of a payment to be returned, to where it came from.

    Raises RefundTooLarge, RefundNotAllowed. The caller defers the sending.
    """
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.status == PaymentStatus.UNPAID or amount.currency != payment.currency or amount.minor <= 0:
        raise RefundNotAllowed
    paid = (
        GatewayTransaction.objects.select_related("attempt__payment")
        .filter(attempt__payment=payment, attempt__status="PAID", kind=Kind.PAYMENT, status=Status.SUCCEEDED)
        .filter(amount_minor=payment.amount_minor)
        .order_by("pk")
        .first()
    )
    if paid is None or paid.attempt is None:
        raise RefundNotAllowed
    second = origin == RefundOrigin.STAFF and needs_second_person(amount)
    return returning.make(
        attempt=paid.attempt,
        paid=paid,
        amount_minor=amount.minor,
        at=at,
        origin=origin,
        reason=reason[:255],
        requested_by=by,
        needs_second_person=second,
        next_ask_at=None if second else at,
    )


@transaction.atomic
def approve_refund(*, refund: Refund, by: User, at: datetime) -> None:
    """The second person agrees. Raises SecondPersonNeeded when it is the same person."""
    refund = Refund.objects.select_for_update().get(pk=refund.pk)
    if refund.requested_by_id == by.pk:
        raise SecondPersonNeeded
    if refund.status != _R.REQUESTED:
        raise RefundNotAllowed
    Refund.objects.filter(pk=refund.pk).update(approved_by=by, next_ask_at=at)


@transaction.atomic
def refuse_refund(*, refund: Refund, by: User, at: datetime) -> None:
    """Staff say no, before anything was sent."""
    Payment.objects.select_for_update().only("pk").get(pk=refund.payment_id)
    refund = Refund.objects.select_related("payment", "transaction").get(pk=refund.pk)
    move_refund(refund, _R.REFUSED, at=at, by=by, next_ask_at=None)
    ledger.refund_withdrawn(refund, at)


@transaction.atomic
def ask_again(*, refund: Refund, by: User, at: datetime) -> None:
    """A failed refund is tried again, under a new key.

    Raises RefundTooLarge, RefundUnderWay while the gateway may still make the first one.
    """
    Payment.objects.select_for_update().only("pk").get(pk=refund.payment_id)
    refund = Refund.objects.select_related("transaction").get(pk=refund.pk)
    if returning.may_still_come(refund):
        raise RefundUnderWay
    if returning.held(refund.transaction) + refund.amount_minor > (refund.transaction.amount_minor or 0):
        raise RefundTooLarge
    move_refund(refund, _R.REQUESTED, at=at, by=by, next_ask_at=at, key=new_ref(), uid="")


def submit_refund(*, refund_id: int, consequences: Consequences, at: datetime) -> str:
    """Send a refund that may be sent; harmless to call at any time. Not inside a transaction."""
    refund = _claim(refund_id, at)
    if refund is None:
        return "not now"
    adapter = gateway(refund.transaction.gateway)
    if adapter is None:
        return "no gateway"
    return _send(refund, adapter, consequences, at)


@transaction.atomic(durable=True)
def _claim(refund_id: int, at: datetime) -> Refund | None:
    """REQUESTED → SUBMITTING, committed before the call."""
    refund = Refund.objects.select_related("transaction", "payment").get(pk=refund_id)
    Payment.objects.select_for_update().only("pk").get(pk=refund.payment_id)
    refund.refresh_from_db(fields=["status", "approved_by", "next_ask_at"])
    if refund.status != _R.REQUESTED or (refund.needs_second_person and refund.approved_by_id is None):
        return None
    # Its own earlier try, when it was asked for again, is as much a twin as another one.
    twins = refund.transaction.refunds.filter(amount_minor=refund.amount_minor)
    last = twins.filter(sent_at__gt=at - EQUAL_REFUNDS_APART).aggregate(last=Max("sent_at"))["last"]
    if last is not None:
        # The gateway would refuse it as a double: wait, on purpose.
        Refund.objects.filter(pk=refund.pk).update(next_ask_at=last + EQUAL_REFUNDS_APART)
        return None
    move_refund(refund, _R.SUBMITTING, at=at, sent_at=at, next_ask_at=at + CLAIM_LIMIT)
    return refund


def _send(refund: Refund, adapter: Gateway, consequences: Consequences, at: datetime) -> str:
    paid = refund.transaction
    try:
        told = adapter.refund(
            RefundRequest(paid.uid, refund.amount_minor, refund.currency, refund.reason), refund.key
        )
    except Unreachable as error:
        return _unknown(refund, at, str(error))
    except GatewayError as error:
        return _unknown(refund, at, str(error))
    return _take(refund, told, adapter, consequences, at)


@transaction.atomic
def _unknown(refund: Refund, at: datetime, why: str) -> str:
    try:
        with transaction.atomic():
            move_refund(
                refund,
                _R.UNKNOWN,
                at=at,
                data={"why": why[:300]},
                next_ask_at=next_refund_ask(asks=refund.asks, at=at),
                asks=refund.asks + 1,
            )
    except MovedMeanwhile:
        return "known meanwhile"
    return "unknown"


@transaction.atomic
def _take(
    refund: Refund, told: Observation, adapter: Gateway, consequences: Consequences, at: datetime
) -> str:
    if told.uid:
        Payment.objects.select_for_update().only("pk").get(pk=refund.payment_id)
        Refund.objects.filter(pk=refund.pk, uid="").update(uid=told.uid)
        parent = told.parent_uid or refund.transaction.uid
        if told.parent_uid != parent:
            told = Observation(
                Kind.REFUND,
                told.status,
                uid=told.uid,
                parent_uid=parent,
                amount_minor=told.amount_minor,
                currency=told.currency,
                message=told.message,
                shop_id=adapter.shop_id,
            )
        outcome = observe(observation=told, adapter=adapter, consequences=consequences, at=at)
        if told.status not in (Status.SUCCEEDED, Status.DECLINED, Status.ERROR):
            Refund.objects.filter(pk=refund.pk, next_ask_at__isnull=False).update(
                next_ask_at=next_refund_ask(asks=refund.asks, at=at)
            )
        return outcome
    Payment.objects.select_for_update().only("pk").get(pk=refund.payment_id)
    refund = Refund.objects.select_related("payment", "transaction__attempt").get(pk=refund.pk)
    return returning.take_answer(refund, told, consequences, at)


def ask_refund(*, refund_id: int, consequences: Consequences, at: datetime) -> str:
    """Follow a refund that has no end yet: look for it at the gateway before anything is sent again."""
    refund = Refund.objects.select_related("transaction__attempt", "payment").get(pk=refund_id)
    if refund.status == _R.REQUESTED:
        return submit_refund(refund_id=refund_id, consequences=consequences, at=at)
    if refund.status not in (_R.SUBMITTING, _R.UNKNOWN, _R.PENDING):
        Refund.objects.filter(pk=refund.pk).update(next_ask_at=None)
        return "at its end"
    if refund.status == _R.SUBMITTING and refund.sent_at and at - refund.sent_at < CLAIM_LIMIT:
        return "being sent"
    adapter = gateway(refund.transaction.gateway)
    if adapter is None:
        return "no gateway"
    if adapter.caps.by_hand and refund.status == _R.PENDING:
        # Nobody to ask: our staff say when it is sent.
        Refund.objects.filter(pk=refund.pk).update(next_ask_at=None)
        return "with our staff"
    try:
        found = _children(refund, adapter)
    except GatewayError:
        found = []
        looked = False
    else:
        looked = True
    for told in found:
        observe(observation=told, adapter=adapter, consequences=consequences, at=at)
    refund.refresh_from_db()
    if refund.status not in (_R.SUBMITTING, _R.UNKNOWN, _R.PENDING):
        return "found"
    return _go_on(refund, adapter, consequences, at, looked=looked)


def _children(refund: Refund, adapter: Gateway) -> list[Observation]:
    if refund.uid:
        found = adapter.query(Reference(uid=refund.uid))
    else:
        attempt = refund.transaction.attempt
        our_ref = attempt.our_ref if attempt else refund.transaction.our_ref
        found = adapter.query(Reference(our_ref=our_ref, parent_uid=refund.transaction.uid))
    return [one for one in found if one.kind is Kind.REFUND and one.parent_uid == refund.transaction.uid]


def _go_on(
    refund: Refund, adapter: Gateway, consequences: Consequences, at: datetime, *, looked: bool
) -> str:
    sent = refund.sent_at or refund.requested_at
    if at - sent > REFUND_PATIENCE:
        return _give_up(refund, consequences, at)
    wait = next_refund_ask(asks=refund.asks, at=at)
    Refund.objects.filter(pk=refund.pk).update(next_ask_at=wait, asks=refund.asks + 1)
    refund.asks += 1
    if refund.status == _R.PENDING or not looked:
        return "still waiting"
    if adapter.caps.idempotent_refund and at - sent < REFUND_KEY_LIFE:
        # Not found, and the gateway still remembers the key: the same call cannot pay twice.
        if not _reclaim(refund, at):
            return "known meanwhile"
        return _send(refund, adapter, consequences, at)
    alert("a refund's fate is unknown, ask the gateway's people", refund=refund.pk)
    return "unknown"


@transaction.atomic(durable=True)
def _reclaim(refund: Refund, at: datetime) -> bool:
    # The payment first, as everywhere: PostgreSQL looks at it once more when a row was moved twice, and would
    # wait for somebody who waits for this refund.
    Payment.objects.select_for_update().only("pk").get(pk=refund.payment_id)
    try:
        with transaction.atomic():
            if refund.status == _R.SUBMITTING:
                move_refund(refund, _R.UNKNOWN, at=at, data={"why": "its process ended"})
            move_refund(refund, _R.SUBMITTING, at=at)
    except MovedMeanwhile:
        return False
    return True


@transaction.atomic
def _give_up(refund: Refund, consequences: Consequences, at: datetime) -> str:
    told = Observation(Kind.REFUND, Status.ERROR, message="No end within the gateway's own limit")
    Payment.objects.select_for_update().only("pk").get(pk=refund.payment_id)
    refund = Refund.objects.select_related("payment", "transaction__attempt").get(pk=refund.pk)
    return returning.take_answer(refund, told, consequences, at)

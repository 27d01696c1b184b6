"""Refunds that our staff send by a bank transfer: said with evidence, above the limit by two people."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from parason.kernel.clock import day_of
from parason.payments.errors import NotToBeSent, ReferenceUsed, SecondPersonNeeded, SentInFuture
from parason.payments.gateways.interface import Gateway, Kind, Observation, Status
from parason.payments.gateways.registry import gateway
from parason.payments.models import Payment, Refund, SentTransfer
from parason.payments.operations import ledger
from parason.payments.operations.observing import Consequences, observe
from parason.payments.rules import needs_second_person
from parason.payments.states import RefundStatus

if TYPE_CHECKING:
    from parason.accounts.models import User


def _locked(refund: Refund) -> tuple[Refund, Gateway]:
    Payment.objects.select_for_update().only("pk").get(pk=refund.payment_id)
    row = Refund.objects.select_related("payment", "transaction").get(pk=refund.pk)
    adapter = gateway(row.transaction.gateway)
    if row.status != RefundStatus.PENDING or adapter is None or not adapter.caps.by_hand:
        raise NotToBeSent
    return row, adapter


@transaction.atomic
def record_sent(
    *, refund: Refund, reference: str, sent_on: date, consequences: Consequences, by: User, at: datetime
) -> SentTransfer:
    """A transfer was made, with the bank's reference. Up to the limit the refund is done with it.

    Raises NotToBeSent, ReferenceUsed, SentInFuture.
    """
    row, adapter = _locked(refund)
    if sent_on > day_of(at):
        raise SentInFuture
    if row.sendings.filter(decided_at=None).exists():
        raise NotToBeSent
    second = needs_second_person(row.amount)
    try:
        with transaction.atomic():
            sent = SentTransfer.objects.create(
                refund=row, reference=reference[:100], sent_on=sent_on, needs_second_person=second,
                recorded_by=by, recorded_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        # Only the constraint knows of two clerks at the same time.
        raise ReferenceUsed from error
    if not second:
        _accept(sent, row, adapter, consequences, by, at)
    return sent


@transaction.atomic
def confirm_sent(*, sent: SentTransfer, consequences: Consequences, by: User, at: datetime) -> None:
    """The second person has seen it on the account. Raises SecondPersonNeeded, NotToBeSent."""
    if sent.recorded_by_id == by.pk:
        raise SecondPersonNeeded
    row, adapter = _locked(sent.refund)
    _accept(sent, row, adapter, consequences, by, at)


@transaction.atomic
def refuse_sent(*, sent: SentTransfer, by: User, at: datetime) -> None:
    """It was not sent after all; the refund waits again. Raises NotToBeSent."""
    _decide(sent, by, at, accepted=False)


@transaction.atomic
def cannot_send(*, refund: Refund, why: str, consequences: Consequences, by: User, at: datetime) -> None:
    """The bank did not take it: the refund failed, and may be asked for again. Raises NotToBeSent."""
    row, adapter = _locked(refund)
    if row.sendings.filter(decided_at=None).exists():
        raise NotToBeSent
    observe(
        observation=_told(row, adapter, Status.DECLINED, f"{why} ({by.email})"[:300]),
        adapter=adapter, consequences=consequences, at=at,
    )  # fmt: skip


def _accept(
    sent: SentTransfer, refund: Refund, adapter: Gateway, consequences: Consequences, by: User, at: datetime
) -> None:
    _decide(sent, by, at, accepted=True)
    told = _told(refund, adapter, Status.SUCCEEDED, f"{sent.reference}, {sent.sent_on}")
    observe(observation=told, adapter=adapter, consequences=consequences, at=at)
    ledger.left_bank(refund, sent.reference, at)


def _decide(sent: SentTransfer, by: User, at: datetime, *, accepted: bool) -> None:
    changed = SentTransfer.objects.filter(pk=sent.pk, decided_at=None).update(
        decided_by=by, decided_at=at, accepted=accepted
    )
    if not changed:
        raise NotToBeSent


def _told(refund: Refund, adapter: Gateway, status: Status, message: str) -> Observation:
    return Observation(
        Kind.REFUND,
        status,
        shop_id=adapter.shop_id,
        uid=refund.uid,
        parent_uid=refund.transaction.uid,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        message=message,
        method=adapter.code,
    )

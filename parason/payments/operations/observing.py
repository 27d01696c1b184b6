"""What a gateway says becomes what we hold: the only way in for notifications, answers and reports alike.

Any order, doubling or delay of the same observations leads to the same state: a transaction that succeeded
stays so, an attempt that was paid stays so, and every effect has a key of its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from parason.payments.gateways.interface import FINAL, Gateway, Kind, Observation, Status
from parason.payments.models import Attempt, GatewayTransaction, Payment, Refund
from parason.payments.operations import crediting, returning
from parason.payments.operations.moving import alert, move_attempt
from parason.payments.states import PAYABLE, AttemptStatus


class Consequences(Protocol):
    """What other rooms do about money; a journey gives it. All of it is called inside our transaction."""

    def may_honour(self, payment: Payment, at: datetime) -> bool:
        """Whether late money may still buy what it was meant for."""

    def settle(self, payment: Payment, at: datetime) -> None:
        """The payment is paid: once, in the same transaction."""

    def money_goes_back(self, refund: Refund, at: datetime) -> None:
        """Money that could not be used is on its way back."""

    def refund_done(self, refund: Refund, at: datetime) -> None:
        """A refund has arrived at the payer's bank."""

    def needs_review(self, attempt: Attempt, at: datetime) -> None:
        """A person has to look; the payer should know."""


# No savepoint of its own: what fails here fails with its caller.
@transaction.atomic(savepoint=False)
def observe(*, observation: Observation, adapter: Gateway, consequences: Consequences, at: datetime) -> str:
    """Take one observation in; returns what came of it, in a few words for the timeline."""
    attempt = _locked_attempt(observation, adapter)
    if observation.kind is Kind.CHECKOUT:
        return _checkout(attempt, observation, at) if attempt else "a checkout that is not ours"
    seen, news = _record(observation, adapter, attempt, at)
    if not news:
        return "known"
    if attempt is None:
        return _unmatched(seen, observation, at)
    if observation.kind is Kind.REFUND:
        return returning.refund_seen(attempt, seen, observation, consequences, at)
    if observation.kind is Kind.CHARGEBACK:
        return crediting.charged_back(attempt, seen, observation, consequences, at)
    outcome = _payment(attempt, seen, observation, adapter, consequences, at)
    if observation.status is Status.SUCCEEDED:
        _unpark(seen, attempt, consequences, at)
    return outcome


def _locked_attempt(observation: Observation, adapter: Gateway) -> Attempt | None:
    """The attempt that is spoken of, with its payment locked: all about one payment happens in turn."""
    if observation.parent_uid:
        parent = GatewayTransaction.objects.filter(
            gateway=adapter.code, shop_id=adapter.shop_id, uid=observation.parent_uid, attempt__isnull=False
        )
        named: dict[str, Any] = {"pk__in": parent.values("attempt")}
    elif observation.our_ref:
        named = {"our_ref": observation.our_ref}
    elif observation.external_id:
        named = {"external_id": observation.external_id}
    else:
        return None
    mine = Attempt.objects.filter(gateway=adapter.code, **named)
    lock = Payment.objects.select_for_update(of=("self",)).filter(attempts__in=mine)
    if lock.values_list("pk").first() is None:
        return None
    # Read after the lock was given, not with it: a join would show the attempt as it was before.
    return mine.select_related("payment__order").get()


def _record(
    seen: Observation, adapter: Gateway, attempt: Attempt | None, at: datetime
) -> tuple[GatewayTransaction, bool]:
    """Keep the transaction as last told; False when it tells nothing new: a double, or older than we know."""
    fields = {
        "kind": seen.kind,
        "parent_uid": seen.parent_uid,
        "our_ref": seen.our_ref[:255],
        "attempt": attempt,
        "status": seen.status,
        "amount_minor": seen.amount_minor,
        "currency": seen.currency or "",
        "test": seen.test,
        "code": seen.code,
        "message": seen.message,
        "method": seen.method,
        "card": seen.card,
        "occurred_at": seen.occurred_at,
        "seen_at": at,
    }
    key = {"gateway": adapter.code, "shop_id": adapter.shop_id, "uid": seen.uid}
    known = GatewayTransaction.objects.select_for_update(of=("self",)).filter(**key).first()
    if known is None:
        return GatewayTransaction.objects.create(**key, **fields), True
    if not _news(known, seen) and not (known.attempt_id is None and attempt is not None):
        return known, False
    for name, value in fields.items():
        setattr(known, name, value)
    known.save(update_fields=list(fields))
    return known, True


def _rank(status: str) -> int:
    return 2 if status == Status.SUCCEEDED else int(status in FINAL)


def _news(known: GatewayTransaction, seen: Observation) -> bool:
    """An end is never taken back, and success beats every other end, whatever arrives when."""
    if known.status == Status.SUCCEEDED and seen.amount_minor not in (None, known.amount_minor):
        alert("a transaction's amount differs between messages", gateway=known.gateway, uid=seen.uid)
    before, after = _rank(known.status), _rank(seen.status)
    return after > before or (before == after == 0 and known.status != seen.status)


def _unmatched(seen: GatewayTransaction, observation: Observation, at: datetime) -> str:
    if observation.parent_uid:
        return "parked until its payment is known"
    if observation.status is Status.SUCCEEDED:
        crediting.unmatched(seen, at)
    alert("a transaction that is not ours", gateway=seen.gateway, uid=seen.uid, status=seen.status)
    return "not ours"


def _unpark(seen: GatewayTransaction, attempt: Attempt, consequences: Consequences, at: datetime) -> None:
    """Refunds and chargebacks that were told before their payment."""
    parked = GatewayTransaction.objects.filter(
        gateway=seen.gateway, shop_id=seen.shop_id, parent_uid=seen.uid, attempt__isnull=True
    )
    for child in parked:
        child.attempt = attempt
        child.save(update_fields=["attempt"])
        told = Observation(
            Kind(child.kind),
            Status(child.status),
            uid=child.uid,
            parent_uid=child.parent_uid,
            amount_minor=child.amount_minor,
            currency=child.currency or None,
            message=child.message,
        )
        if told.kind is Kind.REFUND:
            returning.refund_seen(attempt, child, told, consequences, at)
        else:
            crediting.charged_back(attempt, child, told, consequences, at)


def _payment(
    attempt: Attempt,
    seen: GatewayTransaction,
    told: Observation,
    adapter: Gateway,
    consequences: Consequences,
    at: datetime,
) -> str:
    match told.status:
        case Status.SUCCEEDED:
            return crediting.succeeded(attempt, seen, told, adapter, consequences, at)
        case Status.DECLINED | Status.ERROR:
            return _declined(attempt, told, at)
        case Status.EXPIRED:
            return _end(attempt, AttemptStatus.EXPIRED, told, at)
        case Status.CANCELLED:
            return _end(attempt, AttemptStatus.CANCELLED, told, at)
        case Status.UNKNOWN:
            alert("a status that nobody has documented", gateway=adapter.code, word=told.word)
    return _under_way(attempt, told, at)


def _under_way(attempt: Attempt, told: Observation, at: datetime) -> str:
    if told.status is Status.OPEN or attempt.status != AttemptStatus.OPEN:
        return "no change"
    move_attempt(attempt, AttemptStatus.IN_PROGRESS, at=at, data={"uid": told.uid, "word": told.word})
    return "in progress"


def _declined(attempt: Attempt, told: Observation, at: datetime) -> str:
    if attempt.status not in PAYABLE:
        return "declined, no change"
    declines, reason = attempt.declines + 1, (told.message or told.code)[:300]
    fields: dict[str, Any] = {"declines": declines, "reason": reason}
    data = {"uid": told.uid, "code": told.code}
    if told.finished or declines >= attempt.tries:
        move_attempt(attempt, AttemptStatus.DECLINED, at=at, data=data, **fields)
        return "declined"
    if attempt.status == AttemptStatus.IN_PROGRESS:
        move_attempt(attempt, AttemptStatus.OPEN, at=at, data=data, **fields)
    else:
        Attempt.objects.filter(pk=attempt.pk).update(**fields)
        attempt.declines, attempt.reason = declines, reason
    return "declined, may try again"


def _end(attempt: Attempt, to: str, told: Observation, at: datetime) -> str:
    if attempt.status not in PAYABLE:
        return "ended, no change"
    move_attempt(attempt, to, at=at, data={"message": told.message})
    return to.lower()


def _checkout(attempt: Attempt, told: Observation, at: datetime) -> str:
    """A page's own state. Money is never taken from it: that needs a transaction with its uid."""
    if told.external_id and attempt.external_id and told.external_id != attempt.external_id:
        return "another page of ours"
    match told.status:
        case Status.EXPIRED:
            return _end(attempt, AttemptStatus.EXPIRED, told, at)
        case Status.DECLINED if attempt.declines >= attempt.tries:
            return _end(attempt, AttemptStatus.DECLINED, told, at)
    return "no change"

"""What a gateway says becomes what we hold: the only way in for notifications, answers and reports alike.

Any order, doubling or delay of the same observations leads to the same state: a transaction that succeeded
stays so, an attempt that was paid stays so, and every effect has a key of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from django.db import transaction
from django.db.models import QuerySet

from parason.kernel.prepared import Prepared
from parason.payments.gateways.interface import FINAL, Gateway, Kind, Observation, Status
from parason.payments.models import Attempt, GatewayTransaction, Payment, Refund
from parason.payments.operations import crediting, ledger, returning
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


KNOWN = "known"  # the outcome of what tells nothing new


# No savepoint of its own: what fails here fails with its caller.
@transaction.atomic(savepoint=False)
def observe(*, observation: Observation, adapter: Gateway, consequences: Consequences, at: datetime) -> str:
    """Take one observation in; returns what came of it, in a few words for the timeline."""
    attempt = _locked_attempt(observation, adapter)
    if observation.kind is Kind.CHECKOUT:
        return _checkout(attempt, observation, at) if attempt else "a checkout that is not ours"
    seen, news = _record(observation, adapter, attempt, at)
    if not news:
        return KNOWN
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
    named: dict[str, str] = {"gateway": adapter.code}
    if observation.parent_uid:
        found, named = "parent", named | {"shop": adapter.shop_id, "uid": observation.parent_uid}
    elif observation.our_ref:
        found, named["our_ref"] = "our_ref", observation.our_ref
    elif observation.external_id:
        found, named["external_id"] = "external_id", observation.external_id
    else:
        return None
    if _lock[found].first(**named) is None:
        return None
    # Read after the lock was given, not with it: a join would show the attempt as it was before.
    attempt: Attempt = _attempt[found].instance(**named)
    return attempt


def _of_parent(gateway: str, shop: str, uid: str) -> QuerySet[Attempt]:
    parent = GatewayTransaction.objects.filter(gateway=gateway, shop_id=shop, uid=uid, attempt__isnull=False)
    return Attempt.objects.filter(gateway=gateway, pk__in=parent.values("attempt"))


def _of_reference(gateway: str, our_ref: str) -> QuerySet[Attempt]:
    return Attempt.objects.filter(gateway=gateway, our_ref=our_ref)


def _of_page(gateway: str, external_id: str) -> QuerySet[Attempt]:
    return Attempt.objects.filter(gateway=gateway, external_id=external_id)


_FINDERS: dict[str, tuple[Callable[..., QuerySet[Attempt]], dict[str, str]]] = {
    "parent": (_of_parent, {"gateway": "sample 1", "shop": "sample 2", "uid": "sample 3"}),
    "our_ref": (_of_reference, {"gateway": "sample 1", "our_ref": "sample 2"}),
    "external_id": (_of_page, {"gateway": "sample 1", "external_id": "sample 2"}),
}


def _locking(find: Callable[..., QuerySet[Attempt]], **named: str) -> QuerySet[Any, Any]:
    lock = Payment.objects.select_for_update(of=("self",)).filter(attempts__in=find(**named))
    return lock.values_list("pk").order_by("pk")


def _reading(find: Callable[..., QuerySet[Attempt]], **named: str) -> QuerySet[Attempt]:
    return find(**named).select_related("payment__order")


_lock = {name: Prepared(partial(_locking, find), **given) for name, (find, given) in _FINDERS.items()}
_attempt = {name: Prepared(partial(_reading, find), **given) for name, (find, given) in _FINDERS.items()}


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
    known: GatewayTransaction | None = _known.instance(**key)
    if known is None:
        return GatewayTransaction.objects.create(**key, **fields), True
    if not _news(known, seen) and not (known.attempt_id is None and attempt is not None):
        return known, False
    if known.attempt_id is None and known.status == Status.SUCCEEDED and not known.parent_uid:
        ledger.matched(known, at)
    for name, value in fields.items():
        setattr(known, name, value)
    known.save(update_fields=list(fields))
    return known, True


_known = Prepared(
    lambda gateway, shop_id, uid: GatewayTransaction.objects.select_for_update(of=("self",)).filter(
        gateway=gateway, shop_id=shop_id, uid=uid
    ),
    gateway="sample 1",
    shop_id="sample 2",
    uid="sample 3",
)


_counted = Prepared(
    lambda gateway, shop_id, uid: GatewayTransaction.objects.filter(
        gateway=gateway, shop_id=shop_id, uid=uid, status=Status.SUCCEEDED, attempt__isnull=False
    ).values_list("amount_minor", "kind"),
    gateway="sample 1",
    shop_id="sample 2",
    uid="sample 3",
)


def is_counted(seen: Observation, adapter: Gateway) -> bool:
    """Whether it repeats a success of an attempt of ours: that is never taken back, so no lock is needed."""
    if seen.status is not Status.SUCCEEDED:
        return False
    known = _counted.first(gateway=adapter.code, shop_id=adapter.shop_id, uid=seen.uid)
    return known == (seen.amount_minor, seen.kind)


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
        ledger.unmatched(seen, at)
    alert("a transaction that is not ours", gateway=seen.gateway, uid=seen.uid, status=seen.status)
    return "not ours"


def _unpark(seen: GatewayTransaction, attempt: Attempt, consequences: Consequences, at: datetime) -> None:
    """Refunds and chargebacks that were told before their payment."""
    for child in _parked.instances(gateway=seen.gateway, shop_id=seen.shop_id, uid=seen.uid):
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


_parked = Prepared(
    lambda gateway, shop_id, uid: GatewayTransaction.objects.filter(
        gateway=gateway, shop_id=shop_id, parent_uid=uid, attempt__isnull=True
    ),
    gateway="sample 1",
    shop_id="sample 2",
    uid="sample 3",
)


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

"""Asking gateways: after a return, by plan, and always before an attempt is called expired."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

from django.db import transaction

from parason.kernel.moves import MovedMeanwhile
from parason.kernel.prepared import Prepared
from parason.payments.gateways.interface import Gateway, GatewayError, Kind, Observation, Reference, Status
from parason.payments.gateways.registry import gateway
from parason.payments.models import Attempt, Payment, Refund
from parason.payments.operations.moving import move_attempt
from parason.payments.operations.observing import Consequences, observe
from parason.payments.rules import CLAIM_LIMIT, next_ask
from parason.payments.states import PAYABLE, AttemptStatus

_A = AttemptStatus
log = logging.getLogger(__name__)
# A page may be paid in its last second, and the bank takes a moment to say so.
EXPIRY_GRACE = timedelta(minutes=1)
RETRY_AFTER = timedelta(minutes=1)


def ask(*, attempt: Attempt, consequences: Consequences, at: datetime) -> Attempt:
    """Ask the gateway and take its answer in; the attempt as it stands then. Not inside a transaction.

    A gateway that does not answer changes nothing: the plan asks again.
    """
    adapter = gateway(attempt.gateway)
    if adapter is None:
        return attempt
    Attempt.objects.filter(pk=attempt.pk).update(asked_at=at)
    try:
        found = _everything(attempt, adapter)
    except GatewayError as error:
        log.warning("no answer about %s: %s", attempt.our_ref, error)
        Attempt.objects.filter(pk=attempt.pk, next_ask_at__lte=at).update(next_ask_at=at + RETRY_AFTER)
        return attempt
    return _take(attempt, adapter, found, consequences, at)


def _everything(attempt: Attempt, adapter: Gateway) -> list[Observation]:
    if attempt.external_id:
        found = adapter.query(Reference(external_id=attempt.external_id))
        if any(one.kind is Kind.CHECKOUT and one.status is Status.SUCCEEDED for one in found) and not any(
            one.kind is Kind.PAYMENT and one.status is Status.SUCCEEDED and one.amount_minor for one in found
        ):
            return found + adapter.query(Reference(our_ref=attempt.our_ref))
        return found
    if adapter.caps.query_by_our_ref:
        return adapter.query(Reference(our_ref=attempt.our_ref))
    return []


@transaction.atomic
def _take(
    attempt: Attempt, adapter: Gateway, found: list[Observation], consequences: Consequences, at: datetime
) -> Attempt:
    # Payments before their refunds, successes before what happened to the page.
    ordered = sorted(
        found, key=lambda seen: (seen.kind is not Kind.PAYMENT, seen.status is not Status.SUCCEEDED)
    )
    for one in (seen for seen in ordered if seen.kind is not Kind.CHECKOUT):
        observe(observation=one, adapter=adapter, consequences=consequences, at=at)
    attempt = _as_it_stands(attempt)
    pages = [seen for seen in ordered if seen.kind is Kind.CHECKOUT]
    if pages and attempt.status in PAYABLE:  # the page of one that was paid or ended says nothing more
        for one in pages:
            observe(observation=one, adapter=adapter, consequences=consequences, at=at)
        attempt = _as_it_stands(attempt)
    if (
        attempt.status in PAYABLE
        and attempt.expires_at is not None
        and attempt.expires_at + EXPIRY_GRACE <= at
    ):
        move_attempt(attempt, _A.EXPIRED, at=at, data={"why": "the gateway was asked: not paid"})
    if attempt.next_ask_at is not None and attempt.next_ask_at <= at:
        _plan(attempt, at)
    return attempt


def _as_it_stands(attempt: Attempt) -> Attempt:
    """The attempt, read after its payment's lock was given."""
    _lock.first(pk=attempt.payment_id)
    now: Attempt = _again.instance(pk=attempt.pk)
    return now


_lock = Prepared(
    lambda pk: Payment.objects.select_for_update().filter(pk=pk).values_list("pk"), pk=uuid.UUID(int=0)
)
_again = Prepared(lambda pk: Attempt.objects.select_related("payment__order").filter(pk=pk), pk=-1)


def _plan(attempt: Attempt, at: datetime) -> None:
    asks, due = attempt.asks, attempt.next_ask_at
    while due is not None and due <= at:
        asks += 1
        due = next_ask(
            asks=asks,
            opened_at=attempt.opened_at or attempt.created_at,
            expires_at=attempt.expires_at or attempt.created_at,
        )
    Attempt.objects.filter(pk=attempt.pk).update(asks=asks, next_ask_at=due)
    attempt.asks, attempt.next_ask_at = asks, due


@transaction.atomic
def claim_due(*, at: datetime, limit: int = 100) -> list[Attempt]:
    """Attempts whose turn it is. A second sweep at the same time gets others, not these."""
    due = (
        Attempt.objects.select_for_update(skip_locked=True)
        .filter(next_ask_at__lte=at)
        .order_by("next_ask_at")
    )
    keys = list(due.values_list("pk", flat=True)[:limit])
    found = list(Attempt.objects.filter(pk__in=keys).select_related("payment__order"))
    # Pushed on before the calls: if this process dies, the next sweep asks again in two minutes.
    Attempt.objects.filter(pk__in=keys).update(next_ask_at=at + CLAIM_LIMIT)
    return found


@transaction.atomic
def claim_due_refunds(*, at: datetime, limit: int = 100) -> list[int]:
    """Keys of refunds whose turn it is; a second sweep gets others."""
    due = Refund.objects.select_for_update(skip_locked=True).filter(next_ask_at__lte=at)
    keys = list(due.order_by("next_ask_at").values_list("pk", flat=True)[:limit])
    Refund.objects.filter(pk__in=keys).update(next_ask_at=at + CLAIM_LIMIT)
    return keys


def sweep_stuck(*, at: datetime) -> int:
    """Attempts whose process died during its call: nobody was ever shown their page. How many there were."""
    stuck = Attempt.objects.filter(status=_A.OPENING, claimed_at__lt=at - CLAIM_LIMIT).order_by("claimed_at")
    return sum(_give_up(attempt, at) for attempt in stuck[:100])


@transaction.atomic
def _give_up(attempt: Attempt, at: datetime) -> bool:
    """Under the payment's lock, like all that happens to it; False when it is in other hands."""
    payment = Payment.objects.select_for_update(skip_locked=True).filter(pk=attempt.payment_id)
    if payment.values_list("pk").first() is None:
        return False
    adapter = gateway(attempt.gateway)
    try:
        with transaction.atomic():
            move_attempt(attempt, _A.OPEN_UNKNOWN, at=at, data={"why": "its process ended"})
            if adapter is None or not adapter.caps.idempotent_open:
                move_attempt(attempt, _A.ABANDONED, at=at)
    except MovedMeanwhile:
        return False
    return True

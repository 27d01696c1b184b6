"""Comparing our books with a gateway's own report, and putting right what differs.

What the gateway knows and we do not is taken in as if it had been told, so that all rules hold. What we know
and the gateway does not is asked for by its uid first; only if the gateway denies it is our state corrected.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from parason.kernel.money import Money
from parason.payments.gateways.interface import Gateway, Kind, Observation, Reference, Status
from parason.payments.gateways.registry import gateway
from parason.payments.models import (
    Attempt,
    Difference,
    DifferenceKind,
    GatewayTransaction,
    Payment,
    Reconciliation,
)
from parason.payments.operations import ledger
from parason.payments.operations.moving import alert, move_attempt, move_payment
from parason.payments.operations.observing import Consequences, observe
from parason.payments.operations.receiving import UnknownGateway
from parason.payments.states import AttemptStatus, PaymentStatus

_K = DifferenceKind


def reconcile(
    *, gateway_code: str, since: datetime, until: datetime, consequences: Consequences, at: datetime
) -> Reconciliation:
    """Compare a period. Not inside a transaction. Raises GatewayError when there is no report."""
    adapter = gateway(gateway_code)
    if adapter is None:
        raise UnknownGateway
    theirs = {line.observation.uid: line.observation for line in adapter.report(since, until)}
    run = Reconciliation.objects.create(
        gateway=adapter.code, shop_id=adapter.shop_id, since=since, until=until, at=at, compared=len(theirs)
    )
    for told in sorted(theirs.values(), key=lambda one: one.kind is not Kind.PAYMENT):
        _compare(run, told, adapter, consequences, at)
    for ours in _ours(adapter, since, until):
        if ours.uid not in theirs:
            _denied(run, ours, adapter, at)
    Reconciliation.objects.filter(pk=run.pk).update(complete=True)
    run.complete = True
    return run


def _said(status: str, minor: int | None, currency: str | None) -> str:
    """A status and a sum, as the page of differences shows them."""
    try:
        return f"{status} {Money(minor or 0, currency or '')}"
    except ValueError:
        return f"{status} {minor} {currency}"


def _ours(adapter: Gateway, since: datetime, until: datetime) -> Iterable[GatewayTransaction]:
    return GatewayTransaction.objects.filter(
        gateway=adapter.code,
        shop_id=adapter.shop_id,
        status=Status.SUCCEEDED,
        occurred_at__gte=since,
        occurred_at__lte=until,
    )


@transaction.atomic
def _compare(
    run: Reconciliation, told: Observation, adapter: Gateway, consequences: Consequences, at: datetime
) -> None:
    ours = GatewayTransaction.objects.filter(
        gateway=adapter.code, shop_id=adapter.shop_id, uid=told.uid
    ).first()
    if ours is None:
        kind, said = _K.UNKNOWN_TO_US, ""
    elif ours.status != told.status:
        kind, said = _K.OTHER_STATUS, ours.status
    elif (ours.amount_minor, ours.currency) != (told.amount_minor, told.currency or ""):
        kind, said = _K.OTHER_AMOUNT, _said(ours.status, ours.amount_minor, ours.currency)
    else:
        return
    outcome = observe(observation=told, adapter=adapter, consequences=consequences, at=at)
    Difference.objects.create(
        reconciliation=run,
        kind=kind,
        uid=told.uid,
        our_ref=told.our_ref[:255],
        ours=said,
        theirs=_said(told.status, told.amount_minor, told.currency),
        outcome=outcome[:100],
    )


def _denied(run: Reconciliation, ours: GatewayTransaction, adapter: Gateway, at: datetime) -> None:
    """We hold a success that the report has not: ask for it by name before believing that."""
    told = [one for one in adapter.query(Reference(uid=ours.uid)) if one.uid == ours.uid]
    if any(one.status is Status.SUCCEEDED for one in told):
        return  # the report is late, or leaves it out: test transactions, for instance
    outcome = _correct(ours, told, at)
    Difference.objects.create(
        reconciliation=run,
        kind=_K.UNKNOWN_TO_GATEWAY,
        uid=ours.uid,
        our_ref=ours.our_ref,
        ours=_said(ours.status, ours.amount_minor, ours.currency),
        theirs=", ".join(one.status for one in told) or "nothing",
        outcome=outcome,
    )


@transaction.atomic
def _correct(ours: GatewayTransaction, told: list[Observation], at: datetime) -> str:
    """The gateway denies what we hold: our state follows it, the cover is a matter for people."""
    alert("the gateway denies a success", gateway=ours.gateway, uid=ours.uid, our_ref=ours.our_ref)
    if ours.attempt_id is None or ours.kind != Kind.PAYMENT or not told:
        return "with a person"
    attempt = Attempt.objects.select_related("payment").get(pk=ours.attempt_id)
    Payment.objects.select_for_update().only("pk").get(pk=attempt.payment_id)
    attempt.refresh_from_db()
    if attempt.status != AttemptStatus.PAID or attempt.payment.refunds.exists():
        return "with a person"
    GatewayTransaction.objects.filter(pk=ours.pk).update(status=told[0].status)
    move_attempt(
        attempt, AttemptStatus.DECLINED, at=at, data={"uid": ours.uid, "why": "denied by the gateway"}
    )
    payment = Payment.objects.get(pk=attempt.payment_id)
    if payment.status == PaymentStatus.PAID:
        move_payment(payment, PaymentStatus.UNPAID, at=at, data={"uid": ours.uid}, paid_at=None)
        ledger.denied(payment, ours, at)
    return "corrected, the policy is with a person"

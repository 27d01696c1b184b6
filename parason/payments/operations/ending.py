"""Giving up a page or a bill: the gateway is asked first, and closes it where it can."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from parason.checkout.models import Order
from parason.payments.errors import BeingRecorded, GatewayUnavailable
from parason.payments.gateways.interface import Gateway, GatewayError, Kind, Reference, Status
from parason.payments.gateways.registry import gateway
from parason.payments.models import Attempt, Payment
from parason.payments.operations.moving import alert, move_attempt
from parason.payments.states import LIVE, PAYABLE, AttemptStatus

_A = AttemptStatus


def end_page(attempt: Attempt, at: datetime) -> None:
    """Make sure that a page is unpaid before another takes its place, and close it. Not inside a transaction.

    Raises BeingRecorded when it has been paid after all, GatewayUnavailable when nobody knows.
    """
    adapter = gateway(attempt.gateway)
    if adapter is None or not attempt.external_id:
        return
    try:
        told = adapter.query(Reference(our_ref=attempt.our_ref, external_id=attempt.external_id))
    except GatewayError as error:
        raise GatewayUnavailable from error
    if any(one.kind is Kind.PAYMENT and one.status is Status.SUCCEEDED for one in told):
        Attempt.objects.filter(pk=attempt.pk).update(next_ask_at=at)
        raise BeingRecorded
    _close(attempt, adapter)


def _close(attempt: Attempt, adapter: Gateway) -> None:
    if not adapter.caps.cancel_open or not attempt.external_id:
        return
    try:
        adapter.cancel_open(Reference(our_ref=attempt.our_ref, external_id=attempt.external_id))
    except GatewayError as error:
        alert("a page could not be closed", attempt=attempt.our_ref, why=error)


def cancel(*, order: Order, at: datetime) -> None:
    """The order is given up: its page, if one is open, is closed where the gateway can, and given up by us.

    Not inside a transaction. Money that comes all the same counts as late.
    """
    attempt = Attempt.objects.filter(payment__order=order, status__in=LIVE).first()
    adapter = gateway(attempt.gateway) if attempt else None
    if attempt is None or adapter is None or attempt.status == _A.OPENING:
        return
    _close(attempt, adapter)
    _cancel(attempt, at)


@transaction.atomic
def _cancel(attempt: Attempt, at: datetime) -> None:
    Payment.objects.select_for_update().only("pk").get(pk=attempt.payment_id)
    attempt.refresh_from_db()
    if attempt.status in (_A.NEW, _A.OPEN_UNKNOWN, *PAYABLE):
        move_attempt(attempt, _A.CANCELLED, at=at, data={"why": "the cart changed"})

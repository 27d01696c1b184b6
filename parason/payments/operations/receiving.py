"""Taking a notification in: check who sent it, keep every byte, judge later."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F

from parason.kernel.clock import day_of
from parason.kernel.transactions import in_transaction
from parason.payments.errors import PaymentError
from parason.payments.gateways.interface import Forged, Gateway, GatewayError, Observation
from parason.payments.gateways.registry import gateway
from parason.payments.models import ForgedCount, Notification
from parason.payments.operations.moving import alert
from parason.payments.operations.observing import KNOWN, is_counted


class NotAuthentic(PaymentError):
    """The message did not prove its sender; only a counter was touched."""


class UnknownGateway(PaymentError):
    """No such gateway or shop."""


def authenticate(
    *, gateway_code: str, shop_id: str, raw: bytes, headers: Mapping[str, str], at: datetime
) -> None:
    """Who speaks? Raises NotAuthentic (and counts it) or UnknownGateway. Header names are lower case.

    Not inside a transaction of the caller's: its end would take the count away.
    """
    adapter = gateway(gateway_code)
    if adapter is None or adapter.shop_id != shop_id:
        raise UnknownGateway
    try:
        adapter.authenticate(raw, headers)
    except Forged as error:
        count_forged(gateway_code, error.reason, at)
        raise NotAuthentic from error


@in_transaction
def keep(*, gateway_code: str, shop_id: str, raw: bytes, at: datetime) -> Notification:
    """Keep a notification that is genuine; unless it is judged already, because it only repeats money that
    was counted, the caller defers its judgement in the same transaction.

    No header is ever stored: one of them is the shop's password.
    """
    adapter = gateway(gateway_code)
    if adapter is None:
        raise UnknownGateway
    told = _told(adapter, raw)
    repeats = bool(told) and all(is_counted(one, adapter) for one in told)
    return Notification.objects.create(
        gateway=gateway_code,
        shop_id=shop_id,
        our_ref=next((one.our_ref for one in told if one.our_ref), "")[:64],
        raw=raw,
        digest=hashlib.sha256(raw).hexdigest(),
        received_at=at,
        processed_at=at if repeats else None,
        outcome=KNOWN if repeats else "",
    )


def _told(adapter: Gateway, raw: bytes) -> list[Observation]:
    """What the body says, nothing when it cannot be read; judging reads it again."""
    try:
        return adapter.parse_webhook(raw)
    except GatewayError:
        return []


@transaction.atomic
def count_forged(gateway_code: str, reason: str, at: datetime) -> None:
    """One more message that did not prove its sender; nothing of it is kept."""
    key = {"gateway": gateway_code, "day": day_of(at), "reason": reason[:40]}
    if not ForgedCount.objects.filter(**key).update(count=F("count") + 1):
        ForgedCount.objects.bulk_create([ForgedCount(**key)], ignore_conflicts=True)
        ForgedCount.objects.filter(**key).update(count=F("count") + 1)
    alert("a notification did not prove its sender", gateway=gateway_code, reason=reason)

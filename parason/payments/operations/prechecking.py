"""The gateway asks before it charges: no to what is paid, given up, superseded, or of another sum."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from parason.payments.gateways.interface import Unreadable
from parason.payments.gateways.registry import gateway
from parason.payments.models import Attempt
from parason.payments.operations.crediting import mismatches
from parason.payments.operations.observing import Consequences
from parason.payments.operations.receiving import NotAuthentic, UnknownGateway, authenticate
from parason.payments.reasons import OURS
from parason.payments.states import PAYABLE, PaymentStatus


def precheck(
    *,
    gateway_code: str,
    shop_id: str,
    raw: bytes,
    headers: Mapping[str, str],
    consequences: Consequences,
    at: datetime,
) -> dict[str, Any]:
    """The answer to give. Changes nothing. Raises NotAuthentic, UnknownGateway."""
    authenticate(gateway_code=gateway_code, shop_id=shop_id, raw=raw, headers=headers, at=at)
    adapter = gateway(gateway_code)
    if adapter is None:
        raise UnknownGateway
    try:
        told = adapter.parse_webhook(raw)
    except Unreadable as error:
        raise NotAuthentic from error
    one = next(iter(told), None)
    found = Attempt.objects.select_related("payment__order").filter(gateway=gateway_code)
    attempt = found.filter(our_ref=one.our_ref).first() if one else None
    accept = (
        attempt is not None
        and one is not None
        and attempt.status in PAYABLE
        and attempt.payment.status == PaymentStatus.UNPAID
        and attempt.payment.order.closed_at is None
        and not mismatches(attempt, one, adapter)
        and consequences.may_honour(attempt.payment, at)
    )
    return adapter.precheck_reply(raw, accept, "" if accept else OURS, at)

"""What Stripe says, in our words: sessions, refunds, disputes, events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from parason.payments.gateways.interface import Kind, Observation, Status

REFUNDS = {
    "succeeded": Status.SUCCEEDED,
    "pending": Status.PENDING,
    "requires_action": Status.PENDING,
    "failed": Status.DECLINED,
    "canceled": Status.DECLINED,
}
# The money is gone at this event, whatever becomes of the dispute.
WITHDRAWN = "charge.dispute.funds_withdrawn"


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _id(value: Any) -> str:
    """An id, whether the object came with it or not."""
    found = _object(value).get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""


def _amount(value: Any) -> int | None:
    return value if type(value) is int else None


def _currency(value: Any) -> str | None:
    return value.upper() if isinstance(value, str) else None


def _moment(value: Any) -> datetime | None:
    return datetime.fromtimestamp(value, UTC) if type(value) is int else None


def _test(body: Mapping[str, Any]) -> bool | None:
    live = body.get("livemode")
    return not live if isinstance(live, bool) else None


def session(body: Mapping[str, Any], shop_id: str) -> list[Observation]:
    """A checkout session; with its payment when that is paid."""
    common: dict[str, Any] = {
        "shop_id": shop_id,
        "external_id": _id(body.get("id")),
        "our_ref": str(body.get("client_reference_id") or ""),
        "amount_minor": _amount(body.get("amount_total")),
        "currency": _currency(body.get("currency")),
        "test": _test(body),
        "occurred_at": _moment(body.get("created")),
        "word": f"{body.get('status')}/{body.get('payment_status')}"[:40],
    }
    paid = body.get("status") == "complete" and body.get("payment_status") == "paid"
    uid = _id(body.get("payment_intent"))
    found = []
    if paid and uid:
        found.append(Observation(Kind.PAYMENT, Status.SUCCEEDED, uid=uid, method="card", **common))
    found += _children(body.get("payment_intent"), shop_id)
    expired = body.get("status") == "expired"
    status = Status.SUCCEEDED if paid else Status.EXPIRED if expired else Status.OPEN
    if body.get("status") == "complete" and not paid:
        status = Status.PENDING  # a bank debit that takes days
    return [*found, Observation(Kind.CHECKOUT, status, finished=paid or expired, **common)]


def _children(intent: Any, shop_id: str) -> list[Observation]:
    charge = _object(_object(intent).get("latest_charge"))
    rows = _object(charge.get("refunds")).get("data") or []
    return [refund(row, shop_id, _id(intent)) for row in rows if isinstance(row, Mapping)]


def intent(body: Mapping[str, Any], shop_id: str) -> list[Observation]:
    """A payment intent asked for by its id."""
    status = Status.SUCCEEDED if body.get("status") == "succeeded" else Status.PENDING
    if body.get("status") == "canceled":
        status = Status.CANCELLED
    reference = _object(body.get("metadata")).get("our_ref")
    seen = Observation(
        Kind.PAYMENT,
        status,
        shop_id=shop_id,
        uid=_id(body.get("id")),
        our_ref=str(reference or ""),
        amount_minor=_amount(body.get("amount")),
        currency=_currency(body.get("currency")),
        test=_test(body),
        occurred_at=_moment(body.get("created")),
    )
    return [seen, *_children(body, shop_id)]


def refund(body: Mapping[str, Any], shop_id: str, parent: str = "") -> Observation:
    """A refund of a payment intent."""
    word = str(body.get("status") or "")
    return Observation(
        Kind.REFUND,
        REFUNDS.get(word, Status.UNKNOWN),
        shop_id=shop_id,
        uid=_id(body.get("id")),
        parent_uid=_id(body.get("payment_intent")) or parent,
        amount_minor=_amount(body.get("amount")),
        currency=_currency(body.get("currency")),
        occurred_at=_moment(body.get("created")),
        message=str(body.get("failure_reason") or "")[:300],
        word=word[:40],
    )


def _dispute(body: Mapping[str, Any], shop_id: str) -> Observation:
    return Observation(
        Kind.CHARGEBACK,
        Status.SUCCEEDED,
        shop_id=shop_id,
        uid=_id(body.get("id")),
        parent_uid=_id(body.get("payment_intent")),
        amount_minor=_amount(body.get("amount")),
        currency=_currency(body.get("currency")),
        message=str(body.get("reason") or "")[:300],
        occurred_at=_moment(body.get("created")),
    )


def event(document: Mapping[str, Any], shop_id: str) -> list[Observation]:
    """The observations of an event; none when it says nothing about money."""
    kind = str(document.get("type") or "")
    body = _object(_object(document.get("data")).get("object"))
    if kind.startswith("checkout.session."):
        return session(body, shop_id)
    if kind.startswith("refund."):
        return [refund(body, shop_id)]
    if kind == "charge.refunded":
        rows = _object(body.get("refunds")).get("data") or []
        return [
            refund(row, shop_id, _id(body.get("payment_intent"))) for row in rows if isinstance(row, Mapping)
        ]
    return [_dispute(body, shop_id)] if kind == WITHDRAWN else []

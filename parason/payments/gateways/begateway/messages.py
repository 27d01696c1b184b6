"""What beGateway says, in our words: notifications, answers, both shapes of errors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from parason.payments.gateways.interface import Kind, Observation, ReportLine, Status, Unreadable

STATUSES = {
    "successful": Status.SUCCEEDED,
    "failed": Status.DECLINED,
    "incomplete": Status.ACTION_REQUIRED,
    "pending": Status.PENDING,
    "processing": Status.PENDING,
    "permanent": Status.OPEN,
    "auto_created": Status.OPEN,
    "expired": Status.EXPIRED,
    "deleted": Status.CANCELLED,
    "error": Status.ERROR,
}
# A bill that waits, or that failed once, can be paid; only `start` says that somebody is paying it.
BILL_STATUSES = {**STATUSES, "pending": Status.OPEN, "failed": Status.OPEN, "start": Status.PENDING}
KINDS = {
    "payment": Kind.PAYMENT,
    "charge": Kind.PAYMENT,
    "refund": Kind.REFUND,
    "void": Kind.REFUND,
    "chargeback": Kind.CHARGEBACK,
}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _integer(value: Any) -> int | None:
    # bool is an int in Python, and a float or Decimal is not an amount.
    return value if type(value) is int else None


def _currency(value: Any) -> str | None:
    """A code in capitals; what is none becomes ISO's own XXX, which equals no currency that we ask for."""
    text = _text(value).strip().upper()
    return (text if len(text) == 3 and text.isascii() and text.isalpha() else "XXX") if text else None


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _card(body: dict[str, Any]) -> str:
    card = _object(body.get("credit_card"))
    brand, last = _text(card.get("brand")), _text(card.get("last_4"))
    return f"{brand} •••• {last}"[:40] if last else ""


def _code(body: dict[str, Any], section: dict[str, Any]) -> str:
    return (_text(body.get("code")) or _text(section.get("bank_code")))[:40]


def transaction(body: dict[str, Any], shop_id: str) -> Observation | None:
    """One `transaction` object; None for types that move no money (tokenization, authorization)."""
    kind = KINDS.get(_text(body.get("type")))
    uid = _text(body.get("uid")) or _text(body.get("id"))
    if kind is None or not uid:
        return None
    word = _text(body.get("status"))
    section = _object(body.get(_text(body.get("type"))))
    vendor = _object(_object(body.get("additional_data")).get("vendor"))
    bill = body.get("payment_method_type") == "erip" and kind is Kind.PAYMENT
    status = (BILL_STATUSES if bill else STATUSES).get(word, Status.UNKNOWN)
    return Observation(
        kind=kind,
        status=status,
        shop_id=shop_id,
        uid=uid,
        word=word[:40],
        parent_uid=_text(body.get("parent_uid")),
        external_id=_text(vendor.get("token")),
        our_ref=_text(body.get("tracking_id")),
        amount_minor=_integer(body.get("amount")),
        currency=_currency(body.get("currency")),
        test=body.get("test") if isinstance(body.get("test"), bool) else None,
        code=_code(body, section),
        card=_card(body),
        method=_text(body.get("payment_method_type"))[:30],
        message=(
            _text(body.get("friendly_message")) or _text(section.get("message")) or _text(body.get("message"))
        )[:300],
        occurred_at=_moment(body.get("updated_at"))
        or _moment(body.get("paid_at"))
        or _moment(body.get("created_at")),
    )


def report_line(body: dict[str, Any], shop_id: str) -> ReportLine | None:
    """One row of a report: the transaction, what was kept of it, when the rest was paid out."""
    seen = transaction(body, shop_id)
    if seen is None:
        return None
    return ReportLine(seen, _integer(body.get("transaction_fee")), _moment(body.get("settled_at")))


def checkout(body: dict[str, Any]) -> list[Observation]:
    """A checkout object: the answer to a query by token, or the notification of an expired token."""
    token, shop_id = _text(body.get("token")), str(body.get("shop_id") or "")
    order = _object(body.get("order"))
    found = [
        observation
        for inner in _object(body.get("gateway_response")).items()
        if (observation := _inside(inner, body, order, shop_id, token)) is not None
    ]
    paid = any(one.status is Status.SUCCEEDED for one in found)
    finished, expired = body.get("finished") is True, body.get("expired") is True
    found.append(
        Observation(
            kind=Kind.CHECKOUT,
            status=_checkout_status(body, finished=finished, expired=expired, paid=paid),
            shop_id=shop_id,
            external_id=token,
            our_ref=_text(order.get("tracking_id")),
            finished=finished or expired,
            amount_minor=_integer(order.get("amount")),
            currency=_currency(order.get("currency")),
            test=body.get("test") if isinstance(body.get("test"), bool) else None,
            message=_text(body.get("message"))[:300],
            word=_text(body.get("status"))[:40],
        )
    )
    return found


def _checkout_status(body: dict[str, Any], *, finished: bool, expired: bool, paid: bool) -> Status:
    # The triple decides: what `status` says before anybody has tried to pay is written nowhere.
    if paid or (finished and body.get("status") == "successful"):
        return Status.SUCCEEDED
    if expired:
        return Status.EXPIRED
    if finished and body.get("status") in ("failed", "error"):
        return Status.DECLINED
    return Status.OPEN


def _inside(
    inner: tuple[str, Any], body: dict[str, Any], order: dict[str, Any], shop_id: str, token: str
) -> Observation | None:
    name, section = inner
    if not isinstance(section, dict):
        return None
    whole = {
        "type": name,
        "test": body.get("test"),
        "tracking_id": order.get("tracking_id"),
        "amount": order.get("amount"),
        "currency": order.get("currency"),
        "message": body.get("message"),
        **section,
        "additional_data": {"vendor": {"token": token}},
    }
    return transaction({**whole, name: section}, shop_id)


def notification(document: Any, shop_id: str) -> list[Observation]:
    """The body of a notification. Raises Unreadable."""
    if not isinstance(document, dict):
        raise Unreadable("not an object")
    if isinstance(document.get("transaction"), dict):
        found = transaction(document["transaction"], shop_id)
        return [found] if found else []
    inner = document.get("checkout") if isinstance(document.get("checkout"), dict) else document
    if isinstance(inner, dict) and _text(inner.get("token")) and "order" in inner:
        return checkout(inner)
    raise Unreadable("neither a transaction nor a checkout")


def error_text(body: Any) -> str:
    """The message of a refusal, whichever of the documented shapes it has; for our staff only."""
    document = _object(body)
    inner = _object(document.get("response")) or document
    errors = inner.get("errors")
    text = _text(inner.get("friendly_message")) or _text(inner.get("message"))
    return f"{text} {errors or ''}".strip()[:300] or "refused without a reason"

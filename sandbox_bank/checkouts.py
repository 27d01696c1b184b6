"""Checkout tokens: creation, the state that a shop may ask for, the body of an expired one."""

import json
import secrets
from typing import Any

from starlette.responses import Response

from sandbox_bank import checking, faults, notifications
from sandbox_bank.bank import Bank
from sandbox_bank.checking import Errors
from sandbox_bank.faults import Stage
from sandbox_bank.storage import Row
from sandbox_bank.transactions import SECTIONS, find, first_fault, shown
from sandbox_bank.wire import Call, Refused, answer

LONGEST_LIFE = 24 * 3600
TYPES = ("payment", "authorization")
URLS = (
    "return_url",
    "success_url",
    "decline_url",
    "fail_url",
    "cancel_url",
    "notification_url",
    "verification_url",
)
METHODS = ("credit_card", "erip", "halva", "alternative")
NAMES_AND_PLACES = ("first_name", "last_name", "address", "city", "state", "zip", "phone", "country")
CUSTOMER_FIELDS = frozenset((*NAMES_AND_PLACES, "email", "birth_date", "taxpayer_id"))


def create(call: Call) -> Response:
    """POST /ctp/api/checkouts. Not idempotent: a RequestID is not looked at, as at the real bank."""
    bank, now = call.bank, call.bank.clock.now()
    checkout, expires_at = _checked(call.data, now)
    if call.request.headers.get("x-api-version") != "2" and "version" not in checkout:
        # An older dialect: return_url is not known there.
        checkout.get("settings", {}).pop("return_url", None)
    token = secrets.token_hex(32)
    tracking_id = checkout["order"].get("tracking_id")
    bank.storage.insert(
        "checkouts",
        token=token,
        shop_id=call.shop.shop_id,
        tracking_id=tracking_id,
        created_at=now,
        expires_at=min(expires_at or now + LONGEST_LIFE, now + LONGEST_LIFE),
        attempts_left=checkout.get("attempts", 1),
        doc=json.dumps(checkout, ensure_ascii=False),
    )
    struck = faults.take(bank.storage, Stage.OPENING, shop_id=call.shop.shop_id, tracking_id=tracking_id)
    host = call.base_url()
    if foreign := first_fault(struck, "foreign_redirect"):
        host = foreign.params["host"]
    opened = {"token": token, "redirect_url": f"{host}/v2/checkout?token={token}"}
    if first_fault(struck, "no_redirect_url"):
        del opened["redirect_url"]
    return answer({"checkout": opened})


def _checked(data: dict[str, Any], now: float) -> tuple[dict[str, Any], float | None]:
    errors = Errors()
    checkout = checking.section(data, "checkout", errors, "checkout", required=True)
    errors.done()
    kind = checkout.get("transaction_type")
    if kind is None:
        errors.add("checkout.transaction_type", "can't be blank")
    elif kind not in TYPES:
        errors.add("checkout.transaction_type", f"is not supported here; use {' or '.join(TYPES)}")
    checking.flag(checkout, "test", errors, "checkout.test")
    checking.whole(checkout, "attempts", errors, "checkout.attempts", 1, 1)
    expires_at = _check_order(checkout, errors, now)
    _check_settings(checkout, errors)
    _check_customer(checkout, errors)
    _check_method(checkout, errors)
    errors.done()
    return checkout, expires_at


def _check_order(checkout: dict[str, Any], errors: Errors, now: float) -> float | None:
    path = "checkout.order"
    order = checking.section(checkout, "order", errors, path, required=True)
    if not order:
        return None
    checking.amount(order, "amount", errors, f"{path}.amount")
    checking.currency(order, errors, f"{path}.currency")
    checking.text(order, "description", errors, f"{path}.description", 255, required=True)
    checking.text(order, "tracking_id", errors, f"{path}.tracking_id", 255)
    checking.section(order, "additional_data", errors, f"{path}.additional_data")
    return checking.expiry(order, errors, f"{path}.expired_at", now)


def _check_settings(checkout: dict[str, Any], errors: Errors) -> None:
    path = "checkout.settings"
    settings = checking.section(checkout, "settings", errors, path)
    for name in URLS:
        checking.url(settings, name, errors, f"{path}.{name}")
    if settings.get("auto_return") is not None:
        checking.whole(settings, "auto_return", errors, f"{path}.auto_return", 0, 0)
    checking.text(settings, "language", errors, f"{path}.language", 10)
    fields = checking.section(settings, "customer_fields", errors, f"{path}.customer_fields")
    for name in ("visible", "read_only"):
        listed = fields.get(name, [])
        if not isinstance(listed, list) or not all(field in CUSTOMER_FIELDS for field in map(str, listed)):
            errors.add(f"{path}.customer_fields.{name}", "is invalid")
        elif name == "read_only" and "email" in listed and not _customer(checkout).get("email"):
            errors.add("checkout.customer.email", "can't be blank")


def _customer(checkout: dict[str, Any]) -> dict[str, Any]:
    customer = checkout.get("customer")
    return customer if isinstance(customer, dict) else {}


def _check_customer(checkout: dict[str, Any], errors: Errors) -> None:
    path = "checkout.customer"
    customer = checking.section(checkout, "customer", errors, path)
    checking.email(customer, errors, f"{path}.email")
    for name in ("first_name", "last_name", "address", "city", "phone", "ip"):
        checking.text(customer, name, errors, f"{path}.{name}", 255)
    country = customer.get("country")
    if country and not (
        isinstance(country, str) and len(country) == 2 and country.isalpha() and country.isupper()
    ):
        errors.add(f"{path}.country", "is invalid")


def _check_method(checkout: dict[str, Any], errors: Errors) -> None:
    path = "checkout.payment_method"
    method = checking.section(checkout, "payment_method", errors, path)
    types = method.get("types", ["credit_card"])
    if not isinstance(types, list) or not types or not all(kind in METHODS for kind in types):
        errors.add(f"{path}.types", "is invalid")
    elif "credit_card" not in types:
        errors.add(f"{path}.types", "must have credit_card: the page of the sandbox takes cards only")


def show(call: Call) -> Response:
    """GET /ctp/api/checkouts/{token}."""
    row = find_checkout(call.bank, call.request.path_params["token"])
    if row is None or row["shop_id"] != call.shop.shop_id:
        raise Refused("Record not found", status=404)
    return answer({"checkout": body(call.bank, row)})


def find_checkout(bank: Bank, token: str) -> Row | None:
    return bank.storage.one("SELECT * FROM checkouts WHERE token = ?", token)


def get_checkout(bank: Bank, token: str) -> Row:
    """Raises LookupError when there is no such token."""
    row = find_checkout(bank, token)
    if row is None:
        raise LookupError("no such checkout")
    return row


def body(bank: Bank, row: Row) -> dict[str, Any]:
    """The checkout as the bank tells it: what the shop sent, and what has become of it."""
    doc: dict[str, Any] = json.loads(row["doc"])
    payment = find(bank, row["uid"]) if row["uid"] else None
    seen = shown(payment, "query") if payment is not None else None
    status, message, gateway = _outcome(bank, row, payment, seen)
    order = {**doc["order"]}
    if seen is not None:
        # A wrong charge shows itself here as well as in the transaction.
        order.update(amount=seen["amount"], currency=seen["currency"], tracking_id=seen["tracking_id"])
    return {
        "token": row["token"],
        "shop_id": row["shop_id"],
        "transaction_type": doc["transaction_type"],
        "gateway_response": gateway,
        "order": order,
        "settings": doc.get("settings", {}),
        "customer": doc.get("customer", {}),
        "finished": bool(row["finished"]),
        "expired": bool(row["expired"]),
        "test": seen["test"] if seen is not None else doc.get("test", False),
        "status": status,
        "message": message,
        "shop": {"name": f"Sandbox shop {row['shop_id']}"},
        "payment_method": doc.get("payment_method", {"types": ["credit_card"]}),
    }


def _outcome(
    bank: Bank, row: Row, payment: Row | None, seen: dict[str, Any] | None
) -> tuple[str | None, str | None, dict[str, Any] | None]:
    if row["expired"] and (payment is None or payment["status"] != "successful"):
        return "error", "Token is expired.", None
    if seen is None:
        return bank.settings["unpaid_status"], None, None
    kind = next(name for name in SECTIONS if name in seen)
    return seen["status"], seen["message"], {kind: {"uid": seen["uid"], **seen[kind]}}


def notify_expired(bank: Bank, row: Row) -> None:
    """The one notification whose body has no `transaction`: the checkout itself at top level."""
    doc = json.loads(row["doc"])
    url = doc.get("settings", {}).get("notification_url")
    if not url:
        return
    payload = {
        **body(bank, row),
        "finished": False,
        "expired": True,
        "status": "error",
        "message": "Token is expired.",
        "gateway_response": None,
    }
    notifications.post(
        bank,
        row["shop_id"],
        url,
        payload,
        about="expired",
        tracking_id=row["tracking_id"],
        status="expired",
        schedule="checkout",
    )

"""ERIP bills: creation, deletion, payment at a kiosk."""

import base64
import io
import json
from typing import Any

import zxingcpp
from PIL import Image
from starlette.responses import Response

from sandbox_bank import checking, notifications, transactions
from sandbox_bank.bank import Bank
from sandbox_bank.checking import Errors
from sandbox_bank.clock import iso
from sandbox_bank.faults import Stage, take
from sandbox_bank.repeats import remember, repeated
from sandbox_bank.storage import Row
from sandbox_bank.transactions import digits, find, first_fault, shown
from sandbox_bank.wire import Call, Refused, answer

DEFAULT_LIFE = 24 * 3600
PAYING_SECONDS = 30 * 60
PAYABLE = ("pending", "permanent")
DEFAULT_SERVICE = "99999999"
ONLY_BYN = frozenset({"BYN"})


def create(call: Call) -> Response:
    """POST /beyag/payments. A repeated RequestID gets the first bill again, in its state of now."""
    if (row := repeated(call)) is not None:
        return answer({"transaction": shown(row, "query")})
    bank, now = call.bank, call.bank.clock.now()
    request, expires_at = _checked(call.data, now)
    method = request["payment_method"]
    _expire_former(bank, call.shop.shop_id, method["account_number"])
    expires_at = expires_at or now + DEFAULT_LIFE
    permanent = request.get("permanent") is True
    row = transactions.add(
        bank,
        _doc(request, method, iso(now), expires_at, "permanent" if permanent else "pending"),
        shop_id=call.shop.shop_id,
        method="erip",
        notify_url=request.get("notification_url"),
        due_at=None if permanent else expires_at,
        account_number=method["account_number"],
    )
    remember(call, row["uid"])
    notifications.notify(bank, row)
    struck = take(bank.storage, Stage.OPENING, shop_id=row["shop_id"], tracking_id=row["tracking_id"])
    body = shown(row, "query")
    if first_fault(struck, "no_redirect_url"):
        body["erip"].update(qr_code=None, qr_code_raw=None, instruction=None)
    return answer({"transaction": body}, 201)


def _checked(data: dict[str, Any], now: float) -> tuple[dict[str, Any], float | None]:
    errors = Errors()
    request = checking.section(data, "request", errors, "request", required=True)
    errors.done()
    checking.amount(request, "amount", errors, "amount")
    checking.currency(request, errors, "currency", ONLY_BYN)
    checking.text(request, "description", errors, "description", 255, required=True)
    checking.text(request, "ip", errors, "ip", 45, required=True)
    checking.text(request, "tracking_id", errors, "tracking_id", 255)
    checking.email(request, errors, "email")
    checking.url(request, "notification_url", errors, "notification_url")
    checking.flag(request, "test", errors, "test")
    request["customer"] = checking.section(request, "customer", errors, "customer")
    order_id = request.get("order_id")
    if order_id is not None and (type(order_id) is not int or not 0 < order_id < 10**12):
        errors.add("order_id", "is invalid")
    method = checking.section(request, "payment_method", errors, "payment_method", required=True)
    if method:
        _check_method(method, errors)
    expires_at = checking.expiry(request, errors, "expired_at", now)
    errors.done()
    return request, expires_at


def _check_method(method: dict[str, Any], errors: Errors) -> None:
    path = "payment_method"
    if method.get("type") != "erip":
        errors.add(f"{path}.type", "is invalid" if method.get("type") else "can't be blank")
    checking.text(method, "account_number", errors, f"{path}.account_number", 30, required=True)
    service = checking.text(method, "service_no", errors, f"{path}.service_no", 8)
    if service is not None and not (len(service) == 8 and service.isdecimal()):
        errors.add(f"{path}.service_no", "is invalid")


def _expire_former(bank: Bank, shop_id: int, account_number: str) -> None:
    """A new bill for the same account number makes the old one expire."""
    for row in payable(bank, account_number, shop_id):
        notifications.notify(
            bank, transactions.settle(bank, row["uid"], status="expired", message="Replaced by a newer bill")
        )


def _doc(
    request: dict[str, Any], method: dict[str, Any], now: str | None, expires_at: float, status: str
) -> dict[str, Any]:
    uid = transactions.new_uid()
    customer = request.get("customer", {})
    return {
        "uid": uid,
        "id": uid,
        "status": status,
        "message": "Waiting for payment",
        "type": "payment",
        "amount": request["amount"],
        "currency": request["currency"],
        "description": request["description"],
        "order_id": request.get("order_id") or int("1" + digits(11)),
        "tracking_id": request.get("tracking_id"),
        "created_at": now,
        "updated_at": now,
        "expired_at": iso(expires_at),
        "paid_at": None,
        "language": request.get("language", "ru"),
        "test": request.get("test") is True,
        "payment_method_type": "erip",
        "additional_data": request.get("additional_data") or {},
        "billing_address": {key: customer.get(key) for key in ("first_name", "last_name", "phone")},
        "customer": {"ip": request["ip"], "email": request.get("email")},
        "erip": _erip_section(request, method),
        "_expires_at": expires_at,
    }


def _erip_section(request: dict[str, Any], method: dict[str, Any]) -> dict[str, Any]:
    service = method.get("service_no") or DEFAULT_SERVICE
    raw = f"https://pay.raschet.by/#{service}_{method['account_number']}_{request['amount']}"
    return {
        "request_id": digits(10),
        "service_no": service,
        "service_no_erip": service,
        "account_number": method["account_number"],
        "transaction_id": None,
        "instruction": ["Система «Расчет» (ЕРИП)", "Страхование", "Песочница", f"Услуга {service}"],
        "service_info": method.get("service_info") or [],
        "receipt": method.get("receipt") or [],
        "qr_code_raw": raw,
        "qr_code": _qr_png(raw),
        "banks": [],
    }


def _qr_png(text: str) -> str:
    buffer = io.BytesIO()
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    Image.fromarray(code.to_image(scale=4)).save(buffer, format="png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def find_bill(call: Call) -> Row:
    """Raises Refused when the shop has no such bill."""
    row = find(call.bank, call.request.path_params["uid"], call.shop.shop_id)
    if row is None or row["method"] != "erip":
        raise Refused("Record not found", status=404)
    return row


def show(call: Call) -> Response:
    """GET /beyag/payments/{uid} and /beyag/transactions/{uid}."""
    return answer({"transaction": shown(find_bill(call), "query")})


def show_by_order_id(call: Call) -> Response:
    """GET /beyag/payments/?order_id=: the newest bill of that order."""
    order_id = call.request.query_params.get("order_id", "")
    row = call.bank.storage.one(
        "SELECT * FROM transactions WHERE order_id = ? AND shop_id = ? AND method = 'erip'"
        " ORDER BY n DESC LIMIT 1",
        int(order_id) if order_id.isdecimal() and len(order_id) < 16 else -1,
        call.shop.shop_id,
    )
    if row is None:
        raise Refused("Record not found", status=404)
    return answer({"transaction": shown(row, "query")})


def delete(call: Call) -> Response:
    """DELETE /beyag/payments/{uid}: only while nobody has paid or is paying."""
    row = find_bill(call)
    if row["type"] != "payment" or row["status"] not in PAYABLE:
        raise Refused(f"A bill in status {row['status']} can't be deleted", {"status": ["is invalid"]})
    transactions.settle(call.bank, row["uid"], status="deleted", message="Successfully deleted")
    return answer({"message": "Successfully deleted"})


def payable(bank: Bank, account_number: str, shop_id: int | None = None) -> list[Row]:
    """Bills that can be paid now, newest first."""
    rows = bank.storage.all(
        "SELECT * FROM transactions WHERE account_number = ? AND type = 'payment'"
        " AND status IN ('pending', 'permanent') AND (due_at IS NULL OR due_at > ?) ORDER BY n DESC",
        account_number,
        bank.clock.now(),
    )
    return [row for row in rows if shop_id in (None, row["shop_id"])]


def pay(bank: Bank, uid: str, outcome: str = "successful") -> Row:
    """What happens at the kiosk: `successful`; `failed` (the bill stays payable); `start` (blocked 30 min).

    Raises LookupError for an unknown bill, ValueError for one that cannot be paid.
    """
    row = transactions.get(bank, uid)
    if row["method"] != "erip" or row["status"] not in (*PAYABLE, "start"):
        raise ValueError(f"the bill is {row['status']}")
    if row["status"] == "pending" and row["due_at"] is not None and row["due_at"] <= bank.clock.now():
        raise ValueError("the bill has expired")
    with bank.storage.transaction():
        if outcome == "start":
            row = transactions.settle(bank, uid, status="start", message="The bill is being paid")
            _due(bank, uid, bank.clock.now() + PAYING_SECONDS)
            return row
        if outcome == "failed":
            return _interrupted(bank, row)
        if outcome != "successful":
            raise ValueError("outcome must be successful, failed or start")
        section = {**json.loads(row["doc"])["erip"], "transaction_id": int(digits(9))}
        row = transactions.settle(
            bank, uid, status="successful", message="Successfully processed", erip=section
        )
        notifications.notify(bank, row)
    return row


def _interrupted(bank: Bank, row: Row) -> Row:
    expires_at = json.loads(row["doc"])["_expires_at"]
    failed = transactions.settle(bank, row["uid"], status="failed", message="Payment was interrupted")
    notifications.notify(bank, failed)
    row = transactions.settle(bank, row["uid"], status="pending", message="Waiting for payment")
    _due(bank, row["uid"], expires_at)
    return row


def _due(bank: Bank, uid: str, at: float) -> None:
    bank.storage.run("UPDATE transactions SET due_at = ? WHERE uid = ?", at, uid)

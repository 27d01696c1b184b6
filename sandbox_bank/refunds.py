"""Money going back: refunds asked for by a shop or made at the bank's own desk, and chargebacks."""

import json
from typing import Any

from starlette.responses import Response

from sandbox_bank import checking, faults, notifications, transactions
from sandbox_bank.bank import Bank
from sandbox_bank.checking import Errors
from sandbox_bank.clock import iso
from sandbox_bank.faults import Fault, Stage
from sandbox_bank.repeats import remember, repeated
from sandbox_bank.storage import Row
from sandbox_bank.transactions import digits, first_fault, shown
from sandbox_bank.wire import Call, Refused, answer

DUPLICATE_SECONDS = 30
DAY = 24 * 3600
PAYMENTS = ("payment", "authorization")


def card_refund(call: Call) -> Response:
    """POST /transactions/refunds."""
    return _asked_by_shop(call, "credit_card")


def erip_refund(call: Call) -> Response:
    """POST /beyag/refunds: pending first, done days later."""
    return _asked_by_shop(call, "erip")


def _asked_by_shop(call: Call, method: str) -> Response:
    if (row := repeated(call)) is not None:
        return answer({"transaction": shown(row, "query")})
    request, parent = _checked(call, method)
    if method == "erip" and call.bank.settings["erip_refund_rules"]:
        _check_erip_age(call.bank, parent)
    if request.get("duplicate_check", True) is not False:
        _check_duplicate(call.bank, parent, request["amount"])
    row = make_refund(call.bank, parent, amount=request["amount"], reason=request["reason"])
    remember(call, row["uid"])
    return answer({"transaction": shown(row, "query")})


def _checked(call: Call, method: str) -> tuple[dict[str, Any], Row]:
    errors = Errors()
    request = checking.section(call.data, "request", errors, "request", required=True)
    errors.done()
    amount = checking.amount(request, "amount", errors, "amount")
    if not isinstance(request.get("reason"), str) or not request["reason"].strip():
        raise Refused("Reason can't be blank.", {"reason": ["can't be blank"]})
    checking.text(request, "reason", errors, "reason", 255)
    parent_uid = checking.text(request, "parent_uid", errors, "parent_uid", 255, required=True)
    errors.done()
    parent = transactions.find(call.bank, parent_uid or "", call.shop.shop_id)
    if parent is None or parent["method"] != method or parent["type"] not in PAYMENTS:
        raise Refused("Parent transaction is not found", {"parent_uid": ["is not found"]})
    if parent["status"] != "successful":
        raise Refused("Parent transaction is not successful", {"parent_uid": ["is not successful"]})
    if amount > refundable(call.bank, parent):
        raise Refused("Amount is more than what is left to refund", {"amount": ["is too large"]})
    return request, parent


def refundable(bank: Bank, parent: Row) -> int:
    """Minor units charged and neither returned nor on the way back."""
    taken = bank.storage.one(
        "SELECT COALESCE(sum(amount), 0) AS total FROM transactions WHERE parent_uid = ?"
        " AND status IN ('successful', 'pending')",
        parent["uid"],
    )
    return charged(bank, parent) - int(taken["total"] if taken else 0)


def charged(bank: Bank, parent: Row) -> int:
    """Minor units that truly left the card or account."""
    row = bank.storage.one("SELECT amount FROM money WHERE uid = ?", parent["uid"])
    return int(row["amount"]) if row else 0


def _check_erip_age(bank: Bank, parent: Row) -> None:
    age = bank.clock.now() - parent["paid_at"]
    if not DAY <= age <= 365 * DAY:
        raise Refused(
            "An ERIP payment can be refunded from 24 hours to one year after it was settled",
            {"parent_uid": ["is not refundable now"]},
        )


def _check_duplicate(bank: Bank, parent: Row, amount: int) -> None:
    found = bank.storage.one(
        "SELECT 1 FROM transactions WHERE parent_uid = ? AND type = 'refund' AND amount = ?"
        " AND created_at > ?",
        parent["uid"],
        amount,
        bank.clock.now() - DUPLICATE_SECONDS,
    )
    if found:
        raise Refused("Duplicate transaction", {"amount": ["is a duplicate"]})


def make_refund(bank: Bank, parent: Row, *, amount: int, reason: str) -> Row:
    """Store the refund, let it end at once or later, and tell the shop."""
    struck = faults.take(
        bank.storage, Stage.REFUND, shop_id=parent["shop_id"], tracking_id=parent["tracking_id"]
    )
    fails = first_fault(struck, "refund_failed") is not None
    wait = _wait(bank, parent, struck)
    row = _add_child(
        bank,
        parent,
        kind="refund",
        amount=amount,
        more={"reason": reason, "_will_fail": fails},
        due_at=None if wait is None else bank.clock.now() + wait,
    )
    if wait is None:
        status, message = (
            ("failed", "Refund was refused") if fails else ("successful", "Successfully processed")
        )
        row = transactions.settle(bank, row["uid"], status=status, message=message)
    if parent["method"] == "erip" or bank.settings["notify_card_refunds"]:
        notifications.notify(bank, row)
    return row


def _wait(bank: Bank, parent: Row, struck: list[Fault]) -> float | None:
    if pending := first_fault(struck, "refund_pending"):
        return float(pending.params["seconds"])
    return bank.settings["erip_refund_hours"] * 3600.0 if parent["method"] == "erip" else None


def make_chargeback(bank: Bank, parent: Row, *, amount: int | None = None) -> Row:
    """The cardholder's bank takes the money back, even what was refunded. Raises ValueError."""
    if parent["status"] != "successful" or parent["type"] not in PAYMENTS:
        raise ValueError("only a successful payment can be charged back")
    most = charged(bank, parent)
    if amount is not None and (type(amount) is not int or not 0 < amount <= most):
        raise ValueError(f"amount must be from 1 to {most}")
    with bank.storage.transaction():
        row = _add_child(
            bank,
            parent,
            kind="chargeback",
            amount=amount or most,
            more={"reason": "Спор держателя карты"},
        )
        row = transactions.settle(bank, row["uid"], status="successful", message="Chargeback")
        notifications.notify(bank, row)
    return row


def _add_child(
    bank: Bank, parent: Row, *, kind: str, amount: int, more: dict[str, Any], due_at: float | None = None
) -> Row:
    before, now, uid = json.loads(parent["doc"]), iso(bank.clock.now()), transactions.new_uid()
    doc = {
        "uid": uid,
        "id": uid,
        "parent_uid": parent["uid"],
        "type": kind,
        "status": "pending",
        "message": "Pending",
        "amount": amount,
        "currency": shown(parent, "booking")["currency"] or parent["currency"],
        "tracking_id": parent["tracking_id"],
        "test": before["test"],
        "payment_method_type": before["payment_method_type"],
        "created_at": now,
        "updated_at": now,
        "paid_at": None,
        kind: {"ref_id": digits(7), "gateway_id": 152, "message": "Возврат", "status": "pending"},
        **more,
    }
    return transactions.add(
        bank,
        doc,
        shop_id=parent["shop_id"],
        method=parent["method"],
        notify_url=parent["notify_url"],
        due_at=due_at,
    )

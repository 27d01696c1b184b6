"""Transactions: payments, refunds, chargebacks and bills as rows, and how they look to a merchant."""

import json
import secrets
from typing import Any
from uuid import uuid4

from sandbox_bank import faults
from sandbox_bank.bank import Bank
from sandbox_bank.clock import iso
from sandbox_bank.faults import Fault, Stage
from sandbox_bank.storage import Row

# Sections of a body that repeat the transaction's status and amount.
SECTIONS = ("payment", "authorization", "refund", "chargeback")


def new_uid() -> str:
    return str(uuid4())


def digits(count: int) -> str:
    return str(secrets.randbelow(10**count)).zfill(count)


COPIED = ("uid", "type", "tracking_id", "amount", "currency", "status")  # columns that repeat the document


def add(
    bank: Bank,
    doc: dict[str, Any],
    *,
    shop_id: int,
    method: str,
    token: str | None = None,
    stamp: str | None = None,
    notify_url: str | None = None,
    due_at: float | None = None,
    account_number: str | None = None,
) -> Row:
    """Store a new transaction; data faults that are armed for it are fixed onto it here, once."""
    struck = faults.take(
        bank.storage, Stage.TRANSACTION, shop_id=shop_id, tracking_id=doc["tracking_id"], type=doc["type"]
    )
    overlay = [{"name": fault.name, **fault.params} for fault in struck]
    bank.storage.insert(
        "transactions",
        **{column: doc[column] for column in COPIED},
        shop_id=shop_id,
        method=method,
        parent_uid=doc.get("parent_uid"),
        token=token,
        order_id=doc.get("order_id"),
        account_number=account_number,
        stamp=stamp,
        notify_url=notify_url,
        created_at=bank.clock.now(),
        due_at=due_at,
        doc=json.dumps(doc, ensure_ascii=False),
        overlay=json.dumps(overlay) if overlay else None,
        test=twisted(doc, overlay, "query")["test"],
    )
    return get(bank, doc["uid"])


def find(bank: Bank, uid: str, shop_id: int | None = None) -> Row | None:
    if shop_id is None:
        return bank.storage.one("SELECT * FROM transactions WHERE uid = ?", uid)
    return bank.storage.one("SELECT * FROM transactions WHERE uid = ? AND shop_id = ?", uid, shop_id)


def get(bank: Bank, uid: str) -> Row:
    """Raises LookupError when there is no such transaction."""
    row = find(bank, uid)
    if row is None:
        raise LookupError(f"no transaction {uid}")
    return row


def by_tracking_id(bank: Bank, shop_id: int, tracking_id: str, *, erip: bool, limit: int = 10) -> list[Row]:
    """Newest first, as the bank answers: no more than ten. Bills and cards live in different services."""
    return bank.storage.all(
        "SELECT * FROM transactions WHERE shop_id = ? AND tracking_id = ? AND (method = 'erip') = ?"
        " ORDER BY n DESC LIMIT ?",
        shop_id,
        tracking_id,
        erip,
        limit,
    )


def settle(bank: Bank, uid: str, *, status: str, message: str, **changes: Any) -> Row:
    """Move a transaction to a status; money that truly moves is booked in the same breath."""
    now = bank.clock.now()
    row = get(bank, uid)
    doc = json.loads(row["doc"])
    doc.update(status=status, message=message, updated_at=iso(now), **changes)
    if status == "successful":
        doc["paid_at"] = iso(now)
    for section in SECTIONS:
        if isinstance(doc.get(section), dict):
            doc[section]["status"] = status
    with bank.storage.transaction():
        bank.storage.run(
            "UPDATE transactions SET status = ?, paid_at = COALESCE(?, paid_at), due_at = NULL, doc = ?"
            " WHERE uid = ?",
            status,
            now if status == "successful" else None,
            json.dumps(doc, ensure_ascii=False),
            uid,
        )
        row = get(bank, uid)
        if status == "successful":
            _book(bank, row)
    return row


def _book(bank: Bank, row: Row) -> None:
    # Only what is wrong everywhere is wrong at the bank itself; "booking" matches no narrower fault.
    truth = shown(row, "booking")
    bank.storage.run(
        "INSERT OR IGNORE INTO money (shop_id, tracking_id, uid, kind, amount, currency, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        row["shop_id"],
        row["tracking_id"],
        row["uid"],
        row["type"],
        truth["amount"] if truth["amount"] is not None else row["amount"],
        truth["currency"] or row["currency"],
        bank.clock.now(),
    )


def shown(row: Row, where: str) -> dict[str, Any]:
    """The transaction's body as a merchant sees it in a `notification` or a `query`."""
    return twisted(json.loads(row["doc"]), json.loads(row["overlay"] or "[]"), where)


def twisted(doc: dict[str, Any], overlay: list[dict[str, Any]], where: str) -> dict[str, Any]:
    """A copy of the body with its data faults; keys with an underscore are the bank's own notes."""
    seen = {key: value for key, value in doc.items() if not key.startswith("_")}
    for item in overlay:
        if item["shown_in"] in ("both", where):
            _twist(seen, item)
    return seen


def _twist(doc: dict[str, Any], item: dict[str, Any]) -> None:
    changes: dict[str, Any] = {}
    match item["name"]:
        case "wrong_amount" if doc["amount"] is not None:
            changes = {"amount": doc["amount"] + int(item["add"])}
        case "wrong_currency":
            changes = {"currency": item["currency"]}
        case "null_amount":
            changes = {"amount": None, "currency": None}
        case "flip_test":
            doc["test"] = not doc["test"]
        case "unknown_tracking_id":
            doc["tracking_id"] = item["to"]
        case "unknown_status":
            changes = {"status": item["status"]}
    doc.update(changes)
    for section in SECTIONS:
        if isinstance(doc.get(section), dict):
            fitting = {key: value for key, value in changes.items() if key in doc[section]}
            doc[section] = {**doc[section], **fitting}


def straighten(bank: Bank, uid: str) -> Row:
    """Take the data faults off a transaction: from now on it is shown as it is."""
    bank.storage.run("UPDATE transactions SET overlay = NULL WHERE uid = ?", uid)
    return get(bank, uid)


def first_fault(found: list[Fault], name: str) -> Fault | None:
    return next((fault for fault in found if fault.name == name), None)

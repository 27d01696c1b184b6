"""What happens by itself as the clock goes on: tokens and bills expire, pending refunds end."""

import json

from sandbox_bank import notifications, transactions
from sandbox_bank.bank import Bank
from sandbox_bank.checkouts import get_checkout, notify_expired
from sandbox_bank.storage import Row

EXPIRED_CHECKOUTS = (
    "SELECT * FROM checkouts WHERE finished = 0 AND expired = 0 AND busy = 0 AND expires_at <= ?"
)
DUE_TRANSACTIONS = "SELECT * FROM transactions WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, n"


def sweep(bank: Bank) -> None:
    """Do all that is due by the bank's clock."""
    now = bank.clock.now()
    for row in bank.storage.all(EXPIRED_CHECKOUTS, now):
        with bank.storage.transaction():
            expire_checkout(bank, row)
    for row in bank.storage.all(DUE_TRANSACTIONS, now):
        with bank.storage.transaction():
            _end(bank, row)


def anything_due(bank: Bank) -> bool:
    now = bank.clock.now()
    return any(bank.storage.one(f"{sql} LIMIT 1", now) for sql in (EXPIRED_CHECKOUTS, DUE_TRANSACTIONS))


def expire_checkout(bank: Bank, row: Row) -> None:
    """Close an unpaid token and tell the shop; a challenge under way ends with it."""
    bank.storage.run("UPDATE checkouts SET expired = 1 WHERE token = ?", row["token"])
    left = bank.storage.all(
        "SELECT uid FROM transactions WHERE token = ? AND status = 'incomplete'", row["token"]
    )
    for payment in left:
        transactions.settle(
            bank, payment["uid"], status="failed", message="The customer did not finish", code="F.0998"
        )
    notify_expired(bank, get_checkout(bank, row["token"]))


def _end(bank: Bank, row: Row) -> None:
    if row["type"] == "refund":
        failed = bool(json.loads(row["doc"]).get("_will_fail"))
        status, message = (
            ("failed", "Refund was refused") if failed else ("successful", "Successfully processed")
        )
        settled = transactions.settle(bank, row["uid"], status=status, message=message)
    elif row["status"] == "start":
        # A payment begun at a kiosk and left: the bill can be paid again.
        transactions.settle(bank, row["uid"], status="pending", message="Waiting for payment")
        bank.storage.run("UPDATE transactions SET due_at = ? WHERE uid = ?", _expiry(row), row["uid"])
        return
    else:
        settled = transactions.settle(bank, row["uid"], status="expired", message="The bill has expired")
    notifications.notify(bank, settled)


def _expiry(row: Row) -> float | None:
    expires = json.loads(row["doc"]).get("_expires_at")
    return None if expires is None else float(expires)

"""What truly happened, for tests to assert: money per tracking id, calls, checkouts, deliveries."""

from typing import Any

from sandbox_bank.bank import Bank
from sandbox_bank.clock import iso

# Columns are named one by one: no body and no header of a notification leaves by this door.
CALLS = "SELECT method, path, operation, status, shop_id, tracking_id, faults FROM calls"
CHECKOUTS = "SELECT token, shop_id, tracking_id, attempts_left, finished, expired, busy, uid FROM checkouts"
TRANSACTIONS = (
    "SELECT uid, parent_uid, shop_id, type, method, tracking_id, account_number, amount, currency,"
    " status, token FROM transactions"
)
DELIVERIES = (
    "SELECT id, shop_id, url, about, uid, tracking_id, status, state, tries, answer, error, faults"
    " FROM deliveries"
)
NEWEST = 500


def state_of(bank: Bank, tracking_id: str | None) -> dict[str, Any]:
    """Whole state, or that of one tracking id. Lists are oldest first, at most the newest 500 of each."""
    return {
        "now": iso(bank.clock.now()),
        "money": money_of(bank, tracking_id),
        "checkouts": _rows(bank, CHECKOUTS, tracking_id, "created_at"),
        "transactions": _rows(bank, TRANSACTIONS, tracking_id, "n"),
        "deliveries": _rows(bank, DELIVERIES, tracking_id, "id"),
        "calls": _rows(bank, CALLS, tracking_id, "n"),
    }


def _rows(bank: Bank, sql: str, tracking_id: str | None, order: str) -> list[dict[str, Any]]:
    where, values = (" WHERE tracking_id = ?", [tracking_id]) if tracking_id else ("", [])
    rows = bank.storage.all(f"{sql}{where} ORDER BY {order} DESC LIMIT {NEWEST}", *values)
    return [dict(row) for row in reversed(rows)]


def money_of(bank: Bank, tracking_id: str | None = None) -> dict[str, dict[str, Any]]:
    """Per tracking id: how often and how much was charged and given back, in minor units."""
    where, values = (" WHERE tracking_id = ?", [tracking_id]) if tracking_id else ("", [])
    rows = bank.storage.all(
        f"SELECT tracking_id, kind, currency, count(*) AS n, sum(amount) AS total FROM money{where}"  # noqa: S608
        " GROUP BY tracking_id, kind, currency",
        *values,
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        line = found.setdefault(
            row["tracking_id"] or "",
            {"charges": 0, "charged": 0, "refunds": 0, "refunded": 0, "chargebacks": 0, "charged_back": 0},
        )
        count, total = {
            "refund": ("refunds", "refunded"),
            "chargeback": ("chargebacks", "charged_back"),
        }.get(row["kind"], ("charges", "charged"))
        line[count] += row["n"]
        line[total] += row["total"]
        line["currency"] = row["currency"]
    for line in found.values():
        line["kept"] = line["charged"] - line["refunded"] - line["charged_back"]
    return found

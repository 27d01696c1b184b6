"""What a shop may ask: transactions by uid or tracking id, and the report for reconciliation."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from sandbox_bank.clock import iso
from sandbox_bank.storage import Row
from sandbox_bank.transactions import by_tracking_id, find, shown
from sandbox_bank.wire import Call, Refused, answer

REPORT_METHODS = ("credit_card", "erip", "alternative")
REPORT_STATUSES = ("all", "successful", "failed", "pending", "incomplete")
DATE_COLUMNS = {"created_at": "created_at", "paid_at": "paid_at", "settled_at": "settled_at"}
PAGE = 100


def by_uid(call: Call) -> Response:
    """GET /transactions/{uid}."""
    row = find(call.bank, call.request.path_params["uid"], call.shop.shop_id)
    if row is None or row["method"] == "erip":
        raise Refused("Record not found", status=404)
    return answer({"transaction": shown(row, "query")})


def list_by_tracking_id(call: Call) -> Response:
    """GET /v2/transactions/tracking_id/{id}: up to ten, newest first, an empty list when there is none."""
    return answer({"transactions": [shown(row, "query") for row in _tracked(call, erip=False)]})


def first_by_tracking_id(call: Call) -> Response:
    """GET /transactions/tracking_id/{id}: the first match only."""
    rows = _tracked(call, erip=False)
    if not rows:
        raise Refused("Record not found", status=404)
    return answer({"transaction": shown(rows[-1], "query")})


def bills_by_tracking_id(call: Call) -> Response:
    """GET /beyag/transactions/tracking_id/{id}."""
    return answer({"transactions": [shown(row, "query") for row in _tracked(call, erip=True)]})


def _tracked(call: Call, *, erip: bool) -> list[Row]:
    return by_tracking_id(call.bank, call.shop.shop_id, call.request.path_params["tracking_id"], erip=erip)


def report(call: Call) -> Response:
    """POST /api/reports: all transactions of a period by one method, page by page.

    `has_more` and `last_object_id`, given back as `starting_after`, lead to the next page.
    """
    params = call.data.get("report_params")
    if not isinstance(params, dict):
        raise Refused("report_params can't be blank", {"report_params": ["can't be blank"]})
    method, status, column, start, end = _report_params(params)
    after = params.get("starting_after") or 0
    size = params.get("max") or PAGE
    if type(after) is not int or not 0 <= after < 2**63 or type(size) is not int or not 0 < size <= PAGE:
        raise Refused("starting_after or max is invalid", {"starting_after": ["is invalid"]})
    rows = call.bank.storage.all(
        f"SELECT * FROM transactions WHERE shop_id = ? AND method = ? AND {column} BETWEEN ? AND ? AND n > ?"  # noqa: S608
        " AND (? = 'all' OR status = ?) AND (test = 0 OR ?) ORDER BY n LIMIT ?",
        call.shop.shop_id,
        method,
        start,
        end,
        after,
        status,
        status,
        call.bank.settings["reports_include_test"],
        size + 1,
    )
    page = rows[:size]
    return answer(
        {
            "transactions": [_report_line(row) for row in page],
            "count": len(page),
            "has_more": len(rows) > size,
            "first_object_id": page[0]["n"] if page else None,
            "last_object_id": page[-1]["n"] if page else None,
        }
    )


def _report_params(params: dict[str, Any]) -> tuple[str, str, str, float, float]:
    method, status = params.get("payment_method_type"), params.get("status", "all")
    if method not in REPORT_METHODS:
        raise Refused("payment_method_type is invalid", {"payment_method_type": ["is invalid"]})
    if status not in REPORT_STATUSES:
        raise Refused("status is invalid", {"status": ["is invalid"]})
    column = DATE_COLUMNS.get(str(params.get("date_type", "paid_at")))
    if column is None:
        raise Refused("date_type is invalid", {"date_type": ["is invalid"]})
    try:
        zone = ZoneInfo(params.get("time_zone", "UTC"))
        start, end = (_local(params.get(name), zone) for name in ("from", "to"))
    except (KeyError, TypeError, ValueError, OSError):
        raise Refused("from, to or time_zone is invalid", {"from": ["is invalid"]}) from None
    # `to` names a whole second.
    return method, status, column, start, end + 0.999999


def _local(text: object, zone: ZoneInfo) -> float:
    """Seconds of "YYYY-MM-DD hh:mm:ss" in the asked zone."""
    return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC).timestamp()


def _report_line(row: Row) -> dict[str, Any]:
    # In reports the id is a number: the cursor.
    return {**shown(row, "query"), "id": row["n"], "paid_at": iso(row["paid_at"])}

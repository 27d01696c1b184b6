"""The control desk for a person: the same acts as the JSON one, on one page."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox_bank import control, faults, payouts, shops
from sandbox_bank.bank import Bank
from sandbox_bank.clock import iso
from sandbox_bank.pages import SEE_OTHER, draw, form_of
from sandbox_bank.settings import SWITCHES
from sandbox_bank.wire import bank_of

LISTED = 50
NUMBERS = ("advance_seconds", "id", "shop_id", "delivery_id", "amount", "short")


async def show(request: Request) -> Response:
    """GET /control"""
    bank = bank_of(request)
    return draw(
        "control.html",
        now=iso(bank.clock.now()),
        offset=round(bank.clock.offset),
        shops=shops.all_shops(bank.storage),
        kinds=_kinds_by_stage(),
        armed=faults.armed(bank.storage),
        switches=SWITCHES,
        values=bank.settings.as_dict(),
        note=request.query_params.get("note"),
        **_lists(bank),
    )


def _kinds_by_stage() -> list[tuple[str, list[tuple[str, faults.Kind]]]]:
    return [
        (stage.value, [(name, kind) for name, kind in faults.KINDS.items() if kind.stage is stage])
        for stage in faults.Stage
    ]


def _lists(bank: Bank) -> dict[str, Any]:
    storage = bank.storage
    return {
        "open_checkouts": storage.all(
            "SELECT token, shop_id, tracking_id, expires_at, attempts_left,"
            " json_extract(doc, '$.order.amount') AS amount,"
            " json_extract(doc, '$.order.currency') AS currency FROM checkouts"
            " WHERE finished = 0 AND expired = 0 ORDER BY created_at DESC LIMIT ?",
            LISTED,
        ),
        "transactions": storage.all("SELECT * FROM transactions ORDER BY n DESC LIMIT ?", LISTED),
        "deliveries": storage.all("SELECT * FROM deliveries ORDER BY id DESC LIMIT ?", LISTED),
        "payouts": storage.all("SELECT * FROM payouts ORDER BY n DESC LIMIT ?", LISTED),
        "iso": iso,
    }


async def statement(request: Request) -> Response:
    """GET /control/statement.xml?n=…: the shop's statement with one payout, or with all."""
    number = request.query_params.get("n", "")
    chosen = [int(number)] if number.isdecimal() else None
    text = payouts.statement(bank_of(request), chosen)
    name = f'attachment; filename="statement-{number or "all"}.xml"'
    return Response(text, media_type="application/xml", headers={"Content-Disposition": name})


async def act(request: Request) -> Response:
    """POST /control/form/{act}: do it, then show the desk again with a line that says how it went."""
    name = request.path_params["act"]
    method = "DELETE" if name == "disarm" else "POST"
    wanted = control.ACTS.get((method, "faults" if name == "disarm" else name))
    if wanted is None:
        return Response(status_code=404)
    try:
        await wanted(bank_of(request), _typed(name, await form_of(request)))
        note = f"Done: {name}"
    except (LookupError, OverflowError, TypeError, ValueError) as problem:
        note = f"Not done: {problem}"
    return RedirectResponse(f"/control?{urlencode({'note': note})}", SEE_OTHER)


def _typed(act_name: str, form: dict[str, str]) -> dict[str, Any]:
    """Text fields as the JSON acts want them: numbers as numbers, empty fields left out."""
    data: dict[str, Any] = {}
    for name, value in form.items():
        if value == "":
            continue
        data[name] = _value(act_name, name, value.strip(), form.get("name", ""))
    return data


def _value(act_name: str, name: str, text: str, fault: str) -> Any:
    if act_name == "settings":
        return next((choice for choice in SWITCHES[name].choices if str(choice) == text), text)
    default = faults.KINDS[fault].params.get(name) if act_name == "faults" and fault in faults.KINDS else None
    if name in NUMBERS or isinstance(default, int) or (name == "times" and text != "always"):
        return int(text)
    return text

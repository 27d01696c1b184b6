"""The ERIP kiosk: a person pays a bill by its account number."""

import json

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox_bank import erip
from sandbox_bank.pages import SEE_OTHER, draw, form_of
from sandbox_bank.texts import known
from sandbox_bank.wire import bank_of

DONE = {"paid": "bill_paid", "broken": "bill_broken"}


async def show(request: Request) -> Response:
    """GET /erip?account=; finds the newest bill that can be paid."""
    account = request.query_params.get("account", "").strip()
    rows = erip.payable(bank_of(request), account) if account else []
    return draw(
        "kiosk.html",
        language=known(request.query_params.get("lang", "ru")),
        account=account,
        bill=json.loads(rows[0]["doc"]) if rows else None,
        done=DONE.get(request.query_params.get("done", "")),
    )


async def submit(request: Request) -> Response:
    """POST /erip: pay or interrupt."""
    form, language = await form_of(request), known(request.query_params.get("lang", "ru"))
    outcome = "failed" if "interrupt" in form else "successful"
    try:
        erip.pay(bank_of(request), form.get("uid", ""), outcome)
    except (LookupError, ValueError):
        return RedirectResponse(f"/erip?account=-&lang={language}", SEE_OTHER)
    done = "broken" if outcome == "failed" else "paid"
    return RedirectResponse(f"/erip?done={done}&lang={language}", SEE_OTHER)

"""The card issuer's page of 3-D Secure: confirm with a code, or cancel."""

import json

from starlette.requests import Request
from starlette.responses import Response

from sandbox_bank import charging
from sandbox_bank.pages import after_try, draw, form_of, language_of, result
from sandbox_bank.storage import Row
from sandbox_bank.texts import words
from sandbox_bank.transactions import find
from sandbox_bank.wire import bank_of


async def show(request: Request) -> Response:
    """GET /acs/{uid}"""
    payment = find(bank_of(request), request.path_params["uid"])
    if payment is None or not payment["token"]:
        return _unknown(request)
    checkout = charging.checkout_of(bank_of(request), payment["uid"])
    if payment["status"] != "incomplete" or checkout["expired"]:
        return result(bank_of(request), checkout, language_of(request, checkout))
    return _page(request, payment, checkout)


async def submit(request: Request) -> Response:
    """POST /acs/{uid}"""
    bank, uid = bank_of(request), request.path_params["uid"]
    payment = find(bank, uid)
    if payment is None or not payment["token"]:
        return _unknown(request)
    form = await form_of(request)
    outcome = charging.challenge(bank, uid, code=None if "cancel" in form else form.get("code", "").strip())
    checkout = charging.checkout_of(bank, uid)
    if outcome is None:
        return _page(request, payment, checkout, wrong=True, status=422)
    return await after_try(request, checkout["token"], outcome)


def _page(
    request: Request, payment: Row, checkout: Row, *, wrong: bool = False, status: int = 200
) -> Response:
    language = language_of(request, checkout)
    return draw(
        "acs.html",
        status,
        language=language,
        uid=payment["uid"],
        shop_id=payment["shop_id"],
        wrong=wrong,
        code=charging.ACS_CODE,
        doc=json.loads(payment["doc"]),
    )


def _unknown(request: Request) -> Response:
    language = language_of(request)
    t = words(language)
    return draw("message.html", 404, language=language, heading=t["unknown_title"], text=t["unknown_text"])

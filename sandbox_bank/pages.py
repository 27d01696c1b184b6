"""The hosted payment page, its result, and how every page of the bank is drawn."""

import asyncio
import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox_bank import cards, charging
from sandbox_bank.bank import Bank
from sandbox_bank.card_form import CardForm
from sandbox_bank.cards import ThreeDS
from sandbox_bank.charging import Ending, Outcome
from sandbox_bank.checkouts import find_checkout, get_checkout
from sandbox_bank.returning import cancel_url, return_url, settings_of
from sandbox_bank.storage import Row
from sandbox_bank.texts import LANGUAGES, RIGHT_TO_LEFT, wanted, words
from sandbox_bank.transactions import find
from sandbox_bank.wire import bank_of

HERE = Path(__file__).parent
SEE_OTHER = 303
NO_SCRIPT = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
)
NO_DECIMALS = frozenset({"JPY"})
THREE_DECIMALS = frozenset({"KWD"})
BANK_CODES = [(code, escape(f"{code} - {says}")) for code, (_, says) in cards.BANK_CODES.items()]

templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def money(amount: int | None, currency: str | None) -> str:
    """4590 and BYN as "45.90 BYN", in whole numbers all the way."""
    if amount is None:
        return "-"
    places = 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    whole, rest = divmod(abs(amount), 10**places)
    digits = f"{whole}.{rest:0{places}d}" if places else str(whole)
    return f"{'-' if amount < 0 else ''}{digits} {currency or ''}".strip()


templates.filters["money"] = lambda pair: money(*pair)


def draw(
    name: str, status: int = 200, *, language: str = "en", refresh: str | None = None, **values: Any
) -> Response:
    html = templates.get_template(name).render(
        lang=language,
        dir="rtl" if language in RIGHT_TO_LEFT else "ltr",
        others={code: name for code, name in LANGUAGES.items() if code != language},
        t=words(language),
        **values,
    )
    headers = {
        "Content-Security-Policy": NO_SCRIPT,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    if refresh is not None:
        headers["Refresh"] = refresh
    return HTMLResponse(html, status, headers)


async def form_of(request: Request) -> dict[str, str]:
    raw = await request.body()
    return dict(parse_qsl(raw[:65536].decode(errors="replace"), keep_blank_values=True))


def language_of(request: Request, checkout: Row | None = None) -> str:
    own = settings_of(checkout).get("language") if checkout else None
    return wanted(request.query_params.get("lang"), own, request.headers.get("accept-language", ""))


async def show(request: Request) -> Response:
    """GET /v2/checkout?token="""
    bank, checkout = bank_of(request), _checkout(request)
    if checkout is None:
        return _unknown(request)
    if checkout["finished"] or checkout["expired"] or checkout["expires_at"] <= bank.clock.now():
        return result(bank, checkout, language_of(request, checkout))
    if checkout["attempts_left"] <= 0 and checkout["uid"]:
        return RedirectResponse(f"/acs/{checkout['uid']}?lang={language_of(request, checkout)}", SEE_OTHER)
    form = CardForm.sample(request.query_params.get("card", ""), bank.clock.now())
    return _form_page(request, checkout, form, note=_last_decline(bank, checkout, request))


async def submit(request: Request) -> Response:
    """POST /v2/checkout?token="""
    bank, checkout = bank_of(request), _checkout(request)
    if checkout is None:
        return _unknown(request)
    form = CardForm.read(await form_of(request), bank.clock.now())
    if form.entry is None:
        return _form_page(request, checkout, form, status=422)
    outcome = await charging.pay(bank, checkout["token"], form.entry)
    return await after_try(request, checkout["token"], outcome)


async def after_try(request: Request, token: str, outcome: Outcome) -> Response:
    """Lead the payer on: to the issuer, back to the form, or to the result."""
    bank, checkout = bank_of(request), get_checkout(bank_of(request), token)
    language = language_of(request, checkout)
    if outcome.hang is not None:
        await asyncio.sleep(outcome.hang)
        return Response(status_code=504)
    if outcome.ending is Ending.CHALLENGE:
        return RedirectResponse(f"/acs/{outcome.uid}?lang={language}", SEE_OTHER)
    if outcome.ending is Ending.BUSY:
        return draw(
            "message.html",
            409,
            language=language,
            heading=words(language)["title"],
            text=words(language)["busy"],
        )
    if outcome.ending is Ending.PAID or checkout["finished"]:
        return _leave(bank, checkout, language)
    return RedirectResponse(f"/v2/checkout?token={token}&lang={language}", SEE_OTHER)


def _leave(bank: Bank, checkout: Row, language: str) -> Response:
    url = return_url(bank, checkout)
    if url and settings_of(checkout).get("auto_return") == 0:
        return RedirectResponse(url, SEE_OTHER)
    return RedirectResponse(f"/v2/checkout?token={checkout['token']}&lang={language}", SEE_OTHER)


def result(bank: Bank, checkout: Row, language: str) -> Response:
    """The end of a payment, with the way back; after `auto_return` seconds the browser goes by itself."""
    payment = find(bank, checkout["uid"]) if checkout["uid"] else None
    url, wait = return_url(bank, checkout), settings_of(checkout).get("auto_return")
    status = payment["status"] if payment else "expired"
    ending = status if status in ("successful", "failed") and checkout["finished"] else "expired"
    doc = json.loads(payment["doc"]) if payment else None
    order = json.loads(checkout["doc"])["order"]
    return draw(
        "result.html",
        language=language,
        refresh=f"{wait}; url={url}" if url and wait is not None else None,
        ending=ending,
        url=url,
        wait=wait,
        order=order,
        receipt=_receipt(order),
        uid=checkout["uid"],
        why=doc["message"] if doc else None,
    )


def _receipt(order: dict[str, Any]) -> list[str]:
    lines = (order.get("additional_data") or {}).get("receipt_text")
    return [str(line) for line in lines] if isinstance(lines, list) else []


def _form_page(
    request: Request, checkout: Row, form: CardForm, *, note: str | None = None, status: int = 200
) -> Response:
    doc, language = json.loads(checkout["doc"]), language_of(request, checkout)
    return draw(
        "checkout.html",
        status,
        language=language,
        form=form,
        note=note,
        token=checkout["token"],
        order=doc["order"],
        shop_id=checkout["shop_id"],
        button=doc.get("settings", {}).get("button_text"),
        attempts_left=checkout["attempts_left"],
        attempts=doc.get("attempts", 1),
        cancel_url=cancel_url(checkout),
        cards=_card_lines(language),
        bank_codes=BANK_CODES,
    )


@cache
def _card_lines(language: str) -> list[tuple[Markup, Markup, Markup]]:
    """Name and number of each test card, and what it does: escaped once, for they are on every form."""
    t = words(language)
    says = {
        ThreeDS.FRICTIONLESS: t["does_3ds"],
        ThreeDS.CHALLENGE: t["does_challenge"],
        ThreeDS.FAILS: t["does_3ds_fails"],
    }
    return [
        (
            escape(card.name),
            escape(card.spaced),
            escape(says.get(card.three_ds) or t["does_ok" if card.approved else "does_declined"]),
        )
        for card in cards.CARDS.values()
    ]


def _last_decline(bank: Bank, checkout: Row, request: Request) -> str | None:
    payment = find(bank, checkout["uid"]) if checkout["uid"] else None
    if payment is None or payment["status"] != "failed":
        return None
    why = json.loads(payment["doc"])["message"]
    return words(language_of(request, checkout))["declined_again"].format(why=why)


def _checkout(request: Request) -> Row | None:
    return find_checkout(bank_of(request), request.query_params.get("token", ""))


def _unknown(request: Request) -> Response:
    t = words(language_of(request))
    return draw(
        "message.html", 404, language=language_of(request), heading=t["unknown_title"], text=t["unknown_text"]
    )

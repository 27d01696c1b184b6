"""The control desk in JSON: wind the clock, arm faults, pay, refund, replay, and read what has happened."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox_bank import (
    cards,
    charging,
    delivery,
    erip,
    faults,
    notifications,
    payouts,
    refunds,
    shops,
    sweeps,
    transactions,
)
from sandbox_bank.bank import Bank
from sandbox_bank.card_payment import CardEntry
from sandbox_bank.charging import Ending
from sandbox_bank.checkouts import get_checkout, notify_expired
from sandbox_bank.clock import iso
from sandbox_bank.returning import return_url
from sandbox_bank.state import state_of
from sandbox_bank.transactions import shown
from sandbox_bank.wire import answer, bank_of

Data = dict[str, Any]
Act = Callable[[Bank, Data], Awaitable[Data]]


async def advance(bank: Bank, data: Data) -> Data:
    """{"advance_seconds": N, "settle": true}: wind the clock and wait until all that became due is done."""
    seconds = data.get("advance_seconds", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise ValueError("advance_seconds must be a number")
    bank.clock.advance(seconds)
    bank.wake.set()
    settled = await delivery.settle(bank) if data.get("settle", True) else False
    return {"now": iso(bank.clock.now()), "offset_seconds": bank.clock.offset, "settled": settled}


async def settle(bank: Bank, data: Data) -> Data:
    """{"seconds": N}: wait at most N real seconds until nothing is due or under way."""
    return {"settled": await delivery.settle(bank, float(data.get("seconds", 30)))}


async def arm(bank: Bank, data: Data) -> Data:
    """One fault, or {"faults": [...]}: all of them or none."""
    wishes = data["faults"] if isinstance(data.get("faults"), list) else [data]
    with bank.storage.transaction():
        armed = [faults.arm(bank.storage, wish).as_json() for wish in wishes]
    return {"faults": armed} if "faults" in data else armed[0]


async def disarm(bank: Bank, data: Data) -> Data:
    """{"id": N} or nothing for all."""
    return {"removed": faults.disarm(bank.storage, data.get("id"))}


async def switch(bank: Bank, data: Data) -> Data:
    """{"duplicate_rule": true, ...}"""
    bank.settings.change(data)
    return bank.settings.as_dict()


async def pay(bank: Bank, data: Data) -> Data:
    """{"token", "card": number or name, "cvc", "bank_code", "challenge": "confirm" | "cancel" | "leave"}."""
    card = cards.find_card(str(data.get("card", "ok")))
    if card is None:
        raise ValueError(f"unknown card; there are: {', '.join(cards.BY_NAME)}")
    token = str(data.get("token"))
    entry = CardEntry(
        card, 12, 2099, str(data.get("cvc", "111")), data.get("holder", "TEST CARD"), data.get("bank_code")
    )
    outcome = await charging.pay(bank, token, entry)
    how = data.get("challenge", "confirm")
    if outcome.ending is Ending.CHALLENGE and how != "leave":
        done = charging.challenge(
            bank, outcome.uid or "", code=charging.ACS_CODE if how == "confirm" else None
        )
        outcome = done or outcome
    hang = outcome.hang is not None
    return {
        "status": outcome.ending.value,
        "uid": outcome.uid,
        "hang": hang,
        "return_url": None if hang else return_url(bank, get_checkout(bank, token)),
    }


async def erip_pay(bank: Bank, data: Data) -> Data:
    """{"uid"} or {"account_number"}, and "outcome": successful | failed | start."""
    uid = data.get("uid")
    if not uid:
        rows = erip.payable(bank, str(data.get("account_number")))
        if not rows:
            raise LookupError("no bill to pay under this number")
        uid = rows[0]["uid"]
    return {"transaction": shown(erip.pay(bank, str(uid), data.get("outcome", "successful")), "query")}


async def refund(bank: Bank, data: Data) -> Data:
    """{"uid", "amount", "reason"}: a refund made at the bank's own desk, without the shop."""
    parent = transactions.get(bank, str(data.get("uid")))
    left = refunds.refundable(bank, parent)
    amount = data.get("amount") or left
    if type(amount) is not int or not 0 < amount <= left:
        raise ValueError(f"amount must be from 1 to {left}")
    with bank.storage.transaction():
        row = refunds.make_refund(
            bank, parent, amount=amount, reason=data.get("reason") or "Refund by the bank"
        )
    return {"transaction": shown(row, "query")}


async def chargeback(bank: Bank, data: Data) -> Data:
    """{"uid", "amount"}: the cardholder's bank takes the money back."""
    row = refunds.make_chargeback(
        bank, transactions.get(bank, str(data.get("uid"))), amount=data.get("amount")
    )
    return {"transaction": shown(row, "query")}


async def payout(bank: Bank, data: Data) -> Data:
    """{"shop_id", "short": N}: pay out all that is owed, N minor units short of it."""
    shop_id, short = data.get("shop_id"), data.get("short", 0)
    if type(short) is not int or not (shop_id is None or type(shop_id) is int):
        raise ValueError("shop_id and short must be whole numbers")
    return {"payouts": [payouts.shown(row) for row in payouts.pay_out(bank, shop_id=shop_id, short=short)]}


async def replay(bank: Bank, data: Data) -> Data:
    """{"delivery_id"}, or {"tracking_id", "about", "status"} for the newest that fits: same bytes again."""
    delivery_id = data.get("delivery_id")
    if delivery_id is None:
        found = bank.storage.one(
            "SELECT id FROM deliveries WHERE tracking_id = ? AND about = COALESCE(?, about)"
            " AND status = COALESCE(?, status) ORDER BY id DESC LIMIT 1",
            data.get("tracking_id"),
            data.get("about"),
            data.get("status"),
        )
        if found is None:
            raise LookupError("no such notification")
        delivery_id = found["id"]
    return {"delivery_id": notifications.replay(bank, int(delivery_id))}


async def expire(bank: Bank, data: Data) -> Data:
    """{"token"}: the expired-token notification now, even when the token is paid."""
    row = get_checkout(bank, str(data.get("token")))
    with bank.storage.transaction():
        if row["finished"] or row["expired"]:
            notify_expired(bank, row)
        else:
            sweeps.expire_checkout(bank, row)
    return {"expired": True}


async def straighten(bank: Bank, data: Data) -> Data:
    """{"uid"}: take the data faults off a transaction and notify of it again, now as it is."""
    with bank.storage.transaction():
        row = transactions.straighten(bank, str(data.get("uid")))
        notifications.notify(bank, row)
    return {"transaction": shown(row, "query")}


async def rotate(bank: Bank, data: Data) -> Data:
    """{"shop_id"}: a new RSA key; the old public one is still told."""
    shop_id = data.get("shop_id")
    if type(shop_id) is not int:
        raise ValueError("shop_id must be a number")
    return shops.as_json(shops.rotate_key(bank.storage, shop_id, bank.clock.now()))


async def reset(bank: Bank, data: Data) -> Data:
    """Forget everything but the shops; nothing of before is sent any more once this has answered."""
    await delivery.halt(bank)
    bank.reset()
    return {"reset": True}


async def state(bank: Bank, data: Data) -> Data:
    """What truly happened; {"tracking_id"} narrows it to one payment."""
    return state_of(bank, data.get("tracking_id"))


async def catalogue(bank: Bank, data: Data) -> Data:
    """All kinds of faults, and those armed or used up."""
    kinds = {
        name: {"stage": kind.stage.value, "says": kind.says, "params": kind.params, "choices": kind.choices}
        for name, kind in faults.KINDS.items()
    }
    return {"faults": [fault.as_json() for fault in faults.all_faults(bank.storage)], "kinds": kinds}


async def settings(bank: Bank, data: Data) -> Data:
    return bank.settings.as_dict()


async def list_shops(bank: Bank, data: Data) -> Data:
    return {"shops": [shops.as_json(shop) for shop in shops.all_shops(bank.storage)]}


async def now(bank: Bank, data: Data) -> Data:
    return {"now": iso(bank.clock.now()), "offset_seconds": bank.clock.offset}


ACTS: dict[tuple[str, str], Act] = {
    ("GET", "clock"): now,
    ("POST", "clock"): advance,
    ("POST", "settle"): settle,
    ("GET", "faults"): catalogue,
    ("POST", "faults"): arm,
    ("DELETE", "faults"): disarm,
    ("GET", "settings"): settings,
    ("POST", "settings"): switch,
    ("GET", "shops"): list_shops,
    ("POST", "rotate"): rotate,
    ("POST", "straighten"): straighten,
    ("POST", "pay"): pay,
    ("POST", "erip/pay"): erip_pay,
    ("POST", "refund"): refund,
    ("POST", "chargeback"): chargeback,
    ("POST", "payout"): payout,
    ("POST", "replay"): replay,
    ("POST", "expire"): expire,
    ("POST", "reset"): reset,
    ("GET", "state"): state,
}


def serve(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """One act as a JSON endpoint: 404 for what does not exist, 422 for what makes no sense."""

    async def endpoint(request: Request) -> Response:
        try:
            if request.method == "GET":
                data: Data = dict(request.query_params)
            else:
                data = json.loads(await request.body() or b"{}")
            if not isinstance(data, dict):
                raise ValueError("send a JSON object")
            return answer(await act(bank_of(request), data))
        except LookupError as problem:
            return answer({"error": str(problem.args[0] if problem.args else problem)}, 404)
        except (OverflowError, TypeError, ValueError) as problem:
            return answer({"error": str(problem)}, 422)

    return endpoint

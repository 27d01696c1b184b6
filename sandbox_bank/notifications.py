"""What the bank tells a shop: bodies, signatures, and the faults that befall them before the queue."""

import json
import random
from dataclasses import dataclass, replace
from typing import Any

from sandbox_bank import faults
from sandbox_bank.bank import Bank
from sandbox_bank.faults import Fault, Stage
from sandbox_bank.shops import Shop, get_shop, new_key
from sandbox_bank.storage import Row
from sandbox_bank.transactions import shown

# Seconds to wait before each retry: fixed part and the factor of a random part of up to 30 s.
CHECKOUT_RETRIES = [(15, 1), (31, 3)]
CARD_RETRIES = [(int(2.12 * count) ** 3, count + 1) for count in range(1, 16)]
SCHEDULES = {"checkout": CHECKOUT_RETRIES, "card": CARD_RETRIES}


def encode(payload: object) -> bytes:
    """UTF-8 with letters as they are and keys in no particular order, as the real bank sends."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def due_after(row: Row, tries: int) -> float | None:
    """The moment of the next try, counted from the first one; None when no try is left."""
    retries = SCHEDULES[row["schedule"]]
    if tries > len(retries):
        return None
    luck = random.Random(row["id"])  # noqa: S311 - the same delivery keeps its moments over a restart
    waits = [fixed + luck.random() * 30 * factor for fixed, factor in retries]
    return float(row["created_at"]) + sum(waits[:tries])


@dataclass(frozen=True)
class Letter:
    """One notification about to be queued."""

    shop: Shop
    url: str
    about: str
    body: bytes
    schedule: str
    uid: str | None = None
    tracking_id: str | None = None
    status: str | None = None
    signature: str | None = None
    basic: str = "right"
    delay: float = 0
    lose_tries: int = 0
    copies: int = 1
    hold: str | None = None
    fault_names: str = ""


def notify(bank: Bank, row: Row) -> None:
    """Queue the notification of a transaction, if its shop gave an address."""
    if not row["notify_url"]:
        return
    about = "erip" if row["method"] == "erip" and row["type"] == "payment" else row["type"]
    body = shown(row, "notification")
    post(
        bank,
        row["shop_id"],
        row["notify_url"],
        {"transaction": body},
        about="payment" if about == "authorization" else about,
        uid=row["uid"],
        tracking_id=row["tracking_id"],
        status=body["status"],
        schedule=bank.settings["checkout_schedule"] if row["token"] and row["type"] == "payment" else "card",
    )


def post(
    bank: Bank, shop_id: int, url: str, payload: dict[str, Any], *, about: str, **about_what: Any
) -> None:
    """Queue one notification, with the faults that are armed for it."""
    shop = get_shop(bank.storage, shop_id)
    letter = Letter(shop=shop, url=url, about=about, body=encode(payload), **about_what)
    struck = faults.take(
        bank.storage, Stage.NOTIFICATION, shop_id=shop_id, tracking_id=letter.tracking_id, about=about
    )
    for fault in struck:
        letter = _change_body(letter, payload, fault)
    letter = replace(letter, signature=shop.sign(letter.body), fault_names=" ".join(f.name for f in struck))
    for fault in struck:
        letter = _change_envelope(letter, fault)
    with bank.storage.transaction():
        ids = [_queue(bank, letter) for _ in range(letter.copies)]
        _release_reordered(bank, struck)
        if letter.about == "refund":
            _release_behind(bank, letter.tracking_id, ids[0])
    bank.wake.set()


def _change_body(letter: Letter, payload: dict[str, Any], fault: Fault) -> Letter:
    match fault.name:
        case "garbage_body":
            return replace(letter, body="<html>временно недоступно</html>".encode())
        case "big_body":
            return replace(
                letter, body=encode({**payload, "padding": "ж" * (int(fault.params["bytes"]) // 2)})
            )
    return letter


def _change_envelope(letter: Letter, fault: Fault) -> Letter:
    params = fault.params
    match fault.name:
        case "corrupt_signature":
            return replace(letter, signature=_corrupt(letter, params["mode"]))
        case "reencode":
            text = json.dumps(json.loads(letter.body), sort_keys=True, indent=1)
            return replace(letter, body=text.encode())
        case "drop_basic":
            return replace(letter, basic=params["mode"])
        case "drop":
            return replace(letter, lose_tries=int(params["tries"]) or -1)
        case "delay":
            return replace(letter, delay=params["seconds"])
        case "double":
            return replace(letter, copies=int(params["times_sent"]))
        case "reorder":
            return replace(letter, hold=f"reorder:{fault.id}", delay=params["seconds"])
        case "refund_first" if letter.about in ("payment", "erip"):
            return replace(letter, hold="refund", delay=86400)
    return letter


def _corrupt(letter: Letter, mode: str) -> str | None:
    signature = letter.signature or ""
    match mode:
        case "absent":
            return None
        case "not_base64":
            return "это не подпись".encode().decode("latin-1")[:12] + "!"
        case "other_key":
            return replace(letter.shop, private_key=new_key()[0]).sign(letter.body)
    return ("B" if signature[0] == "A" else "A") + signature[1:]


def _queue(bank: Bank, letter: Letter) -> int:
    now = bank.clock.now()
    state = "dropped" if letter.lose_tries < 0 else "held" if letter.hold else "waiting"
    return bank.storage.insert(
        "deliveries",
        shop_id=letter.shop.shop_id,
        url=letter.url,
        about=letter.about,
        uid=letter.uid,
        tracking_id=letter.tracking_id,
        status=letter.status,
        body=letter.body,
        signature=letter.signature,
        basic=letter.basic,
        schedule=letter.schedule,
        state=state,
        lose_tries=max(letter.lose_tries, 0),
        created_at=now + (0 if letter.hold else letter.delay),
        due_at=now + letter.delay,
        hold=letter.hold,
        faults=letter.fault_names,
    )


def _release_reordered(bank: Bank, struck: list[Fault]) -> None:
    for fault in struck:
        if fault.name != "reorder":
            continue
        held = bank.storage.all(
            "SELECT id FROM deliveries WHERE state = 'held' AND hold = ? ORDER BY id DESC",
            f"reorder:{fault.id}",
        )
        if len(held) >= fault.params["count"]:
            _release_chain(bank, [row["id"] for row in held])


def _release_chain(bank: Bank, ids: list[int]) -> None:
    """Let them go in this order: each waits until the one before has been tried."""
    before = None
    for delivery_id in ids:
        _release(bank, delivery_id, before)
        before = delivery_id


def _release_behind(bank: Bank, tracking_id: str | None, refund_delivery: int) -> None:
    for row in bank.storage.all(
        "SELECT id FROM deliveries WHERE state = 'held' AND hold = 'refund' AND tracking_id = ?", tracking_id
    ):
        _release(bank, row["id"], refund_delivery)


def _release(bank: Bank, delivery_id: int, after_id: int | None) -> None:
    now = bank.clock.now()
    bank.storage.run(
        "UPDATE deliveries SET state = 'waiting', created_at = ?, due_at = ?, after_id = ? WHERE id = ?",
        now,
        now,
        after_id,
        delivery_id,
    )


def replay(bank: Bank, delivery_id: int) -> int:
    """Send the very bytes and signature of an old notification again; raises LookupError."""
    row = bank.storage.one("SELECT * FROM deliveries WHERE id = ?", delivery_id)
    if row is None:
        raise LookupError(f"no delivery {delivery_id}")
    letter = Letter(
        shop=get_shop(bank.storage, row["shop_id"]),
        **{
            key: row[key]
            for key in ("url", "about", "body", "schedule", "uid", "tracking_id", "status", "signature")
        },
        fault_names="replay",
    )
    new_id = _queue(bank, letter)
    bank.wake.set()
    return new_id

"""A try to pay a checkout with a card: the shop's word before charging, 3-D Secure, the charge itself."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sandbox_bank import cards, faults, notifications, transactions
from sandbox_bank.bank import Bank
from sandbox_bank.card_payment import CardEntry, new_doc, three_ds
from sandbox_bank.cards import TestCard, ThreeDS
from sandbox_bank.checkouts import find_checkout, get_checkout
from sandbox_bank.faults import Fault, Stage
from sandbox_bank.precheck import refused_by_shop
from sandbox_bank.storage import Row
from sandbox_bank.transactions import digits

DUPLICATE_SECONDS = 30
ACS_CODE = "123456"
ACS_TRIES = 3


class Ending(StrEnum):
    PAID = "successful"
    DECLINED = "failed"
    CHALLENGE = "incomplete"
    BUSY = "busy"
    CLOSED = "closed"


@dataclass(frozen=True)
class Outcome:
    """How a try ended; `hang` is the number of seconds that the payer waits in vain."""

    ending: Ending
    uid: str | None = None
    hang: float | None = None


async def pay(bank: Bank, token: str, entry: CardEntry) -> Outcome:
    """One try. Raises LookupError for an unknown token; a paid or expired one is never charged again."""
    row = _claim(bank, token)
    if isinstance(row, Outcome):
        return row
    try:
        doc = new_doc(bank, row, entry)
        if (reason := await refused_by_shop(bank, row, doc)) is not None:
            with bank.storage.transaction():
                payment = _store(bank, row, doc, entry)
                return _finish(bank, payment["uid"], bank_code=cards.DO_NOT_HONOUR, message=reason)
        with bank.storage.transaction():
            payment = _store(bank, row, doc, entry)
            if entry.card.three_ds is ThreeDS.CHALLENGE and _decided(row, entry) is None:
                return Outcome(Ending.CHALLENGE, payment["uid"])
            return _finish(bank, payment["uid"], bank_code=_bank_code(bank, row, entry))
    finally:
        bank.storage.run("UPDATE checkouts SET busy = 0 WHERE token = ?", token)


def _claim(bank: Bank, token: str) -> Row | Outcome:
    """Take one of the checkout's tries, or say why there is none to take."""
    row = get_checkout(bank, token)
    if row["busy"]:
        return Outcome(Ending.BUSY, row["uid"])
    if row["finished"] or row["expired"] or row["expires_at"] <= bank.clock.now():
        return Outcome(Ending.CLOSED, row["uid"])
    if row["attempts_left"] <= 0:
        # The last try stands at the card issuer's page: it is that one or none.
        return Outcome(Ending.CHALLENGE, row["uid"])
    bank.storage.run(
        "UPDATE checkouts SET busy = 1, attempts_left = attempts_left - 1 WHERE token = ?", token
    )
    return get_checkout(bank, token)


def _decided(row: Row, entry: CardEntry) -> str | None:
    """A bank code forced by the shop (test payments only) or picked on the sandbox's page."""
    doc = json.loads(row["doc"])
    forced = (doc["order"].get("additional_data") or {}).get("expected_bank_code")
    return str(forced) if forced and doc.get("test") else entry.bank_code


def _bank_code(bank: Bank, row: Row, entry: CardEntry) -> str:
    if bank.settings["duplicate_rule"] and _is_duplicate(bank, row, entry.card):
        return cards.DUPLICATE
    return _decided(row, entry) or (cards.APPROVED if entry.card.approved else cards.DO_NOT_HONOUR)


def _is_duplicate(bank: Bank, row: Row, card: TestCard) -> bool:
    order = json.loads(row["doc"])["order"]
    found = bank.storage.one(
        "SELECT 1 FROM transactions WHERE stamp = ? AND created_at > ? AND shop_id = ?"
        " AND amount = ? AND currency = ? AND status = 'successful'",
        card.stamp,
        bank.clock.now() - DUPLICATE_SECONDS,
        row["shop_id"],
        order["amount"],
        order["currency"],
    )
    return found is not None


def _store(bank: Bank, row: Row, doc: dict[str, Any], entry: CardEntry) -> Row:
    settings = json.loads(row["doc"]).get("settings", {})
    payment = transactions.add(
        bank,
        doc,
        shop_id=row["shop_id"],
        method="credit_card",
        token=row["token"],
        stamp=entry.card.stamp,
        notify_url=settings.get("notification_url"),
    )
    bank.storage.run("UPDATE checkouts SET uid = ? WHERE token = ?", doc["uid"], row["token"])
    return payment


def _finish(bank: Bank, uid: str, *, bank_code: str, message: str | None = None, **changes: Any) -> Outcome:
    """Charge or decline for good, tell the shop, close the checkout when it is paid or out of tries."""
    code, says = cards.answer_of(bank_code)
    paid = bank_code == cards.APPROVED
    payment = transactions.get(bank, uid)
    doc = json.loads(payment["doc"])
    section = {**doc[doc["type"]], "bank_code": bank_code, "message": message or says}
    if paid:
        section.update(auth_code=digits(6), rrn=digits(12), ref_id=digits(6))
    payment = transactions.settle(
        bank,
        uid,
        status="successful" if paid else "failed",
        message=message or ("Successfully processed" if paid else says),
        code=code,
        friendly_message=None if paid else message or says,
        **{doc["type"]: section},
        **changes,
    )
    bank.storage.run(
        "UPDATE checkouts SET uid = ?, finished = (? OR attempts_left <= 0) WHERE token = ?",
        uid,
        paid,
        payment["token"],
    )
    _tell(bank, payment)
    hang = _hang(bank, payment) if paid else None
    return Outcome(Ending.PAID if paid else Ending.DECLINED, uid, hang)


def _tell(bank: Bank, payment: Row) -> None:
    checkout = find_checkout(bank, payment["token"])
    last = checkout is None or checkout["finished"]
    if last or bank.settings["notify_failed_tries"]:
        notifications.notify(bank, payment)


def _hang(bank: Bank, payment: Row) -> float | None:
    found: list[Fault] = faults.take(
        bank.storage, Stage.PAYER, shop_id=payment["shop_id"], tracking_id=payment["tracking_id"]
    )
    return float(found[0].params["seconds"]) if found else None


def challenge(bank: Bank, uid: str, *, code: str | None) -> Outcome | None:
    """The payer's answer at the issuer's page; code None means cancelled. None: wrong code, may try again.

    Raises LookupError for an unknown transaction.
    """
    payment = transactions.get(bank, uid)
    checkout = find_checkout(bank, payment["token"]) if payment["token"] else None
    if payment["status"] != "incomplete" or checkout is None or checkout["finished"] or checkout["expired"]:
        return Outcome(Ending.CLOSED, uid)
    doc = json.loads(payment["doc"])
    tries = doc.get("_acs_tries", 0) + 1
    passed = code == ACS_CODE
    if code is not None and not passed and tries < ACS_TRIES:
        doc["_acs_tries"] = tries
        bank.storage.run(
            "UPDATE transactions SET doc = ? WHERE uid = ?", json.dumps(doc, ensure_ascii=False), uid
        )
        return None
    card = next(card for card in cards.CARDS.values() if card.stamp == payment["stamp"])
    verification = three_ds(card, passed=passed)
    with bank.storage.transaction():
        if passed:
            return _finish(bank, uid, bank_code=cards.APPROVED, three_d_secure_verification=verification)
        says = "Authentication cancelled by the customer" if code is None else "Authentication failed"
        return _finish(
            bank, uid, bank_code=cards.DO_NOT_HONOUR, message=says, three_d_secure_verification=verification
        )


def checkout_of(bank: Bank, uid: str) -> Row:
    """Raises LookupError when the transaction does not belong to a checkout."""
    return get_checkout(bank, transactions.get(bank, uid)["token"] or "")

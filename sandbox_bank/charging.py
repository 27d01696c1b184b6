"""A try to pay a checkout with a card: the shop's word before charging, 3-D Secure, the charge itself."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from sandbox_bank import cards, faults, notifications, transactions
from sandbox_bank.bank import Bank
from sandbox_bank.cards import TestCard, ThreeDS
from sandbox_bank.checkouts import find_checkout, get_checkout
from sandbox_bank.clock import iso
from sandbox_bank.faults import Fault, Stage
from sandbox_bank.notifications import encode
from sandbox_bank.shops import get_shop
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


@dataclass(frozen=True)
class CardEntry:
    """What the payer typed. Only brand, first six and last four digits of the number are kept."""

    card: TestCard
    exp_month: int
    exp_year: int
    cvc: str
    holder: str
    bank_code: str | None = None


async def pay(bank: Bank, token: str, entry: CardEntry) -> Outcome:
    """One try. Raises LookupError for an unknown token; a paid or expired one is never charged again."""
    row = _claim(bank, token)
    if isinstance(row, Outcome):
        return row
    try:
        doc = _new_doc(bank, row, entry)
        if (reason := await _refused_by_shop(bank, row, doc)) is not None:
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
        "SELECT 1 FROM transactions WHERE stamp = ? AND created_at > ? AND shop_id = ? AND amount = ? AND currency = ?"
        " AND status = 'successful'",
        card.stamp,
        bank.clock.now() - DUPLICATE_SECONDS,
        row["shop_id"],
        order["amount"],
        order["currency"],
    )
    return found is not None


def _new_doc(bank: Bank, row: Row, entry: CardEntry) -> dict[str, Any]:
    doc, uid, now = json.loads(row["doc"]), transactions.new_uid(), iso(bank.clock.now())
    order, customer = doc["order"], doc.get("customer", {})
    name = ("first_name", "last_name", "country", "city", "address", "zip", "state", "phone")
    return {
        "uid": uid,
        "id": uid,
        "type": doc["transaction_type"],
        "status": "incomplete",
        "status_code": None,
        "message": "Waiting for 3-D Secure",
        "amount": order["amount"],
        "currency": order["currency"],
        "description": order["description"],
        "tracking_id": order.get("tracking_id"),
        "payment_method_type": "credit_card",
        "test": doc.get("test", False),
        "language": doc.get("settings", {}).get("language", "en"),
        "recurring_type": None,
        "created_at": now,
        "updated_at": now,
        **dict.fromkeys(("paid_at", "expired_at", "closed_at", "settled_at", "manually_corrected_at")),
        "credit_card": _card_section(entry),
        doc["transaction_type"]: _payment_section(order),
        "three_d_secure_verification": _three_ds(entry.card, passed=None),
        "customer": {key: customer.get(key) for key in ("ip", "email", "device_id", "birth_date")},
        "billing_address": {key: customer.get(key) for key in name},
        "avs_cvc_verification": {"cvc_verification": {"result_code": cards.CVC_ANSWERS.get(entry.cvc, "M")}},
        "additional_data": {"vendor": {"token": row["token"]}, "browser": {"language": "en"}},
    }


def _card_section(entry: CardEntry) -> dict[str, Any]:
    card = entry.card
    return {
        "holder": entry.holder,
        "stamp": card.stamp,
        "brand": card.brand,
        "last_4": card.number[-4:],
        "first_1": card.number[0],
        "bin": card.number[:6],
        "issuer_country": "BY",
        "issuer_name": "Банк-песочница",
        "product": None,
        "exp_month": entry.exp_month,
        "exp_year": entry.exp_year,
        "token_provider": None,
        "token": None,
    }


def _payment_section(order: dict[str, Any]) -> dict[str, Any]:
    return {
        "auth_code": None,
        "bank_code": None,
        "rrn": None,
        "ref_id": None,
        "message": None,
        "amount": order["amount"],
        "currency": order["currency"],
        "billing_descriptor": "SANDBOX BANK",
        "gateway_id": 645,
        "status": "incomplete",
    }


def _three_ds(card: TestCard, passed: bool | None) -> dict[str, Any] | None:
    """The result of 3-D Secure; `passed` is what a person did at the challenge, None where there was none."""
    if card.three_ds is ThreeDS.NONE:
        return None
    ok = card.approved if passed is None else passed
    pa_status = card.pa_status if passed is None else "Y" if passed else "N"
    return {
        "status": "successful" if ok else "failed",
        "pa_status": pa_status,
        "ve_status": "Y",
        "eci": ("05" if card.brand == "visa" else "02") if ok else "07",
        "xid": digits(28) if ok else None,
        "cavv": digits(28) if ok else None,
        "message": "Authentication Successful" if ok else "Authentication Failed",
        "fail_reason": None if ok else "The cardholder was not authenticated",
    }


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
    verification = _three_ds(card, passed=passed)
    with bank.storage.transaction():
        if passed:
            return _finish(bank, uid, bank_code=cards.APPROVED, three_d_secure_verification=verification)
        says = "Authentication cancelled by the customer" if code is None else "Authentication failed"
        return _finish(
            bank, uid, bank_code=cards.DO_NOT_HONOUR, message=says, three_d_secure_verification=verification
        )


async def _refused_by_shop(bank: Bank, row: Row, doc: dict[str, Any]) -> str | None:
    """Ask the shop's verification_url whether to charge; a sentence when not, None when yes or not asked."""
    url = json.loads(row["doc"]).get("settings", {}).get("verification_url")
    if not url:
        return None
    shop = get_shop(bank.storage, row["shop_id"])
    raw = encode({"transaction": doc})
    headers = {
        "Authorization": shop.basic,
        "Content-Signature": shop.sign(raw),
        "Content-Type": "application/json",
    }
    try:
        response = await bank.client.post(url, content=raw, headers=headers)
        reply = response.json() if response.status_code == httpx.codes.OK else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        reply = None
    if not isinstance(reply, dict):
        return None if bank.settings["precheck_fails_open"] else "The shop did not confirm the payment"
    if reply.get("code") != 0:
        return str(reply.get("friendly_message") or reply.get("message") or "The shop refused the payment")
    same = reply.get("uid") == doc["uid"] and reply.get("amount") == doc["amount"]
    return None if same else "The shop confirmed another payment"


def checkout_of(bank: Bank, uid: str) -> Row:
    """Raises LookupError when the transaction does not belong to a checkout."""
    return get_checkout(bank, transactions.get(bank, uid)["token"] or "")

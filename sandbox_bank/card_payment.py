"""The body of a card payment, as the documentation shows it."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox_bank import cards, transactions
from sandbox_bank.bank import Bank
from sandbox_bank.cards import TestCard, ThreeDS
from sandbox_bank.clock import iso
from sandbox_bank.storage import Row
from sandbox_bank.transactions import digits


@dataclass(frozen=True)
class CardEntry:
    """What the payer typed. Only brand, first six and last four digits of the number are kept."""

    card: TestCard
    exp_month: int
    exp_year: int
    cvc: str
    holder: str
    bank_code: str | None = None


def new_doc(bank: Bank, row: Row, entry: CardEntry) -> dict[str, Any]:
    """The payment's body before anything is decided."""
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
        "three_d_secure_verification": three_ds(entry.card, passed=None),
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


def three_ds(card: TestCard, passed: bool | None) -> dict[str, Any] | None:
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

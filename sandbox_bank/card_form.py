"""The card form of the hosted page: reading and checking what the payer typed."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox_bank.card_payment import CardEntry
from sandbox_bank.cards import BANK_CODES, BY_NAME, expiry_is_over, find_card

EXPIRY = re.compile(r"\s*(\d{1,2})\s*[/.\- ]?\s*(?:20)?(\d{2})\s*")
FIELDS = ("number", "expiry", "cvc", "holder", "bank_code")


@dataclass(frozen=True)
class CardForm:
    """What was typed, per wrong field the key of the text that says why, and the entry when all is well."""

    typed: dict[str, str]
    errors: dict[str, str]
    entry: CardEntry | None

    @classmethod
    def blank(cls) -> "CardForm":
        return cls(dict.fromkeys(FIELDS, ""), {}, None)

    @classmethod
    def sample(cls, name: str, at: float) -> "CardForm":
        """Filled in with a test card, for a person who does not want to type; blank for an unknown name."""
        card = BY_NAME.get(name)
        if card is None:
            return cls.blank()
        expiry = f"12/{datetime.fromtimestamp(at, UTC).year % 100 + 2:02}"
        typed = {
            "number": card.spaced,
            "expiry": expiry,
            "cvc": "111",
            "holder": "TEST CARD",
            "bank_code": "",
        }
        return cls(typed, {}, None)

    @classmethod
    def read(cls, data: dict[str, str], at: float) -> "CardForm":
        typed = {name: data.get(name, "")[:100] for name in FIELDS}
        errors: dict[str, str] = {}
        card = find_card(typed["number"]) if any(map(str.isdecimal, typed["number"])) else None
        if card is None:
            errors["number"] = "bad_number"
        month, year, problem = read_expiry(typed["expiry"], at)
        if problem:
            errors["expiry"] = problem
        if not re.fullmatch(r"[0-9]{3}", typed["cvc"].strip()):
            errors["cvc"] = "bad_cvc"
        if not typed["holder"].strip():
            errors["holder"] = "bad_holder"
        if errors or card is None:
            # A number that is not a test card is not even shown again: it might be a real one.
            kept = typed["number"] if card else ""
            return cls({**typed, "number": kept, "cvc": ""}, errors, None)
        code = typed["bank_code"] if typed["bank_code"] in BANK_CODES else None
        return cls(
            typed, {}, CardEntry(card, month, year, typed["cvc"].strip(), typed["holder"].strip(), code)
        )


def read_expiry(text: str, at: float) -> tuple[int, int, str | None]:
    """Month, year and the key of what is wrong; takes 12/30, 1230, 12/2030."""
    found = EXPIRY.fullmatch(text)
    month, year = (int(found[1]), 2000 + int(found[2])) if found else (0, 0)
    if not 1 <= month <= 12:
        return month, year, "bad_expiry"
    return month, year, "past_expiry" if expiry_is_over(month, year, at) else None

"""The documented test cards, what each one does, and the codes of declines."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property


class ThreeDS(StrEnum):
    NONE = "none"
    FRICTIONLESS = "frictionless"
    CHALLENGE = "challenge"
    FAILS = "fails"


@dataclass(frozen=True)
class TestCard:
    number: str
    name: str
    brand: str
    three_ds: ThreeDS
    pa_status: str | None
    approved: bool

    @cached_property
    def spaced(self) -> str:
        return " ".join(self.number[i : i + 4] for i in range(0, 16, 4))

    @cached_property
    def stamp(self) -> str:
        """A fingerprint by which the bank knows the card again; the number itself is never stored."""
        return hashlib.sha256(b"sandbox:" + self.number.encode()).hexdigest()


def _cards() -> dict[str, TestCard]:
    fails, frictionless = ThreeDS.FAILS, ThreeDS.FRICTIONLESS
    table = (
        ("4200000000000000", "ok", "visa", ThreeDS.NONE, None, True),
        ("4005550000000019", "declined", "visa", ThreeDS.NONE, None, False),
        ("4012000000001006", "3ds", "visa", frictionless, "Y", True),
        ("4012000000001055", "3ds_attempted", "visa", frictionless, "A", True),
        ("4012000000001097", "challenge", "visa", ThreeDS.CHALLENGE, "C", True),
        ("4012000000001022", "3ds_unavailable", "visa", fails, "U", False),
        ("4012000000001030", "3ds_rejected", "visa", fails, "R", False),
        ("4012000000001014", "3ds_failed", "visa", fails, "N", False),
        ("5204240000015003", "mc_3ds", "master", frictionless, "Y", True),
        ("5204240000015011", "mc_3ds_attempted", "master", frictionless, "A", True),
        ("5204240000015029", "mc_challenge", "master", ThreeDS.CHALLENGE, "C", True),
        ("5204240000015045", "mc_3ds_unavailable", "master", fails, "U", False),
        ("5204240000015052", "mc_3ds_rejected", "master", fails, "R", False),
        ("5204240000015060", "mc_3ds_failed", "master", fails, "N", False),
    )
    return {row[0]: TestCard(*row) for row in table}


CARDS = _cards()
BY_NAME = {card.name: card for card in CARDS.values()}

APPROVED = "00"
DO_NOT_HONOUR = "05"
DUPLICATE = "94"
# ISO 8583 answers; beGateway shows them as bank_code.
BANK_CODES: dict[str, tuple[str, str]] = {
    "00": ("S.0000", "Payment was approved"),
    "04": ("F.0115", "Pick up card"),
    "05": ("F.0105", "Do not honor"),
    "12": ("F.0999", "Invalid transaction"),
    "14": ("F.0127", "Invalid card number"),
    "41": ("F.0115", "Lost card"),
    "43": ("F.0116", "Stolen card"),
    "51": ("F.0114", "Insufficient funds"),
    "54": ("F.0111", "Expired card"),
    "57": ("F.0105", "Transaction not permitted to cardholder"),
    "61": ("F.0123", "Exceeds amount limit"),
    "65": ("F.0124", "Exceeds count limit"),
    "82": ("F.0112", "Wrong CVV"),
    "91": ("F.0117", "Issuer is temporarily unavailable"),
    "94": ("F.0108", "Duplicate transaction"),
    "96": ("F.0119", "System malfunction"),
}
CVC_ANSWERS = {"111": "M", "222": "N", "333": "U", "444": "E", "555": "0"}


def answer_of(bank_code: str) -> tuple[str, str]:
    """v3 code and message of a bank code; an unknown one is a decline without a reason."""
    return BANK_CODES.get(bank_code, ("F.0999", f"Declined with code {bank_code}"))


def luhn_ok(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def find_card(number_or_name: str) -> TestCard | None:
    text = number_or_name.strip()
    digits = "".join(character for character in text if character not in " -")
    return CARDS.get(digits) or BY_NAME.get(text)


def expiry_is_over(month: int, year: int, at: float) -> bool:
    """A card is good through the last day of its month (UTC)."""
    today = datetime.fromtimestamp(at, UTC)
    return (year, month) < (today.year, today.month)

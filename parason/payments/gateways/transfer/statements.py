"""Statements in ISO 20022's camt.053, as banks give them; only money that came in is of interest."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml.etree import XMLSyntaxError
from pycamt.parser import Camt053ParseError, Camt053Parser

from parason.kernel.money import Money, exponent

SIZE_LIMIT = 5_000_000


class BadStatement(Exception):
    """The file is not a statement that can be relied on; nothing of it is taken."""


@dataclass(frozen=True, slots=True)
class Line:
    """A booked credit. `reference` is the bank's, or a digest of the line when it gives none."""

    reference: str
    money: Money
    booked_on: date | None
    payer: str
    account: str
    words: str
    payer_numbers: tuple[str, ...] = ()  # by which registers know the payer, in capitals without spaces


@dataclass(frozen=True, slots=True)
class Read:
    message_id: str
    lines: list[Line]


class _Parser(Camt053Parser):
    """With the numbers of the payer, which the package leaves out: an organisation's tax number above all."""

    def _extract_transaction_details(self, tx_detail: Any) -> dict[str, str]:
        read: Any = super()._extract_transaction_details  # the package has no types
        found: dict[str, str] = read(tx_detail)
        numbers = tx_detail.findall(".//RltdPties//Dbtr//Id//Othr/Id", self.namespaces)
        texts = ["".join(str(number.text or "").upper().split())[:40] for number in numbers]
        return {**found, "DebtorNumbers": " ".join(text for text in texts if text)}


def read(raw: bytes) -> Read:
    """Raises BadStatement."""
    if len(raw) > SIZE_LIMIT:
        raise BadStatement("larger than 5 MB")
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise BadStatement("it declares entities, which no statement needs")
    try:
        parser: Any = _Parser(raw)
        rows, head = parser.get_transactions(), parser.get_group_header()
    except (XMLSyntaxError, Camt053ParseError, AttributeError, ValueError) as error:
        raise BadStatement("not a camt.053 statement") from error
    return Read(str(head.get("MessageID") or "")[:100], _lines(rows))


def _lines(rows: list[dict[str, str | None]]) -> list[Line]:
    """One entry of a bank may hold several payments under one reference: they are numbered."""
    times: Counter[str] = Counter()
    found = []
    for row in rows:
        given = row.get("TransactionID") or _digest(row)
        times[given] += 1
        if _is_credit(row):
            found.append(_line(row, f"{given}/{times[given]}"))
    return found


def _digest(row: dict[str, str | None]) -> str:
    return "line-" + hashlib.sha256(repr(sorted(row.items(), key=str)).encode()).hexdigest()[:40]


def _is_credit(row: dict[str, str | None]) -> bool:
    # A reversed debit is a credit of somebody's mistake, not of a payer.
    return (
        row.get("CreditDebitIndicator") == "CRDT"
        and row.get("Status") in ("BOOK", None)
        and row.get("ReversalIndicator") not in ("true", "1")
    )


def _line(row: dict[str, str | None], reference: str) -> Line:
    said = row.get("RemittanceInformationFull") or row.get("RemittanceInformation") or ""
    words = " ".join(said.split())[:600]
    return Line(
        reference=reference[:100],
        money=_money(row.get("Amount"), row.get("Currency") or ""),
        booked_on=_day(row),
        payer=_payer(row),
        account=(row.get("DebtorIBAN") or "")[:40],
        words=words,
        payer_numbers=tuple(str(row.get("DebtorNumbers") or "").split()),
    )


def _money(text: str | None, currency: str) -> Money:
    try:
        amount = Decimal(text or "")
        minor = amount.scaleb(exponent(currency))
        if minor != minor.to_integral_value() or minor <= 0:
            raise BadStatement(f"an amount that cannot be: {text} {currency}")
        return Money(int(minor), currency)
    except (InvalidOperation, ValueError) as error:
        raise BadStatement(f"an amount that cannot be read: {text} {currency}") from error


def _day(row: dict[str, str | None]) -> date | None:
    try:
        return date.fromisoformat((row.get("BookingDate") or "")[:10])
    except ValueError:
        return None


def _payer(row: dict[str, str | None]) -> str:
    return (row.get("DebtorName") or row.get("UltimateDebtorName") or "")[:200]

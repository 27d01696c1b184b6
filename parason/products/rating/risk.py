"""What is rated: facts about the contract and about each insured person or object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from parason.kernel.periods import Period

# A fact is what a step may look at. Booleans read as "yes" and "no" in tables and conditions.
Fact = str | int | Decimal | bool
Facts = Mapping[str, Fact]


class NotRated(Exception):
    """The tariff gives no price for this risk.

    `fact` is the fact that is missing or beyond the table, `index` the insured it belongs to (None: the
    contract).
    """

    def __init__(self, fact: str, reason: str, *, index: int | None = None) -> None:
        self.fact = fact
        self.reason = reason
        self.index = index
        super().__init__(f"{fact}: {reason}")


@dataclass(frozen=True, slots=True)
class Unit:
    """What one unit of a tariff is worth in money, and the act that says so (e.g. the base unit of a day)."""

    value: Decimal
    currency: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Risk:
    """Facts of the contract, one mapping of facts per insured,
    and the worth of the tariff's unit where it needs one.
    """

    facts: Facts
    insured: Sequence[Facts]
    unit: Unit | None = None


def period_facts(period: Period) -> dict[str, Fact]:
    """`days` inclusive of both ends; `months` and `years` begun,
    so that 1 January to 1 February is two months.
    """
    months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month
    if period.last.day >= period.first.day:
        months += 1
    months = max(months, 1)
    return {"days": period.days, "months": months, "years": -(-months // 12)}


def canonical(value: Fact) -> str:
    """A fact as a table's cell spells it: yes/no, plain digits without trailing zeros, text as it is."""
    if type(value) is str:
        return value
    if value is True:
        return "yes"
    if value is False:
        return "no"
    if isinstance(value, Decimal):
        return plain(value)
    return str(value)


def plain(value: Decimal) -> str:
    """A Decimal in plain digits, without exponent or trailing zeros: `12.50` → `12.5`, `1E+3` → `1000`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

"""A premium in parts as pages show it: the ways to choose from, and the plan of a contract."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from parason.checkout.queries import is_payable
from parason.contracts.models import Part
from parason.contracts.states import PartStatus
from parason.kernel.clock import day_of
from parason.kernel.money import Money
from parason.products.rules import PlannedPart


@dataclass(frozen=True, slots=True)
class Row:
    """One part. `sum` is in the premium's currency while its price in the other one depends on the day."""

    number: int
    count: int
    due_on: date
    sum: Money
    state: str = ""
    tone: str = ""
    payable: bool = False
    in_cart: bool = False

    @property
    def name(self) -> str:
        return part_name(self.number, self.count)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay: at once, or in so many parts."""

    count: int
    words: str
    rows: list[Row]


def part_name(number: int, count: int) -> str:
    """Which part it is, in words."""
    return _("Part %(number)s of %(count)s") % {"number": number, "count": count}


def in_parts(count: int) -> str:
    """How the premium is paid, in words."""
    if count == 1:
        return _("All at once")
    return ngettext("In %(count)s part", "In %(count)s parts", count) % {"count": count}


def way(plan: Sequence[PlannedPart]) -> Way:
    """A plan that is not agreed yet."""
    count = len(plan)
    rows = [Row(part.number, count, part.due_on, part.premium) for part in plan]
    return Way(count, in_parts(count), rows)


def plan_rows(plan: Sequence[Part], *, in_cart: Collection[int] = (), at: datetime) -> list[Row]:
    """The plan of a contract, with how each part stands."""
    return [_row(part, in_cart, at) for part in plan]


def _row(part: Part, in_cart: Collection[int], at: datetime) -> Row:
    state, tone = _state(part, day_of(at))
    return Row(
        part.number,
        part.contract.parts,
        part.due_on,
        part.payable or part.premium,
        state,
        tone,
        payable=is_payable(part, at=at),
        in_cart=part.number in in_cart,
    )


def _state(part: Part, today: date) -> tuple[str, str]:
    if part.status == PartStatus.PAID:
        return pgettext("part", "Paid"), "good"
    if part.status == PartStatus.DROPPED:
        return pgettext("part", "No longer owed"), ""
    if part.due_on < today and part.number > 1:
        return pgettext("part", "Overdue"), "bad"
    return pgettext("part", "To be paid"), "wait"


def next_to_pay(rows: Sequence[Row]) -> Row | None:
    """The first part that may be moved to the cart; the first part of all goes with its contract."""
    return next((row for row in rows if row.payable and row.number > 1 and not row.in_cart), None)

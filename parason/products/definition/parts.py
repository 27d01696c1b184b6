"""The smaller parts of a product's definition, as they stand in product.toml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from parason.kernel.periods import Period
from parason.products.rating.acts import Test, condition_test
from parason.products.rating.risk import Fact
from parason.products.rating.spec import Code, Condition, Number, Strict, Texts

MOST_PARTS = 12  # of one premium


class Insured(Strict):
    """Who or what is insured, and how many in one contract."""

    kind: Literal["person", "vehicle", "building", "event"]
    least: int = Field(default=1, ge=1)
    most: int = Field(default=1, ge=1, le=10_000)
    least_age: int | None = Field(default=None, ge=0, le=120)  # whole years on the first day of cover
    most_age: int | None = Field(default=None, ge=0, le=120)
    assumed_age: int = Field(default=30, ge=0, le=120)  # of whoever is not named yet, in the calculator
    from_list: bool = False  # the insured come from an uploaded list

    @model_validator(mode="after")
    def _ordered(self) -> Insured:
        if self.most < self.least:
            raise ValueError("most is below least")
        if self.kind != "person" and (self.least_age is not None or self.most_age is not None):
            raise ValueError("only persons have an age")
        return self


class Term(Strict):
    """How long a contract may last and how far ahead it may begin; both ends are insured days."""

    unit: Literal["day", "month", "year"] = "day"
    least: int = Field(ge=1)
    most: int = Field(ge=1, le=3660)
    ahead_days: int = Field(ge=0, le=3660)
    first_day: Literal["today", "tomorrow"] = "today"

    @model_validator(mode="after")
    def _ordered(self) -> Term:
        if self.most < self.least:
            raise ValueError("most is below least")
        return self

    def earliest(self, today: date) -> date:
        """The first day that may be chosen today."""
        return today if self.first_day == "today" else today + timedelta(days=1)

    def latest(self, today: date) -> date:
        """The last day that may be chosen as the first day of cover."""
        return today + timedelta(days=self.ahead_days)

    def period(self, first: date, count: int) -> Period:
        """The period of `count` units from `first`."""
        if self.unit == "day":
            return Period.of_days(first, count)
        return Period(
            first, months_later(first, count * (12 if self.unit == "year" else 1)) - timedelta(days=1)
        )

    def count(self, period: Period) -> int | None:
        """How many units the period holds, or None when it is no whole number of them."""
        if self.unit == "day":
            return period.days
        for count in range(1, self.most + 1):
            if self.period(period.first, count).last == period.last:
                return count
        return None


def months_later(first: date, months: int) -> date:
    """The same day of a later month, or that month's end plus a day when it has no such day (31 January → 1
    March).
    """
    year, month = divmod(first.month - 1 + months, 12)
    try:
        return first.replace(year=first.year + year, month=month + 1)
    except ValueError:
        return (first.replace(day=1, year=first.year + year, month=month + 1) + timedelta(days=32)).replace(
            day=1
        )


class SumInsured(Strict):
    """Sums to choose from, or the sum of some money answers (`of`)."""

    currency: str = Field(pattern="^[A-Z]{3}$")
    choices: tuple[int, ...] = ()  # major units
    of: tuple[Code, ...] = ()
    per: Literal["person", "object", "contract"] = "person"
    label: Texts | None = None

    @model_validator(mode="after")
    def _one_way(self) -> SumInsured:
        if bool(self.choices) == bool(self.of):
            raise ValueError("give choices, or of (the money questions that make the sum)")
        if any(choice <= 0 for choice in self.choices) or list(self.choices) != sorted(set(self.choices)):
            raise ValueError("choices are positive and sorted, each once")
        return self


class Numbering(Strict):
    """How policies are numbered: gap-free within a series."""

    series: str = Field(pattern=r"^[A-Z0-9]{1,6}$")
    width: int = Field(ge=4, le=12)


class Limit(Strict):
    """A rule across answers: where all of `when` hold, all of `must` must;
    else `message` stands at `field`.
    """

    field: Code
    when: tuple[Condition, ...] = ()
    must: tuple[Condition, ...] = Field(min_length=1)
    message: Texts

    def broken(self, facts: Mapping[str, Fact]) -> bool:
        """Do these facts break the rule?"""
        when, must = self._tests
        return all(test(facts) for test in when) and not all(test(facts) for test in must)

    @cached_property
    def _tests(self) -> tuple[list[Test], list[Test]]:
        return [condition_test(one) for one in self.when], [condition_test(one) for one in self.must]


class Statement(Strict):
    """What the policyholder accepts, word for word; a new wording needs a new version."""

    code: Code
    version: str = Field(min_length=1, max_length=20)
    text: Texts


class Refund(Strict):
    """What is paid back when a contract ends early."""

    before_start: Literal["full", "less_fee", "none"] = "full"
    after_start: Literal["none", "pro_rata"] = "none"
    fee_percent: Number = Decimal(0)  # kept by the insurer, of the sum paid back
    after_claim: Literal["none", "same"] = "none"

    @model_validator(mode="after")
    def _percent(self) -> Refund:
        if not 0 <= self.fee_percent <= 100:
            raise ValueError("fee_percent is between 0 and 100")
        return self


class Amendment(Strict):
    """What may be changed after conclusion without a new contract."""

    before_start: tuple[Literal["dates", "names", "document", "insured", "object"], ...] = (
        "names",
        "document",
    )
    after_start: tuple[Literal["names", "document", "extension"], ...] = ("names", "document")


class Instalments(Strict):
    """Into how many equal parts the premium may be split, how many months apart they are due, and what
    follows when one is not paid `grace_days` after its day.
    """

    counts: tuple[int, ...] = (1,)
    every_months: int = Field(default=3, ge=1, le=12)
    grace_days: int | None = Field(default=None, ge=0, le=90)
    unpaid: Literal["terminate"] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Instalments:
        if list(self.counts) != sorted(set(self.counts)) or not self.counts or self.counts[0] != 1:
            raise ValueError("counts are sorted, each once, and begin with 1: everybody may pay at once")
        if self.counts[-1] > MOST_PARTS:
            raise ValueError(f"a premium has {MOST_PARTS} parts at most")
        if len(self.counts) == 1:
            return self
        if self.grace_days is None or self.unpaid is None:
            raise ValueError(
                'say what follows when a part is not paid: grace_days = 14 and unpaid = "terminate"'
            )
        if self.grace_days >= 28 * self.every_months:
            raise ValueError("grace_days end before the next part falls due: take fewer")
        return self

    def choices(self, period: Period) -> tuple[int, ...]:
        """The counts of which every part can still be paid within the period."""
        last = period.last - timedelta(days=self.grace_days or 0)
        return tuple(n for n in self.counts if n == 1 or self.due_on(n, period.first) <= last)

    def due_on(self, number: int, first_day: date) -> date:
        """The day on which a part falls due, counted from the first day of cover; parts count from 1."""
        return months_later(first_day, (number - 1) * self.every_months)


class Cover(Strict):
    """One thing that is paid for, in plain words; `limit_percent` of the sum insured."""

    code: Code
    label: Texts
    text: Texts | None = None
    limit_percent: Number | None = None


class Schedule(Strict):
    """A table for reading (benefits in per cent of the sum insured); columns `en`, `ru` and values."""

    code: Code
    title: Texts
    file: str = Field(pattern=r"^[a-z0-9_]+\.csv$")


class TariffEntry(Strict):
    """A tariff version that comes with the folder."""

    version: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")
    act: str = Field(min_length=3, max_length=300)
    act_link: str = Field(default="", max_length=200)
    note: Texts | None = None
    valid_from: date
    valid_to: date | None = None
    unit: str = Field(pattern="^([A-Z]{3}|BASE_UNIT)$")
    verified: bool = False
    proposed: bool = False  # stands in the back office until two persons decide
    folder: str = Field(default="tables", pattern=r"^tables(/[a-z0-9_-]+)?$")
    sums_insured: tuple[int, ...] = ()  # where they differ from the product's

    @model_validator(mode="after")
    def _ordered(self) -> TariffEntry:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        if self.act_link and not self.act_link.startswith("https://"):
            raise ValueError("act_link begins with https://")
        return self


class Exemption(Strict):
    """A nationality that need not buy: a warning at the purchase, never a bar."""

    nationality: str = Field(pattern="^[A-Z]{3}$")
    basis: Texts
    valid_from: date
    valid_to: date | None = None
    scope: Literal["emergency", "all"]
    mark: str = ""

    @property
    def legal_basis(self) -> str:
        """The treaty, in English."""
        return self.basis["en"]

    def text(self, language: str) -> str:
        """The treaty in a language."""
        return self.basis.get(language) or self.basis["en"]

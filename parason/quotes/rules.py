"""The rules of dates, and which step of an application comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from parason.kernel.errors import DomainError
from parason.kernel.periods import Period


class Term(Protocol):
    """How long a product may cover, in days, and how far ahead cover may begin."""

    @property
    def least(self) -> int: ...
    @property
    def most(self) -> int: ...
    @property
    def ahead_days(self) -> int: ...


class WrongDates(DomainError):
    """The dates break a rule; `field` is the one to correct: first_day, last_day or days."""

    def __init__(self, field: str, message: str | Promise) -> None:
        self.field = field
        super().__init__(message)


def period_of(*, first: date, last: date | None, days: int | None) -> Period:
    """The period from its first day and either its last day or its number of days.

    When both are given they must agree; the number of days is what a person counts, so it is named in the error.
    """
    if last is None and days is None:
        raise WrongDates("last_day", _("Enter the last day or the number of days."))
    if last is None:
        if days is None or days < 1:
            raise WrongDates("days", _("The number of days must be 1 or more."))
        if days > 3_660:  # beyond any product, and beyond what a date can hold
            raise WrongDates("days", _("The number of days is too large."))
        return Period.of_days(first, days)
    if last < first:
        raise WrongDates("last_day", _("The last day must be the first day or later."))
    return Period(first, last)


def check_period(*, period: Period, term: Term, today: date) -> None:
    """Hold a period against the product's term; `today` is the insurer's calendar day."""
    if period.first < today:
        raise WrongDates("first_day", _("The first day must be today or later."))
    if period.first > today + timedelta(days=term.ahead_days):
        latest = today + timedelta(days=term.ahead_days)
        text = _("The first day must be %(day)s or earlier.") % {"day": latest.strftime("%d.%m.%Y")}
        raise WrongDates("first_day", text)
    if period.days < term.least:
        text = ngettext(
            "The insurance must last %(count)d day or more.", "The insurance must last %(count)d days or more.", term.least
        )
        raise WrongDates("last_day", text % {"count": term.least})
    if period.days > term.most:
        text = ngettext(
            "The insurance can last %(count)d day at most.", "The insurance can last %(count)d days at most.", term.most
        )
        raise WrongDates("last_day", text % {"count": term.most})


def next_step(*, period: Period | None, insured: Sequence[object]) -> str:
    """Where to go on with an application: dates, people or check."""
    if period is None:
        return "dates"
    return "check" if insured else "people"

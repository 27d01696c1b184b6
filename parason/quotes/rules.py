"""The rules of dates, and which step of an application comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from parason.kernel.errors import DomainError
from parason.kernel.periods import Period
from parason.products.definition.parts import Term

LONGEST = 3_660  # days or months or years: beyond any product, and within what a date can hold


class WrongDates(DomainError):
    """The dates break a rule; `field` is the one to correct: first_day, last_day or days."""

    def __init__(self, field: str, message: str | Promise) -> None:
        self.field = field
        super().__init__(message)


def period_of(*, first: date, last: date | None, count: int | None, term: Term) -> Period:
    """The period from its first day and either its last day or its length in the term's unit; the length
    wins."""
    if count is not None:
        if not 1 <= count <= LONGEST:
            raise WrongDates(
                "days", _("Enter a number that is 1 or more, and not larger than the longest term.")
            )
        try:
            return term.period(first, count)
        except (OverflowError, ValueError):  # beyond the year 9999
            raise WrongDates("first_day", _("Enter a first day that is not so far away.")) from None
    if last is None:
        raise WrongDates("last_day", _("Enter the last day or the number of days."))
    if last < first:
        raise WrongDates("last_day", _("The last day must be the first day or later."))
    return Period(first, last)


def check_period(*, period: Period, term: Term, today: date) -> None:
    """Hold a period against the product's term; `today` is the insurer's calendar day."""
    if period.first < term.earliest(today):
        raise WrongDates(
            "first_day",
            _("The first day must be today or later.")
            if term.first_day == "today"
            else _("The first day must be tomorrow or later."),
        )
    if period.first > term.latest(today):
        raise WrongDates(
            "first_day",
            _("The first day must be %(day)s or earlier.") % {"day": _written(term.latest(today))},
        )
    count = term.count(period)
    if count is None:
        raise WrongDates("last_day", _("The insurance must last whole months or years."))
    if count < term.least:
        raise WrongDates("last_day", _at_least(term))
    if count > term.most:
        raise WrongDates("last_day", _at_most(term))


def _written(day: date) -> str:
    from babel.dates import format_date

    return format_date(day, "d MMMM y", locale=(get_language() or "en").replace("-", "_"))


def _at_least(term: Term) -> str:
    match term.unit:
        case "day":
            text = ngettext(
                "The insurance must last %(count)d day or more.",
                "The insurance must last %(count)d days or more.",
                term.least,
            )
        case "month":
            text = ngettext(
                "The insurance must last %(count)d month or more.",
                "The insurance must last %(count)d months or more.",
                term.least,
            )
        case _:
            text = ngettext(
                "The insurance must last %(count)d year or more.",
                "The insurance must last %(count)d years or more.",
                term.least,
            )
    return text % {"count": term.least}


def _at_most(term: Term) -> str:
    match term.unit:
        case "day":
            text = ngettext(
                "The insurance can last %(count)d day at most.",
                "The insurance can last %(count)d days at most.",
                term.most,
            )
        case "month":
            text = ngettext(
                "The insurance can last %(count)d month at most.",
                "The insurance can last %(count)d months at most.",
                term.most,
            )
        case _:
            text = ngettext(
                "The insurance can last %(count)d year at most.",
                "The insurance can last %(count)d years at most.",
                term.most,
            )
    return text % {"count": term.most}


def next_step(*, period: Period | None, insured: Sequence[object]) -> str:
    """Where to go on with an application: dates, people or check."""
    if period is None:
        return "dates"
    return "check" if insured else "people"

"""The calculator of the public pages: dates and people in, price out. It stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from parason.journeys import apply
from parason.journeys.prices import Offer
from parason.kernel.clock import day_of
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.kernel.periods import Period
from parason.products import queries as products
from parason.products.errors import NotSold
from parason.products.queries import Definition
from parason.website.forms.buying import DatesForm


@dataclass(slots=True)
class Calculation:
    """What the calculator shows. Without an offer, `problem` or the form's errors say why."""

    product: Definition
    form: DatesForm
    period: Period | None = None
    people: int = 1
    offer: Offer | None = None
    lines: list[str] = field(default_factory=list)
    problem: str = ""
    not_sold: bool = False  # a stop of sale, or no tariff in force

    @property
    def refused(self) -> bool:
        return bool(self.form.errors or self.problem)

    @property
    def each(self) -> Money | None:
        """The premium of one person, where all pay the same."""
        parts = self.offer.premium.per_insured if self.offer else []
        return parts[0] if parts and all(part == parts[0] for part in parts) else None


def calculate(
    *,
    product: Definition,
    data: Mapping[str, Any] | None,
    language: str,
    at: datetime,
    priced: bool = True,
    **kept: Any,
) -> Calculation:
    """The price of what was filled in, of what is `kept` (period, people, answers), or of the usual term.

    Without `priced` the form is checked only.
    """
    today = day_of(at)
    form = DatesForm(data, product=product, today=today, language=language, **kept)
    found = Calculation(product, form)
    if form.is_bound and not form.is_valid():
        return found
    given = form.cleaned_data if form.is_bound else form.defaults()
    answered = given["answers"]
    if not form.is_bound and any(one.required and one.code not in answered for one in form.asked):
        return found
    found.period, found.people = given["period"], given.get("people") or 1
    if priced:
        _price(found, given["period"], answered, language, at)
    return found


def _price(
    found: Calculation, period: Period, answers: Mapping[str, Any], language: str, at: datetime
) -> None:
    try:
        found.offer = apply.preview(
            product=found.product, period=period, answers=answers, people=found.people, at=at
        )
    except DomainError as error:
        found.problem, found.not_sold = str(error.message), isinstance(error, NotSold)
    else:
        found.lines = products.explain(found.offer.premium.record(), language)


@lru_cache(maxsize=256)
def lowest(code: str, today: date, tariff_id: int) -> Money | None:
    """What the shortest cover costs by a tariff; asked for once a day and tariff."""
    product = products.product(code)
    period = product.term.period(product.term.earliest(today), product.term.least)
    try:
        return products.price(product=product, period=period, answers={}, insured=[{}], on=today).total
    except DomainError:
        return None


def refreshed(found: Calculation, changed: str, language: str, at: datetime) -> dict[str, str]:
    """The boxes that follow from the one that was changed, as HTML to be put in place."""
    if found.period is None:
        return {}
    fresh = DatesForm(
        product=found.product, today=day_of(at), language=language, period=found.period, people=found.people
    )
    names = [name for name in ("last_day", "days", "shown") if name in fresh.fields and name != changed]
    return {name: str(fresh[name].as_widget(attrs={"hx-swap-oob": "true"})) for name in names}

"""What a version changes: row by row, over the lengths, for one risk, and in what was sold already."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from parason.backoffice.access import VIEW_TARIFFS, page, staff_page
from parason.backoffice.charts import chart, runs
from parason.backoffice.forms import RiskForm
from parason.backoffice.tariffs import ROOM, product_or_404, version_or_404
from parason.journeys import impact as journey
from parason.journeys.impact import Pair
from parason.kernel.clock import day_of, now
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.products import comparing, queries
from parason.products.comparing import Impact, RowChange
from parason.products.errors import OutOfRange
from parason.products.models import TariffVersion
from parason.products.queries import Definition

MOST_AT_ONCE = 2_000  # contracts of a month that are rated again while a person waits: about a second
MOST_ROWS = 2_000
MONTHS_BACK = 12


@dataclass(frozen=True, slots=True)
class Compared:
    """A version and the one that it follows, of one product."""

    product: Definition
    pair: Pair

    @property
    def after(self) -> TariffVersion:
        return self.pair.after

    @property
    def before(self) -> TariffVersion | None:
        return self.pair.before


def pair_of(request: HttpRequest, code: str, pk: int) -> Compared:
    """The version, and the one in force on the day before its first day, or the one that `against` names.

    Raises payments' RateMissing when the two count in different currencies and there is no rate today.
    """
    product, after = product_or_404(code), version_or_404(code, pk)
    against = request.GET.get("against", "")
    if against.isascii() and against.isdigit() and len(against) < 18:
        before: TariffVersion | None = version_or_404(code, int(against))
    else:
        before = queries.tariff_on(code, after.valid_from - timedelta(days=1))
    return Compared(product, journey.pair(before=before, after=after, at=now()))


def _page(
    request: HttpRequest, pair: Compared, template: str, shown: dict[str, Any], status: int = 200
) -> HttpResponse:
    others = queries.timeline(pair.product.code).exclude(pk=pair.after.pk).defer("tables", "specs", "steps")
    given = {
        "product": pair.product,
        "version": pair.after,
        "before": pair.before,
        "others": others,
        "rates": pair.pair.rates.values(),
        "currency": pair.pair.currency,
        **shown,
    }
    return page(request, template, given, room=ROOM, status=status)


def _no_rate(request: HttpRequest, code: str, pk: int, error: DomainError) -> HttpResponse:
    shown = {
        "product": product_or_404(code),
        "version": version_or_404(code, pk),
        "errors": [str(error.message)],
    }
    return page(request, "difference.html", shown, room=ROOM, status=422)


# --- row by row ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure before and after."""

    column: str
    before: str
    after: str

    @property
    def percent(self) -> str:
        """By how much it changed, with its sign; nothing where one side is missing or zero."""
        if not self.before or not self.after or Decimal(self.before) == Decimal(self.after):
            return ""
        was, becomes = Decimal(self.before), Decimal(self.after)
        return f"{signed((becomes - was) * 100 / was)} %" if was else ""


def signed(figure: Decimal) -> str:
    """With one decimal, and its sign: +4.1, −0.3."""
    return f"{figure:+.1f}".replace("-", "\u2212") if figure else "0"


def _cells(row: RowChange) -> list[Cell]:
    columns = list(dict.fromkeys([*row.after, *row.before]))
    return [Cell(name, row.before.get(name, ""), row.after.get(name, "")) for name in columns]


@require_safe
@staff_page(VIEW_TARIFFS)
def difference(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Every row that differs, and a chart of the premium over the lengths before and after."""
    try:
        pair = pair_of(request, code, pk)
    except DomainError as error:
        return _no_rate(request, code, pk, error)
    rows = comparing.difference(pair.before, pair.after) if pair.before else []
    everything = request.GET.get("rows") == "all"
    shown = [row for row in rows if everything or row.kind != "same"]
    form = RiskForm(request.GET, product=pair.product, first=pair.after.valid_from)
    return _page(
        request,
        pair,
        "difference.html",
        {
            "tables": _by_table(shown[:MOST_ROWS]),
            "left_out": max(len(shown) - MOST_ROWS, 0),
            "counts": Counter(row.kind for row in rows),
            "all": everything,
            "same_steps": pair.before is not None and _steps(pair.before) == _steps(pair.after),
            "form": form,
            **_curve(pair, form),
        },
        status=422 if form.errors else 200,
    )


def _by_table(rows: list[RowChange]) -> list[tuple[str, list[str], list[tuple[RowChange, list[Cell]]]]]:
    return [
        (name, list(group[0].keys), [(row, _cells(row)) for row in group])
        for name, group in ((name, list(found)) for name, found in groupby(rows, key=lambda row: row.table))
    ]


def _steps(version: TariffVersion) -> list[dict[str, Any]]:
    return [{key: value for key, value in step.items() if key != "label"} for step in version.steps]


def _curve(pair: Compared, form: RiskForm) -> dict[str, Any]:
    if not form.is_valid():
        return {}
    points = comparing.curve(
        pair.product,
        pair.before,
        pair.after,
        answers=form.answers(),
        insured=form.insured(),
        first=form.cleaned_data["first_day"],
        unit=pair.pair.unit,
        worth=pair.pair.worth,
    )
    return {"chart": chart(points, pair.pair.currency), "runs": runs(points, pair.pair.currency)}


# --- one risk -----------------------------------------------------------------------------------------------


@require_safe
@staff_page(VIEW_TARIFFS)
def what_if(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """One risk by both versions, whatever day it is, line by line."""
    try:
        pair = pair_of(request, code, pk)
    except DomainError as error:
        return _no_rate(request, code, pk, error)
    form = RiskForm(request.GET, product=pair.product, first=pair.after.valid_from)
    prices = []
    if form.is_valid():
        versions = [one for one in (pair.before, pair.after) if one is not None]
        prices = [(one, *_price(pair, one, form)) for one in versions]
    return _page(
        request, pair, "what_if.html", {"form": form, "prices": prices}, status=422 if form.errors else 200
    )


def _price(pair: Compared, version: TariffVersion, form: RiskForm) -> tuple[Money | None, list[queries.Part]]:
    given = form.cleaned_data
    try:
        premium = queries.price_by(
            version,
            product=pair.product,
            period=pair.product.term.period(given["first_day"], given["count"]),
            answers=form.answers(),
            insured=form.insured(),
            unit=pair.pair.unit,
        )
    except OutOfRange as error:
        form.refuse(error.field, str(error.message))
        return None, []
    return pair.pair.shown(premium.total), queries.explain_parts(premium.record(), get_language() or "en")


# --- what was sold ------------------------------------------------------------------------------------------


@require_safe
@staff_page(VIEW_TARIFFS)
def impact(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """What the contracts of a month would have cost: how many more, how many less, and the sum."""
    try:
        pair = pair_of(request, code, pk)
    except DomainError as error:
        return _no_rate(request, code, pk, error)
    months = _months(day_of(now()))
    month = _month(months, request.GET.get("month", ""))
    count = journey.sold_in(code, month).count()
    found = _found(pair.pair, month, count)
    shown = {"months": months, "month": month, "impact": found, "count": count}
    if found is None and pair.before and count:
        shown["asked"] = request.GET.get("counting") == "yes"
    if found is not None:
        shown |= _figures(found, pair.pair.currency)
    return _page(request, pair, "impact.html", shown)


def _found(pair: Pair, month: date, count: int) -> Impact | None:
    """Counted while the page waits, or what the worker has counted."""
    if count <= MOST_AT_ONCE:
        return journey.measure(pair=pair, month=month)
    return journey.kept(pair=pair, month=month, at=now())


def _figures(found: Impact, currency: str) -> dict[str, Any]:
    sums = (Money(found.before_minor, currency), Money(found.after_minor, currency))
    return {
        "sums": sums,
        "difference": sums[1] - sums[0],
        "unchanged": found.count - found.dearer - found.cheaper - found.not_priced,
        "percent": signed(found.change_percent),
    }


@require_POST
@staff_page(VIEW_TARIFFS)
def count_impact(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Let the worker count a large month."""
    try:
        pair = pair_of(request, code, pk)
    except DomainError as error:
        return _no_rate(request, code, pk, error)
    month = _month(_months(day_of(now())), request.GET.get("month", ""))
    journey.ask(pair=pair.pair, month=month)
    asked = {"month": f"{month:%Y-%m}", "counting": "yes"}
    if pair.before:
        asked["against"] = str(pair.before.pk)
    return redirect(f"{reverse('office_impact', args=[code, pk])}?{urlencode(asked)}")


def _month(months: list[date], asked: str) -> date:
    return next((one for one in months if f"{one:%Y-%m}" == asked), months[0])


def _months(today: date) -> list[date]:
    """First days of the months that are over, the last one first."""
    found, first = [], today.replace(day=1)
    for _step in range(MONTHS_BACK):
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(first)
    return found

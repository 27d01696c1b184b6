"""Official rates and the base unit: what is known, and entry by two persons while the source is down."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from parason.backoffice.access import (
    ADD_RATE,
    ADD_UNIT,
    VIEW_RATES,
    VIEW_UNITS,
    note,
    page,
    staff_of,
    staff_page,
)
from parason.backoffice.forms import BaseUnitForm, RateForm
from parason.kernel.clock import day_of, now
from parason.kernel.errors import DomainError
from parason.kernel.moves import ForbiddenMove, MovedMeanwhile
from parason.payments import operations, queries
from parason.payments.errors import BadRate, OwnRate
from parason.payments.models import ExchangeRate, RateEntry
from parason.products import operations as products
from parason.products.errors import BadProposal
from parason.products.models import BaseUnit

ROOM = "office_rates"
PER_PAGE = 100


@require_safe
@staff_page(VIEW_RATES)
def rates(request: HttpRequest) -> HttpResponse:
    """The newest rates first; of one currency when the address says so."""
    return _page(request)


def _page(
    request: HttpRequest,
    form: RateForm | None = None,
    unit_form: BaseUnitForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    user, today = staff_of(request), day_of(now())
    currency = request.GET.get("currency", "").upper()[:3]
    known = ExchangeRate.objects.order_by("currency").values_list("currency", flat=True).distinct()
    waiting = [(one, one.entered_by_id == user.pk) for one in queries.waiting_rates()]
    found: dict[str, Any] = {
        "rates": Paginator(queries.rates_of_days(currency), PER_PAGE).get_page(request.GET.get("page")),
        "currency": currency,
        "currencies": list(known),
        "kept": f"currency={currency}" if currency.isalpha() else "",
        "waiting": waiting,
        "today": today,
        "known_today": queries.rates_known(today),
        "may_enter": user.has_perm(ADD_RATE),
        "rate_form": form or RateForm(initial={"date": today}),
        "units": BaseUnit.objects.order_by("-valid_from") if user.has_perm(VIEW_UNITS) else None,
        "may_add_unit": user.has_perm(ADD_UNIT),
        "unit_form": unit_form or BaseUnitForm(),
        "form": form or unit_form,
        "errors": [problem] if problem else [],
    }
    return page(request, "rates.html", found, room=ROOM, status=status)


@require_POST
@staff_page(ADD_RATE)
def enter(request: HttpRequest) -> HttpResponse:
    """A rate that waits for a second person."""
    form = RateForm(request.POST)
    if form.is_valid():
        at = now()
        try:
            with transaction.atomic():
                made = operations.enter_rate(**form.cleaned_data, by=staff_of(request), at=at)
                note(request, "rate.enter", f"rate entry {made.pk}", {"rate": str(made)}, at=at)
        except BadRate as error:
            form.add_error(error.field, str(error.message))
        else:
            return redirect("office_rates")
    return _page(request, form, status=422)


@require_POST
@staff_page(ADD_RATE)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Another person read the same figure."""
    return _decide(request, pk, "confirm")


@require_POST
@staff_page(ADD_RATE)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """It was wrong."""
    return _decide(request, pk, "refuse")


def _decide(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    entry, at = get_object_or_404(RateEntry, pk=pk), now()
    act = operations.confirm_rate if what == "confirm" else operations.refuse_rate
    try:
        with transaction.atomic():
            act(entry=entry, by=staff_of(request), at=at)
            note(request, f"rate.{what}", f"rate entry {pk}", {"rate": str(entry)}, at=at)
    except DomainError as error:
        note(request, "rate.refused", f"rate entry {pk}", {"why": type(error).__name__}, at=at)
        moved = isinstance(error, ForbiddenMove | MovedMeanwhile)
        words = _("Somebody else has decided first.") if moved else str(error.message)
        return _page(request, problem=words, status=403 if isinstance(error, OwnRate) else 422)
    return redirect("office_rates")


@require_POST
@staff_page(ADD_UNIT)
def base_unit(request: HttpRequest) -> HttpResponse:
    """A new value of the base unit."""
    form = BaseUnitForm(request.POST)
    if form.is_valid() and _added(request, form):
        return redirect("office_rates")
    return _page(request, unit_form=form, status=422)


def _added(request: HttpRequest, form: forms.Form) -> bool:
    at = now()
    try:
        with transaction.atomic():
            made = products.add_base_unit(**form.cleaned_data, by=staff_of(request))
            note(request, "base_unit.add", f"base unit {made.pk}", {"value": str(made)}, at=at)
    except BadProposal as error:
        form.add_error(error.field, str(error.message))
        return False
    return True

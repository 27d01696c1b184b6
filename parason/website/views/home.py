"""The home page, a product's public page, and their calculator."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from parason.accounts.rules import nationalities
from parason.kernel.clock import day_of, now
from parason.products import queries as products
from parason.products.errors import UnknownProduct
from parason.products.queries import Definition
from parason.website.calculator import calculate, lowest, refreshed

FIRST_PRODUCT = "oms"  # stands on the home page


def _product(code: str) -> Definition:
    try:
        return products.product(code)
    except UnknownProduct:
        raise Http404 from None


def _show(request: HttpRequest, template: str, code: str, at: datetime) -> HttpResponse:
    language, product = get_language() or "en", _product(code)
    data = request.GET if "first_day" in request.GET else None
    found = calculate(product=product, data=data, language=language, at=at)
    context: dict[str, Any] = {"calculation": found, "product": product, "form": found.form}
    context["product_title"] = product.text("title", language)
    if found.offer:
        context["lowest"] = lowest(product.code, day_of(at), found.offer.premium.tariff_id)
    context |= need(request, product, language, at)
    return render(request, template, context, status=422 if found.refused and data else 200)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, what it costs, whether it is needed (G1, G3)."""
    return _show(request, "home/home.html", FIRST_PRODUCT, now())


@require_safe
def product(request: HttpRequest, code: str) -> HttpResponse:
    """One insurance: what it covers and what it costs (G2, G17)."""
    return _show(request, "home/product.html", code, now())


@require_safe
def price(request: HttpRequest, code: str) -> HttpResponse:
    """The calculator's answer while somebody is filling it in."""
    at, language = now(), get_language() or "en"
    found = calculate(product=_product(code), data=request.GET, language=language, at=at)
    changed = request.headers.get("HX-Trigger-Name", "")
    context = {"calculation": found, "boxes": refreshed(found, changed, language, at), "live": True}
    return render(request, "home/_price.html", context, status=422 if found.refused else 200)


def need(request: HttpRequest, product: Definition, language: str, at: datetime) -> dict[str, Any]:
    """The answer to “Do I need it?” for the nationality that was asked about, if one was."""
    countries = nationalities(language)
    chosen = request.GET.get("nationality", "")
    name = dict(countries).get(chosen, "")
    exemption = product.exemption(chosen, day_of(at)) if name else None
    return {
        "countries": countries,
        "nationality": chosen if name else "",
        "nationality_name": name,
        "exemption": exemption,
        "exempt_by": exemption.text(language) if exemption else "",
    }


@require_safe
def exempt(request: HttpRequest, code: str) -> HttpResponse:
    """The answer to “Do I need it?” alone."""
    chosen = _product(code)
    context = {"product": chosen, **need(request, chosen, get_language() or "en", now())}
    return render(request, "home/_need_answer.html", context)

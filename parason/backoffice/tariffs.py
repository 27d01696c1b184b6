"""Tariffs for reading: the versions of a product on a line of time, one version with its tables."""

from __future__ import annotations

import csv
import re
from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from parason.backoffice.access import APPROVE, PROPOSE, VIEW_TARIFFS, page, staff_of, staff_page
from parason.kernel.clock import day_of, now
from parason.products import queries
from parason.products.errors import UnknownProduct
from parason.products.models import TariffVersion
from parason.products.queries import Definition
from parason.products.states import TariffStatus

ROOM = "office_tariffs"
# A spreadsheet would run such a cell; one that is only a number is left alone.
FORMULA = re.compile(r"[=+@\t\r\0-](?![0-9.]*$)")


def product_or_404(code: str) -> Definition:
    """A healthy product."""
    try:
        return queries.product(code)
    except UnknownProduct:
        raise Http404 from None


def version_or_404(code: str, pk: int) -> TariffVersion:
    """A version of a product, with who proposed and approved it."""
    versions = TariffVersion.objects.select_related("proposed_by", "approved_by")
    return get_object_or_404(versions, pk=pk, product_code=code)


def standing(version: TariffVersion, current: TariffVersion | None, today: date) -> str:
    """How a version stands today: current, later, past, ended, proposed or withdrawn."""
    if version.status != TariffStatus.APPROVED:
        return str(version.status)
    if current is not None and version.pk == current.pk:
        return "current"
    if version.valid_to is not None and version.valid_to < today:
        return "ended"
    return "later" if version.valid_from > today else "past"


@require_safe
@staff_page(VIEW_TARIFFS)
def products(request: HttpRequest) -> HttpResponse:
    """Every product with the tariff in force, the next one, and what waits for approval."""
    today = day_of(now())
    versions: dict[str, list[TariffVersion]] = {}
    for one in TariffVersion.objects.defer("tables", "specs", "steps").order_by("valid_from", "pk"):
        versions.setdefault(one.product_code, []).append(one)
    rows = [_row(product, versions.get(product.code, []), today) for product in queries.products()]
    return page(request, "tariffs.html", {"rows": rows}, room=ROOM)


def _row(product: Definition, versions: list[TariffVersion], today: date) -> dict[str, Any]:
    approved = [one for one in versions if one.status == TariffStatus.APPROVED]
    begun = [one for one in approved if one.valid_from <= today]
    held = [one for one in begun if one.valid_to is None or one.valid_to >= today]
    return {
        "product": product,
        "current": held[-1] if held else None,
        "next": next((one for one in approved if one.valid_from > today), None),
        "proposed": sum(one.status == TariffStatus.PROPOSED for one in versions),
    }


@require_safe
@staff_page(VIEW_TARIFFS)
def timeline(request: HttpRequest, code: str) -> HttpResponse:
    """All versions of a product, the latest start first."""
    product, today = product_or_404(code), day_of(now())
    current = queries.tariff_on(code, today)
    versions = queries.timeline(code).defer("tables", "specs", "steps")
    found = {
        "product": product,
        "versions": [(one, standing(one, current, today)) for one in versions],
        "may_propose": staff_of(request).has_perm(PROPOSE),
    }
    return page(request, "timeline.html", found, room=ROOM)


@require_safe
@staff_page(VIEW_TARIFFS)
def version(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """One version: what it rests on, who wanted it, its tables, and what may be done with it."""
    return version_page(request, code, pk)


def version_page(
    request: HttpRequest, code: str, pk: int, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """The page of a version; `problem` says why an act on it was refused."""
    one, product, today = version_or_404(code, pk), product_or_404(code), day_of(now())
    shown = {
        "product": product,
        "version": one,
        "standing": standing(one, queries.tariff_on(code, today), today),
        "events": one.events.select_related("by"),
        "tables": sorted(one.tables.items()),
        "errors": [problem] if problem else [],
        **_acts(request, one, today),
    }
    return page(request, "version.html", shown, room=ROOM, status=status)


def _acts(request: HttpRequest, one: TariffVersion, today: date) -> dict[str, Any]:
    """What this person may do with the version now, and what keeps it from being approved."""
    user = staff_of(request)
    proposed, own = one.status == TariffStatus.PROPOSED, one.proposed_by_id == user.pk
    begun = one.valid_from <= today
    may_decide = user.has_perm(APPROVE)
    withdrawable = proposed or (one.status == TariffStatus.APPROVED and not begun)
    return {
        "own": proposed and own,
        "too_late": proposed and begun,
        "unverified": proposed and not one.verified and not settings.PARASON_DEMO,
        "may_approve": proposed and may_decide and not own and not begun,
        "may_withdraw": withdrawable and (may_decide or (proposed and own and user.has_perm(PROPOSE))),
    }


@require_safe
@staff_page(VIEW_TARIFFS)
def table_csv(request: HttpRequest, code: str, pk: int, table: str) -> HttpResponse:
    """A table of a version as CSV, to be changed and proposed again."""
    one = version_or_404(code, pk)
    cells = one.tables.get(table)
    if cells is None:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", f"{code}-{one.version}-{table}")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response, lineterminator="\n")
    writer.writerow(cells["columns"])
    writer.writerows([["'" + cell if FORMULA.match(cell) else cell for cell in row] for row in cells["rows"]])
    return response

"""Questions: which products there are, which tariff holds on a day, what a risk costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from parason.kernel.periods import Period
from parason.kernel.prepared import Prepared
from parason.products import shelf
from parason.products.definition import Definition, Problem
from parason.products.definition.model import CLASSES
from parason.products.definition.parts import TariffEntry
from parason.products.errors import NotSold, OutOfRange, UnknownProduct
from parason.products.explaining import Explained, Part, explain, explain_parts
from parason.products.models import BaseUnit, SalesStop, TariffVersion
from parason.products.rating import (
    NotRated,
    Premium,
    Step,
    TableData,
    TableSpec,
    Tariff,
    Unit,
    compile_tariff,
)
from parason.products.rules import risk_of
from parason.products.states import TariffStatus

__all__ = [
    "Definition",
    "Explained",
    "Offer",
    "Part",
    "Premium",
    "broken",
    "by_class",
    "compiled",
    "compiled_entry",
    "explain",
    "explain_parts",
    "offer",
    "price",
    "price_by",
    "product",
    "products",
    "proposals",
    "stops",
    "tariff_on",
    "timeline",
    "unit_on",
]


# --- the catalogue ------------------------------------------------------------------------------------------


def products() -> list[Definition]:
    """Every healthy product, in the catalogue's order."""
    return list(shelf.shelf().healthy.values())


def product(code: str) -> Definition:
    """One product. Raises UnknownProduct, also for a product whose folder is broken."""
    try:
        return shelf.shelf().healthy[code]
    except KeyError:
        raise UnknownProduct from None


def by_class() -> dict[str, list[Definition]]:
    """Healthy products by class: private, obligatory, business."""
    found: dict[str, list[Definition]] = {name: [] for name in CLASSES}
    for one in products():
        found[one.class_].append(one)
    return found


def broken() -> dict[str, list[Problem]]:
    """Products that cannot be sold, with their problems."""
    return shelf.shelf().broken


# --- tariffs ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be sold on a day: a compiled tariff, the worth of its unit, and its own sums insured."""

    tariff: Tariff
    unit: Unit | None
    sums: tuple[int, ...]
    verified: bool


# Compiled tariffs by id and digest. A version's content never changes, so an entry never goes stale.
_compiled: dict[tuple[int, str], Tariff] = {}


def in_force(code: str, on: date) -> QuerySet[TariffVersion]:
    """Approved versions that hold on a day, the one that counts first."""
    return TariffVersion.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=on),
        product_code=code,
        status=TariffStatus.APPROVED,
        valid_from__lte=on,
    ).order_by("-valid_from", "-pk")


def tariff_on(code: str, on: date) -> TariffVersion | None:
    """The version by which a contract concluded on a day is priced."""
    return in_force(code, on).first()


def offer(*, product: Definition, on: date, territory: str = "") -> Offer:
    """What is sold on a day, by one query when the tariff is compiled already. Raises NotSold."""
    row = _on_sale.first(code=product.code, on=on, territory=territory)
    if row is None:
        raise NotSold
    pk, digest, verified, sums, unit_value, unit_currency, unit_act, stop = row
    if stop is not None:
        raise NotSold(_("This insurance is not sold at the moment: %(reason)s") % {"reason": stop})
    if not verified and not settings.PARASON_DEMO:
        raise NotSold(_("This insurance is not sold yet: its tariff has not been verified."))
    worth = None if unit_value is None else Unit(Decimal(unit_value), unit_currency, unit_act)
    return Offer(_tariff(pk, digest, product), worth, tuple(sums), verified)


def _sold(code: str, on: date, territory: str) -> QuerySet[TariffVersion, tuple[Any, ...]]:
    unit = BaseUnit.objects.filter(valid_from__lte=on).order_by("-valid_from")
    stop = stops(on, territory).filter(product_code=OuterRef("product_code"))
    rows = in_force(code, on).annotate(
        unit_value=Subquery(unit.values("value")[:1]),
        unit_currency=Subquery(unit.values("currency")[:1]),
        unit_act=Subquery(unit.values("act")[:1]),
        stop=Subquery(stop.values("reason")[:1]),
    )
    return rows.values_list(
        "pk", "digest", "verified", "sums_insured", "unit_value", "unit_currency", "unit_act", "stop"
    )[:1]


_on_sale = Prepared(_sold, code="sample", on=date(1990, 1, 1), territory="somewhere")


def _tariff(pk: int, digest: str, product: Definition) -> Tariff:
    tariff = _compiled.get((pk, digest))
    if tariff is None:
        tariff = _compiled[pk, digest] = compiled(TariffVersion.objects.get(pk=pk), product)
    return tariff


def compiled(version: TariffVersion, product: Definition | None = None) -> Tariff:
    """A stored version, ready to rate; words come from the product as it is now."""
    steps = [Step.model_validate(step) for step in version.steps]
    tariff = compile_tariff(
        version=version.version,
        unit=version.unit,
        steps=steps,
        specs={name: TableSpec.model_validate(spec) for name, spec in version.specs.items()},
        tables={name: table_data(cells) for name, cells in version.tables.items()},
        id=version.pk,
    )
    words = product.words if product is not None else {}
    return replace(tariff, labels={**tariff.labels, **words})


def compiled_entry(product: Definition, entry: TariffEntry) -> Tariff:
    """A tariff version straight from the product's folder, without a database."""
    tariff = compile_tariff(
        version=entry.version,
        unit=entry.unit,
        steps=product.steps,
        specs=product.tables,
        tables=product.table_data[entry.version],
    )
    return replace(tariff, labels=product.words)


def table_data(cells: Mapping[str, Any]) -> TableData:
    """A table from its stored JSON."""
    return TableData(tuple(cells["columns"]), tuple(tuple(row) for row in cells["rows"]))


def timeline(code: str) -> QuerySet[TariffVersion]:
    """All versions of a product, the latest start first, with who proposed and approved them."""
    versions = TariffVersion.objects.filter(product_code=code).order_by("-valid_from", "-pk")
    return versions.select_related("proposed_by", "approved_by")


def proposals() -> QuerySet[TariffVersion]:
    """Versions that wait for a second person, the next to begin first."""
    versions = TariffVersion.objects.filter(status=TariffStatus.PROPOSED).order_by("valid_from", "pk")
    return versions.select_related("proposed_by")


def unit_on(day: date) -> Unit | None:
    """What the base unit is worth on a day, None before its first known value."""
    row = BaseUnit.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    return None if row is None else Unit(Decimal(row.value), row.currency, row.act)


def stops(on: date, territory: str = "") -> QuerySet[SalesStop]:
    """Stops of sale that hold on a day, everywhere or in the territory."""
    return SalesStop.objects.filter(
        Q(last_day=None) | Q(last_day__gte=on),
        first_day__lte=on,
        lifted_at=None,
        territory__in={"", territory},
    )


def stopped(on: date) -> list[tuple[str, str]]:
    """Products that are sold nowhere on a day: code and reason."""
    return [(code, reason) for code, reason in _stopped.rows(on=on)]


_stopped = Prepared(
    lambda on: stops(on).order_by("-stopped_at").values_list("product_code", "reason"),
    on=date(1990, 1, 1),
)


# --- prices -------------------------------------------------------------------------------------------------


def price(
    *,
    product: Definition,
    period: Period,
    answers: Mapping[str, Any],
    insured: Sequence[Mapping[str, Any]],
    on: date,
) -> Premium:
    """The premium by the tariff of the contract's day `on`.
    Raises NotSold, and OutOfRange with the field to correct.
    """
    territory = str(answers.get(product.territory_question, "")) if product.territory_question else ""
    found = offer(product=product, on=on, territory=territory)
    return _priced(found.tariff, product, period, answers, insured, found.unit, found.sums)


def price_by(
    version: TariffVersion,
    *,
    product: Definition,
    period: Period,
    answers: Mapping[str, Any],
    insured: Sequence[Mapping[str, Any]],
    unit: Unit | None = None,
) -> Premium:
    """The premium by one version, whatever day it is: what-if, and pinned quotes. Raises OutOfRange."""
    tariff = _tariff(version.pk, version.digest, product) if version.pk else compiled(version, product)
    return _priced(tariff, product, period, answers, insured, unit, tuple(version.sums_insured))


def _priced(
    tariff: Tariff,
    product: Definition,
    period: Period,
    answers: Mapping[str, Any],
    insured: Sequence[Mapping[str, Any]],
    unit: Unit | None,
    sums: tuple[int, ...],
) -> Premium:
    risk = risk_of(product, period=period, answers=answers, insured=insured, unit=unit, sums=sums)
    try:
        premium = tariff.rate(risk)
    except NotRated as error:
        message = _("There is no price for this answer. Choose another one.")
        raise OutOfRange(error.fact, message, index=error.index) from error
    return replace(premium, sum_insured=product.sum_insured(answers, sums))

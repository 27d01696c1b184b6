"""What a tariff version changes: row by row, over the days, and in what was sold already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from parason.kernel.money import Money
from parason.kernel.periods import Period
from parason.products.definition import Definition
from parason.products.errors import OutOfRange
from parason.products.models import TariffVersion
from parason.products.queries import price_by
from parason.products.rating import TableSpec, Unit

# How a premium counts where versions of different currencies are compared.
Worth = Callable[[Money], int]


def minor(premium: Money) -> int:
    """As it is, for versions of one currency."""
    return premium.minor


class RowChange(NamedTuple):
    """One row of a table before and after; values by column, empty where the row is not there."""

    table: str
    kind: Literal["same", "changed", "added", "removed"]
    keys: Mapping[str, str]
    before: Mapping[str, str]
    after: Mapping[str, str]


class Point(NamedTuple):
    """The premium for a number of days, in minor units; None where there is no price."""

    days: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Impact:
    """What a version would have meant for contracts that were sold,
    in minor units of the premium's currency.
    """

    count: int
    dearer: int
    cheaper: int
    not_priced: int
    before_minor: int
    after_minor: int

    @property
    def change_percent(self) -> Decimal:
        """By how much the sum would change, to a tenth of a per cent."""
        if not self.before_minor:
            return Decimal(0)
        return (Decimal(self.after_minor - self.before_minor) * 100 / self.before_minor).quantize(
            Decimal("0.1")
        )


@dataclass(frozen=True, slots=True)
class Sold:
    """A contract as it was rated."""

    period: Period
    answers: Mapping[str, Any]
    insured: Sequence[Mapping[str, Any]]


def difference(before: TariffVersion, after: TariffVersion) -> list[RowChange]:
    """All rows of both versions, table by table, in the order of the newer one; removed rows at the end."""
    changes: list[RowChange] = []
    for name in [*after.tables, *(name for name in before.tables if name not in after.tables)]:
        spec = TableSpec.model_validate((after.specs or before.specs).get(name) or before.specs[name])
        changes += _table_changes(name, spec, before.tables.get(name), after.tables.get(name))
    return changes


def _by_keys(
    spec: TableSpec, table: Mapping[str, Any] | None
) -> dict[tuple[tuple[str, str], ...], dict[str, str]]:
    found = {}
    for row in table["rows"] if table else []:
        cells = dict(zip(table["columns"] if table else [], row, strict=True))
        values = {name: cells.pop(name) for name in spec.values}
        found[tuple(cells.items())] = values
    return found


def _table_changes(
    name: str, spec: TableSpec, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[RowChange]:
    old, new = _by_keys(spec, before), _by_keys(spec, after)
    changes = []
    for keys, values in new.items():
        was = old.get(keys)
        kind: Literal["same", "changed", "added"] = (
            "added" if was is None else "same" if _equal(was, values) else "changed"
        )
        changes.append(RowChange(name, kind, dict(keys), was or {}, values))
    changes += [
        RowChange(name, "removed", dict(keys), was, {}) for keys, was in old.items() if keys not in new
    ]
    return changes


def _equal(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """`1` and `1.00` cost the same."""
    return before.keys() == after.keys() and all(
        Decimal(before[key]) == Decimal(after[key]) for key in before
    )


def curve(
    product: Definition,
    before: TariffVersion | None,
    after: TariffVersion,
    *,
    answers: Mapping[str, Any],
    insured: Sequence[Mapping[str, Any]],
    first: date,
    unit: Unit | None = None,
    worth: Worth = minor,
) -> list[Point]:
    """The premium over every length that the term allows, by both versions: a chart's data."""
    points = []
    for count in range(product.term.least, product.term.most + 1):
        period = product.term.period(first, count)
        sold = Sold(period, answers, insured)
        sums = [_minor(version, product, sold, unit, worth) for version in (before, after)]
        points.append(Point(count, *sums))
    return points


def impact(
    product: Definition,
    before: TariffVersion,
    after: TariffVersion,
    sold: Iterable[Sold],
    unit: Unit | None = None,
    worth: Worth = minor,
) -> Impact:
    """What `sold` costs by both versions; contracts that one of them cannot price are counted apart."""
    count = dearer = cheaper = unpriced = total_before = total_after = 0
    for one in sold:
        count += 1
        old, new = (_minor(version, product, one, unit, worth) for version in (before, after))
        if old is None or new is None:
            unpriced += 1
            continue
        dearer += new > old
        cheaper += new < old
        total_before += old
        total_after += new
    return Impact(count, dearer, cheaper, unpriced, total_before, total_after)


def _minor(
    version: TariffVersion | None, product: Definition, sold: Sold, unit: Unit | None, worth: Worth
) -> int | None:
    if version is None:
        return None
    try:
        premium = price_by(
            version,
            product=product,
            period=sold.period,
            answers=sold.answers,
            insured=sold.insured,
            unit=unit,
        )
    except OutOfRange:
        return None
    return worth(premium.total)

"""Tables of a tariff: checked once, indexed once, then looked up by exact value, interval or step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import NamedTuple, cast

from parason.products.rating import faults as f
from parason.products.rating.faults import TableFault, Words
from parason.products.rating.risk import plain
from parason.products.rating.spec import KeySpec, Match, TableSpec

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")


@dataclass(frozen=True, slots=True)
class TableData:
    """Cells as text, as they stand in the file; the heading is line 1, `rows[0]` is line 2."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def cells(self, index: int) -> dict[str, str]:
        """One row by column."""
        return dict(zip(self.columns, self.rows[index], strict=True))

    def all_cells(self) -> list[dict[str, str]]:
        """All rows by column."""
        return [self.cells(index) for index in range(len(self.rows))]


class Reading(NamedTuple):
    """A row whose cells were read: keys in the table's order, then its values."""

    line: int
    keys: tuple[str | tuple[Decimal, Decimal | None], ...]
    values: Mapping[str, Decimal]


def number(cell: str) -> Decimal | None:
    """A plain decimal number with a point, or None."""
    if not NUMBER.fullmatch(cell):
        return None
    try:
        return Decimal(cell)
    except InvalidOperation:  # pragma: no cover - the pattern admits only numbers
        return None


def exact_key(cell: str) -> str:
    """`10000.00` and `10000` are the same key; text is compared as it is."""
    value = number(cell)
    return plain(value) if value is not None and "." in cell else cell


# --- reading ------------------------------------------------------------------------------------------------


def read_rows(spec: TableSpec, data: TableData) -> tuple[list[Reading], list[TableFault]]:
    """Every row with its cells read, and every fault found:
    in cells, in keys, in the order and cover of brackets.
    """
    heading = _heading_faults(spec, data)
    if heading:
        return [], heading
    faults: list[TableFault] = []
    readings: list[Reading] = []
    for index in range(len(data.rows)):
        found: list[TableFault] = []
        reading = _read_row(spec, index + 2, data.cells(index), found)
        faults += found
        if not found:
            readings.append(reading)
    if not data.rows:
        faults.append(TableFault(2, "", f.NO_ROWS))
    if not faults:
        faults += _cover_faults(list(spec.keys.items()), 0, readings)
        faults += _one_of_faults(spec, readings)
        faults += _rising_faults(spec, readings)
    return readings, faults


def _heading_faults(spec: TableSpec, data: TableData) -> list[TableFault]:
    wanted = spec.columns
    if data.columns == wanted:
        return []
    figures = {"heading": ",".join(wanted)}
    missing = [name for name in wanted if name not in data.columns]
    unknown = [name for name in data.columns if name not in wanted]
    if missing:
        return [TableFault(1, name, f.MISSING_COLUMN, figures) for name in missing]
    if unknown:
        return [TableFault(1, name, f.UNKNOWN_COLUMN, figures) for name in unknown]
    return [TableFault(1, "", f.COLUMN_ORDER, figures)]


def _read_row(spec: TableSpec, line: int, cells: Mapping[str, str], faults: list[TableFault]) -> Reading:
    keys: list[str | tuple[Decimal, Decimal | None]] = []
    for name, key in spec.keys.items():
        if key.match is Match.EXACT:
            keys.append(_read_exact(name, key, line, cells[name], faults))
        else:
            keys.append(_read_range(name, key, line, cells, faults))
    values = {}
    for name in spec.values:
        value = _read_number(line, name, cells[name], faults)
        if value is not None and value < spec.least:
            faults.append(TableFault(line, name, f.TOO_SMALL, {"cell": cells[name], "least": spec.least}))
        values[name] = value if value is not None else Decimal(0)
    return Reading(line, tuple(keys), values)


def _read_exact(name: str, key: KeySpec, line: int, cell: str, faults: list[TableFault]) -> str:
    if not cell:
        faults.append(TableFault(line, name, f.EMPTY_KEY))
    found = exact_key(cell)
    if key.one_of is not None and cell and found not in key.one_of:
        known = {"cell": cell[:40], "known": ", ".join(key.one_of)}
        faults.append(TableFault(line, name, f.UNKNOWN_VALUE, known))
    return found


def _read_range(
    name: str, key: KeySpec, line: int, cells: Mapping[str, str], faults: list[TableFault]
) -> tuple[Decimal, Decimal | None]:
    first = _read_number(line, f"{name}_from", cells[f"{name}_from"], faults)
    last: Decimal | None = None
    if key.match is Match.INTERVAL and cells[f"{name}_to"]:
        last = _read_number(line, f"{name}_to", cells[f"{name}_to"], faults)
        if first is not None and last is not None and last < first:
            ends = {"last": plain(last), "first": plain(first)}
            faults.append(TableFault(line, f"{name}_to", f.BACKWARDS, ends))
    for column, value in ((f"{name}_from", first), (f"{name}_to", last)):
        if value is not None and value < 0:
            faults.append(TableFault(line, column, f.NEGATIVE, {"cell": plain(value)}))
        elif value is not None and value % key.grain:
            figures = {"cell": plain(value), "grain": plain(key.grain)}
            faults.append(TableFault(line, column, f.BETWEEN, figures))
    return (first if first is not None else Decimal(0), last)


def _read_number(line: int, column: str, cell: str, faults: list[TableFault]) -> Decimal | None:
    value = number(cell)
    if value is None:
        faults.append(TableFault(line, column, _why_no_number(cell), {"cell": cell[:40]}))
    return value


# What a cell that is no number probably was meant to be; the first that fits is told.
SPOILT = (
    (re.compile(r""), f.EMPTY_NUMBER),
    (re.compile(r"[=+@].*", re.DOTALL), f.FORMULA),
    (re.compile(r"-?\d{1,3}(?:[ \u00a0\u202f']\d{3})+([.,]\d+)?"), f.THOUSANDS),
    (re.compile(r"-?\d+,\d+"), f.DECIMAL_COMMA),
    (re.compile(r"-?\d+(\.\d+)?[eE][+-]?\d+"), f.SCIENTIFIC),
    (
        re.compile(r"\d{1,4}[-./]\d{1,2}([-./]\d{1,4})?( 00:00:00)?|\d{1,2}[- ][^\W\d]{3,4}\.?"),
        f.DATE_OF_BRACKET,
    ),
)


def _why_no_number(cell: str) -> Words:
    return next((words for pattern, words in SPOILT if pattern.fullmatch(cell)), f.NO_NUMBER)


# --- faults across rows -------------------------------------------------------------------------------------


def _groups(readings: Sequence[Reading], depth: int) -> dict[object, list[Reading]]:
    groups: dict[object, list[Reading]] = {}
    for reading in readings:
        groups.setdefault(reading.keys[depth], []).append(reading)
    return groups


def _cover_faults(
    keys: list[tuple[str, KeySpec]], depth: int, readings: list[Reading]
) -> Iterator[TableFault]:
    """Doubles, gaps, overlaps and disorder, within each group of rows that share the keys before."""
    name, key = keys[depth]
    groups = _groups(readings, depth)
    if key.match is not Match.EXACT:
        yield from _bracket_faults(name, key, [rows[0] for rows in groups.values()], depth)
    for rows in groups.values():
        if depth + 1 < len(keys):
            yield from _cover_faults(keys, depth + 1, rows)
        elif len(rows) > 1:
            other = {"other": rows[0].line}
            yield from (TableFault(row.line, name, f.SAME_KEYS, other) for row in rows[1:])


def _bounds(reading: Reading, depth: int) -> tuple[Decimal, Decimal | None]:
    return cast("tuple[Decimal, Decimal | None]", reading.keys[depth])


def _bracket_faults(name: str, key: KeySpec, rows: list[Reading], depth: int) -> Iterator[TableFault]:
    column = f"{name}_from"
    for before, row in pairwise(rows):
        first, last = _bounds(before, depth)
        this = _bounds(row, depth)[0]
        if this < first:
            starts = {"first": plain(this), "before": plain(first)}
            yield TableFault(row.line, column, f.UNSORTED, starts)
        elif this == first or (key.match is Match.INTERVAL and (last is None or this <= last)):
            yield TableFault(row.line, column, f.OVERLAP, {"first": plain(this), "other": before.line})
        elif key.match is Match.INTERVAL and last is not None and this != last + key.grain:
            yield TableFault(row.line, column, f.GAP, {"gap": plain(last + key.grain)})
    if key.covers is not None and rows:
        yield from _end_faults(name, key, rows, depth, key.covers)


def _end_faults(
    name: str, key: KeySpec, rows: list[Reading], depth: int, covers: tuple[Decimal, Decimal | None]
) -> Iterator[TableFault]:
    least, most = covers
    first = _bounds(rows[0], depth)[0]
    if first > least:
        yield TableFault(rows[0].line, f"{name}_from", f.BEGINS_LATE, {"gap": plain(least)})
    last = _bounds(rows[-1], depth)[1]
    if key.match is Match.INTERVAL and last is not None and (most is None or last < most):
        words = f.NEVER_ENDS if most is None else f.ENDS_EARLY
        figures = {"last": plain(last), "most": "" if most is None else plain(most)}
        yield TableFault(rows[-1].line, f"{name}_to", words, figures)


def _one_of_faults(spec: TableSpec, readings: list[Reading]) -> Iterator[TableFault]:
    """Each listed value of an exact key must have its rows, under every combination of the keys before it."""
    for depth, (name, key) in enumerate(spec.keys.items()):
        if key.one_of is None:
            continue
        under: dict[tuple[object, ...], set[object]] = {}
        for reading in readings:
            under.setdefault(reading.keys[:depth], set()).add(reading.keys[depth])
        for before, found in under.items():
            for missing in [value for value in key.one_of if value not in found]:
                place = ", ".join(str(part) for part in before if isinstance(part, str))
                words = f.NO_ROW_UNDER if place else f.NO_ROW
                yield TableFault(len(readings) + 2, name, words, {"value": missing, "place": place})


def _rising_faults(spec: TableSpec, readings: list[Reading]) -> Iterator[TableFault]:
    ranged = [depth for depth, key in enumerate(spec.keys.values()) if key.match is not Match.EXACT]
    if not spec.rising or not ranged:
        return
    along = ranged[-1]
    last: dict[tuple[object, ...], Reading] = {}
    for row in readings:
        rest = row.keys[:along] + row.keys[along + 1 :]
        before = last.get(rest)
        for column in spec.rising:
            if before is not None and row.values[column] < before.values[column]:
                now, then = plain(row.values[column]), plain(before.values[column])
                figures = {"cell": now, "before": then, "other": before.line}
                yield TableFault(row.line, column, f.FALLS, figures)
        last[rest] = row

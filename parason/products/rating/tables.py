"""Tables of a tariff: checked once, indexed once, then looked up by exact value, interval or step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import NamedTuple, cast

from parason.products.rating.risk import plain
from parason.products.rating.spec import KeySpec, Match, TableSpec

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")


class TableFault(NamedTuple):
    """What is wrong with one cell (or a whole line, or the table), and what to do.
    Lines count as a spreadsheet does.
    """

    line: int
    column: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{where}: {self.wrong} {self.remedy}".strip()


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
        faults.append(TableFault(2, "", "The table has no rows.", "Add at least one."))
    if not faults:
        faults += _cover_faults(list(spec.keys.items()), 0, readings)
        faults += _one_of_faults(spec, readings)
        faults += _rising_faults(spec, readings)
    return readings, faults


def _heading_faults(spec: TableSpec, data: TableData) -> list[TableFault]:
    wanted = spec.columns
    if data.columns == wanted:
        return []
    remedy = f"The heading must read: {','.join(wanted)}."
    missing = [name for name in wanted if name not in data.columns]
    unknown = [name for name in data.columns if name not in wanted]
    if missing:
        return [TableFault(1, name, "This column is missing.", remedy) for name in missing]
    if unknown:
        return [TableFault(1, name, "This column is not known.", remedy) for name in unknown]
    return [TableFault(1, "", "The columns are repeated or in another order.", remedy)]


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
            faults.append(
                TableFault(line, name, f"{cells[name]} is below {spec.least}.", "Correct the value.")
            )
        values[name] = value if value is not None else Decimal(0)
    return Reading(line, tuple(keys), values)


def _read_exact(name: str, key: KeySpec, line: int, cell: str, faults: list[TableFault]) -> str:
    if not cell:
        faults.append(TableFault(line, name, "The cell is empty.", "Every row needs all its keys."))
    found = exact_key(cell)
    if key.one_of is not None and cell and found not in key.one_of:
        known = ", ".join(key.one_of)
        faults.append(TableFault(line, name, f"“{cell}” is not a known value.", f"Use one of: {known}."))
    return found


def _read_range(
    name: str, key: KeySpec, line: int, cells: Mapping[str, str], faults: list[TableFault]
) -> tuple[Decimal, Decimal | None]:
    first = _read_number(line, f"{name}_from", cells[f"{name}_from"], faults)
    last: Decimal | None = None
    if key.match is Match.INTERVAL and cells[f"{name}_to"]:
        last = _read_number(line, f"{name}_to", cells[f"{name}_to"], faults)
        if first is not None and last is not None and last < first:
            wrong = f"The bracket ends at {plain(last)}, before it begins at {plain(first)}."
            faults.append(TableFault(line, f"{name}_to", wrong, "Put the smaller number first."))
    for column, value in ((f"{name}_from", first), (f"{name}_to", last)):
        if value is not None and value < 0:
            faults.append(
                TableFault(line, column, f"{plain(value)} is negative.", "Brackets begin at 0 or above.")
            )
        elif value is not None and value % key.grain:
            wrong = f"{plain(value)} is not a multiple of {plain(key.grain)}."
            faults.append(TableFault(line, column, wrong, "Brackets meet only at whole steps."))
    return (first if first is not None else Decimal(0), last)


def _read_number(line: int, column: str, cell: str, faults: list[TableFault]) -> Decimal | None:
    value = number(cell)
    if value is None:
        faults.append(TableFault(line, column, *_why_no_number(cell)))
    return value


def _why_no_number(cell: str) -> tuple[str, str]:
    if not cell:
        return "The cell is empty.", "Write a number."
    if cell.startswith(("=", "+", "@")):
        return f"“{cell[:40]}” is a formula.", "Write its result as a plain number."
    if re.fullmatch(r"-?\d{1,3}(?:[ \u00a0\u202f']\d{3})+([.,]\d+)?", cell):
        return f"“{cell}” has separators between thousands.", "Write the digits only."
    if re.fullmatch(r"-?\d+,\d+", cell):
        return f"“{cell}” has a decimal comma.", "Write a decimal point."
    if re.fullmatch(r"-?\d+(\.\d+)?[eE][+-]?\d+", cell):
        return (
            f"“{cell}” is in scientific notation.",
            "Write all digits; in Excel, format the column as text.",
        )
    if re.fullmatch(r"\d{1,4}[-./]\d{1,2}([-./]\d{1,4})?( 00:00:00)?|\d{1,2}[- ][^\W\d]{3,4}\.?", cell):
        return (
            f"“{cell}” is a date, perhaps made by Excel out of a bracket.",
            "Write the number; format the column as text.",
        )
    return f"“{cell[:40]}” is not a number.", "Write digits with a decimal point."


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
            wrong = f"The same keys stand in line {rows[0].line}."
            yield from (TableFault(row.line, name, wrong, "Delete one of the two.") for row in rows[1:])


def _bounds(reading: Reading, depth: int) -> tuple[Decimal, Decimal | None]:
    return cast("tuple[Decimal, Decimal | None]", reading.keys[depth])


def _bracket_faults(name: str, key: KeySpec, rows: list[Reading], depth: int) -> Iterator[TableFault]:
    column = f"{name}_from"
    for before, row in pairwise(rows):
        first, last = _bounds(before, depth)
        this = _bounds(row, depth)[0]
        if this < first:
            wrong = f"The bracket from {plain(this)} stands after the one from {plain(first)}."
            yield TableFault(row.line, column, wrong, "Sort the brackets from small to great.")
        elif this == first or (key.match is Match.INTERVAL and (last is None or this <= last)):
            wrong = f"{plain(this)} is already in the bracket of line {before.line}."
            yield TableFault(row.line, column, wrong, "Brackets must not overlap.")
        elif key.match is Match.INTERVAL and last is not None and this != last + key.grain:
            gap = plain(last + key.grain)
            yield TableFault(
                row.line, column, f"Nothing covers {gap}.", f"Begin this bracket at {gap}, or add one."
            )
    if key.covers is not None and rows:
        yield from _end_faults(name, key, rows, depth, key.covers)


def _end_faults(
    name: str, key: KeySpec, rows: list[Reading], depth: int, covers: tuple[Decimal, Decimal | None]
) -> Iterator[TableFault]:
    least, most = covers
    first = _bounds(rows[0], depth)[0]
    if first > least:
        yield TableFault(
            rows[0].line, f"{name}_from", f"Nothing covers {plain(least)}.", f"Begin at {plain(least)}."
        )
    last = _bounds(rows[-1], depth)[1]
    if key.match is Match.INTERVAL and last is not None and (most is None or last < most):
        end = "without an end" if most is None else f"at {plain(most)}"
        yield TableFault(
            rows[-1].line, f"{name}_to", f"Nothing covers what is above {plain(last)}.", f"End {end}."
        )


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
                wrong = f"No row for “{missing}”" + (f" under {place}." if place else ".")
                yield TableFault(
                    len(readings) + 2, name, wrong, "Add it, or take the value out of the definition."
                )


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
                wrong = f"{now} is below {then} of line {before.line}."
                yield TableFault(row.line, column, wrong, "This column must not fall; correct it.")
        last[rest] = row

"""Tables from a person's file, CSV or XLSX: every fault by cell, and nothing is imported in part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from parason.products.definition import Definition
from parason.products.definition.choices import choice_faults
from parason.products.definition.files import (
    MOST_BYTES,
    MOST_ROWS,
    Unreadable,
    parse_csv,
    table_of,
    too_large,
    too_many,
)
from parason.products.errors import BadTable
from parason.products.rating import TableData, TableFault, read_rows
from parason.products.rating import faults as f
from parason.products.rating.faults import Words
from parason.products.rating.risk import plain

Spoilt = tuple[Words, dict[str, object]]

MOST_COLUMNS = 50
MOST_UNPACKED = 60_000_000  # bytes: a small archive may hold an enormous sheet
MOST_DECIMALS = 10


def import_table(*, product: Definition, table: str, raw: bytes, filename: str) -> TableData:
    """The cells of a file for one table of a product. Raises BadTable with every fault found."""
    data = read_table(raw, filename)
    faults = read_rows(product.tables[table], data)[1] or list(choice_faults(product, table, data))
    if faults:
        raise BadTable(faults, table)
    return data


def read_table(
    raw: bytes,
    filename: str,
    *,
    dates: frozenset[str] = frozenset(),
    parse: Callable[[bytes], TableData] = parse_csv,
) -> TableData:
    """The cells of a CSV or XLSX file as text. Raises BadTable.

    In columns named in `dates` a cell that Excel knows as a date is one; elsewhere it is a fault.
    """
    try:
        if raw[:2] == b"PK" or filename.lower().endswith((".xlsx", ".xlsm")):
            return _read_xlsx(raw, dates)
        if raw[:4] == b"\xd0\xcf\x11\xe0":
            raise _refuse(f.OLD_EXCEL)
        return parse(raw)
    except Unreadable as error:
        raise BadTable([error.fault]) from error


def _refuse(words: Words, **figures: object) -> Unreadable:
    return Unreadable(TableFault(1, "", words, figures))


def _check_archive(raw: bytes) -> None:
    """Size, bombs and entities, before any library parses the file."""
    if len(raw) > MOST_BYTES:
        raise Unreadable(too_large(raw))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise _refuse(f.UNPACKED, most=f"{MOST_ROWS:,}")
            for part in archive.infolist():
                with archive.open(part) as content:
                    if b"<!DOCTYPE" in content.read(2048):
                        raise _refuse(f.ENTITIES)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise _refuse(f.NO_XLSX) from None


def _read_xlsx(raw: bytes, dates: frozenset[str]) -> TableData:
    _check_archive(raw)
    faults: list[TableFault] = []
    try:
        rows = _only_sheet(raw, faults, dates)
    except Unreadable:
        raise
    except Exception:  # openpyxl raises whatever its parsers raise
        raise _refuse(f.DAMAGED) from None
    if faults:
        raise BadTable(faults)
    return table_of(_without_empty_columns(rows))


def _only_sheet(raw: bytes, faults: list[TableFault], dates: frozenset[str]) -> list[tuple[str, ...]]:
    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=False)
    try:
        if len(book.worksheets) != 1:
            raise _refuse(f.SHEETS, count=len(book.worksheets))
        return list(_rows(book.worksheets[0], faults, dates))
    finally:
        book.close()


def _rows(sheet: Any, faults: list[TableFault], dates: frozenset[str]) -> Iterator[tuple[str, ...]]:
    heading: tuple[str, ...] = ()
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if number > MOST_ROWS + 1:
            raise Unreadable(too_many())
        cells = []
        for place, cell in enumerate(row):
            name = heading[place] if place < len(heading) and heading[place] else get_column_letter(place + 1)
            text = _text(cell, dated=name in dates)
            if not isinstance(text, str):
                faults.append(TableFault(number, name, *text))
            cells.append(text if isinstance(text, str) else "")
        if number == 1:
            heading = tuple(cells)
        yield tuple(cells)


def _without_empty_columns(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Spreadsheets keep empty columns at the end; rows get the heading's width."""
    width = max(
        (len(row) - next((i for i, c in enumerate(reversed(row)) if c), len(row)) for row in rows), default=0
    )
    return [(row + ("",) * width)[:width] for row in rows]


def _text(cell: Any, *, dated: bool) -> str | Spoilt:
    """A cell as a CSV would hold it, or what is wrong with it."""
    value = cell.value
    match value:
        case datetime() if dated and value.time() == time():
            return value.date().isoformat()
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float() if "%" in (cell.number_format or ""):
            return f.PER_CENT, {"shown": plain(Decimal(str(value)) * 100), "cell": value}
        case int():
            return str(value)
        case float():
            return _number(value)
        case datetime() | date() | time():
            return f.EXCEL_DATE, {"cell": value}
        case str() if cell.data_type == "f":
            return f.FORMULA, {"cell": value[:40]}
        case str():
            return value.strip()
    return f.STRANGE_CELL, {}


def _number(value: float) -> str | Spoilt:
    """Excel keeps binary fractions: `repr` gives the shortest decimal that it stands for."""
    exact = Decimal(repr(value))
    if not exact.is_finite():
        return f.STRANGE_CELL, {}
    if exact == exact.to_integral_value():
        return plain(exact.to_integral_value())
    exponent = exact.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MOST_DECIMALS:
        return f.BINARY, {"cell": value, "guess": plain(round(exact, 4))}
    return plain(exact)

"""Tables from a person's file, CSV or XLSX: every fault by cell, and nothing is imported in part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from parason.products.definition import Definition
from parason.products.definition.files import MOST_BYTES, MOST_ROWS, Unreadable, parse_csv, table_of, too_many
from parason.products.errors import BadTable
from parason.products.rating import TableData, TableFault, read_rows
from parason.products.rating.risk import plain

MOST_COLUMNS = 50
MOST_UNPACKED = 60_000_000  # bytes: a small archive may hold an enormous sheet
MOST_DECIMALS = 10


def import_table(*, product: Definition, table: str, raw: bytes, filename: str) -> TableData:
    """The cells of a file for one table of a product. Raises BadTable with every fault found."""
    data = read_table(raw, filename)
    faults = read_rows(product.tables[table], data)[1]
    if faults:
        raise BadTable(faults, table)
    return data


def read_table(raw: bytes, filename: str) -> TableData:
    """The cells of a CSV or XLSX file as text. Raises BadTable."""
    try:
        if raw[:2] == b"PK" or filename.lower().endswith((".xlsx", ".xlsm")):
            return _read_xlsx(raw)
        if raw[:4] == b"\xd0\xcf\x11\xe0":
            wrong = "The file is an old Excel file, or has a password."
            raise Unreadable(TableFault(1, "", wrong, "Save it as XLSX without a password."))
        return parse_csv(raw)
    except Unreadable as error:
        raise BadTable([error.fault]) from error


def _refuse(wrong: str, remedy: str) -> Unreadable:
    return Unreadable(TableFault(1, "", wrong, remedy))


def _check_archive(raw: bytes) -> None:
    """Size, bombs and entities, before any library parses the file."""
    if len(raw) > MOST_BYTES:
        raise _refuse(f"The file has {len(raw):,} bytes.", f"At most {MOST_BYTES:,} are read.")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise _refuse("The table is far too large.", f"At most {MOST_ROWS:,} rows are read.")
            for part in archive.infolist():
                with archive.open(part) as content:
                    if b"<!DOCTYPE" in content.read(2048):
                        raise _refuse(
                            "The file declares entities of its own.", "Save it anew with a spreadsheet."
                        )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise _refuse(
            "This is no XLSX file.", "Save it as XLSX without a password, or as CSV UTF-8."
        ) from None


def _read_xlsx(raw: bytes) -> TableData:
    _check_archive(raw)
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=False)
    except Exception:  # openpyxl raises whatever its parsers raise
        raise _refuse("The XLSX file is damaged.", "Save it anew, or as CSV UTF-8.") from None
    try:
        if len(book.worksheets) != 1:
            raise _refuse(
                f"The file has {len(book.worksheets)} sheets.", "Keep the sheet with the table only."
            )
        faults: list[TableFault] = []
        rows = list(_rows(book.worksheets[0], faults))
    finally:
        book.close()
    if faults:
        raise BadTable(faults)
    return table_of(_without_empty_columns(rows))


def _rows(sheet: Any, faults: list[TableFault]) -> Iterator[tuple[str, ...]]:
    heading: tuple[str, ...] = ()
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if number > MOST_ROWS + 1:
            raise Unreadable(too_many())
        cells = []
        for place, cell in enumerate(row):
            name = heading[place] if place < len(heading) and heading[place] else get_column_letter(place + 1)
            text, wrong, remedy = _text(cell)
            if wrong:
                faults.append(TableFault(number, name, wrong, remedy))
            cells.append(text)
        if number == 1:
            heading = tuple(cells)
        yield tuple(cells)


def _without_empty_columns(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Spreadsheets keep empty columns at the end; rows get the heading's width."""
    width = max(
        (len(row) - next((i for i, c in enumerate(reversed(row)) if c), len(row)) for row in rows), default=0
    )
    return [(row + ("",) * width)[:width] for row in rows]


def _text(cell: Any) -> tuple[str, str, str]:
    """A cell as a CSV would hold it, or what is wrong with it and the remedy."""
    value = cell.value
    match value:
        case None:
            return "", "", ""
        case bool():
            return ("yes" if value else "no"), "", ""
        case int() | float() if "%" in (cell.number_format or ""):
            shown = plain(Decimal(str(value)) * 100)
            return (
                "",
                f"The cell shows {shown} % but holds {value}.",
                f"Format it as a number and write {shown}.",
            )
        case int():
            return str(value), "", ""
        case float():
            return _number(value)
        case datetime() | date() | time():
            wrong = f"Excel has made a date of this cell ({value})."
            return "", wrong, "Format the column as text and write the number again."
        case str() if cell.data_type == "f":
            return "", f"“{value[:40]}” is a formula.", "Write its result as a plain number."
        case str():
            return value.strip(), "", ""
    return "", "The cell holds something that is neither a number nor text.", "Write a number."


def _number(value: float) -> tuple[str, str, str]:
    """Excel keeps binary fractions: `repr` gives the shortest decimal that it stands for."""
    exact = Decimal(repr(value))
    if not exact.is_finite():
        return "", "The cell holds no number.", "Write a number."
    if exact == exact.to_integral_value():
        return plain(exact.to_integral_value()), "", ""
    exponent = exact.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MOST_DECIMALS:
        guess = plain(round(exact, 4))
        return (
            "",
            f"{value} is the rest of a calculation in binary.",
            f"Write the number that is meant, such as {guess}.",
        )
    return plain(exact), "", ""

"""Text and CSV files are read in one way everywhere: UTF-8, comma, one heading line, cells stripped."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from parason.products.rating import faults as f
from parason.products.rating.faults import TableFault
from parason.products.rating.tables import TableData

MOST_ROWS = 50_000
MOST_BYTES = 5_000_000


class Unreadable(Exception):
    """The file as a whole cannot be read; `fault` says why and what to do."""

    def __init__(self, fault: TableFault) -> None:
        self.fault = fault
        super().__init__(str(fault))


def decode(raw: bytes) -> str:
    """UTF-8 text, with or without a byte order mark. Raises Unreadable."""
    if len(raw) > MOST_BYTES:
        raise Unreadable(too_large(raw))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        guess = "UTF-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "Windows-1251"
        raise Unreadable(TableFault(line, "", f.NOT_UTF8, {"guess": guess})) from None
    if "\x00" in text:
        raise Unreadable(TableFault(1, "", f.NOT_TEXT))
    return text


def parse_csv(raw: bytes) -> TableData:
    """The cells of a CSV. Raises Unreadable for a wrong encoding, delimiter,
    ragged lines or too many rows.
    """
    text = decode(raw)
    first = text.split("\n", 1)[0]
    if "," not in first and (";" in first or "\t" in first):
        used = "“;”" if ";" in first else "“\\t”"
        raise Unreadable(TableFault(1, "", f.SEPARATOR, {"used": used}))
    return parse_text(text)


def parse_text(text: str, separator: str = ",") -> TableData:
    """The cells of a text with one separator. Raises Unreadable for ragged lines or too many rows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[str, ...]] = []
    try:
        for row in reader:
            if len(rows) > MOST_ROWS:
                raise Unreadable(too_many())
            rows.append(tuple(cell.strip() for cell in row))
    except csv.Error as error:
        raise Unreadable(TableFault(reader.line_num, "", f.BAD_LINE, {"why": error})) from None
    return table_of(rows)


def too_many() -> TableFault:
    """The fault of a file with more rows than any tariff has."""
    return TableFault(MOST_ROWS + 2, "", f.TOO_MANY_ROWS, {"most": f"{MOST_ROWS:,}"})


def too_large(raw: bytes) -> TableFault:
    """The fault of a file with more bytes than any tariff has."""
    return TableFault(1, "", f.TOO_LARGE, {"bytes": f"{len(raw):,}", "most": f"{MOST_BYTES:,}"})


def table_of(rows: list[tuple[str, ...]]) -> TableData:
    """Rows of which the first is the heading; empty lines at the end are dropped. Raises Unreadable."""
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise Unreadable(TableFault(1, "", f.EMPTY_FILE))
    heading, body = rows[0], rows[1:]
    for number, row in enumerate(body, start=2):
        if len(row) != len(heading):
            figures = {"cells": len(row), "wanted": len(heading)}
            raise Unreadable(TableFault(number, "", f.RAGGED, figures))
    return TableData(heading, tuple(body))


def read_csv(path: Path) -> TableData:
    """`parse_csv` of a file. Raises Unreadable, also when there is no such file."""
    try:
        raw = path.read_bytes()
    except OSError:
        raise Unreadable(TableFault(1, "", f.NO_FILE, {"name": path.name})) from None
    return parse_csv(raw)

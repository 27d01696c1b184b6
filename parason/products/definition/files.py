"""Text and CSV files are read in one way everywhere: UTF-8, comma, one heading line, cells stripped."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from parason.products.rating.tables import TableData, TableFault

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
        wrong = f"The file has {len(raw):,} bytes."
        raise Unreadable(
            TableFault(1, "", wrong, f"At most {MOST_BYTES:,} are read: a tariff table is small.")
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        guess = "UTF-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "Windows-1251"
        wrong = f"The file is not UTF-8 (perhaps {guess})."
        raise Unreadable(TableFault(line, "", wrong, "Save it as “CSV UTF-8”.")) from None
    if "\x00" in text:
        raise Unreadable(TableFault(1, "", "The file is not text.", "Save it as “CSV UTF-8”."))
    return text


def parse_csv(raw: bytes) -> TableData:
    """The cells of a CSV. Raises Unreadable for a wrong encoding, delimiter,
    ragged lines or too many rows.
    """
    text = decode(raw)
    first = text.split("\n", 1)[0]
    if "," not in first and (";" in first or "\t" in first):
        used = ";" if ";" in first else "a tab"
        raise Unreadable(TableFault(1, "", f"The columns are separated by {used}.", "Save it with commas."))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, ...]] = []
    try:
        for row in reader:
            if len(rows) > MOST_ROWS:
                raise Unreadable(too_many())
            rows.append(tuple(cell.strip() for cell in row))
    except csv.Error as error:
        fault = TableFault(
            reader.line_num, "", f"The line cannot be read: {error}.", "Check the quotation marks."
        )
        raise Unreadable(fault) from None
    return table_of(rows)


def too_many() -> TableFault:
    """The fault of a file with more rows than any tariff has."""
    return TableFault(
        MOST_ROWS + 2, "", f"The table has more than {MOST_ROWS:,} rows.", "Split it or check the file."
    )


def table_of(rows: list[tuple[str, ...]]) -> TableData:
    """Rows of which the first is the heading; empty lines at the end are dropped. Raises Unreadable."""
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise Unreadable(TableFault(1, "", "The file is empty.", "The first line names the columns."))
    heading, body = rows[0], rows[1:]
    for number, row in enumerate(body, start=2):
        if len(row) != len(heading):
            wrong = f"The line has {len(row)} cells, the heading {len(heading)}."
            raise Unreadable(TableFault(number, "", wrong, "Give every line one cell per column."))
    return TableData(heading, tuple(body))


def read_csv(path: Path) -> TableData:
    """`parse_csv` of a file. Raises Unreadable, also when there is no such file."""
    try:
        raw = path.read_bytes()
    except OSError:
        raise Unreadable(TableFault(1, "", "There is no such file.", f"Add {path.name}.")) from None
    return parse_csv(raw)

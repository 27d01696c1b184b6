"""Tables from people's files: every bad input gives a fault by cell, and nothing is imported in part."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from parason.products.definition.files import MOST_ROWS
from parason.products.errors import BadTable
from parason.products.importing import import_table, read_table
from parason.products.rating import TableData, TableFault, TableSpec, read_rows
from parason.products.rating import faults as table_faults
from parason.products.rating.faults import Words, translator
from tests.products.catalogue import product

HEADING = ["days_from", "days_to", "premium"]
GOOD = [[1, 7, "2.50"], [8, 31, 5], [32, 365, "9.9"]]


def csv_of(rows: list[list[Any]], heading: list[str] | None = None) -> bytes:
    """A CSV file."""
    lines = [",".join(str(cell) for cell in row) for row in [heading or HEADING, *rows]]
    return ("\n".join(lines) + "\n").encode()


def xlsx_of(rows: list[list[Any]], sheets: int = 1, percent: str = "") -> bytes:
    """A real XLSX file; `percent` names a cell to format as per cent."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in [HEADING, *rows]:
        sheet.append(row)
    for _ in range(sheets - 1):
        book.create_sheet()
    if percent:
        sheet[percent].number_format = "0%"
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def faults(raw: bytes, filename: str = "premium.csv") -> list[TableFault]:
    """The faults of a file as the medical insurance's table; none is a failure."""
    with pytest.raises(BadTable) as refused:
        import_table(product=product("oms"), table="premium", raw=raw, filename=filename)
    return refused.value.faults


def test_a_good_table_is_taken_from_csv_and_from_xlsx_alike() -> None:
    of_csv = import_table(product=product("oms"), table="premium", raw=csv_of(GOOD), filename="a.csv")
    numbers = [[1, 7, 2.5], [8, 31, 5], [32, 365, 9.9]]
    of_xlsx = import_table(product=product("oms"), table="premium", raw=xlsx_of(numbers), filename="a.xlsx")
    assert of_csv.columns == of_xlsx.columns == tuple(HEADING)
    assert of_xlsx.rows == (("1", "7", "2.5"), ("8", "31", "5"), ("32", "365", "9.9"))
    assert [row[:2] for row in of_csv.rows] == [row[:2] for row in of_xlsx.rows]


def test_a_byte_order_mark_and_empty_lines_at_the_end_do_no_harm() -> None:
    raw = b"\xef\xbb\xbf" + csv_of(GOOD) + b"\n,,\n"
    assert len(import_table(product=product("oms"), table="premium", raw=raw, filename="a.csv").rows) == 3


@pytest.mark.parametrize(
    ("rows", "line", "column", "words"),
    [
        ([[1, 7, 1], [9, 365, 2]], 3, "days_from", "Nothing covers 8. Begin this bracket at 8"),
        ([[1, 7, 1], [7, 365, 2]], 3, "days_from", "7 is already in the bracket of line 2"),
        ([[8, 365, 2], [1, 7, 1]], 3, "days_from", "Sort the brackets"),
        ([[7, 1, 1], [8, 365, 2]], 2, "days_to", "ends at 1, before it begins at 7"),
        ([[-1, 7, 1], [8, 365, 2]], 2, "days_from", "-1 is negative"),
        ([[2, 365, 1]], 2, "days_from", "Nothing covers 1"),
        ([[1, 364, 1]], 2, "days_to", "Nothing covers what is above 364"),
        ([[1, 7, 1], [1, 7, 1], [8, 365, 2]], 3, "premium", ""),
        ([[1, 7, -1], [8, 365, 2]], 2, "premium", "-1 is below 0"),
        ([[1, 7, 5], [8, 365, 2]], 3, "premium", "2 is below 5 of line 2. This column must not fall"),
        ([[1, "7.5", 1], ["8.5", 365, 2]], 2, "days_to", "not a multiple of 1"),
        ([[1, 365, ""]], 2, "premium", "The cell is empty"),
        ([[1, 365, "free"]], 2, "premium", "“free” is not a number"),
        ([[1, 365, "=A1*2"]], 2, "premium", "is a formula"),
        ([[1, 365, "1 000"]], 2, "premium", "separators between thousands"),
        ([[1, 365, '"1,5"']], 2, "premium", "decimal comma"),
        ([[1, 365, "1E+02"]], 2, "premium", "scientific notation"),
        ([["02.янв", 365, 1]], 2, "days_from", "is not a number"),
        ([["1-2", 365, 1]], 2, "days_from", "is a date, perhaps made by Excel"),
        ([["2-Jan", 365, 1]], 2, "days_from", "is a date, perhaps made by Excel"),
        ([[1, 365, "NaN"]], 2, "premium", "is not a number"),
        ([[1, 365, "Infinity"]], 2, "premium", "is not a number"),
        ([[1, 365, "１２"]], 2, "premium", "is not a number"),
        ([[1, 365, "1" * 40]], 2, "premium", "is not a number"),
        ([], 2, "", "The table has no rows"),
    ],
)  # fmt: skip
def test_a_bad_cell_or_bracket_is_named(rows: list[list[Any]], line: int, column: str, words: str) -> None:
    found = faults(csv_of(rows))
    assert any(f.line == line and words in str(f) and (f.column == column or not words) for f in found), found


def test_every_fault_of_a_file_is_told_at_once() -> None:
    assert len(faults(csv_of([["x", 7, "y"], [8, "z", 2]]))) == 3


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        (["days_from", "premium"], "days_to: This column is missing"),
        (["days_from", "days_to", "premium", "note"], "note: This column is not known"),
        (["days_to", "days_from", "premium"], "another order"),
        (["days_from", "days_to", "premium", "premium"], "repeated"),
    ],
)
def test_a_wrong_heading_is_told_with_the_right_one(heading: list[str], words: str) -> None:
    found = str(faults(csv_of([["1"] * len(heading)], heading))[0])
    assert words in found
    assert "days_from,days_to,premium" in found


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "The file is empty"),
        ("days_from,days_to,премия\n".encode("cp1251"), "not UTF-8 (perhaps Windows-1251)"),
        ("days_from,days_to,premium\n".encode("utf-16"), "not UTF-8 (perhaps UTF-16)"),
        (b"days_from;days_to;premium\n1;365;2\n", "separated by “;”"),
        (b"days_from\tdays_to\tpremium\n", "separated by “"),
        (b"days_from,days_to,premium\n1,365\n", "line 2: The line has 2 cells, the heading 3"),
        (b'days_from,days_to,premium\n1,365,"2\n', "cannot be read"),
        (b"days_from,days_to,premium\n1,365,\x00\n", "not text"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "old Excel file, or has a password"),
        (b"PK\x03\x04rubbish", "This is no XLSX file"),
        (b"x" * 5_000_001, "At most 5,000,000 are read"),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(raw: bytes, words: str) -> None:
    assert words in str(faults(raw)[0])


def test_a_file_of_a_million_rows_is_refused_before_it_is_read_to_the_end() -> None:
    raw = csv_of([])[:-1] + b"\n" + b"1,1,1\n" * 800_000
    assert "more than 50,000 rows" in str(faults(raw)[0])
    found = faults(b"days_from,days_to,premium\n" + b"1,365,1\n" * 1_000_000)
    assert "bytes" in str(found[0])


@pytest.mark.parametrize(
    ("rows", "column", "words"),
    [
        ([[1, 365, "=1+1"]], "premium", "is a formula"),
        ([[datetime.datetime(2026, 2, 1), 365, 1]], "days_from", "Excel has made a date of this cell"),  # noqa: DTZ001
        ([[1, 365, True]], "premium", "is not a number"),
        ([[1, 365, "1,5"]], "premium", "decimal comma"),
    ],
)
def test_what_excel_does_to_numbers_is_told(rows: list[list[Any]], column: str, words: str) -> None:
    found = faults(xlsx_of(rows), "premium.xlsx")
    assert any(f.column == column and words in str(f) for f in found), found


def test_the_rest_of_a_binary_calculation_is_told_with_the_number_that_was_meant() -> None:
    """Excel itself writes all seventeen digits; openpyxl would round them away, so the sheet is patched."""
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_of([[1, 365, 0.125]]))) as old, zipfile.ZipFile(raw, "w") as new:
        for part in old.infolist():
            new.writestr(part, old.read(part).replace(b"<v>0.125</v>", b"<v>0.30000000000000004</v>"))
    assert "such as 0.3" in str(faults(raw.getvalue(), "premium.xlsx")[0])


def test_a_per_cent_format_is_told_with_the_number_that_was_seen() -> None:
    found = faults(xlsx_of([[1, 365, 0.05]], percent="C2"), "premium.xlsx")
    assert "shows 5 % but holds 0.05" in str(found[0])


def test_a_workbook_with_several_sheets_is_refused() -> None:
    assert "2 sheets" in str(faults(xlsx_of(GOOD, sheets=2), "premium.xlsx")[0])


def test_an_archive_that_unpacks_to_gigabytes_is_refused_unread() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(2):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * 40_000_000)
    assert "far too large" in str(faults(raw.getvalue(), "premium.xlsx")[0])


def test_a_workbook_that_declares_entities_is_refused_unread() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert "entities" in str(faults(raw.getvalue(), "premium.xlsx")[0])


def test_a_sheet_with_more_rows_than_any_tariff_is_refused() -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for _ in range(MOST_ROWS + 5):
        sheet.append([1])
    raw = io.BytesIO()
    book.save(raw)
    assert "more than 50,000 rows" in str(faults(raw.getvalue(), "premium.xlsx")[0])


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx"]))
def test_no_bytes_whatever_give_anything_but_a_table_or_faults(raw: bytes, filename: str) -> None:
    assert _cells_or_faults(raw, filename)


def _cells_or_faults(raw: bytes, filename: str) -> bool:
    try:
        data = read_table(raw, filename)
    except BadTable as error:
        return bool(error.faults) and all(str(fault) for fault in error.faults)
    return all(len(row) == len(data.columns) for row in data.rows)


SPEC = TableSpec.model_validate(
    {
        "keys": {"days": {"match": "interval", "covers": [1, 365]}},
        "values": ["premium"],
        "rising": ["premium"],
    }
)


@settings(deadline=None)
@given(st.lists(st.integers(2, 365), unique=True, max_size=40).map(sorted), st.integers(0, 9), st.data())
def test_brackets_are_in_order_exactly_when_every_day_has_one(
    starts: list[int], price: int, data: Any
) -> None:
    firsts = [1, *starts]
    lasts = [*(start - 1 for start in starts), 365]
    rows = [(str(a), str(b), str(price + i)) for i, (a, b) in enumerate(zip(firsts, lasts, strict=True))]
    assert read_rows(SPEC, TableData(tuple(HEADING), tuple(rows)))[1] == []
    spoilt = data.draw(st.integers(0, len(rows) - 1))
    without = rows[:spoilt] + rows[spoilt + 1 :]
    assert read_rows(SPEC, TableData(tuple(HEADING), tuple(without)))[1] != []


def test_a_table_by_two_keys_needs_every_value_under_each_group() -> None:
    spec = TableSpec.model_validate(
        {"keys": {"zone": {"one_of": ["a", "b"]}, "sum": {"one_of": ["1", "2"]}}, "values": ["p"]}
    )
    rows = (("a", "1", "1"), ("a", "2", "1"), ("b", "1", "1"))
    found = read_rows(spec, TableData(("zone", "sum", "p"), rows))[1]
    assert [str(fault) for fault in found] == [
        "line 5, column sum: No row for “2” under b. Add it, or take the value out of the definition."
    ]
    doubled = (*rows, ("b", "1", "3"), ("b", "2", "3"), ("c", "1", "3"), ("c", "", "3"))
    found = read_rows(spec, TableData(("zone", "sum", "p"), doubled))[1]
    assert {fault.line for fault in found} >= {7, 8}


def test_a_fault_speaks_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {
        "Nothing covers %(gap)s.": "Ничто не покрывает %(gap)s.",
        "line %(line)s, column %(column)s": "строка %(line)s, столбец %(column)s",
    }
    fault = faults(csv_of([[1, 7, 1], [9, 365, 2]]))[0]
    monkeypatch.setattr(translator, "gettext", lambda sentence: words.get(sentence, sentence))
    assert str(fault).startswith("строка 3, столбец days_from: Ничто не покрывает 8. Begin")


def test_every_sentence_about_a_table_is_marked_for_the_translators() -> None:
    """A sentence that is not written inside gettext_noop(…) would never reach the catalogues."""
    source = Path(table_faults.__file__).read_text("utf-8")
    marked = set(re.findall(r'gettext_noop\(\s*"([^"]+)"\s*\)', source))
    sentences = {text for found in vars(table_faults).values() if isinstance(found, Words) for text in found}
    assert sentences - {""} <= marked

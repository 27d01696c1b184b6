"""A list of employees becomes insured persons, or a list of faults."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from parason.products.errors import BadTable
from parason.products.importing import read_table
from parason.products.lists import list_columns, read_insured_list
from tests.products.catalogue import product

FIRST = date(2027, 3, 1)
HEADING = "last_name_latin,first_name_latin,birth_date,occupation"


def read(text: str) -> list[dict[str, Any]]:
    """A CSV as the list of a contract from March."""
    return read_insured_list(
        product=product("staff"), raw=text.encode(), filename="list.csv", first_day=FIRST
    )


def test_each_row_is_an_insured_person() -> None:
    found = read(f"{HEADING}\nKavalenka,Anna,1990-05-17,office\nNovik,Ihar,1985-01-02,hazardous\n")
    assert found[1] == {
        "last_name_latin": "Novik", "first_name_latin": "Ihar", "birth_date": "1985-01-02", "occupation":
        "hazardous",
    }  # fmt: skip


def test_more_columns_than_needed_do_no_harm() -> None:
    assert len(read(f"no,{HEADING}\n1,Kavalenka,Anna,1990-05-17,office\n")) == 1


def test_a_spreadsheet_is_as_good() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (list_columns(product("staff")), ("Novik", "Ihar", "1985-01-02", "production")):
        sheet.append(row)
    raw = io.BytesIO()
    book.save(raw)
    found = read_insured_list(
        product=product("staff"), raw=raw.getvalue(), filename="l.xlsx", first_day=FIRST
    )
    assert found[0]["occupation"] == "production"


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("Novik,Ihar,02/01/1985,office", "birth_date", "not a date"),
        ("Novik,Ihar,31.02.1985,office", "birth_date", "not a date"),
        ("Novik,Ihar,1985-02-30,office", "birth_date", "not a date"),
        ("Novik,Ihar,2020-01-01,office", "birth_date", "Age on the first day: 7"),
        ("Novik,Ihar,1985-01-02,pirate", "occupation", "Choose one of the answers"),
        ("Novik,Ihar,1985-01-02,", "occupation", "Answer this question"),
        (",Ihar,1985-01-02,office", "last_name_latin", "name is missing"),
        ("Kavalenka,anna,1990-05-17,office", "", "same person stands in line 2"),
        (f"{'N' * 61},Ihar,1985-01-02,office", "last_name_latin", "letters, digits"),
    ],
)
def test_a_faulty_row_is_told_by_cell_and_nothing_is_taken(row: str, column: str, words: str) -> None:
    with pytest.raises(BadTable) as refused:
        read(f"{HEADING}\nKavalenka,Anna,1990-05-17,office\n{row}\n")
    fault = refused.value.faults[0]
    assert (fault.line, fault.column) == (3, column)
    assert words in str(fault)


LINES = f"{HEADING}\r\nNovik,Ihar,1985-01-02,office\r\nKim,Anna,31.12.1990,hazardous\r\n"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_list_is_read_as_spreadsheets_save_it(separator: str, encoding: str) -> None:
    """Russian and German Excel write semicolons; “Unicode text” has tabs; old programs know Windows-1251."""
    raw = LINES.replace(",", separator).replace("Novik", "Novik-Ж").encode(encoding)
    found = read_insured_list(product=product("staff"), raw=raw, filename="list.csv", first_day=FIRST)
    assert [one["last_name_latin"] for one in found] == ["Novik-Ж", "Kim"]
    assert [one["birth_date"] for one in found] == ["1985-01-02", "1990-12-31"]
    assert found[1]["occupation"] == "hazardous"


def test_a_comma_inside_a_cell_is_no_separator() -> None:
    found = read(f"{HEADING.replace(',', ';')}\nNovik;Ihar, Jr.;1985-01-02;office\n")
    assert found[0]["first_name_latin"] == "Ihar, Jr."


def test_excels_own_first_line_is_not_the_heading() -> None:
    found = read(f"sep=;\r\n{HEADING.replace(',', ';')}\r\nNovik;Ihar;1985-01-02;office\r\n")
    assert found[0]["first_name_latin"] == "Ihar"


@pytest.mark.parametrize("raw", [b"\x98\x00\x98", b"\xff\xfe\x00", b"\x00,\x00", b""])
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(BadTable):
        read_insured_list(product=product("staff"), raw=raw, filename="list.csv", first_day=FIRST)


def test_a_tariffs_table_stays_strict() -> None:
    """Decision 13: nothing is guessed about figures."""
    with pytest.raises(BadTable) as refused:
        read_table(b"a;b\n1;2\n", "t.csv")
    assert "Save it with commas." in str(refused.value.faults[0])


def test_a_missing_column_names_the_whole_heading() -> None:
    with pytest.raises(BadTable) as refused:
        read("last_name_latin,birth_date\nA,1990-01-01\n")
    assert HEADING in str(refused.value.faults[0])


def test_a_list_longer_than_a_contract_is_refused() -> None:
    rows = "".join(f"Novik{number},Ihar,1985-01-02,office\n" for number in range(5001))
    with pytest.raises(BadTable) as refused:
        read(f"{HEADING}\n{rows}")
    assert str(refused.value.faults[0]).endswith("The list has 5001 rows. At most 5000 are insured.")

"""A list of employees becomes insured persons, or a list of faults."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from parason.products.errors import BadTable
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


def test_a_missing_column_names_the_whole_heading() -> None:
    with pytest.raises(BadTable) as refused:
        read("last_name_latin,birth_date\nA,1990-01-01\n")
    assert HEADING in str(refused.value.faults[0])


def test_a_list_longer_than_a_contract_is_refused() -> None:
    rows = "".join(f"Novik{number},Ihar,1985-01-02,office\n" for number in range(5001))
    with pytest.raises(BadTable) as refused:
        read(f"{HEADING}\n{rows}")
    assert str(refused.value.faults[0]).endswith("The list has 5001 rows. At most 5000 are insured.")

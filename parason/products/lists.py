"""The insured of a contract from an uploaded list: one row each, faults by cell, nothing taken in part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from parason.products.definition import Definition
from parason.products.definition.answers import clean
from parason.products.errors import BadTable
from parason.products.importing import read_table
from parason.products.list_files import iso_day, parse_list
from parason.products.rating.faults import (
    MISSING_COLUMN,
    NO_ROWS,
    SAME_KEYS,
    UNKNOWN_VALUE,
    TableFault,
    Words,
    gettext_noop,
)
from parason.products.rules import age_on

PERSON = ("last_name_latin", "first_name_latin", "birth_date")

LONG_LIST = Words(gettext_noop("The list has %(count)s rows."), gettext_noop("At most %(most)s are insured."))
ANSWER = Words("%(fault)s")
NOT_ONE_OF = Words("%(fault)s", UNKNOWN_VALUE.remedy)
AS_IN_PASSPORT = gettext_noop("Write it as in the passport.")
NO_NAME = Words(gettext_noop("The name is missing."), AS_IN_PASSPORT)
BAD_NAME = Words(gettext_noop("Use letters, digits and punctuation only."), AS_IN_PASSPORT)
NO_DATE = Words(
    gettext_noop("This is not a date of the calendar."),
    gettext_noop("Write it as 1990-12-31; in Excel, format the column as text."),
)
BAD_AGE = Words(
    gettext_noop("Age on the first day: %(age)s. Between %(least)s and %(most)s are insured."),
    gettext_noop("Correct the date, or leave the person out."),
)
SAME_PERSON = Words(gettext_noop("The same person stands in line %(line)s."), SAME_KEYS.remedy)


def list_columns(product: Definition) -> tuple[str, ...]:
    """The heading that a list of this product has:
    name and birth date of a person, then the product's questions.
    """
    own = tuple(question.code for question in product.questions_about("insured"))
    return (*PERSON, *own) if product.insured.kind == "person" else own


def read_insured_list(
    *, product: Definition, raw: bytes, filename: str, first_day: date
) -> list[dict[str, Any]]:
    """Facts of each insured from a CSV or XLSX file. Raises BadTable with every fault."""
    dates = {question.code for question in product.questions_about("insured") if question.type == "date"}
    wanted = list_columns(product)
    parse = partial(parse_list, columns=wanted)
    data = read_table(raw, filename, dates=frozenset({"birth_date", *dates}), parse=parse)
    missing = [name for name in wanted if name not in data.columns]
    if missing:
        figures = {"heading": ",".join(wanted)}
        raise BadTable([TableFault(1, name, MISSING_COLUMN, figures) for name in missing])
    if not data.rows:
        raise BadTable([TableFault(2, "", NO_ROWS)])
    if len(data.rows) > product.insured.most:
        figures = {"count": str(len(data.rows)), "most": str(product.insured.most)}
        raise BadTable([TableFault(1, "", LONG_LIST, figures)])
    faults: list[TableFault] = []
    insured = [
        _row(product, line, cells, first_day, faults) for line, cells in enumerate(data.all_cells(), start=2)
    ]
    faults += _doubles(insured)
    if faults:
        raise BadTable(faults)
    return insured


def _row(
    product: Definition, line: int, cells: Mapping[str, str], first_day: date, faults: list[TableFault]
) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if product.insured.kind == "person":
        facts |= _person(product, line, cells, first_day, faults)
    questions = product.questions_about("insured")
    answers, found = clean(questions, cells)
    known = {one.code: ", ".join(choice.value for choice in one.choices) for one in questions if one.choices}
    for code, fault in found.items():
        words = NOT_ONE_OF if code in known else ANSWER
        faults.append(TableFault(line, code, words, {"fault": fault, "known": known.get(code, "")}))
    return facts | answers


def _person(
    product: Definition, line: int, cells: Mapping[str, str], first_day: date, faults: list[TableFault]
) -> dict[str, str]:
    for name in ("last_name_latin", "first_name_latin"):
        if not cells[name]:
            faults.append(TableFault(line, name, NO_NAME))
        elif len(cells[name]) > 60 or any(ord(letter) < 32 for letter in cells[name]):
            faults.append(TableFault(line, name, BAD_NAME))
    facts = {**{name: cells[name] for name in PERSON}, "birth_date": iso_day(cells["birth_date"])}
    try:
        born = date.fromisoformat(facts["birth_date"])
    except ValueError:
        faults.append(TableFault(line, "birth_date", NO_DATE))
        return facts
    age, least, most = (
        age_on(born, first_day),
        product.insured.least_age or 0,
        product.insured.most_age or 120,
    )
    if not least <= age <= most:
        faults.append(TableFault(line, "birth_date", BAD_AGE, {"age": age, "least": least, "most": most}))
    return facts


def _doubles(insured: list[dict[str, Any]]) -> list[TableFault]:
    seen: dict[tuple[str, ...], int] = {}
    faults = []
    for line, facts in enumerate(insured, start=2):
        key = tuple(str(facts.get(name, "")).casefold() for name in PERSON)
        if any(key) and key in seen:
            faults.append(TableFault(line, "", SAME_PERSON, {"line": seen[key]}))
        seen.setdefault(key, line)
    return faults

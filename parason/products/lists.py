"""The insured of a contract from an uploaded list: one row each, faults by cell, nothing taken in part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from parason.products.definition import Definition
from parason.products.definition.answers import clean
from parason.products.errors import BadTable
from parason.products.importing import read_table
from parason.products.rating import TableFault
from parason.products.rules import age_on

PERSON = ("last_name_latin", "first_name_latin", "birth_date")


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
    data = read_table(raw, filename)
    wanted = list_columns(product)
    missing = [name for name in wanted if name not in data.columns]
    if missing:
        remedy = _("The heading must read: %(heading)s.") % {"heading": ",".join(wanted)}
        raise BadTable([TableFault(1, name, _("This column is missing."), remedy) for name in missing])
    if len(data.rows) > product.insured.most:
        wrong = _("The list has %(count)s rows.") % {"count": len(data.rows)}
        raise BadTable(
            [TableFault(1, "", wrong, _("At most %(most)s are insured.") % {"most": product.insured.most})]
        )
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
    answers, found = clean(product.questions_about("insured"), cells)
    faults += [TableFault(line, code, str(fault), "") for code, fault in found.items()]
    return facts | answers


def _person(
    product: Definition, line: int, cells: Mapping[str, str], first_day: date, faults: list[TableFault]
) -> dict[str, str]:
    for name in ("last_name_latin", "first_name_latin"):
        if not cells[name]:
            faults.append(TableFault(line, name, _("The name is missing."), ""))
        elif len(cells[name]) > 60 or any(ord(letter) < 32 for letter in cells[name]):
            faults.append(TableFault(line, name, _("Use letters, digits and punctuation only."), ""))
    facts = {name: cells[name] for name in PERSON}
    try:
        born = date.fromisoformat(cells["birth_date"])
    except ValueError:
        remedy = _("Write it as 1990-12-31; in Excel, format the column as text.")
        faults.append(TableFault(line, "birth_date", _("This is not a date of the calendar."), remedy))
        return facts
    age, least, most = (
        age_on(born, first_day),
        product.insured.least_age or 0,
        product.insured.most_age or 120,
    )
    if not least <= age <= most:
        wrong = _("Age on the first day: %(age)s. Between %(least)s and %(most)s are insured.")
        faults.append(TableFault(line, "birth_date", wrong % {"age": age, "least": least, "most": most}, ""))
    return facts


def _doubles(insured: list[dict[str, Any]]) -> list[TableFault]:
    seen: dict[tuple[str, ...], int] = {}
    faults = []
    for line, facts in enumerate(insured, start=2):
        key = tuple(str(facts.get(name, "")).casefold() for name in PERSON)
        if any(key) and key in seen:
            wrong = _("The same person stands in line %(line)s.") % {"line": seen[key]}
            faults.append(TableFault(line, "", wrong, ""))
        seen.setdefault(key, line)
    return faults

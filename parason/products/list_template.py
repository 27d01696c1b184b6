"""An empty list to fill in: the heading of a product's list as a CSV or an XLSX file."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import (  # type: ignore[import-not-found]  # not in its stubs
    DataValidation,
)

from parason.products.definition import Definition
from parason.products.lists import list_columns

TEXT = "@"  # the spreadsheet's format “text”: dates and leading zeros stay as they were typed
MOST_QUOTED = 250  # characters that a validation by list may have


def csv_template(product: Definition) -> bytes:
    """One line, with the mark by which spreadsheets know UTF-8."""
    return (",".join(list_columns(product)) + "\r\n").encode("utf-8-sig")


def xlsx_template(product: Definition) -> bytes:
    """One sheet: the heading, text in every column, and a list to choose from where answers are known."""
    book = Workbook()
    sheet = book.worksheets[0]
    columns = list_columns(product)
    sheet.append(columns)
    sheet.freeze_panes = "A2"
    values = {
        question.code: ",".join(choice.value for choice in question.choices)
        for question in product.questions_about("insured")
    }
    for place, name in enumerate(columns, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = max(16, len(name) + 2)
        sheet.column_dimensions[letter].number_format = TEXT
        if 0 < len(values.get(name, "")) <= MOST_QUOTED:
            known = DataValidation(type="list", formula1=f'"{values[name]}"', allow_blank=False)
            known.add(f"{letter}2:{letter}{product.insured.most + 1}")
            sheet.add_data_validation(known)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()

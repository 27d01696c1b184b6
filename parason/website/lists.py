"""A list of insured people: its form, what its columns mean, and what was read from it as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parason.accounts.labels import LABELS
from parason.kernel.money import Money
from parason.products.definition import Question, QuestionType
from parason.products.errors import BadTable, OutOfRange
from parason.products.lists import PERSON, list_columns
from parason.products.queries import Definition
from parason.products.rating.faults import TableFault, Words
from parason.website.answers import answer_in_words
from parason.website.cards import name_of
from parason.website.templatetags.portal import day

MOST_BYTES = 2_000_000  # 5,000 people take a tenth of it
MOST_FAULTS = 200  # shown; a file with more is wrong in one thing all over
PAGE = 100  # people in one table
NO_PRICE = Words("%(fault)s")


class InMemory(MemoryFileUploadHandler):
    """Keeps a list in memory; a larger file is dropped, never written anywhere."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        self.activated = content_length <= MOST_BYTES


def keep_list_in_memory(request: HttpRequest) -> None:
    """Names and birth dates of other people never touch the disk."""
    if request.method == "POST" and not hasattr(request, "_files"):
        request.upload_handlers = [InMemory(request)]


class ListForm(forms.Form):
    """One file. `too_large` because such a file was dropped while it came in."""

    file = forms.FileField(
        label=_("The list, as XLSX or CSV"),
        help_text=_("At most 2 MB. Nobody is insured in part: one fault, and nothing is taken over."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,text/csv"}),
        error_messages={
            "required": _("Choose the file with the list."),
            "missing": _("Choose the file with the list."),
            "invalid": _("Choose the file with the list."),
            "empty": _("The file is empty."),
        },
    )

    def __init__(self, data: Any = None, files: Any = None, *, too_large: bool = False) -> None:
        super().__init__(data, files, auto_id="%s")
        self.fields["file"].widget.is_required = False
        if too_large:
            words = _("The file is larger than 2 MB. Send the list alone, without other sheets or pictures.")
            self.fields["file"].error_messages["required"] = words


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: what it is called there, what it means, what may stand in it."""

    name: str
    meaning: str | Promise
    form: str | Promise
    values: Sequence[tuple[str, str]] = ()


def columns_of(product: Definition, language: str) -> list[Column]:
    """What each column of the product's list is for."""
    about = {question.code: question for question in product.questions_about("insured")}
    return [
        _column(about[name], language) if name in about else Column(name, LABELS[name], _form_of(name))
        for name in list_columns(product)
    ]


def _form_of(name: str) -> str | Promise:
    return _("a date, such as 1990-12-31") if name == "birth_date" else _("as in the passport")


def _column(question: Question, language: str) -> Column:
    match question.type:
        case QuestionType.CHOICE:
            return Column(
                question.code, question.says(language), _("one of these words:"), question.options(language)
            )
        case QuestionType.YES_NO:
            form: str | Promise = _("yes or no")
        case QuestionType.DATE:
            form = _("a date, such as 1990-12-31")
        case QuestionType.INTEGER | QuestionType.MONEY:
            form = _("a number")
        case _:
            form = _("text")
    return Column(question.code, question.says(language), form)


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the application keeps them."""
    return {
        code: value if isinstance(value, str | int | bool) else str(value) for code, value in facts.items()
    }


def faults_of(error: BadTable | OutOfRange) -> list[TableFault]:
    """What is wrong by cell; a fact without a price is a fault of its cell too. Line 1 is the heading."""
    if isinstance(error, BadTable):
        return error.faults
    return [TableFault((error.index or 0) + 2, error.field, NO_PRICE, {"fault": error.message})]


def page_number(query: Mapping[str, Any], count: int) -> int:
    """The page that an address asks for, from 1; the nearest one that there is."""
    asked = str(query.get("page", "1"))
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    return min(max(number, 1), -(-count // PAGE) or 1)


def listed(
    product: Definition,
    insured: Sequence[Mapping[str, Any]],
    premiums: Sequence[Money],
    language: str,
    *,
    page: int = 1,
) -> dict[str, Any]:
    """One page of the insured as a table: a heading for each question, a row for each person."""
    questions = product.questions_about("insured")
    first = (page - 1) * PAGE
    rows = []
    for place in range(first, min(first + PAGE, len(insured))):
        facts = insured[place]
        rows.append(
            {
                "number": place + 1,
                "name": name_of(facts, product),
                "born": _day(facts.get(PERSON[2])),
                "answers": [_answer(question, facts, product, language) for question in questions],
                "premium": premiums[place],
            }
        )
    return {
        "headings": [question.says(language) for question in questions],
        "rows": rows,
        "count": len(insured),
        "last": first + len(rows),
        "earlier": page - 1,
        "later": page + 1 if first + PAGE < len(insured) else 0,
    }


def _day(text: Any) -> str:
    return day(date.fromisoformat(str(text)), "short") if text else "–"


def _answer(question: Question, facts: Mapping[str, Any], product: Definition, language: str) -> Any:
    value = facts.get(question.code)
    return "–" if value in (None, "") else answer_in_words(question, value, product, language)

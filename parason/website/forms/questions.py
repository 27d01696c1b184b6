"""Fields for a product's questions: a choice becomes radio buttons or a list, money a number, and so on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parason.accounts.rules import nationalities
from parason.products.definition import Question, QuestionType
from parason.products.definition.answers import clean as clean_answers
from parason.products.queries import Definition
from parason.website.forms.fields import TextField

PREFIX = "q_"
RADIOS = 6  # up to so many choices are seen at once
YES_NO: list[tuple[str, str | Promise]] = [
    ("yes", pgettext_lazy("answer", "Yes")),
    ("no", pgettext_lazy("answer", "No")),
]


def shown_questions(questions: Iterable[Question], answers: Mapping[str, Any]) -> list[Question]:
    """The questions that are asked, given the answers so far (a default counts until something was
    answered)."""
    facts: dict[str, Any] = {}
    shown = []
    for question in questions:
        if question.shown(facts):
            shown.append(question)
            facts[question.code] = _fact(question, answers.get(question.code))
    return shown


def _fact(question: Question, answer: Any) -> Any:
    value = question.default if answer in (None, "") else answer
    if question.type is QuestionType.YES_NO and not isinstance(value, bool):
        return str(value).lower() in ("yes", "true")
    if question.type is QuestionType.INTEGER and str(value).isdigit():
        return int(str(value))
    return value if value is not None else ""


def add_questions(
    form: forms.Form, questions: Iterable[Question], answers: Mapping[str, Any], language: str
) -> list[Question]:
    """Add a field for each question that is asked now; which those are. Bound forms go by what was sent."""
    questions = list(questions)
    now = dict(answers)
    if form.is_bound:
        now = {
            question.code: form.data.get(form.add_prefix(PREFIX + question.code)) for question in questions
        }
    asked = shown_questions(questions, now)
    for question in asked:
        field = _field(question, language)
        given = answers.get(question.code, question.default)
        field.initial = {True: "yes", False: "no"}[given] if isinstance(given, bool) else given
        form.fields[PREFIX + question.code] = field
    return asked


def _field(question: Question, language: str) -> Any:
    # Whether an answer is needed and fits is the product's to say (definition/answers.py), so nothing is
    # required here.
    common: dict[str, Any] = {
        "label": question.says(language),
        "help_text": question.hint(language),
        "required": False,
    }
    match question.type:
        case QuestionType.CHOICE:
            return _choice(question.options(language), common)
        case QuestionType.YES_NO:
            field: Any = forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)
        case QuestionType.COUNTRY:
            field = forms.ChoiceField(choices=[("", ""), *nationalities(language)], **common)
        case QuestionType.DATE:
            field = forms.DateField(
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
                input_formats=["%Y-%m-%d", "%d.%m.%Y"],
                error_messages={"invalid": _("Enter a real date.")},
                **common,
            )
        case QuestionType.INTEGER:
            field = forms.CharField(widget=_text("numeric", "input--short"), max_length=20, **common)
        case QuestionType.MONEY:
            field = forms.CharField(widget=_text("decimal", "input--short"), max_length=30, **common)
        case QuestionType.VIN | QuestionType.PLATE:
            field = forms.CharField(widget=_text("text", "mono"), max_length=40, **common)
        case _:
            field = TextField(most=question.max_length, **common)
    field.star = question.required
    return field


def _choice(options: list[tuple[str, str]], common: dict[str, Any]) -> Any:
    widget: Any = forms.RadioSelect if len(options) <= RADIOS else forms.Select
    field: Any = forms.ChoiceField(choices=options, widget=widget, **common)
    field.star = True
    return field


def _text(mode: str, css: str) -> forms.TextInput:
    return forms.TextInput(
        attrs={
            "inputmode": mode,
            "class": css,
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
        }
    )


class LateForm(forms.Form):
    """The questions of a contract that the price does not depend on; `answers` once valid.

    An answer that was left empty is kept as an empty text: the question has been asked.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        product: Definition,
        answers: Mapping[str, Any],
        language: str,
    ) -> None:
        super().__init__(data, auto_id="%s")
        self.product, self.kept, self.answers = product, dict(answers), dict[str, Any]()
        late = product.late_questions
        if self.is_bound:
            self.kept |= {question.code: self.data.get(PREFIX + question.code) for question in late}
        shown = shown_questions(product.contract_questions, self.kept)
        self.asked = [question for question in shown if not question.priced]
        for question in self.asked:
            field = self.fields[PREFIX + question.code] = _field(question, language)
            given = answers.get(question.code, question.default)
            field.initial = {True: "yes", False: "no"}[given] if isinstance(given, bool) else given

    def clean(self) -> dict[str, Any]:
        given = {question.code: self.cleaned_data.get(PREFIX + question.code) for question in self.asked}
        facts, faults = clean_answers(self.product.contract_questions, {**self.kept, **given})
        for question in self.asked:
            code = question.code
            if code in faults and PREFIX + code not in self.errors:
                self.add_error(PREFIX + code, str(faults[code]))
            value = facts.get(code, "")
            self.answers[code] = value if isinstance(value, str | int | bool) else str(value)
        return self.cleaned_data

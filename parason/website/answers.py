"""What was entered, as rows of label and value: on the check page, on a contract's page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from parason.accounts.labels import LABELS, ORGANISATION, UNP
from parason.accounts.registers import HOME, grouped, is_organisation
from parason.accounts.rules import DOCUMENT_TYPES, nationality_name
from parason.kernel.money import Money
from parason.products.definition import Question, QuestionType
from parason.products.queries import Definition
from parason.website.templatetags.portal import day, money

Row = tuple[str | Promise, Any]
SEX = {
    "M": pgettext_lazy("sex", "Male"),
    "F": pgettext_lazy("sex", "Female"),
    "X": pgettext_lazy("sex", "Not stated (X)"),
}
DATES = {"birth_date", "issued_on", "expires_on"}


def person_rows(facts: Mapping[str, Any], language: str) -> list[Row]:
    """A person's facts in the order of the passport; what was not entered is left out."""
    return [
        (label, _shown(name, str(facts[name]), language)) for name, label in LABELS.items() if facts.get(name)
    ]


def holder_rows(facts: Mapping[str, Any], language: str) -> list[Row]:
    """The policyholder's facts, a person's or an organisation's."""
    if not is_organisation(facts):
        return person_rows(facts, language)
    labels = {**ORGANISATION, "number": UNP} if facts.get("country") == HOME else ORGANISATION
    shown = {
        **facts,
        "country": nationality_name(str(facts.get("country")), language),
        "bank_account": grouped(str(facts.get("bank_account") or "")),
    }
    return [(label, shown[name]) for name, label in labels.items() if shown.get(name)]


def _shown(name: str, value: str, language: str) -> Any:
    if name in DATES:
        return day(date.fromisoformat(value))
    if name == "nationality":
        return nationality_name(value, language)
    if name == "document_type":
        return DOCUMENT_TYPES.get(value, value)
    return SEX.get(value, value) if name == "sex" else value


def question_rows(
    questions: Iterable[Question], answers: Mapping[str, Any], product: Definition, language: str
) -> list[Row]:
    """The product's questions that were answered, with the answers in words."""
    return [
        (question.says(language), answer_in_words(question, answers[question.code], product, language))
        for question in questions
        if answers.get(question.code) not in (None, "") and question.shown(answers)
    ]


def answer_in_words(question: Question, value: Any, product: Definition, language: str) -> Any:
    """One answer as a person reads it."""
    match question.type:
        case QuestionType.CHOICE:
            return dict(question.options(language)).get(str(value), value)
        case QuestionType.YES_NO:
            return (
                pgettext_lazy("answer", "Yes")
                if value in (True, "yes", "true")
                else pgettext_lazy("answer", "No")
            )
        case QuestionType.MONEY:
            return money(Money.of(Decimal(str(value)), product.sums.currency))
        case QuestionType.DATE:
            return day(date.fromisoformat(str(value)))
        case QuestionType.COUNTRY:
            return nationality_name(str(value), language)
    return value


def insured_rows(facts: Mapping[str, Any], product: Definition, language: str) -> list[Row]:
    """One insured person or object, with the answers about it."""
    asked = question_rows(product.questions_about("insured"), facts, product, language)
    return (
        [*person_rows(facts, language), *asked]
        if facts.get("birth_date") or facts.get("last_name_latin")
        else asked
    )

"""Answers are read against the questions: facts for rating, or a sentence at the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from parason.products.definition.questions import Question, QuestionType, say
from parason.products.rating.risk import Fact, plain

Fault = Promise | str
Faults = dict[str, Fault]
YES = {"yes", "true", "on", "1"}
NO = {"no", "false", "off", "0"}
AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?")
ZEROS = {"0", "0.0", "0.00", "0,0", "0,00"}
VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
PLATE = re.compile(r"[A-ZА-ЯЁІЎ0-9][A-ZА-ЯЁІЎ0-9 -]{1,14}")


class Unfit(Exception):
    """An answer that does not fit its question, with the sentence for the field."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault)


def clean(
    questions: Iterable[Question], answers: Mapping[str, Any], given: Mapping[str, Fact] | None = None
) -> tuple[dict[str, Fact], Faults]:
    """Facts of all questions that are asked, and faults by code.
    Hidden questions are left out, whatever was sent.
    """
    facts: dict[str, Fact] = {}
    faults: Faults = {}
    known = dict(given or {})
    for question in questions:
        if question.show_when and not question.shown({**known, **facts}):
            continue
        raw = answers.get(question.code)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if question.required:
                faults[question.code] = _("Answer this question.")
            continue
        try:
            facts[question.code] = read_answer(question, raw)
        except Unfit as error:
            faults[question.code] = error.fault
    return facts, faults


def read_answer(question: Question, raw: Any) -> Fact:
    """One answer as a fact. Raises Unfit with the sentence for the field."""
    return READERS[question.type](question, raw)


def _text(question: Question, raw: Any) -> str:
    value = str(raw).strip()
    if len(value) > question.max_length:
        raise Unfit(_("Use at most %(most)s characters.") % {"most": question.max_length})
    if any(ord(character) < 32 for character in value):
        raise Unfit(_("Use letters, digits and punctuation only."))
    if question.pattern is not None and not re.fullmatch(question.pattern, value):
        raise Unfit(say(question.pattern_help or {"en": ""}, get_language() or "en"))
    return value


def _choice(question: Question, raw: Any) -> str:
    value = str(raw)
    if value not in question.values:
        raise Unfit(_("Choose one of the answers shown."))
    return value


def _yes_no(question: Question, raw: Any) -> bool:
    value = str(raw).strip().lower()
    if value in YES:
        return True
    if value in NO:
        return False
    raise Unfit(_("Answer yes or no."))


def _within(question: Question, value: Decimal) -> None:
    if question.least is not None and value < question.least:
        raise Unfit(_("This must be %(least)s or more.") % {"least": plain(question.least)})
    if question.most is not None and value > question.most:
        raise Unfit(_("This must be %(most)s or less.") % {"most": plain(question.most)})


def _integer(question: Question, raw: Any) -> int:
    text = str(raw).strip()
    if isinstance(raw, bool | float) or not re.fullmatch(r"-?[0-9]{1,12}", text):
        raise Unfit(_("Write a whole number."))
    _within(question, Decimal(text))
    return int(text)


def amount(raw: Any) -> Decimal:
    """An amount as people write it (`150 000,50`), or 0 when it is none."""
    text = re.sub(r"[\s\u00a0\u202f]", "", str(raw)).replace(",", ".")
    if isinstance(raw, bool | float) or not AMOUNT.fullmatch(text):
        return Decimal(0)
    return Decimal(text)


def _money(question: Question, raw: Any) -> Decimal:
    value = amount(raw)
    if not value and str(raw).strip() not in ZEROS:
        raise Unfit(_("Write an amount, such as 12000 or 12000.50."))
    _within(question, value)
    return value


def _date(question: Question, raw: Any) -> str:
    try:
        return (raw if isinstance(raw, date) else date.fromisoformat(str(raw).strip())).isoformat()
    except ValueError:
        raise Unfit(_("This is not a date of the calendar.")) from None


def _country(question: Question, raw: Any) -> str:
    value = str(raw).strip().upper()
    if not re.fullmatch(r"[A-Z]{1,3}", value):
        raise Unfit(_("Choose a country from the list."))
    return value


def _vin(question: Question, raw: Any) -> str:
    value = re.sub(r"[\s-]", "", str(raw)).upper()
    if not VIN.fullmatch(value):
        raise Unfit(_("A VIN has 17 letters and digits, without I, O and Q."))
    return value


def _plate(question: Question, raw: Any) -> str:
    value = " ".join(str(raw).upper().split())
    if not PLATE.fullmatch(value):
        raise Unfit(_("Write the plate's letters and digits as on the registration paper."))
    return value


READERS: dict[QuestionType, Callable[[Question, Any], Fact]] = {
    QuestionType.CHOICE: _choice,
    QuestionType.YES_NO: _yes_no,
    QuestionType.INTEGER: _integer,
    QuestionType.MONEY: _money,
    QuestionType.TEXT: _text,
    QuestionType.DATE: _date,
    QuestionType.COUNTRY: _country,
    QuestionType.VIN: _vin,
    QuestionType.PLATE: _plate,
}

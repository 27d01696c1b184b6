"""Who or what is insured (G18, G19): the policyholder by the box, saved people, objects; questions about
each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parason.accounts.models import Person
from parason.products.definition import Question
from parason.products.definition.answers import clean as clean_answers
from parason.products.queries import Definition
from parason.quotes.models import Application
from parason.website.forms.questions import PREFIX, _field, shown_questions

Data = Mapping[str, Any] | None


def all_valid(asked: Iterable[forms.Form]) -> bool:
    """Whether all are valid; each is looked at, so that all faults show at once."""
    wrong = [form for form in asked if not form.is_valid()]
    return not wrong


class Asked(forms.Form):
    """The questions about one insured person or object; `answers` once valid."""

    def __init__(
        self,
        data: Data,
        *,
        questions: Sequence[Question],
        language: str,
        kept: Mapping[str, Any],
        prefix: str,
    ) -> None:
        super().__init__(data, prefix=prefix, auto_id="%s")
        now = dict(kept)
        if self.is_bound:
            now = {
                question.code: self.data.get(self.add_prefix(PREFIX + question.code))
                for question in questions
            }
        self.asked = shown_questions(questions, now)
        self.answers: dict[str, Any] = {}
        for question in self.asked:
            field = self.fields[PREFIX + question.code] = _field(question, language)
            given = kept.get(question.code, question.default)
            field.initial = {True: "yes", False: "no"}[given] if isinstance(given, bool) else given

    def clean(self) -> dict[str, Any]:
        given = {question.code: self.cleaned_data.get(PREFIX + question.code) for question in self.asked}
        facts, faults = clean_answers(self.asked, given)
        for code, fault in faults.items():
            if PREFIX + code not in self.errors:
                self.add_error(PREFIX + code, str(fault))
        self.answers = {
            code: value if isinstance(value, str | int | bool) else str(value)
            for code, value in facts.items()
        }
        return self.cleaned_data


class PeopleForm(forms.Form):
    """Which persons are insured."""

    self_insured = forms.BooleanField(
        label=pgettext_lazy("guide", "policyholder is the insured person"),
        required=False,
        initial=True,
    )
    person = forms.TypedMultipleChoiceField(
        label=_("Insure people you have saved"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        data: Data,
        *,
        application: Application,
        product: Definition,
        persons: Sequence[Person],
        language: str,
    ) -> None:
        super().__init__(
            data,
            auto_id="%s",
            initial={
                "self_insured": application.policyholder_is_insured,
                "person": application.person_ids,
            },
        )
        self.product, self.persons = product, persons
        others = [person for person in persons if not person.is_self]
        if others:
            field: Any = self.fields["person"]
            field.choices = [(person.pk, str(person)) for person in others]
        else:
            del self.fields["person"]
        questions = product.questions_about("insured")
        self.each = (
            {
                person.pk: Asked(
                    data,
                    questions=questions,
                    language=language,
                    prefix=f"p{person.pk}",
                    kept={**application.answers, **application.insured_answers.get(str(person.pk), {})},
                )
                for person in persons
            }
            if questions
            else {}
        )
        self.chosen: list[Person] = []

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        ids = set(given.get("person", []))
        self.chosen = [
            person
            for person in self.persons
            if (given["self_insured"] if person.is_self else person.pk in ids)
        ]
        most = self.product.insured.most
        if len(self.chosen) > most:
            raise forms.ValidationError(_("At most %(most)d people in one contract.") % {"most": most})
        asked = [self.each[person.pk] for person in self.chosen if person.pk in self.each]
        if not all_valid(asked):
            raise forms.ValidationError(_("Answer the questions about each person."))
        return given

    @property
    def answers(self) -> dict[str, dict[str, Any]]:
        """The answers about each chosen person, by key."""
        return {
            str(person.pk): self.each[person.pk].answers for person in self.chosen if person.pk in self.each
        }


class ObjectsForm(forms.Form):
    """The vehicles or buildings that are insured: the product's questions, once for each."""

    def __init__(self, data: Data, *, application: Application, product: Definition, language: str) -> None:
        super().__init__(data, auto_id="%s")
        kept = application.objects_insured or [application.answers]
        count = max(len(kept), product.insured.least)
        sent = data.get("count", "") if data is not None else ""
        if sent.isascii() and sent.isdigit():
            count = min(max(int(sent), product.insured.least), product.insured.most, 50)
        questions = product.questions_about("insured")
        self.each = [
            Asked(
                data,
                questions=questions,
                language=language,
                prefix=f"o{place}",
                kept=kept[place] if place < len(kept) else {},
            )
            for place in range(count)
        ]

    def clean(self) -> dict[str, Any]:
        if not all_valid(self.each):
            raise forms.ValidationError(_("Answer the questions about what is insured."))
        return self.cleaned_data

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The facts of each object."""
        return [asked.answers for asked in self.each]

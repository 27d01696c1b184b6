"""What staff fill in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from parason.products.definition import Question, QuestionType
from parason.products.queries import Definition

UNITS = [("EUR", "EUR"), ("BYN", "BYN"), ("USD", "USD"), ("BASE_UNIT", _("Base unit"))]
ANSWER = "a_"  # before the code of a question, so that none can shadow a field of ours
TABLE = "table_"
MOST_PEOPLE = 20  # a chart rates each of them for every length, by both versions


class DayField(forms.DateField):
    """A calendar date, asked by the browser's own calendar."""

    def __init__(self, **given: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        within = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2199, 12, 31))]
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], validators=within, **given)


class ProposalForm(forms.Form):
    """A new version of a product's tariff: its facts, and a file for each table that changes."""

    version = forms.CharField(max_length=40, label=_("Name of the version"), help_text=_("Such as 2027-01."))
    valid_from = DayField(label=_("First day"), help_text=_("Tomorrow or later."))
    valid_to = DayField(label=_("Last day"), required=False, help_text=_("Empty: until a newer one begins."))
    act = forms.CharField(max_length=300, label=_("Act on which it rests"))
    act_link = forms.URLField(
        required=False, max_length=200, label=_("Link to the act"), assume_scheme="https"
    )
    unit = forms.ChoiceField(choices=UNITS, label=_("Unit of the tables"))
    verified = forms.BooleanField(required=False, label=_("I have compared the tables with the act"))

    def __init__(self, *args: Any, product: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in product.tables:
            self.fields[TABLE + name] = forms.FileField(
                required=False,
                label=_("Table “%(name)s”") % {"name": name},
                help_text=_("CSV in UTF-8, or XLSX. Without a file the table stays as it is."),
                widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
                error_messages={"empty": _("The file is empty.")},
            )

    def files_of_tables(self) -> dict[str, Any]:
        """The files given, by table."""
        return {
            name.removeprefix(TABLE): file
            for name, file in self.cleaned_data.items()
            if name.startswith(TABLE) and file
        }


class RiskForm(forms.Form):
    """What to price: dates, how many, and the product's own questions. Its values stand in the address."""

    first_day = DayField(label=_("First day"))
    count = forms.IntegerField()
    people = forms.IntegerField(min_value=1, max_value=MOST_PEOPLE, label=_("How many are insured"))

    def __init__(self, data: Mapping[str, Any], *, product: Definition, first: date) -> None:
        self.product = product
        asked = _asked(product)
        usual: dict[str, Any] = {
            "first_day": first.isoformat(), "count": product.term.most, "people": product.insured.least,
            **{ANSWER + question.code: _usual(question) for question in asked},
        }  # fmt: skip
        super().__init__({**usual, **{name: data[name] for name in data}})
        self.fields["count"] = forms.IntegerField(
            label=pgettext_lazy("term", "Length"), help_text=UNIT_WORDS[product.term.unit],
            min_value=product.term.least, max_value=product.term.most,
        )  # fmt: skip
        for question in asked:
            self.fields[ANSWER + question.code] = _field(question)
        if product.insured_kind == "person":
            hint = _("Empty: %(age)s years old.") % {"age": product.insured.assumed_age}
            self.fields["birth_date"] = DayField(label=_("Birth date"), required=False, help_text=hint)

    def answers(self) -> dict[str, Any]:
        """Answers to the product's questions, by code."""
        return {
            name.removeprefix(ANSWER): value
            for name, value in self.cleaned_data.items()
            if name.startswith(ANSWER) and value not in (None, "")
        }

    def insured(self) -> list[dict[str, Any]]:
        """So many alike, as the answers describe them."""
        born = self.cleaned_data.get("birth_date")
        one = {**self.answers(), **({"birth_date": born} if born else {})}
        return [one] * int(self.cleaned_data["people"])

    def refuse(self, field: str, message: str) -> None:
        """Show a fault of rating at its field, or above the form."""
        name = field if field in self.fields else ANSWER + field
        self.add_error(name if name in self.fields else None, message)


UNIT_WORDS = {"day": _("In days."), "month": _("In months."), "year": _("In years.")}


def _asked(product: Definition) -> list[Question]:
    """The questions on which a price may rest; words on paper do not matter here."""
    return [question for question in product.questions if question.code in product.rated or question.priced]


def _usual(question: Question) -> str:
    if isinstance(question.default, bool):
        return "yes" if question.default else "no"
    if question.default is not None:
        return str(question.default)
    if question.choices:
        return question.choices[0].value
    if question.type is QuestionType.YES_NO:
        return "no"
    return "" if question.least is None else str(question.least)


def _field(question: Question) -> forms.Field:
    language = get_language() or "en"
    given: dict[str, Any] = {"label": question.says(language), "required": False}
    if question.type is QuestionType.CHOICE:
        return forms.ChoiceField(choices=question.options(language), **given)
    if question.type is QuestionType.YES_NO:
        yes, no = pgettext_lazy("answer", "Yes"), pgettext_lazy("answer", "No")
        return forms.ChoiceField(choices=[("yes", yes), ("no", no)], **given)
    if question.type is QuestionType.DATE:
        return DayField(**given)
    return forms.CharField(max_length=question.max_length, **given)


class StopForm(forms.Form):
    """A stop of sale: from when, until when, where, why."""

    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"), required=False, help_text=_("Empty: until somebody lifts it."))
    reason = forms.CharField(max_length=300, label=_("Reason"), help_text=_("Customers read it."))

    def __init__(self, *args: Any, product: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if product.territory_question:
            places = product.question(product.territory_question).options(get_language() or "en")
            choices = [("", _("Everywhere")), *places]
            self.fields["territory"] = forms.ChoiceField(
                choices=choices, required=False, label=_("Territory")
            )


class RateForm(forms.Form):
    """An official rate, typed from where it was published."""

    currency = forms.CharField(min_length=3, max_length=3, label=_("Currency"), help_text=_("Such as EUR."))
    date = DayField(label=pgettext_lazy("rate", "Day"))
    scale = forms.IntegerField(min_value=1, label=_("For how many units"), initial=1)
    rate = forms.DecimalField(max_digits=18, decimal_places=6, label=_("Rate in BYN"))
    reason = forms.CharField(max_length=300, label=_("Where you read it, and why it is not here by itself"))

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class BaseUnitForm(forms.Form):
    """A new value of the base unit."""

    valid_from = DayField(label=_("First day"))
    value = forms.DecimalField(max_digits=12, decimal_places=2, label=_("Value in BYN"))
    act = forms.CharField(max_length=200, label=_("Act on which it rests"))


class ReasonForm(forms.Form):
    """Why somebody touches another person's account."""

    reason = forms.CharField(
        max_length=300, label=_("Reason"), help_text=_("Such as: called, answered the three questions.")
    )


class ContractFilter(forms.Form):
    """What to search contracts by."""

    q = forms.CharField(required=False, max_length=100, label=_("Search"))
    product = forms.CharField(required=False, max_length=40)
    status = forms.CharField(required=False, max_length=20)
    since = DayField(required=False, label=_("Formed from"))
    until = DayField(required=False, label=_("Formed until"))

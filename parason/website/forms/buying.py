"""Forms of a purchase, built from the product's definition: none is written for one product alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parason.kernel.periods import Period
from parason.products.definition.answers import clean as clean_answers
from parason.products.queries import Definition
from parason.quotes.rules import WrongDates, check_period, period_of
from parason.website.forms.questions import PREFIX, add_questions

FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d %m %Y"]
COUNT_LABELS = {
    "day": _("Number of days"),
    "month": _("Number of months"),
    "year": _("Number of years"),
}


class DayField(forms.DateField):
    """A day of cover, by the browser's own calendar; where it has none, typed."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off", "class": "input--date"}
        )
        super().__init__(
            widget=widget,
            input_formats=FORMATS,
            error_messages={
                "required": _("Enter the first day."),
                "invalid": _("Enter a real date: year, month, day, such as 2027-03-31."),
            },
            **options,
        )


class DatesForm(forms.Form):
    """When, how many people, and what else the price depends on (G17).

    The last day follows from the number of days or the other way round: whichever was changed since the
    page was
    shown (`shown`) wins; when both were changed and disagree, the person is asked.
    """

    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"), required=False)
    days = forms.IntegerField(
        label=_("Number of days"),
        required=False,
        max_value=99_999,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input--short"}
        ),
        error_messages={
            "invalid": _("Write the number of days in digits."),
            "max_value": _("The number of days is too large."),
        },
    )
    people = forms.IntegerField(
        label=_("How many people?"),
        required=False,
        min_value=1,
        initial=1,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input--short"}
        ),
        error_messages={
            "invalid": _("Write the number of people in digits."),
            "min_value": _("At least one person is insured."),
        },
    )
    shown = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        product: Definition,
        today: date,
        language: str,
        period: Period | None = None,
        people: int = 1,
        answers: Mapping[str, Any] | None = None,
    ) -> None:
        self.product, self.today = product, today
        period = period or default_period(product, today)
        count = product.term.count(period)
        initial = {
            "first_day": period.first,
            "last_day": period.last,
            "days": count,
            "people": people,
            "shown": f"{period.last.isoformat()}|{count}",
        }
        super().__init__(data, initial=initial, auto_id="%s")
        self._fit_to_product(language, answers or {})

    def _fit_to_product(self, language: str, answers: Mapping[str, Any]) -> None:
        term, insured = self.product.term, self.product.insured
        self.fields["days"].label = COUNT_LABELS[term.unit]
        first = self.fields["first_day"].widget.attrs
        first["min"], first["max"] = (
            term.earliest(self.today).isoformat(),
            term.latest(self.today).isoformat(),
        )
        if term.unit != "day":
            del self.fields["last_day"]
        if insured.kind != "person" or insured.most == 1 or insured.from_list:
            del self.fields["people"]
        questions = [question for question in self.product.questions if question.priced]
        self.asked = add_questions(self, questions, answers, language)

    def defaults(self) -> dict[str, Any]:
        """What the fields say before anything was sent, in the shape of `cleaned_data`."""
        first, last = self.initial["first_day"], self.initial["last_day"]
        answers = {question.code: self.fields[PREFIX + question.code].initial for question in self.asked}
        return {
            "period": Period(first, last),
            "people": self.initial["people"],
            "answers": {code: value for code, value in answers.items() if value is not None},
        }

    def clean_people(self) -> int:
        people: int | None = self.cleaned_data["people"]
        most = self.product.insured.most
        if people is not None and people > most:
            raise forms.ValidationError(_("At most %(most)d people in one contract.") % {"most": most})
        return people or 1

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        self._clean_period(given)
        answers = {question.code: given.get(PREFIX + question.code) for question in self.asked}
        facts, faults = clean_answers(self.asked, answers)
        for code, fault in faults.items():
            if PREFIX + code not in self.errors:
                self.add_error(PREFIX + code, fault)  # type: ignore[arg-type]
        given["answers"] = {code: _plain(value) for code, value in facts.items()}
        return given

    def _clean_period(self, given: dict[str, Any]) -> None:
        if not {"first_day", "last_day", "days"}.isdisjoint(self.errors):
            return
        try:
            last, count = self._which(given)
            period = period_of(first=given["first_day"], last=last, count=count, term=self.product.term)
            check_period(period=period, term=self.product.term, today=self.today)
        except WrongDates as error:
            self.add_error(error.field if error.field in self.fields else "days", str(error.message))
        else:
            given["period"] = period

    def _which(self, given: Mapping[str, Any]) -> tuple[date | None, int | None]:
        last, count = given.get("last_day"), given["days"]
        if last is None or count is None:
            return last, count
        shown_last, _bar, shown_count = given.get("shown", "").partition("|")
        last_changed, count_changed = last.isoformat() != shown_last, str(count) != shown_count
        both = last_changed and count_changed and last >= given["first_day"]
        if both and self.product.term.count(Period(given["first_day"], last)) != count:
            raise WrongDates(
                "days", _("The last day and the number of days do not fit each other. Clear one of them.")
            )
        return (last, None) if last_changed and not count_changed else (None, count)


def default_period(product: Definition, today: date) -> Period:
    """What the dates page begins with: from the earliest day on, a month (or the least the product
    allows)."""
    term = product.term
    count = max(term.least, min(30, term.most)) if term.unit == "day" else term.least
    return term.period(term.earliest(today), count)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool) else str(value)


class CheckForm(forms.Form):
    """The click on “Enter into a contract” (G20): what was seen travels with it."""

    confirm = forms.BooleanField(
        error_messages={"required": _("Tick the box to confirm that the data are correct.")},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    seen_minor = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**15)
    seen_currency = forms.RegexField(r"^[A-Z]{3}$", widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, statement: str, **options: Any) -> None:
        super().__init__(data, auto_id="%s", **options)
        self.fields["confirm"].label = statement

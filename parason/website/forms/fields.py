"""Fields for what passports hold: dates in three boxes, names, nationality, phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parason.accounts import dates, rules
from parason.accounts.countries import icao_code

Text = str | Promise
NAME_MOST = 120
AS_TYPED = {"autocapitalize": "words", "spellcheck": "false", "autocorrect": "off"}
CAPITALS = {
    "autocapitalize": "characters", "spellcheck": "false", "autocorrect": "off", "autocomplete": "off", "dir": "ltr",
}


def order_of(language: str | None = None) -> str:
    """In which order a person writes day, month and year: “mdy” in English, as the guide's labels say, else “dmy”."""
    return "mdy" if (language or get_language() or "en") == "en" else "dmy"


def pattern() -> str:
    """The hint in a label: mm/dd/yyyy."""
    return str(pgettext_lazy("date format", "mm/dd/yyyy"))


class TextField(forms.CharField):
    """One line: NFC, tidy spaces, nothing invisible, a sentence when it is too long."""

    def __init__(self, *, label: Text, most: int, missing: Text = "", attrs: Mapping[str, str] | None = None, **rest: Any) -> None:
        self.most = most
        widget = rest.pop("widget", forms.TextInput)(attrs={**AS_TYPED, **(attrs or {})})
        super().__init__(label=label, widget=widget, strip=False, **rest)
        if missing:
            self.error_messages["required"] = missing

    def to_python(self, value: Any) -> str:
        text = self.tidy(super().to_python(value) or "")
        if len(text) > self.most:
            raise ValidationError(_("At most %(most)d characters; this has %(count)d.") % {"most": self.most, "count": len(text)})
        if text and (wrong := self.wrong(text)):
            raise ValidationError(str(wrong))
        return text

    def tidy(self, text: str) -> str:
        return rules.tidy(text)

    def wrong(self, text: str) -> Text | None:
        return rules.check_characters(text)


class NameField(TextField):
    """A name in any script, as the person writes it."""

    def __init__(self, *, label: Text, **rest: Any) -> None:
        super().__init__(label=label, most=NAME_MOST, **rest)
        self.widget.attrs["dir"] = "auto"

    def wrong(self, text: str) -> Text | None:
        return rules.check_name(text)


class LatinNameField(TextField):
    """A name in the passport's Latin letters."""

    def __init__(self, *, label: Text, **rest: Any) -> None:
        super().__init__(label=label, most=NAME_MOST, **rest)
        self.widget.attrs["dir"] = "ltr"

    def tidy(self, text: str) -> str:
        return rules.tidy_latin(text)

    def wrong(self, text: str) -> Text | None:
        return rules.check_latin(text)


class DocumentField(TextField):
    """Series or number: capitals without spaces, look-alikes of Latin letters mended."""

    def __init__(self, *, label: Text, most: int, **rest: Any) -> None:
        attrs = {**CAPITALS, **rest.pop("attrs", {})}
        super().__init__(label=label, most=most, attrs=attrs, **rest)

    def tidy(self, text: str) -> str:
        return rules.tidy_document(text)

    def wrong(self, text: str) -> Text | None:
        return rules.check_document(text, most=self.most)


class AddressField(TextField):
    """Several lines of free text."""

    def __init__(self, *, label: Text, **rest: Any) -> None:
        super().__init__(label=label, most=600, widget=forms.Textarea, **rest)
        self.widget.attrs |= {"rows": "3", "dir": "auto"}

    def tidy(self, text: str) -> str:
        lines = (rules.tidy(line) for line in text.replace("\r", "\n").split("\n"))
        return "\n".join(line for line in lines if line)


class PhoneField(forms.CharField):
    """A telephone number of any country, kept as E.164. Without a country code it is a number of Belarus."""

    def __init__(self, *, label: Text, **rest: Any) -> None:
        widget = forms.TextInput(attrs={
            "type": "tel", "inputmode": "tel", "autocomplete": "tel", "dir": "ltr", "autocapitalize": "none", "spellcheck": "false",
        })
        super().__init__(label=label, widget=widget, **rest)

    def to_python(self, value: Any) -> str:
        text = dates.digits(super().to_python(value) or "")
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text[:60], "BY")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValidationError(_("Enter a telephone number with the country code, like +375 29 123 45 67."))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def prepare_value(self, value: Any) -> Any:
        """A stored number is shown in groups."""
        if isinstance(value, str) and value.startswith("+") and value[1:].isdigit():
            try:
                return phonenumbers.format_number(phonenumbers.parse(value), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
            except phonenumbers.NumberParseException:
                return value
        return value


class Choice(forms.ChoiceField):
    """A native list that begins with an empty line."""

    def __init__(self, *, label: Text, missing: Text = "", attrs: Mapping[str, str] | None = None, **rest: Any) -> None:
        super().__init__(label=label, widget=forms.Select(attrs=dict(attrs or {})), **rest)
        self.error_messages["required"] = missing or self.error_messages["required"]
        self.error_messages["invalid_choice"] = _("Choose from the list.")


class NationalityField(Choice):
    """ICAO's list of nationalities in the person's language; a native list finds by the first letters."""

    def __init__(self, *, label: Text, **rest: Any) -> None:
        super().__init__(label=label, attrs={"autocomplete": "off"}, choices=_nationality_choices, **rest)

    def to_python(self, value: Any) -> str:
        text = str(value or "")
        return icao_code(text) or text

    def prepare_value(self, value: Any) -> Any:
        return icao_code(value) or value if isinstance(value, str) else value


@cache
def _choices_in(language: str) -> tuple[tuple[str, str], ...]:
    return (("", "—"), *rules.nationalities(language))


def _nationality_choices() -> list[tuple[str, str]]:
    return list(_choices_in(get_language() or "en"))


class DateBoxes(forms.Widget):
    """Three boxes in the person's order; a whole date pasted into any of them is understood as well."""

    template_name = "profile/widgets/date_boxes.html"
    use_fieldset = True
    LABELS = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
    PARTS = {"d": "day", "m": "month", "y": "year"}

    def __init__(self, *, purpose: str = "") -> None:
        super().__init__()
        self.purpose = purpose  # "bday" lets the browser fill a date of birth in

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_{self.PARTS[order_of()[0]]}" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        parts = self.parts(value)
        id_ = (attrs or {}).get("id", f"id_{name}")
        invalid = {key: (attrs or {})[key] for key in ("aria-invalid",) if key in (attrs or {})}
        context["boxes"] = [
            {
                "name": f"{name}_{part}", "id": f"{id_}_{part}", "label": self.LABELS[part], "value": parts[part],
                "width": "w4" if part == "year" else "w2",
                "autocomplete": f"{self.purpose}-{part}" if self.purpose else "off", "attrs": invalid,
            }
            for part in (self.PARTS[letter] for letter in order_of())
        ]
        return context

    @staticmethod
    def parts(value: Any) -> dict[str, str]:
        if isinstance(value, date):
            return {"day": str(value.day), "month": str(value.month), "year": f"{value.year:04}"}
        if isinstance(value, Mapping):
            return {part: str(value.get(part, "")) for part in ("day", "month", "year")}
        return dict.fromkeys(("day", "month", "year"), "")

    @staticmethod
    def shown(value: date) -> str:
        """A date as the person would type it."""
        return f"{value:%m/%d/%Y}" if order_of() == "mdy" else f"{value:%d.%m.%Y}"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        if name in data:  # one text, from a script or a test
            return {"day": str(data[name]), "month": "", "year": ""}
        return {part: str(data.get(f"{name}_{part}", "")) for part in ("day", "month", "year")}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and not any(f"{name}_{part}" in data for part in ("day", "month", "year"))


WRONG_PART = {
    "day": _("The day must be a number from 1 to 31."),
    "month": _("The month must be a number from 1 to 12, or a name."),
    "year": _("The year must have 4 digits, like 1990."),
    "short_year": _("The year must have 4 digits, like 1990."),
    "real": _("There is no such day in that month."),
    "unreadable": _("Enter a date, like %(example)s."),
}
MISSING_PARTS = {
    ("day",): _("The date must include a day."),
    ("month",): _("The date must include a month."),
    ("year",): _("The date must include a year."),
    ("day", "month"): _("The date must include a day and a month."),
    ("day", "year"): _("The date must include a day and a year."),
    ("month", "year"): _("The date must include a month and a year."),
}


class DateBoxesField(forms.Field):
    """A calendar date in three boxes. `cleaned_data` has a date or None."""

    widget = DateBoxes

    def __init__(self, *, label: Text, missing: Text = "", purpose: str = "", **rest: Any) -> None:
        super().__init__(label=label, widget=DateBoxes(purpose=purpose), **rest)
        self.error_messages["required"] = missing or _("Enter the date.")

    def to_python(self, value: Any) -> date | None:
        if value is None or isinstance(value, date):
            return value
        given = {part: text.strip() for part, text in value.items() if text.strip()}
        if not given:
            return None
        try:
            return self._read(given)
        except dates.NotADate as wrong:
            example = DateBoxes.shown(date(1990, 12, 31))
            raise ValidationError(str(WRONG_PART[wrong.reason]) % {"example": example}, code=wrong.reason) from None

    @staticmethod
    def _read(given: dict[str, str]) -> date:
        whole = [text[:60] for text in given.values() if dates.is_whole(text)]
        if whole:
            return dates.from_text(whole[0], order_of())
        if lacking := tuple(part for part in ("day", "month", "year") if part not in given):
            raise ValidationError(MISSING_PARTS[lacking], code="incomplete")
        return dates.from_parts(given["day"], given["month"], given["year"])

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


def dated(label: Text) -> Any:
    """A label with the pattern of dates behind it, as the guide writes: “Birth date (mm/dd/yyyy)”."""
    return lazy(lambda: f"{label} ({pattern()})", str)()

"""Fields for what passports hold: dates in three boxes, names, nationality, phone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from parason.accounts import dates, rules
from parason.accounts.countries import icao_code
from parason.website.forms.dates import DateBoxes, DateBoxesField, Label, dated, order_of

__all__ = [
    "AddressField", "Choice", "DateBoxes", "DateBoxesField", "DocumentField", "LatinNameField", "NameField",
    "NationalityField", "PhoneField", "TextField", "dated", "order_of",
]  # fmt: skip
Text = str | Promise
NAME_MOST = 120
AS_TYPED = {"autocapitalize": "words", "spellcheck": "false", "autocorrect": "off"}
CAPITALS = {
    "autocapitalize": "characters",
    "spellcheck": "false",
    "autocorrect": "off",
    "autocomplete": "off",
    "dir": "ltr",
}


class TextField(forms.CharField):
    """One line: NFC, tidy spaces, nothing invisible, a sentence when it is too long."""

    def __init__(
        self,
        *,
        label: Label,
        most: int,
        missing: Label = "",
        attrs: Mapping[str, str] | None = None,
        **rest: Any,
    ) -> None:
        self.most = most
        widget = rest.pop("widget", forms.TextInput)(attrs={**AS_TYPED, **(attrs or {})})
        super().__init__(label=label, widget=widget, strip=False, **rest)
        if missing:
            self.error_messages["required"] = missing

    def to_python(self, value: Any) -> str:
        text = self.tidy(super().to_python(value) or "")
        if len(text) > self.most:
            raise ValidationError(
                _("At most %(most)d characters; this has %(count)d.")
                % {"most": self.most, "count": len(text)}
            )
        if text and (wrong := self.wrong(text)):
            raise ValidationError(str(wrong))
        return text

    def tidy(self, text: str) -> str:
        return rules.tidy(text)

    def wrong(self, text: str) -> Text | None:
        return rules.check_characters(text)


class NameField(TextField):
    """A name in any script, as the person writes it."""

    def __init__(self, *, label: Label, **rest: Any) -> None:
        super().__init__(label=label, most=NAME_MOST, **rest)
        self.widget.attrs["dir"] = "auto"

    def wrong(self, text: str) -> Text | None:
        return rules.check_name(text)


class LatinNameField(TextField):
    """A name in the passport's Latin letters."""

    def __init__(self, *, label: Label, **rest: Any) -> None:
        super().__init__(label=label, most=NAME_MOST, **rest)
        self.widget.attrs["dir"] = "ltr"

    def tidy(self, text: str) -> str:
        return rules.tidy_latin(text)

    def wrong(self, text: str) -> Text | None:
        return rules.check_latin(text)


class DocumentField(TextField):
    """Series or number: capitals without spaces, look-alikes of Latin letters mended."""

    def __init__(self, *, label: Label, most: int, **rest: Any) -> None:
        attrs = {**CAPITALS, **rest.pop("attrs", {})}
        super().__init__(label=label, most=most, attrs=attrs, **rest)

    def tidy(self, text: str) -> str:
        return rules.tidy_document(text)

    def wrong(self, text: str) -> Text | None:
        return rules.check_document(text, most=self.most)


class AddressField(TextField):
    """Several lines of free text."""

    def __init__(self, *, label: Label, **rest: Any) -> None:
        super().__init__(label=label, most=600, widget=forms.Textarea, **rest)
        self.widget.attrs |= {"rows": "3", "dir": "auto"}

    def tidy(self, text: str) -> str:
        lines = (rules.tidy(line) for line in text.replace("\r", "\n").split("\n"))
        return "\n".join(line for line in lines if line)


class PhoneField(forms.CharField):
    """A telephone number of any country, kept as E.164. Without a country code it is a number of Belarus."""

    def __init__(self, *, label: Label, **rest: Any) -> None:
        widget = forms.TextInput(
            attrs={
                "type": "tel",
                "inputmode": "tel",
                "autocomplete": "tel",
                "dir": "ltr",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        )
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
            raise ValidationError(
                _("Enter a telephone number with the country code, like +375 29 123 45 67.")
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def prepare_value(self, value: Any) -> Any:
        """A stored number is shown in groups."""
        if isinstance(value, str) and value.startswith("+") and value[1:].isdigit():
            try:
                return phonenumbers.format_number(
                    phonenumbers.parse(value), phonenumbers.PhoneNumberFormat.INTERNATIONAL
                )
            except phonenumbers.NumberParseException:
                return value
        return value


class Choice(forms.ChoiceField):
    """A native list that begins with an empty line."""

    def __init__(
        self, *, label: Label, missing: Label = "", attrs: Mapping[str, str] | None = None, **rest: Any
    ) -> None:
        super().__init__(label=label, widget=forms.Select(attrs=dict(attrs or {})), **rest)
        self.error_messages["required"] = missing or self.error_messages["required"]
        self.error_messages["invalid_choice"] = _("Choose from the list.")


class NationalityField(Choice):
    """ICAO's list of nationalities in the person's language; a native list finds by the first letters."""

    def __init__(self, *, label: Label, **rest: Any) -> None:
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

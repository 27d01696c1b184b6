"""Calendar dates in three boxes, in the order in which the person writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from parason.accounts import dates

Label = Any  # django-stubs knows a narrower kind of lazy text than Django returns


def order_of(language: str | None = None) -> str:
    """In which order a person writes day, month and year: “mdy” in English, as the guide's labels say,
    else “dmy”.
    """
    return "mdy" if (language or get_language() or "en") == "en" else "dmy"


def pattern() -> str:
    """The hint in a label: mm/dd/yyyy."""
    return str(pgettext_lazy("date format", "mm/dd/yyyy"))


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
                "name": f"{name}_{part}",
                "id": f"{id_}_{part}",
                "label": self.LABELS[part],
                "value": parts[part],
                "width": "w4" if part == "year" else "w2",
                "autocomplete": f"{self.purpose}-{part}" if self.purpose else "off",
                "attrs": invalid,
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

    def __init__(self, *, label: Label, missing: Label = "", purpose: str = "", **rest: Any) -> None:
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
            raise ValidationError(
                str(WRONG_PART[wrong.reason]) % {"example": example}, code=wrong.reason
            ) from None

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


def dated(label: Label) -> Any:
    """A label with the pattern of dates behind it, as the guide writes: “Birth date (mm/dd/yyyy)”."""
    return lazy(lambda: f"{label} ({pattern()})", str)()

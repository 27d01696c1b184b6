"""What the passport's lines and other spellings suggest, set against what was typed. The person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parason.accounts import mrz, rules
from parason.accounts.latin import machine_form, plain_form
from parason.website.forms.dates import DateBoxes
from parason.website.forms.person import PersonPart

UNREADABLE: dict[str, str | Promise] = {
    "lines": _("Paste the two or three lines at the foot of the page with your photograph."),
    "characters": _("The lines have only capital letters A–Z, numbers and the sign <."),
    "length": _("A line is too short or too long. Copy the lines whole, with every sign <."),
}
WRONG_DIGIT: dict[str, str | Promise] = {
    "number": _("The number of the document was misread: its check digit does not fit."),
    "birth": _("The birth date was misread: its check digit does not fit."),
    "expiry": _("The date of expiry was misread: its check digit does not fit."),
    "optional": _("The personal number was misread: its check digit does not fit."),
    "composite": _("Something in the lines was misread: the last check digit does not fit."),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value for one field; `differs` when something else was typed there."""

    name: str
    value: str  # as the button sends it: ISO for dates, codes for lists
    shown: str
    differs: bool
    latin: bool = False  # made from another script, not read in a passport

    @property
    def choice(self) -> str:
        return f"{self.name}={self.value}"


@dataclass(slots=True)
class Reading:
    """The result of reading: suggestions by field, and what to tell the person."""

    suggestions: dict[str, Suggestion]
    problems: list[str | Promise]
    agrees: bool = False


def compare(form: PersonPart, text: str, today: date) -> Reading:
    """Read pasted lines and set them against what the form shows."""
    try:
        found = mrz.read(text)
    except mrz.NotMrz as wrong:
        return Reading({}, [UNREADABLE[wrong.reason]])
    if found.is_specimen:
        return Reading({}, [_("These are the lines of a specimen (Utopia), not of a passport.")])
    problems: list[str | Promise] = [WRONG_DIGIT[part] for part in found.wrong]
    if found.name_may_be_cut:
        problems.append(_("The name in the lines may be cut short. Check it against the page above them."))
    suggestions = suggest(form, found.values(today))
    return Reading(suggestions, problems, agrees=not suggestions and not problems)


def suggest(form: PersonPart, values: Mapping[str, str | date]) -> dict[str, Suggestion]:
    """Suggestions for the fields of this form that are empty or say something else."""
    result = {}
    for name, value in values.items():
        if name not in form.fields:
            continue
        typed = typed_value(form, name)
        if not typed or not _same(name, typed, value):
            sent = value.isoformat() if isinstance(value, date) else value
            result[name] = Suggestion(name, sent, _shown(form, name, value), differs=bool(typed))
    return result


def typed_value(form: PersonPart, name: str) -> str:
    """What stands in a field now, as text; dates in ISO 8601 when they can be read."""
    value = form[name].value()
    field = form.fields[name]
    if isinstance(field.widget, DateBoxes):
        try:
            day = field.clean(value) if isinstance(value, dict) else value
        except ValidationError:
            return "?"  # whatever is wrong with the typed date, it is not what the lines say
        return day.isoformat() if isinstance(day, date) else ""
    return str(value or "")


def _same(name: str, typed: str, value: str | date) -> bool:
    if isinstance(value, date):
        return typed == value.isoformat()
    if name.endswith("_latin"):
        return value in (machine_form(typed), plain_form(typed))
    if name in ("document_number", "personal_number", "document_series"):
        return rules.tidy_document(typed).replace("-", "") == value
    return typed == value


def _shown(form: PersonPart, name: str, value: str | date) -> str:
    if isinstance(value, date):
        return form.fields[name].widget.shown(value)  # type: ignore[no-any-return]
    choices = dict(getattr(form.fields[name], "choices", []))
    return str(choices.get(value, value))


def take(data: Mapping[str, Any], chosen: list[str], form: PersonPart) -> dict[str, Any]:
    """What was typed, with the chosen suggestions (`field=value`) in place."""
    typed: dict[str, Any] = {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }
    for choice in chosen[:40]:
        name, _sep, value = choice.partition("=")
        if name in form.fields:
            typed[name] = _box_value(form, name, value[:200])
    return typed


def _box_value(form: PersonPart, name: str, value: str) -> Any:
    if not isinstance(form.fields[name].widget, DateBoxes):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def latin_suggestions(form: PersonPart) -> dict[str, str]:
    """Latin spellings for the names typed in another script, where the Latin field is still empty."""
    if "last_name" not in form.fields:
        return {}
    nationality = (
        str(form.data.get("nationality", ""))
        if "nationality" in form.fields
        else getattr(form.person, "nationality", "")
    )
    found = {}
    for name in ("last_name", "first_name"):
        typed, latin = str(form[name].value() or ""), str(form[f"{name}_latin"].value() or "")
        suggestion = rules.latin_suggestion(typed[:120], nationality) if typed and not latin else ""
        if suggestion:
            found[f"{name}_latin"] = suggestion
    return found

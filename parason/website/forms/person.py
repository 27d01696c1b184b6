"""Forms of a person: “Personal information”, “Passport details”, and both together for somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parason.accounts import rules
from parason.accounts.models import Person
from parason.website.forms.fields import (
    AddressField,
    Choice,
    DateBoxesField,
    DocumentField,
    LatinNameField,
    NameField,
    NationalityField,
    PhoneField,
    TextField,
    dated,
)

OLDEST = 130  # years; the oldest person known lived 122
SEX = [
    ("", "—"),
    ("M", pgettext_lazy("sex", "Male")),
    ("F", pgettext_lazy("sex", "Female")),
    ("X", pgettext_lazy("sex", "Not stated (X)")),
]
DOCUMENTS = list(rules.DOCUMENT_TYPES.items())
# What a browser may fill in; never for other people than the user.
OWN_AUTOCOMPLETE = {
    "last_name": "family-name",
    "first_name": "given-name",
    "patronymic": "additional-name",
    "last_name_latin": "off",
    "first_name_latin": "off",
    "sex": "sex",
    "phone": "tel",
    "address": "street-address",
}


class PersonPart(forms.Form):
    """Some fields of a person, with the revision that was shown.

    `person` gives what is stored, `today` the insurer's day, `own` whether it is the user's own data.
    """

    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        today: date,
        person: Person | None = None,
        own: bool = True,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.today, self.person, self.own = today, person, own
        self.warnings: list[str] = []
        super().__init__(data, initial={**self._stored(), **(initial or {})})
        for name, field in self.fields.items():
            if not isinstance(field, DateBoxesField):
                field.widget.attrs.setdefault(
                    "autocomplete", OWN_AUTOCOMPLETE.get(name, "off") if own else "off"
                )
                if not own:
                    field.widget.attrs["autocomplete"] = "off"

    def _stored(self) -> dict[str, Any]:
        if self.person is None:
            return {"revision": 0}
        return {name: getattr(self.person, name) for name in self.base_fields if hasattr(self.person, name)}

    @property
    def values(self) -> dict[str, Any]:
        """What `accounts.operations.save_person` takes as `data`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}

    @property
    def shown_revision(self) -> int:
        """The revision that the person saw when the page was opened."""
        return self.cleaned_data.get("revision") or 0

    def fact(self, name: str) -> Any:
        """A value of this form, else the stored one: a rule may need a field of the other tab."""
        if name in self.fields:
            return self.cleaned_data.get(name)
        return getattr(self.person, name, None)

    def need(self, names: Iterable[str]) -> None:
        """Ask for fields that only the other answers make necessary."""
        for name in names:
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["needed"])


class Names(PersonPart):
    """G10: names, sex, birth date."""

    last_name = NameField(label=_("Last name"), required=False)
    first_name = NameField(label=_("First name"), required=False)
    patronymic = NameField(label=_("Patronymic"), required=False)
    one_name = forms.BooleanField(label=_("I have only one name"), required=False)
    last_name_latin = LatinNameField(
        label=_("Last name in Latin (from passport)"),
        required=False,
        error_messages={"needed": _("Enter the last name in Latin letters, as in the passport.")},
    )
    first_name_latin = LatinNameField(
        label=_("First name in Latin (from passport)"),
        required=False,
        error_messages={"needed": _("Enter the first name in Latin letters, as in the passport.")},
    )
    sex = Choice(label=pgettext_lazy("person", "Sex"), choices=SEX, required=False)
    birth_date = DateBoxesField(
        label=dated(_("Birth date")), missing=_("Enter the birth date."), purpose="bday"
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **rest: Any) -> None:
        super().__init__(data, **rest)
        for name in ("last_name_latin", "first_name_latin"):
            self.fields[name].star = True  # type: ignore[attr-defined]
            self._suggest_when_changed(name.removesuffix("_latin"), name)
        if not self.own:
            self.fields["one_name"].label = _("This person has only one name")
            self.fields["birth_date"].widget.purpose = ""

    def _suggest_when_changed(self, name: str, latin: str) -> None:
        """With JavaScript the Latin spelling is offered as soon as the name is typed; without,
        after sending.
        """
        self.fields[name].widget.attrs |= {
            "hx-post": reverse_lazy("profile_latin"),
            "hx-trigger": "change",
            "hx-swap": "innerHTML",
            "hx-target": f"#suggest_{self.add_prefix(latin)}",
            "hx-params": f"{self.add_prefix(name)},nationality",
        }

    def clean(self) -> dict[str, Any]:
        super().clean()
        self._clean_names()
        self._clean_birth_date()
        return self.cleaned_data

    def _clean_names(self) -> None:
        data = self.cleaned_data
        if not data.get("one_name"):
            self.need(["last_name_latin", "first_name_latin"])
            return
        if not data.get("last_name_latin") and data.get("first_name_latin"):
            # Passports print a single name in the place of the family name.
            data["last_name_latin"], data["first_name_latin"] = data["first_name_latin"], ""
        self.need(["last_name_latin"])
        if data.get("last_name_latin") and data.get("first_name_latin"):
            self.add_error(
                "one_name", _("You have entered two names. Leave one of them empty, or untick the box.")
            )

    def _clean_birth_date(self) -> None:
        born = self.cleaned_data.get("birth_date")
        if born and born > self.today:
            self.add_error("birth_date", _("The birth date must be in the past."))
        elif born and born.year < self.today.year - OLDEST:
            self.add_error("birth_date", _("The birth date is too long ago. Check the year."))


class Contacts(PersonPart):
    """G10: phone and address."""

    phone = PhoneField(
        label=_("Phone number"), required=False, help_text=_("With the country code, like +375 29 123 45 67.")
    )
    address = AddressField(label=_("Address"), required=False)


class PersonForm(Contacts, Names):
    """G10, the tab “Personal information”; fields of the last base come first."""


class DocumentForm(PersonPart):
    """G11, the tab “Passport details”."""

    document_type = Choice(
        label=_("Document type"),
        choices=DOCUMENTS,
        initial="passport",
        missing=_("Choose the type of the document."),
    )
    nationality = NationalityField(label=_("Nationality"), missing=_("Choose the nationality."))
    document_series = DocumentField(
        label=_("Series (in Latin)"), most=10, required=False, attrs={"class": "w10"}
    )
    document_number = DocumentField(
        label=_("Number (Numbers and/or Latin Symbols)"),
        most=24,
        missing=_("Enter the number of the document."),
        help_text=_("As printed on the page with your photograph."),
        attrs={"class": "w20"},
    )
    personal_number = DocumentField(
        label=_("Personal number (Numbers And Latin symbols)"),
        most=24,
        required=False,
        attrs={"class": "w20"},
        help_text=_("Only if the document has one."),
    )
    issued_on = DateBoxesField(label=dated(_("Date of issue")), required=False)
    expires_on = DateBoxesField(label=dated(_("Date of expiry")), required=False)
    issued_by = TextField(label=_("Issued by"), most=200, required=False)

    def clean(self) -> dict[str, Any]:
        super().clean()
        self._clean_dates()
        self._clean_numbers()
        return self.cleaned_data

    def _clean_dates(self) -> None:
        issued, expires = self.cleaned_data.get("issued_on"), self.cleaned_data.get("expires_on")
        born = self.fact("birth_date")
        if issued and issued > self.today:
            self.add_error("issued_on", _("The date of issue must be today or in the past."))
        elif issued and born and issued < born:
            self.add_error("issued_on", _("The date of issue must be after the birth date."))
        if expires and issued and expires <= issued:
            self.add_error("expires_on", _("The date of expiry must be after the date of issue."))
        elif expires and born and expires <= born:
            self.add_error("expires_on", _("The date of expiry must be after the birth date."))
        elif expires and expires < self.today:
            self.warnings.append(str(_("This document has expired. At the border you need a valid one.")))

    def _clean_numbers(self) -> None:
        data = self.cleaned_data
        nationality = data.get("nationality") or ""
        personal, number = data.get("personal_number"), data.get("document_number")
        if personal and (wrong := rules.check_personal_number(personal, nationality=nationality)):
            self.add_error("personal_number", str(wrong))
        if number and nationality == "BLR" and data.get("document_type") == "passport":
            self._clean_passport_by(number)

    def _clean_passport_by(self, number: str) -> None:
        series = self.cleaned_data.get("document_series") or ""
        if not series and number[:2].isalpha():
            series, number = number[:2], number[2:]
        if wrong := rules.check_passport_by(series, number):
            self.add_error(
                "document_series" if series and series not in rules.SERIES_BY else "document_number",
                str(wrong),
            )
        self.cleaned_data |= {"document_series": series, "document_number": number}


class InsuredPersonForm(Names, DocumentForm):
    """G19: everything about somebody else, in one window; the order is the passport's."""

    field_order: tuple[str, ...] = (
        "last_name_latin",
        "first_name_latin",
        "one_name",
        "birth_date",
        "sex",
        "nationality",
        "document_type",
        "document_series",
        "document_number",
        "expires_on",
        "issued_on",
        "issued_by",
        "personal_number",
        "last_name",
        "first_name",
        "patronymic",
        "revision",
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **rest: Any) -> None:
        rest.setdefault("own", False)
        super().__init__(data, **rest)


class SavedPersonForm(InsuredPersonForm, Contacts):
    """A saved person on its own page: as G19, with phone and address."""

    field_order = (*InsuredPersonForm.field_order[:-1], "phone", "address", "revision")

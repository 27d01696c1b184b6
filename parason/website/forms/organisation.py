"""The form of an organisation, with every rule at its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parason.accounts import registers, rules
from parason.accounts.countries import TERRITORIES
from parason.accounts.labels import ORGANISATION
from parason.accounts.models import Organisation
from parason.website.forms.account import email_field
from parason.website.forms.fields import (
    CAPITALS,
    AddressField,
    NameField,
    NationalityField,
    PhoneField,
    TextField,
)

FREE = {"dir": "auto"}
BY_NUMBER = _("In Belarus the UNP, 9 characters; elsewhere the number in the register.")


class CountryField(NationalityField):
    """A State in whose register an organisation may stand: none of ICAO's other bodies."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        everybody = self.choices
        self.choices = lambda: [pair for pair in _pairs(everybody) if not pair[0] or pair[0] in TERRITORIES]


def _pairs(choices: Any) -> list[tuple[str, str]]:
    return [(str(code), str(name)) for code, name in choices]


class AccountField(TextField):
    """An IBAN, typed with or without spaces."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(most=40, attrs={**CAPITALS, "class": "mono"}, **rest)

    def tidy(self, text: str) -> str:
        return registers.tidy_account(text)

    def wrong(self, text: str) -> Any:
        return rules.check_characters(text) or registers.check_account(text)

    def prepare_value(self, value: Any) -> Any:
        """A stored account is shown in groups of four."""
        return registers.grouped(value) if isinstance(value, str) and " " not in value else value


class OrganisationForm(forms.Form):
    """An organisation as in the register, who signs for it, and where its papers go."""

    name = TextField(
        label=ORGANISATION["name"],
        most=160,
        attrs=FREE,
        missing=_("Enter the name as in the register."),
        help_text=_("As in the register, for example: Ромашка."),
    )
    legal_form = TextField(
        label=ORGANISATION["legal_form"],
        most=60,
        required=False,
        attrs={**FREE, "class": "w20"},
        help_text=_("For example ООО, GmbH, Individual entrepreneur. Empty where it is a part of the name."),
    )
    country = CountryField(label=ORGANISATION["country"], missing=_("Choose the country of the register."))
    number = TextField(
        label=_("UNP or registration number"),
        most=30,
        attrs={**CAPITALS, "class": "w20 mono"},
        missing=_("Enter the UNP or the registration number."),
        help_text=BY_NUMBER,
    )
    legal_address = AddressField(
        label=ORGANISATION["legal_address"],
        error_messages={"required": _("Enter the legal address.")},
    )
    bank_account = AccountField(
        label=ORGANISATION["bank_account"],
        required=False,
        help_text=_("For the invoice; a transfer from this account is recognised."),
    )
    signatory_name = NameField(
        label=_("Who signs: name"), missing=_("Enter the name of the person who signs.")
    )
    signatory_post = TextField(
        label=_("Who signs: post"),
        most=120,
        attrs=FREE,
        missing=_("Enter the post of the person who signs."),
        help_text=_("For example: Director."),
    )
    signatory_basis = TextField(
        label=_("On the basis of which document"),
        most=160,
        attrs=FREE,
        missing=_("Name the document on which the signatory acts."),
        help_text=_("For example: Charter, or Power of attorney No. 12 of 3 March 2026."),
    )
    email = forms.EmailField()
    phone = PhoneField(
        label=_("Phone number for papers"),
        required=False,
        help_text=_("With the country code, like +375 29 123 45 67."),
    )
    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, organisation: Organisation | None = None
    ) -> None:
        stored: dict[str, Any] = {"revision": 0, "country": registers.HOME}
        if organisation is not None:
            stored = {name: getattr(organisation, name) for name in (*registers.FACTS, "revision")}
        super().__init__(data, initial=stored)
        email_field(self.fields["email"], autocomplete="off")
        self.fields["email"].label = _("E-mail address for papers")
        self.fields["email"].help_text = _("Policies go there too, besides to your own address.")
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
        self.fields["name"].widget.attrs["autocomplete"] = "organization"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        number, country = given.get("number"), given.get("country")
        if number and country:
            given["number"] = registers.tidy_number(number, country)
            if wrong := registers.check_number(given["number"], country):
                self.add_error("number", str(wrong))
        return given

    @property
    def values(self) -> dict[str, str]:
        """What `accounts.operations.save_organisation` takes as `data`."""
        return {name: self.cleaned_data[name] for name in registers.FACTS}

    @property
    def shown_revision(self) -> int:
        """The revision that was seen when the page was opened."""
        return self.cleaned_data.get("revision") or 0


class PolicyholderForm(forms.Form):
    """Who concludes the contract: the person of the account (`self`) or one of its organisations, by key."""

    policyholder = forms.ChoiceField(
        label=_("Policyholder"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who concludes the contract."),
            "invalid_choice": _("Choose who concludes the contract."),
        },
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        organisations: list[Organisation],
        person: str | None,
        chosen: str,
    ) -> None:
        super().__init__(data, auto_id="%s", initial={"policyholder": chosen})
        choices: list[tuple[str, Any]] = [(str(one.pk), f"{one} · {one.number}") for one in organisations]
        if person is not None:
            own = pgettext_lazy("policyholder", "I myself")
            choices.insert(0, ("self", f"{own}: {person}" if person else own))
        field: Any = self.fields["policyholder"]
        field.choices = choices

    @property
    def organisation_id(self) -> int | None:
        """The organisation chosen, None for the person."""
        value = self.cleaned_data["policyholder"]
        return None if value == "self" else int(value)

"""Forms of those who check policies: by hand, and at an officer's or a clinic's desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parason.website.forms.fields import DateBoxesField, dated

PLAIN = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "dir": "ltr"}


class CheckForm(forms.Form):
    """Policy number, and one fact that only who holds the paper or the passport knows."""

    number = forms.CharField(
        label=_("Policy number"), max_length=30, help_text=_("Letters and digits, as on the policy."),
        error_messages={"required": _("Enter the policy number.")},
        widget=forms.TextInput(attrs={**PLAIN, "maxlength": 30}),
    )  # fmt: skip
    birth_date = DateBoxesField(label=dated(_("Birth date of the insured person")), required=False)
    document = forms.CharField(
        label=_("or document number of the insured person"), max_length=30, required=False,
        help_text=_("Series and number together, as in the passport."),
        widget=forms.TextInput(attrs={**PLAIN, "maxlength": 30}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("birth_date") and not given.get("document"):
            self.add_error("birth_date", _("Enter the birth date or the document number."))
        return given


class DeskForm(forms.Form):
    """One box for all that an officer may have in hand."""

    asked = forms.CharField(
        label=_("Policy number, document number, or the text of the code"), max_length=4000,
        error_messages={"required": _("Enter a number or scan the code.")},
        widget=forms.TextInput(attrs={**PLAIN, "maxlength": 4000, "autofocus": True}),
    )  # fmt: skip

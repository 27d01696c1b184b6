"""What the facts of a person and of an organisation are called, on the customers' pages and the staff's."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LABELS: dict[str, str | Promise] = {
    "last_name_latin": _("Last name in Latin (from passport)"),
    "first_name_latin": _("First name in Latin (from passport)"),
    "last_name": _("Last name"),
    "first_name": _("First name"),
    "patronymic": _("Patronymic"),
    "sex": pgettext_lazy("person", "Sex"),
    "birth_date": _("Birth date"),
    "nationality": _("Nationality"),
    "document_type": _("Document type"),
    "document_series": _("Series (in Latin)"),
    "document_number": _("Number (Numbers and/or Latin Symbols)"),
    "personal_number": _("Personal number (Numbers And Latin symbols)"),
    "issued_on": _("Date of issue"),
    "expires_on": _("Date of expiry"),
    "issued_by": _("Issued by"),
    "phone": _("Phone number"),
    "address": _("Address"),
    "email": _("E-mail address"),
}

# The facts of an organisation; `number` is the UNP of a Belarusian one.
ORGANISATION: dict[str, str | Promise] = {
    "name": pgettext_lazy("organisation", "Name"),
    "legal_form": _("Legal form"),
    "country": pgettext_lazy("organisation", "Country"),
    "number": _("Registration number"),
    "legal_address": _("Legal address"),
    "bank_account": _("Bank account (IBAN)"),
    "signatory_name": _("Signatory"),
    "signatory_post": pgettext_lazy("signatory", "Post"),
    "signatory_basis": _("Acts on the basis of"),
    "email": _("E-mail address"),
    "phone": _("Phone number"),
}
UNP = _("UNP")

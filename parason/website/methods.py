"""The ways of paying that a cart offers, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parason.payments.gateways.registry import offered


@dataclass(frozen=True, slots=True)
class Method:
    """One button of the cart."""

    code: str
    label: str | Promise
    hint: str | Promise = ""


LABELS: dict[str, tuple[str | Promise, str | Promise]] = {
    "begateway": (_("Pay by card"), ""),
    "stripe": (_("Pay by card"), ""),
    "erip": (
        _("Pay through ERIP"),
        _("You get a code for your bank's app, a cash desk or a terminal in Belarus."),
    ),
    "transfer": (_("Pay by bank transfer"), _("For organisations. It takes one to three working days.")),
}


def methods(currency: str) -> list[Method]:
    """What is configured and takes this currency, cards first."""
    found = [one.code for one in offered() if not one.caps.currencies or currency in one.caps.currencies]
    return [Method(code, *LABELS.get(code, (code, ""))) for code in found]

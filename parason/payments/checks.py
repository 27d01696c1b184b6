"""System checks: a half-configured gateway stops the start instead of a customer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from stdnum import iban

from parason.payments.gateways.begateway import config as begateway
from parason.payments.gateways.begateway.signature import load_key
from parason.payments.gateways.registry import GATEWAYS

LOCAL = ("localhost", "127.0.0.1", "::1")


@register(Tags.security)
def gateways(**_: Any) -> list[CheckMessage]:
    """Settings of each gateway: all of them or none, addresses over TLS, keys that can be read."""
    return [*_begateway(), *_stripe(), *_transfer(), *_unknown()]


def _begateway() -> list[CheckMessage]:
    values = settings.PARASON_BEGATEWAY
    empty = begateway.missing(values)
    if empty:
        names = ", ".join(f"PARASON_BEGATEWAY_{name.upper().removesuffix('S')}" for name in empty)
        return [
            Error(
                f"The gateway beGateway is half configured; empty: {names}.",
                hint="Set all of PARASON_BEGATEWAY_…, or none of them.",
                id="parason.payments.E001",
            )
        ]
    return [*_keys(values.get("public_keys") or ()), *_addresses(values)]


def _keys(keys: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for number, text in enumerate(keys, 1):
        try:
            load_key(text)
        except ValueError as error:
            found.append(
                Error(
                    f"PARASON_BEGATEWAY_PUBLIC_KEY, key {number}, cannot be read: {error}",
                    hint="Copy the shop's public key as the bank's back office shows it: one line of Base64.",
                    id="parason.payments.E002",
                )
            )
    return found


def _addresses(values: dict[str, Any]) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name in ("checkout_url", "gateway_url", "api_url"):
        parts = urlsplit(values.get(name) or "")
        if parts.scheme == "http" and parts.hostname not in LOCAL:
            found.append(
                Warning(
                    f"PARASON_BEGATEWAY_{name.upper()} is not https: the password would travel in the open.",
                    hint="Use the bank's https address.",
                    id="parason.payments.W001",
                )
            )
    return found


def _stripe() -> list[CheckMessage]:
    values = settings.PARASON_STRIPE
    if bool(values["secret_key"]) == bool(values["webhook_secrets"]):
        return []
    return [
        Error(
            "The gateway Stripe is half configured: a key without a webhook secret, or the other way round.",
            hint="Set both PARASON_STRIPE_SECRET_KEY and PARASON_STRIPE_WEBHOOK_SECRET, or neither.",
            id="parason.payments.E004",
        )
    ]


def _transfer() -> list[CheckMessage]:
    account = settings.PARASON_TRANSFER["iban"]
    if not account or iban.is_valid(account):
        return []
    return [
        Error(
            "PARASON_TRANSFER_IBAN is not an account's number: customers' money would go astray.",
            hint="Copy the IBAN of the insurer's account from a bank's paper; its check digits do not fit.",
            id="parason.payments.E005",
        )
    ]


def _unknown() -> list[CheckMessage]:
    return [
        Error(
            f"PARASON_GATEWAYS names an unknown gateway: {code}.",
            hint=f"Known: {', '.join(GATEWAYS)}.",
            id="parason.payments.E003",
        )
        for code in getattr(settings, "PARASON_GATEWAYS", ())
        if code not in GATEWAYS
    ]

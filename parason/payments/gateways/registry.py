"""All gateways, by code: a dict. Which of them are offered is decided by which are configured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

from parason.payments.gateways.begateway import config as begateway
from parason.payments.gateways.begateway.adapter import BeGateway
from parason.payments.gateways.begateway.erip import BeGatewayErip
from parason.payments.gateways.interface import Gateway
from parason.payments.gateways.transfer import adapter as transfer


@lru_cache(maxsize=16)
def _begateway(config: begateway.Config) -> Gateway:
    return BeGateway(config)


def _build_begateway() -> Gateway | None:
    values: Mapping[str, Any] = settings.PARASON_BEGATEWAY
    return _begateway(begateway.read(values)) if values.get("shop_id") else None


@lru_cache(maxsize=16)
def _erip(config: begateway.Config) -> Gateway:
    return BeGatewayErip(config)


def _build_erip() -> Gateway | None:
    values: Mapping[str, Any] = settings.PARASON_BEGATEWAY
    return _erip(begateway.read(values)) if values.get("shop_id") and values.get("erip") else None


@lru_cache(maxsize=4)
def _stripe(key: str, secrets: tuple[str, ...], shop_id: str, api_url: str) -> Gateway:
    # Stripe's package is large: only who uses it loads it.
    from parason.payments.gateways.stripe.adapter import API, Config, Stripe

    return Stripe(Config(secret_key=key, webhook_secrets=secrets, shop_id=shop_id, api_url=api_url or API))


def _build_stripe() -> Gateway | None:
    values: Mapping[str, Any] = settings.PARASON_STRIPE
    if not values.get("secret_key"):
        return None
    return _stripe(
        values["secret_key"], tuple(values["webhook_secrets"]), values["shop_id"], values["api_url"]
    )


@lru_cache(maxsize=16)
def _transfer(config: transfer.Config) -> Gateway:
    return transfer.Transfer(config)


def _build_transfer() -> Gateway | None:
    values: Mapping[str, Any] = settings.PARASON_TRANSFER
    return _transfer(transfer.Config(**values)) if values.get("iban") else None


GATEWAYS: dict[str, Callable[[], Gateway | None]] = {
    BeGateway.code: _build_begateway,
    BeGatewayErip.code: _build_erip,
    "stripe": _build_stripe,
    transfer.Transfer.code: _build_transfer,
}


def gateway(code: str) -> Gateway | None:
    """The gateway of that code, None when there is no such one or it is not configured."""
    build = GATEWAYS.get(code)
    return build() if build else None


def offered() -> list[Gateway]:
    """The configured gateways."""
    built = (build() for build in GATEWAYS.values())
    return [one for one in built if one is not None]

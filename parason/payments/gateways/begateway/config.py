"""What a shop at beGateway needs to be configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

# bePaid's own pages; a payer is never sent anywhere else unless a setting names it.
KNOWN_HOSTS = ("checkout.bepaid.by", "checkout.begateway.com")


@dataclass(frozen=True, slots=True)
class Config:
    checkout_url: str
    gateway_url: str
    api_url: str
    shop_id: str
    secret_key: str
    public_keys: tuple[str, ...]
    report_url: str = ""
    redirect_hosts: tuple[str, ...] = ()
    test: bool = False
    basic_required: bool = True
    erip: bool = False
    erip_service_no: str = ""

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts (with ports) to which a payer may be sent."""
        own = urlsplit(self.checkout_url).netloc
        return frozenset({*KNOWN_HOSTS, *self.redirect_hosts, own})


REQUIRED = ("checkout_url", "gateway_url", "api_url", "shop_id", "secret_key", "public_keys")


def missing(values: Mapping[str, Any]) -> list[str]:
    """The settings that are empty although others are given; all or none is right."""
    empty = [name for name in REQUIRED if not values.get(name)]
    return [] if len(empty) == len(REQUIRED) else empty


def read(values: Mapping[str, Any]) -> Config:
    """From settings.PARASON_BEGATEWAY."""
    text = {
        name: str(values.get(name, "")).rstrip("/")
        for name in ("checkout_url", "gateway_url", "api_url", "report_url")
    }
    return Config(
        **text,
        shop_id=str(values.get("shop_id", "")),
        secret_key=str(values.get("secret_key", "")),
        public_keys=tuple(values.get("public_keys") or ()),
        redirect_hosts=tuple(values.get("redirect_hosts") or ()),
        test=bool(values.get("test", False)),
        basic_required=bool(values.get("basic_required", True)),
        erip=bool(values.get("erip", False)),
        erip_service_no=str(values.get("erip_service_no", "")),
    )

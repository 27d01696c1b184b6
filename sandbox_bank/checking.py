"""Validation of what a shop sends, collected as the tree of errors that beGateway answers."""

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox_bank.clock import parse_instant
from sandbox_bank.wire import Refused

# ISO 4217 codes that the sandbox takes.
CURRENCIES = frozenset(
    (
        "BYN",
        "EUR",
        "USD",
        "RUB",
        "PLN",
        "GBP",
        "CHF",
        "CNY",
        "UAH",
        "KZT",
        "GEL",
        "AMD",
        "TRY",
        "AED",
        "JPY",
        "KWD",
    )
)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LARGEST_AMOUNT = 10**12


class Errors:
    """Collects errors by dotted path and raises them together."""

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {}
        self.first = ""

    def add(self, path: str, says: str) -> None:
        *parents, leaf = path.split(".")
        branch = self.tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
            if not isinstance(branch, dict):
                return  # the parent itself is wrong: that says it all
        branch.setdefault(leaf, []).append(says)
        self.first = self.first or f"{leaf} {says}"

    def done(self) -> None:
        if self.tree:
            raise Refused(self.first, self.tree)


def section(
    data: dict[str, Any], name: str, errors: Errors, path: str, *, required: bool = False
) -> dict[str, Any]:
    value = data.get(name)
    if value is None or value == {}:
        if required:
            errors.add(path, "can't be blank")
        return {}
    if not isinstance(value, dict):
        errors.add(path, "is invalid")
        return {}
    return value


def text(
    data: dict[str, Any], name: str, errors: Errors, path: str, longest: int, *, required: bool = False
) -> str | None:
    value = data.get(name)
    if value is None or value == "":
        if required:
            errors.add(path, "can't be blank")
        return None
    if not isinstance(value, str):
        errors.add(path, "is invalid")
        return None
    if required and not value.strip():
        errors.add(path, "can't be blank")
    if len(value) > longest:
        errors.add(path, f"is too long (maximum is {longest} characters)")
    return value


def amount(data: dict[str, Any], name: str, errors: Errors, path: str) -> int:
    value = data.get(name)
    if value is None:
        errors.add(path, "can't be blank")
    elif type(value) is not int:
        errors.add(path, "must be an integer")
    elif value <= 0:
        errors.add(path, "must be greater than 0")
    elif value > LARGEST_AMOUNT:
        errors.add(path, "is too large")
    else:
        return value
    return 0


def currency(data: dict[str, Any], errors: Errors, path: str, allowed: frozenset[str] = CURRENCIES) -> str:
    value = data.get("currency")
    if value is None or value == "":
        errors.add(path, "can't be blank")
    elif not isinstance(value, str) or value not in allowed:
        errors.add(path, "is invalid")
    return str(value)


def whole(data: dict[str, Any], name: str, errors: Errors, path: str, default: int, least: int) -> int:
    value = data.get(name, default)
    if type(value) is not int or not least <= value <= LARGEST_AMOUNT:
        errors.add(path, f"must be an integer greater than or equal to {least}")
        return default
    return value


def flag(data: dict[str, Any], name: str, errors: Errors, path: str) -> bool:
    value = data.get(name, False)
    if not isinstance(value, bool):
        errors.add(path, "is not a boolean")
    return value is True


def url(data: dict[str, Any], name: str, errors: Errors, path: str) -> None:
    value = data.get(name)
    if value is None or value == "":
        return
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        port_ok = parts is not None and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, port_ok = None, False
    if parts is None or not port_ok or parts.scheme not in ("http", "https") or not parts.hostname:
        errors.add(path, "is in invalid format")


def email(data: dict[str, Any], errors: Errors, path: str) -> None:
    value = data.get("email")
    if value not in (None, "") and not (isinstance(value, str) and EMAIL.fullmatch(value)):
        errors.add(path, "is in invalid format")


def expiry(data: dict[str, Any], errors: Errors, path: str, at: float) -> float | None:
    """The asked moment of expiry in seconds, or None when none was asked for."""
    value = data.get("expired_at")
    if value is None:
        return None
    moment = parse_instant(value)
    if moment is None:
        errors.add(path, "is in invalid format")
    elif moment <= at:
        errors.add(path, "must be in the future")
    return moment

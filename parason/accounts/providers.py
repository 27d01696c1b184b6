"""A slip of the finger in the name of a well-known mail provider."""

from __future__ import annotations

PROVIDERS = (
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "live.com",
    "aol.com",
    "mail.ru",
    "bk.ru",
    "list.ru",
    "inbox.ru",
    "yandex.ru",
    "yandex.by",
    "yandex.com",
    "ya.ru",
    "rambler.ru",
    "tut.by",
    "proton.me",
    "protonmail.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "wp.pl",
    "onet.pl",
    "ukr.net",
    "qq.com",
    "163.com",
)


def meant_address(email: str) -> str:
    """The address that was likely meant (`anna@gmial.com` → `anna@gmail.com`);
    empty when nothing looks wrong.
    """
    name, _, domain = email.strip().lower().rpartition("@")
    if not name or domain in PROVIDERS:
        return ""
    near = [provider for provider in PROVIDERS if len(provider) > 6 and _one_slip(domain, provider)]
    return f"{name}@{near[0]}" if near else ""


def _one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, added, wrong or swapped with its neighbour."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant))
    )
    rest_typed, rest_meant = typed[start:], meant[start:]
    swapped = rest_typed[1:2] + rest_typed[:1] + rest_typed[2:]
    return (
        rest_meant in (rest_typed[1:], swapped)
        or rest_typed == rest_meant[1:]
        or (bool(rest_typed and rest_meant) and rest_typed[1:] == rest_meant[1:])
    )

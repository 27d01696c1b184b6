"""Money, dates and names as the person's language writes them."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext

from parason.kernel.clock import insurer_zone
from parason.kernel.money import Money
from parason.kernel.periods import Period

register = template.Library()


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def locale() -> Locale:
    """Babel's locale of the language in use."""
    return _locale(get_language() or "en")


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, language: str) -> str:
    # Digits stay 0-9 in every language, as on the bank's page and on the policy.
    return format_currency(Money(minor, currency).amount, currency, "¤¤ #,##0.00" if language == "en" else "#,##0.00 ¤¤",
                           locale=_locale(language), numbering_system="latn", currency_digits=True)


@register.filter
def money(value: Money | None) -> SafeString:
    """A sum with its ISO code, isolated so that right-to-left text cannot reorder it."""
    if value is None:
        return SafeString("")
    return format_html('<bdi dir="ltr" class="money">{}</bdi>', _money(value.minor, value.currency, get_language() or "en"))


@lru_cache(maxsize=4096)
def _day(value: date, style: str, language: str) -> str:
    locale = _locale(language)
    if style == "short":
        return format_date(value, "d MMM y", locale=locale)
    return format_date(value, "EEEE, d MMMM y" if style == "full" else "d MMMM y", locale=locale)


@register.filter
def day(value: date | None, style: str = "long") -> str:
    """A calendar date: “3 March 2027”; `short` and `full` (with the weekday) as well."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(insurer_zone()).date()
    return _day(value, style, get_language() or "en")


@register.filter
def moment(value: datetime | None) -> str:
    """An instant in the insurer's zone: “3 March 2027, 14:05”."""
    if value is None:
        return ""
    return format_datetime(value, "d MMMM y, HH:mm", tzinfo=insurer_zone(), locale=locale())


@register.filter
def days(period: Period | int) -> str:
    """“30 days”, for a period or a number."""
    count = period.days if isinstance(period, Period) else period
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


@register.filter
def bdi(value: Any) -> SafeString:
    """What a person typed, isolated: its direction is its own."""
    return format_html("<bdi>{}</bdi>", value)


@register.filter
def ltr(value: Any) -> SafeString:
    """Numbers, phones, addresses of mail: left to right in every language."""
    return format_html('<bdi dir="ltr">{}</bdi>', value)

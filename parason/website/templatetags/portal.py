"""Money, dates and names as the person's language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency
from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext

from parason.accounts.rules import nationalities
from parason.kernel.clock import insurer_zone
from parason.kernel.insurer import insurer, text
from parason.kernel.money import Money
from parason.kernel.periods import Period
from parason.products.definition import Definition
from parason.website.context import InsurerOnPage
from parason.website.markdown import markdown

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
    pattern = "¤¤\u00a0#,##0.00" if language == "en" else "#,##0.00\u00a0¤¤"
    return format_currency(
        Money(minor, currency).amount, currency, pattern, locale=_locale(language), numbering_system="latn"
    )


@register.filter
def money(value: Money | None) -> SafeString:
    """A sum with its ISO code, isolated so that right-to-left text cannot reorder it."""
    if value is None:
        return SafeString("")
    words = _money(value.minor, value.currency, get_language() or "en")
    return format_html('<bdi dir="ltr" class="money">{}</bdi>', words)


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


@register.filter
def product_text(product: Definition, key: str) -> str:
    """A text of the product in the language in use; nothing when it has none."""
    return product.text(key, get_language() or "en")


@register.filter
def said(texts: Mapping[str, str]) -> str:
    """A text given by languages, in the language in use."""
    return text(texts, get_language() or "en")


@lru_cache(maxsize=16)
def _countries(language: str) -> tuple[tuple[str, SafeString], ...]:
    known = nationalities(language)
    return tuple((code, format_html('<option value="{}">{}', code, name)) for code, name in known)


@register.simple_tag
def country_options(chosen: str = "") -> SafeString:
    """The options of a list of nationalities; 250 of them, so not made by the template engine each time."""
    options = [option for _code, option in _countries(get_language() or "en")]
    if chosen:
        plain, marked = f'value="{chosen}"', f'value="{chosen}" selected'
        options = [SafeString(option.replace(plain, marked)) for option in options]
    return SafeString("".join(options))  # each was escaped when it was made


@lru_cache(maxsize=16)
def _footer(language: str) -> str:
    return render_to_string("_footer.html", {"insurer": InsurerOnPage.of(insurer(), language)})


@register.simple_tag
def footer() -> SafeString:
    """The foot of every page; it depends on nothing but the language, so it is made once."""
    return SafeString(_footer(get_language() or "en"))  # a template's answer: escaped already


@register.simple_tag
def terms_html(product: Definition) -> SafeString:
    """The product's terms as HTML."""
    return markdown(product.terms(get_language() or "en"))

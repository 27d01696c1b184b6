"""What every page knows: the insurer, the languages, the cart's count, whether this is a demo."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_bidi

from parason.kernel.insurer import Insurer, insurer, text
from parason.website.look import look_version


@dataclass(frozen=True, slots=True)
class InsurerOnPage:
    """The insurer's texts in one language."""

    name: str
    slogan: str
    legal_name: str
    seat: str
    licence: str
    unp: str
    assistance: str
    office: str
    email: str
    site: str

    @classmethod
    def of(cls, who: Insurer, language: str) -> InsurerOnPage:
        return cls(
            name=text(who.name, language),
            slogan=text(who.slogan, language),
            legal_name=text(who.legal_name, language),
            seat=text(who.seat, language),
            licence=text(who.licence, language),
            unp=who.unp,
            assistance=who.phones.assistance,
            office=who.phones.office,
            email=who.email,
            site=who.site,
        )


@lru_cache(maxsize=32)
def shared(language: str, rtl: bool) -> dict[str, Any]:
    """The part that depends on nothing but the language: built once per process and language."""
    return {
        "insurer": InsurerOnPage.of(insurer(), language),
        "languages": settings.LANGUAGES,
        "language": language,
        "language_name": dict(settings.LANGUAGES).get(language, language),
        "text_direction": "rtl" if rtl else "ltr",
        "look_version": look_version(),
    }


def portal(request: HttpRequest) -> dict[str, Any]:
    """The context processor of all templates; at most one query, and only where the count is shown."""
    return {
        **shared(get_language() or "en", get_language_bidi()),
        "demo": settings.PARASON_DEMO,
        "cart_count": SimpleLazyObject(lambda: _count(request)),
    }


def _count(request: HttpRequest) -> int:
    from parason.checkout import queries

    user = getattr(request, "user", None)
    return queries.cart_count(user) if user is not None and user.is_authenticated else 0

"""The secret by which an anonymous browser owns what it began; it lives in the session and survives
logging in."""

from __future__ import annotations

import secrets

from django.http import HttpRequest

from parason.website.registration import APPLICATION, adopt

__all__ = ["adopt", "browser_key", "make_browser_key"]


def browser_key(request: HttpRequest) -> str:
    """The browser's secret, empty when it began nothing."""
    key: str = request.session.get(APPLICATION, "")
    return key


def make_browser_key(request: HttpRequest) -> str:
    """The browser's secret, made now if there is none."""
    if APPLICATION not in request.session:
        request.session[APPLICATION] = secrets.token_urlsafe(32)
    return browser_key(request)

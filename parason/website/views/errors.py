"""Pages for what went wrong, in the look and in the person's language."""

from __future__ import annotations

import sys

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from parason.website.context import shared


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: something that no page of ours sends."""
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: not for this person."""
    return render(request, "errors/403.html", status=403)


def forbidden_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form that came from elsewhere, or after the session had ended."""
    return render(request, "errors/403_form.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing that this person may see."""
    return render(request, "errors/404.html", status=404)


def gone(request: HttpRequest) -> HttpResponse:
    """410: it was here once."""
    return render(request, "errors/410.html", status=410)


def too_many(request: HttpRequest) -> HttpResponse:
    """429: asked too often (allauth calls this too)."""
    response = render(request, "errors/429.html", status=429)
    response.headers.setdefault("Retry-After", "60")
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """500, or 503 while the database is away: touches no database, no session, no user."""
    away = isinstance(sys.exc_info()[1], OperationalError)
    return bare(request, "errors/503.html" if away else "errors/500.html", 503 if away else 500)


def bare(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page made of nothing but the language, the insurer and the template."""
    language = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    with translation.override(language):
        known = shared(translation.get_language() or "en", translation.get_language_bidi())
        page = render_to_string(template, {**known, "demo": settings.PARASON_DEMO, "path": request.path})
    response = HttpResponse(page, status=status)
    if status == 503:
        response.headers["Retry-After"] = "120"
    response.headers["Content-Language"] = language
    return response

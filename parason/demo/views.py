"""The outbox page: what would have been sent by e-mail."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from parason.demo import outbox as letters

# The letter's own page may style itself and show its pictures, and do nothing else.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-top-navigation allow-popups"
)


def folder() -> Path | None:
    """Where the file backend writes; None when letters really leave (EMAIL_URL names a server)."""
    path = getattr(settings, "EMAIL_FILE_PATH", None)
    is_kept = settings.EMAIL_BACKEND == "django.core.mail.backends.filebased.EmailBackend"
    return Path(path) if is_kept and path else None


def outbox(request: HttpRequest) -> HttpResponse:
    """All letters, the newest first."""
    place = folder()
    page = Paginator(letters.letters(place) if place else [], 50).get_page(request.GET.get("page"))
    return render(request, "demo/outbox.html", {"page": page, "kept": place is not None})


def letter(request: HttpRequest, key: str) -> HttpResponse:
    """One letter as text, with its links and attachments."""
    return render(request, "demo/letter.html", {"letter": find(key)})


def letter_html(request: HttpRequest, key: str) -> HttpResponse:
    """One letter as a mail program would show it."""
    answer = HttpResponse(find(key).html)
    answer.headers["Content-Security-Policy"] = LETTER_POLICY
    return answer


def attachment(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One attachment, to be saved."""
    try:
        name, kind, content = find(key).attachment(number)
    except IndexError as error:
        raise Http404 from error
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quoted(name)}"
    return answer


def quoted(name: str) -> str:
    """A file name for a header (RFC 5987)."""
    return quote(name, safe="")


def find(key: str) -> letters.SentLetter:
    """The letter, or the answer that there is none."""
    place = folder()
    found = letters.letter(place, key) if place else None
    if found is None:
        raise Http404
    return found

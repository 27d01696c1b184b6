"""Checking a policy: the static page, what it fetches, and the check by hand for who has no JavaScript.

The page, its worker, the keys and the list cost no query: each process keeps them for a minute.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from parason.documents import checking, queries
from parason.kernel.clock import day_of, now
from parason.kernel.insurer import insurer, text
from parason.website.context import shared
from parason.website.views.verify_words import all_words

KEPT_SECONDS = 60
PUBLIC = f"public, max-age={KEPT_SECONDS}, stale-while-revalidate=86400"
CAMERA = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"
_kept: dict[str, tuple[float, str]] = {}


def kept(name: str, make: Callable[[], str]) -> str:
    """What `make` gave less than a minute ago in this process, else what it gives now."""
    found = _kept.get(name)
    if found is not None and time.monotonic() - found[0] < KEPT_SECONDS:
        return found[1]
    made = make()
    _kept[name] = (time.monotonic(), made)
    return made


def forget() -> None:
    """Forget what was kept: for tests, and after a key was revoked."""
    _kept.clear()


def _public(request: HttpRequest, content: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    etag = f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'
    response["ETag"] = etag
    response["Cache-Control"] = PUBLIC
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return get_conditional_response(request, etag=etag, response=response) or response


# --- the static page


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    """What the script needs."""
    names = {language: text(insurer().name, language) for language, _name in settings.LANGUAGES}
    return {
        "words": all_words(),
        "insurer": names,
        "zone": settings.PARASON_ZONE,
        "keys": reverse("jwks"),
        "list": reverse("revocations"),
        "status": reverse("seal_status", args=["x"])[:-1],
        "worker": reverse("verify_worker"),
        "scope": reverse("verify"),
    }


@lru_cache(maxsize=8)
def _page(language: str, rtl: bool) -> str:
    known = shared(language, rtl)
    return render_to_string("verify/page.html", {**known, "data": _data(), "words": all_words()[language]})


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page behind the printed code: the same for everybody, whatever stands after the #."""
    language = getattr(request, "LANGUAGE_CODE", "en")
    response = HttpResponse(_page(language, language == "ar"))
    response["Cache-Control"] = "public, no-cache"
    response["Permissions-Policy"] = CAMERA
    return response


@lru_cache(maxsize=1)
def _worker() -> str:
    files = [
        reverse("verify"), static("verify/verify.js"), static("verify/verify.css"), static("css/parason.css"),
        static("img/mark.svg"), reverse("verify_manifest"),
    ]  # fmt: skip
    version = hashlib.sha256((json.dumps(_data()) + "".join(files)).encode()).hexdigest()[:12]
    return render_to_string("verify/worker.js", {"files": json.dumps(files), "version": version})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, which keeps the page for the next time without a network."""
    response = HttpResponse(_worker(), content_type="text/javascript")
    response["Service-Worker-Allowed"] = reverse("verify")
    response["Cache-Control"] = "public, no-cache"
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Makes the page installable on a phone's home screen."""
    language = getattr(request, "LANGUAGE_CODE", "en")
    words = all_words()[language]
    icon = {"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml"}
    content = {
        "name": f"{words['title']} – {text(insurer().name, language)}",
        "short_name": words["title"],
        "start_url": reverse("verify"),
        "scope": reverse("verify"),
        "display": "standalone",
        "background_color": "#FAFAF7",
        "theme_color": "#0F4C3A",
        "icons": [icon],
    }
    response = HttpResponse(json.dumps(content), content_type="application/manifest+json")
    response["Cache-Control"] = PUBLIC
    return response


# --- what the page fetches


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """The public keys (RFC 7517); any JWT library can check a seal with them."""
    content = kept("jwks", lambda: json.dumps({"keys": checking.published_keys(at=now())}))
    return _public(request, content, "application/jwk-set+json")


@require_safe
def revocations(request: HttpRequest) -> HttpResponse:
    """The signed list of withdrawn and replaced policies; `?after=` gives only what came since."""
    after = request.GET.get("after", "0")
    number = int(after) if after.isdecimal() and len(after) < 15 else 0
    content = kept(f"list {number}", lambda: checking.signed_list(after=number, at=now()))
    if len(_kept) > 500:
        forget()
    return _public(request, content, "application/jose")


@require_safe
def status(request: HttpRequest, lookup: str) -> HttpResponse:
    """Today's status for who holds the code: one query by its hash, which nobody else can know."""
    at = now()
    found = queries.status_of(lookup)
    content: dict[str, Any] = {
        "status": found.lower() if found else "unknown",
        "at": queries.list_date(at),
        "today": day_of(at).strftime("%Y%m%d"),
    }
    response = JsonResponse(content)
    response["Cache-Control"] = "no-store"
    return response

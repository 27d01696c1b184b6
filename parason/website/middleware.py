"""The language of a request, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.gzip import GZipMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

from parason.website.views.errors import bare

GetResponse = Callable[[HttpRequest], HttpResponse]
# The staff's pages are unfold's, which styles elements inline and evaluates Alpine expressions.
STAFF_PREFIX = "/backoffice/"


class LanguageMiddleware:
    """The person's language: as saved with the account, else the cookie, else what the browser asks for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._saved(request) or translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response

    @staticmethod
    def _saved(request: HttpRequest) -> str | None:
        user = request.user
        if not user.is_authenticated:
            return None
        known = dict(settings.LANGUAGES)
        return user.language if user.language in known else None


@lru_cache(maxsize=2)
def content_policy(staff: bool) -> str:
    """The Content-Security-Policy of the customers' pages, or the laxer one of the staff's."""
    begateway: dict[str, Any] = settings.PARASON_BEGATEWAY
    bank = urlsplit(str(begateway["checkout_url"]))
    # A browser applies form-action to redirects too: “Pay by card” is answered with the bank's page.
    pages = [f"{bank.scheme}://{bank.netloc}"] if bank.netloc else []
    pages += [f"https://{host}" for host in begateway.get("redirect_hosts") or ()]
    pages += ["https://checkout.stripe.com"] if settings.PARASON_STRIPE["secret_key"] else []
    target = "".join(f" {page}" for page in pages)
    script = "'self' 'unsafe-inline' 'unsafe-eval'" if staff else "'self'"
    style = "'self' 'unsafe-inline'" if staff else "'self'"
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
        f"form-action 'self'{target}; frame-ancestors 'none'; base-uri 'none'"
    )


class MaintenanceMiddleware:
    """While PARASON_MAINTENANCE is set, every page says so with 503; static files stay."""

    def __init__(self, get_response: GetResponse) -> None:
        if not settings.PARASON_MAINTENANCE:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return bare(request, "errors/503.html", 503)


PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


class HeadersMiddleware:
    """What a browser may do with our pages; and nothing of a person's stays in a cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", content_policy(request.path.startswith(STAFF_PREFIX)))
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store" if self._personal(request) else "private, no-cache"
        return response

    @staticmethod
    def _personal(request: HttpRequest) -> bool:
        session = getattr(request, "session", None)
        return bool(session and session.session_key) or request.method not in {"GET", "HEAD"}


class SameOriginMiddleware(CsrfViewMiddleware):
    """Believes a browser that says the request comes from our own pages; asks others for the token.

    `Sec-Fetch-Site` and `Origin` cannot be set by another site's page. So the pages of people who have no
    session need no token, and looking at them stores nothing.
    """

    def process_view(
        self, request: HttpRequest, callback: Any, callback_args: Any, callback_kwargs: Any
    ) -> HttpResponseForbidden | None:
        if _from_our_own_page(request):
            # Views that are protected one by one (allauth, admin) are told that this is settled.
            request.csrf_processing_done = True  # type: ignore[attr-defined]
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


def _from_our_own_page(request: HttpRequest) -> bool:
    where_from = request.headers.get("Sec-Fetch-Site")
    if where_from is not None:
        return where_from == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and (
        origin == f"{request.scheme}://{request.get_host()}" or origin in settings.CSRF_TRUSTED_ORIGINS
    )


class CompressMiddleware(GZipMiddleware):
    """Compresses text only: PDFs and pictures are compressed already.

    Pages are safe from BREACH: the CSRF token is masked anew in each page, and Django pads the answer
    by a random length.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith(("text/", "application/json")):
            return response
        return super().process_response(request, response)

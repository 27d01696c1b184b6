"""Information pages, the language, and the files that browsers and robots ask for."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from parason.accounts import operations as accounts
from parason.kernel.clock import now
from parason.kernel.insurer import insurer, text
from parason.website.consents import CONSENTS
from parason.website.look import look_css


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Whom to ask, and the questions that are asked most."""
    return render(request, "info/help.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "info/accessibility.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of a person, why and how long: the text of the consent `personal_data`."""
    return render(request, "info/privacy.html", {"version": CONSENTS["personal_data"]})


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use: the text of the consent `terms`."""
    return render(request, "info/terms.html", {"version": CONSENTS["terms"]})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language and come back to the same place; kept with the account of whoever is logged in."""
    chosen, back = request.POST.get("language", ""), request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("home")
    response = HttpResponseRedirect(back)
    if chosen not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        accounts.set_language(user=request.user, language=chosen)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        httponly=True,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@require_safe
@cache_control(public=True, max_age=31536000, immutable=True)
def look(request: HttpRequest) -> HttpResponse:
    """The insurer's colours; the address changes with them."""
    return HttpResponse(look_css(), content_type="text/css; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=86400)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone shows when the portal is put on its home screen."""
    name = text(insurer().name, get_language() or "en")
    icon = {"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    facts = {"name": name, "short_name": name, "start_url": reverse("policies"), "display": "browser"}
    return JsonResponse({**facts, "icons": [icon]}, content_type="application/manifest+json")


@require_safe
@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """Robots read the public pages only; a demo is not to be found at all."""
    if settings.PARASON_DEMO:
        rules = ["Disallow: /"]
    else:
        names = ("buy_start", "drafts", "cart", "policies", "profile", "account_login")
        rules = [f"Disallow: {reverse(name)}" for name in names]
    return HttpResponse("\n".join(["User-agent: *", *rules, ""]), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=86400)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116)."""
    base = settings.PARASON_BASE_URL
    lines = [
        f"Contact: mailto:{insurer().email}",
        f"Expires: {now() + timedelta(days=180):%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: en, ru",
        f"Canonical: {base}{reverse('security_txt')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def soon(request: HttpRequest, **_kwargs: str) -> HttpResponse:
    """Stands where a page is being built."""
    return render(request, "home/soon.html", status=501)

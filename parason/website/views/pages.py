"""Home, information and error pages, the language, the files that browsers and robots ask for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from parason.website.look import look_css


def soon(request: HttpRequest, **_kwargs: str) -> HttpResponse:
    """Stands where a page is being built."""
    return render(request, "home/soon.html", status=501)


home = price = exempt = product = soon
help_page = accessibility = privacy = terms = robots = security_txt = soon


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language and come back to the same place."""
    return soon(request)


@cache_control(public=True, max_age=31536000, immutable=True)
def look(request: HttpRequest) -> HttpResponse:
    """The insurer's colours; the address changes with them."""
    return HttpResponse(look_css(), content_type="text/css; charset=utf-8")


@cache_control(public=True, max_age=86400)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone shows when the portal is put on its home screen."""
    return JsonResponse({}, content_type="application/manifest+json")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return render(request, "errors/403.html", status=403)


def forbidden_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form that did not come from our own pages, or came too late."""
    return forbidden(request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(request, "errors/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: touches no database and no session."""
    return render(request, "errors/500.html", status=500)

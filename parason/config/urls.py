"""All addresses of the portal."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("parason.website.urls")),
    path("backoffice/", include("parason.backoffice.urls")),
]
if settings.PARASON_DEMO:
    urlpatterns.append(path("demo/", include("parason.demo.urls")))

handler400 = "parason.website.views.errors.bad_request"
handler403 = "parason.website.views.errors.forbidden"
handler404 = "parason.website.views.errors.not_found"
handler429 = "parason.website.views.errors.too_many"  # allauth's
handler500 = "parason.website.views.errors.broken"

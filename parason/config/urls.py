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

handler400 = "parason.website.views.pages.bad_request"
handler403 = "parason.website.views.pages.forbidden"
handler404 = "parason.website.views.pages.not_found"
handler500 = "parason.website.views.pages.broken"

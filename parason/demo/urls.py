"""Addresses that exist in the demo only."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from parason.demo import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("outbox/", views.outbox, name="demo_outbox"),
    path("outbox/<str:key>/", views.letter, name="demo_letter"),
    path("outbox/<str:key>/html/", views.letter_html, name="demo_letter_html"),
    path("outbox/<str:key>/<int:number>/", views.attachment, name="demo_attachment"),
]

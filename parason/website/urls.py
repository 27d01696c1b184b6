"""Addresses of the customer's pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from parason.website.views import home, pages

urlpatterns: list[URLPattern | URLResolver] = [
    # --- home, information, the portal itself
    path("", home.home, name="home"),
    path("insurance/<slug:code>/", home.product, name="product"),
    path("insurance/<slug:code>/price", home.price, name="price"),
    path("insurance/<slug:code>/exempt", home.exempt, name="exempt"),
    path("help/", pages.help_page, name="help"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("privacy/", pages.privacy, name="privacy"),
    path("terms/", pages.terms, name="terms"),
    path("language", pages.language, name="language"),
    path("look.css", pages.look, name="look"),
    path("manifest.webmanifest", pages.manifest, name="manifest"),
    path("robots.txt", pages.robots, name="robots"),
    path(".well-known/security.txt", pages.security_txt, name="security_txt"),
    # --- account (allauth) and profile
    path("account/", include("allauth.urls")),
    path("profile/", pages.soon, name="profile"),
    # --- buying
    path("buy/", pages.soon, name="buy"),
    path("buy/<slug:code>/start", pages.soon, name="buy_start"),
    # --- contracts
    path("drafts/", pages.soon, name="drafts"),
    path("policies/", pages.soon, name="policies"),
    # --- cart
    path("cart/", pages.soon, name="cart"),
    # --- payments
    # --- checking a policy
    path("verify/", pages.soon, name="verify"),
]

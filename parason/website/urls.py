"""Addresses of the customer's pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from parason.website.views import account, home, pages, profile

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
    path("account/confirm-email/", account.sent, name="account_email_verification_sent"),
    path("account/confirm-email/again", account.again, name="account_again"),
    path("account/confirm-email/another-address", account.another_address, name="account_another_address"),
    re_path(r"^account/confirm-email/(?P<key>[-:\w]+)/$", account.activate, name="account_confirm_email"),
    path("account/", include("allauth.account.urls")),
    path("account/second-step/", include("allauth.mfa.urls")),
    path("account/devices/", include("allauth.usersessions.urls")),
    path("profile/", profile.personal, name="profile"),
    path("profile/passport", profile.document, name="profile_passport"),
    path("profile/settings", profile.account_settings, name="profile_settings"),
    path("profile/latin", profile.latin, name="profile_latin"),
    path("profile/people/", profile.persons, name="persons"),
    path("profile/people/new", profile.person_new, name="person_new"),
    path("profile/people/<int:pk>/", profile.person_edit, name="person_edit"),
    path("profile/people/<int:pk>/remove", profile.person_delete, name="person_delete"),
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

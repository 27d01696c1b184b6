"""Addresses of the customer's pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from parason.website.views import (
    account,
    buying,
    cart,
    concluding,
    contracts,
    home,
    hooks,
    insured,
    pages,
    payments,
    profile,
)

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
    path("buy/", buying.catalogue, name="buy"),
    path("buy/resume", buying.resume, name="buy_resume"),
    path("buy/<slug:code>/", buying.new, name="buy_new"),
    path("buy/<slug:code>/start", buying.start, name="buy_start"),
    path("application/<uuid:pk>/dates", buying.dates, name="buy_dates"),
    path("application/<uuid:pk>/people", buying.people, name="buy_people"),
    path("application/<uuid:pk>/person", insured.person, name="buy_person"),
    path("application/<uuid:pk>/person/<int:person_pk>", insured.person, name="buy_person_edit"),
    path("application/<uuid:pk>/check", concluding.check, name="buy_check"),
    path("application/<uuid:pk>/conclude", concluding.conclude, name="buy_conclude"),
    path("application/<uuid:pk>/discard", buying.discard, name="buy_discard"),
    # --- contracts
    path("drafts/", contracts.drafts, name="drafts"),
    path("contract/<uuid:pk>/", contracts.contract, name="contract"),
    path("contract/<uuid:pk>/formed", contracts.done, name="buy_done"),
    path("contract/<uuid:pk>/cart", contracts.to_cart, name="contract_to_cart"),
    path("contract/<uuid:pk>/withdraw", contracts.withdraw, name="contract_withdraw"),
    path("contract/<uuid:pk>/extend", contracts.extend, name="contract_extend"),
    path("contract/<uuid:pk>/calendar.ics", contracts.calendar, name="contract_calendar"),
    path("policies/", contracts.policies, name="policies"),
    path("policies/<uuid:pk>.pdf", contracts.policy_pdf, name="policy_pdf"),
    path("policies/<uuid:pk>.svg", contracts.policy_qr, name="policy_qr"),
    # --- cart
    path("cart/", cart.cart, name="cart"),
    path("cart/<uuid:pk>/remove", cart.remove, name="cart_remove"),
    # --- payments
    path("pay/", payments.pay, name="pay"),
    path("payments/", payments.payments, name="payments"),
    path("payments/return/<str:our_ref>/", payments.payment_return, name="payment_return"),
    path("payments/<uuid:pk>/", payments.payment, name="payment"),
    path("payments/<uuid:pk>/receipt/", payments.receipt, name="receipt"),
    path("hooks/<slug:gateway>/<str:shop>", hooks.hook, name="hook"),
    path("hooks/<slug:gateway>/<str:shop>/verify", hooks.precheck, name="hook_precheck"),
    # --- checking a policy
    path("verify/", pages.soon, name="verify"),
]

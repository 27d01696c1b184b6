"""Every account page is ours: none is left in the look of the library behind it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from parason.accounts.models import User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

# Arguments for the addresses that need some.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "account_confirm_email": {"key": "broken:link:here"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "broken-link"},
}
POST_ONLY = {"account_again", "account_another_address", "profile_latin"}
DATA = {"mfa_login_webauthn", "mfa_download_recovery_codes"}  # JSON for a script, a file to keep


def names() -> list[str]:
    found = []

    def walk(patterns: list[URLPattern | URLResolver]) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver) and pattern.namespace:
                continue  # the back office
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns)
            elif pattern.name and re.match(r"account_|mfa_|usersessions_|profile|person", pattern.name):
                found.append(pattern.name)

    walk(get_resolver().url_patterns)
    return sorted(set(found))


def logged_in(user: User) -> Client:
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def address(name: str, key: int) -> str:
    if name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        return reverse(name, kwargs={"pk": key})
    if name in ("person_edit", "person_delete"):
        return reverse(name, kwargs={"pk": 1})
    return reverse(name, kwargs=ARGUMENTS.get(name))


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
@pytest.mark.parametrize("who", ["visitor", "customer"])
def test_every_address_of_the_account_answers_in_our_look(anna: User, who: str, language: str) -> None:
    User.objects.update(language=language)
    client = Client() if who == "visitor" else logged_in(anna)
    if who == "customer":
        TOTP.activate(anna, generate_totp_secret())
    client.cookies["language"] = language
    for name in names():
        if name in DATA:
            continue
        answer = client.get(address(name, 1))
        if name in POST_ONLY:
            assert answer.status_code in (302, 405), name
            continue
        assert answer.status_code in (200, 302, 403, 404, 410), (name, answer.status_code)
        if answer.status_code == 302:
            assert answer["Location"].startswith("/"), name
            continue
        page = answer.content.decode()
        assert f'<html lang="{language}"' in page, name
        assert '<main id="main"' in page, name
        assert len(re.findall(r"<h1\b", page)) == 1, name
        assert not re.search(r"allauth\.org|Menu:|Sign In</|Sign Out</", page), name
        assert not re.search(r"\sstyle=|\son\w+=|<script>(?!\s*$)", page), name


def test_who_comes_from_a_purchase_is_told_that_it_goes_on(client: Client) -> None:
    assert (
        "Your answers are kept." in client.get("/account/login/?next=/application/1/people").content.decode()
    )
    assert "Your answers are kept." not in client.get("/account/login/").content.decode()


def test_the_pages_that_the_customer_needs_open(anna: User) -> None:
    client = logged_in(anna)
    for name in (
        "account_email", "account_change_password", "account_logout", "account_reauthenticate", "mfa_index",
        "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn", "usersessions_list",
    ):  # fmt: skip
        assert client.get(reverse(name)).status_code == 200, name


@pytest.mark.parametrize(
    "path", ["/account/login/", "/account/signup/", "/account/password/reset/", "/account/confirm-email/"]
)
def test_a_visitors_page_asks_the_database_for_the_session_only(
    client: Client, django_assert_max_num_queries: Any, path: str
) -> None:
    client.get(path)
    with django_assert_max_num_queries(1):  # the session that holds the form's token
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/account/second-step/", 6),
        ("/account/devices/", 8),
        ("/account/email/", 10),
        ("/account/password/change/", 4),
    ],
)
def test_account_pages_stay_under_twelve_queries(
    anna: User, django_assert_max_num_queries: Any, path: str, most: int
) -> None:
    client = logged_in(anna)
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


def test_being_logged_in_costs_one_query_a_page(as_anna: Client, django_assert_num_queries: Any) -> None:
    as_anna.get("/help/")  # the first look marks when the session was begun
    with django_assert_num_queries(1):  # the session with its user
        assert as_anna.get("/help/").status_code == 200

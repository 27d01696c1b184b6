"""What each account page and each press on it asks of the database: literally, and never more than twelve."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parason.accounts.models import Session
from tests.accounts.letters import letters_to, link_in
from tests.accounts.test_pages import POST_ONLY, address, names
from tests.accounts.test_registration import activation, sign_up
from tests.accounts.test_sessions import code_of
from tests.factories import PASSWORD, browser_of, make_user

pytestmark = pytest.mark.django_db
MOST = 12
BORDER = re.compile(r"(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)\b")
ANNA, OTHER, NEW_PASSWORD = "anna@example.com", "other@example.com", "four quite new words"


@pytest.fixture(autouse=True)
def _no_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """One write of the cache in hundreds sweeps too: by chance, so not here."""
    for module in ("cache", "limits"):
        monkeypatch.setattr(f"parason.website.{module}.SWEEP", 10**12)


class Counter:
    """Counts the queries of named acts: what asks or stores something, so not the borders of transactions."""

    def __init__(self) -> None:
        self.taken: dict[str, int] = {}

    def __call__(self, name: str, act: Callable[[], Any], status: int = 302) -> Any:
        with CaptureQueriesContext(connection) as made:
            answer = act()
        assert answer.status_code == status, (name, answer.status_code, answer.get("Location"))
        self.taken[name] = sum(not BORDER.match(query["sql"].strip()) for query in made.captured_queries)
        return answer


def logged_in(email: str = ANNA, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/account/login/", {"login": email, "password": password})
    client.post("/account/reauthenticate/", {"password": password})
    return client


def test_registration_asks_little() -> None:
    count, client = Counter(), Client()
    count("sign up", lambda: sign_up(client))
    count("sign up with a known address", lambda: sign_up(Client()))
    count("refused", lambda: sign_up(Client(), password1="short"), 422)
    count("send again", lambda: Client().post("/account/confirm-email/again", {"email": "x@example.com"}))
    count(
        "another address",
        lambda: client.post("/account/confirm-email/another-address", {"email": OTHER}),
    )
    path = activation(OTHER)
    count("open the link", lambda: Client().get(path), 200)
    count("activate", lambda: Client().post(path))
    count("open the used link", lambda: Client().get(path), 410)
    assert count.taken == {
        "sign up": 10, "sign up with a known address": 8, "refused": 4, "send again": 6,
        "another address": 10, "open the link": 3, "activate": 4, "open the used link": 2,
    }  # fmt: skip
    assert max(count.taken.values()) <= MOST


def test_logging_in_and_a_new_password_ask_little() -> None:
    make_user(ANNA)
    count, client = Counter(), Client()
    wrong, right = {"login": ANNA, "password": "wrong"}, {"login": ANNA, "password": PASSWORD}
    count("wrong password", lambda: Client().post("/account/login/", wrong), 422)
    count("log in", lambda: client.post("/account/login/", right))
    count("log in again over the old session", lambda: client.post("/account/reauthenticate/", right))
    count("log out", lambda: client.post("/account/logout/"))
    count("ask for a letter", lambda: Client().post("/account/password/reset/", {"email": ANNA}))
    count("for nobody", lambda: Client().post("/account/password/reset/", {"email": OTHER}))
    link = link_in(letters_to(ANNA)[-1], "password/reset")
    there = count("open the link", lambda: client.get(link))["Location"]
    count("the form", lambda: client.get(there), 200)
    count("new password", lambda: client.post(there, {"password1": NEW_PASSWORD}))
    assert count.taken == {
        "wrong password": 5, "log in": 10, "log in again over the old session": 9, "log out": 3,
        "ask for a letter": 6, "for nobody": 6, "open the link": 5, "the form": 5, "new password": 11,
    }  # fmt: skip
    assert max(count.taken.values()) <= MOST


def test_changes_of_the_account_ask_little() -> None:
    make_user(ANNA)
    count, client = Counter(), logged_in()
    count("another address", lambda: client.post("/account/email/", {"email": OTHER, "action_add": ""}))
    count("not after all", lambda: client.post("/account/email/", {"email": OTHER, "action_remove": ""}))
    client.post("/account/email/", {"email": "third@example.com", "action_add": ""})
    second = {"email": "fourth@example.com", "action_add": ""}
    count("another one instead", lambda: client.post("/account/email/", second))
    path = activation("fourth@example.com")
    count("open the link", lambda: client.get(path), 200)
    count("confirm", lambda: client.post(path))
    words = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
    count("new password", lambda: client.post("/account/password/change/", words))
    client.post("/account/login/", {"login": "fourth@example.com", "password": NEW_PASSWORD})
    count("end the other sessions", lambda: client.post("/account/devices/"))
    assert count.taken == {
        "another address": 11, "not after all": 10, "another one instead": 11, "open the link": 4,
        "confirm": 8, "new password": 7, "end the other sessions": 5,
    }  # fmt: skip
    assert max(count.taken.values()) <= MOST


def test_a_second_step_asks_little() -> None:
    make_user(ANNA)
    count, client = Counter(), logged_in()
    step = "/account/second-step/"
    client.get(f"{step}totp/activate/")
    secret = client.session["mfa.totp.secret"]
    count("first code wrong", lambda: client.post(f"{step}totp/activate/", {"code": "000000"}), 422)
    count("first code", lambda: client.post(f"{step}totp/activate/", {"code": code_of(secret)}))
    count("recovery codes anew", lambda: client.post(f"{step}recovery-codes/generate/"))
    again = Client()
    right = {"login": ANNA, "password": PASSWORD}
    count("log in", lambda: again.post("/account/login/", right))
    count("wrong code", lambda: again.post(f"{step}authenticate/", {"code": "000000"}), 422)
    count("code", lambda: again.post(f"{step}authenticate/", {"code": code_of(secret)}))
    cache.clear()
    count("code once more", lambda: again.post(f"{step}reauthenticate/", {"code": code_of(secret)}))
    recovery = Client()
    recovery.post("/account/login/", right)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    count("recovery code", lambda: recovery.post(f"{step}authenticate/", {"code": code}))
    count("off", lambda: client.post(f"{step}totp/deactivate/"))
    assert count.taken == {
        "first code wrong": 6, "first code": 11, "recovery codes anew": 8, "log in": 7, "wrong code": 7,
        "code": 11, "code once more": 10, "recovery code": 12, "off": 11,
    }  # fmt: skip
    assert max(count.taken.values()) <= MOST


PAGES = {
    "account_change_password": 2, "account_confirm_email": 1, "account_confirm_login_code": 2,
    "account_email": 6, "account_email_verification_sent": 1, "account_inactive": 1, "account_login": 2,
    "account_logout": 2, "account_reauthenticate": 3, "account_reset_password": 1,
    "account_reset_password_done": 1, "account_reset_password_from_key": 2,
    "account_reset_password_from_key_done": 1, "account_set_password": 1, "account_signup": 2,
    "mfa_activate_totp": 3, "mfa_add_webauthn": 7, "mfa_authenticate": 2, "mfa_deactivate_totp": 4,
    "mfa_download_recovery_codes": 2, "mfa_edit_webauthn": 3, "mfa_generate_recovery_codes": 4,
    "mfa_index": 4, "mfa_list_webauthn": 3, "mfa_login_webauthn": 2, "mfa_reauthenticate": 3,
    "mfa_reauthenticate_webauthn": 2, "mfa_remove_webauthn": 3, "mfa_view_recovery_codes": 2,
    "person_delete": 2, "person_edit": 2, "person_new": 2, "persons": 3, "profile": 3,
    "profile_passport": 3, "profile_settings": 3, "usersessions_list": 4,
}  # fmt: skip


def test_every_page_of_the_account_asks_as_often_as_written_here() -> None:
    anna = make_user(ANNA)
    client = logged_in()
    TOTP.activate(anna, generate_totp_secret())
    count = Counter()
    for name in names():
        if name not in POST_ONLY:
            path = address(name, 1)
            count(name, lambda path=path: client.get(path), client.get(path).status_code)
    assert count.taken == PAGES
    assert max(count.taken.values()) <= MOST


@pytest.mark.parametrize(("others", "to_end"), [(0, 3), (1, 5), (50, 5)])
def test_the_list_of_devices_costs_the_same_whatever_its_length(
    others: int, to_end: int, django_assert_num_queries: Any
) -> None:
    anna = make_user(ANNA)
    client = logged_in()
    for _ in range(others):
        session = browser_of(anna).session
        anna.usersession_set.create(session_key=session.session_key, ip="203.0.113.1", user_agent="Chromium")
    assert client.get("/account/devices/").content.decode().count("Chromium") == others
    with django_assert_num_queries(4):
        page = client.get("/account/devices/")
    assert page.status_code == 200
    with django_assert_num_queries(to_end):
        client.post("/account/devices/")
    assert Session.objects.filter(session_key__in=anna.usersession_set.values("session_key")).count() == 1

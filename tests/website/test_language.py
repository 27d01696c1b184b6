"""One language for a person, on every page."""

from __future__ import annotations

import pytest
from django.test import Client

from parason.accounts.models import User


def shown(client: Client, path: str = "/help/", **headers: str) -> str:
    return client.get(path, headers=headers).headers["Content-Language"]


def test_a_stranger_reads_what_the_browser_asks_for(client: Client) -> None:
    assert shown(client, **{"accept-language": "ru-RU,ru;q=0.9,en;q=0.5"}) == "ru"
    assert shown(client, **{"accept-language": "ar"}) == "ar"
    assert shown(client, **{"accept-language": "fr, de"}) == "en"


def test_the_chosen_language_goes_before_the_browsers(client: Client) -> None:
    answer = client.post("/language", {"language": "ru", "next": "/terms/?a=1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/terms/?a=1")
    assert shown(client, **{"accept-language": "ar"}) == "ru"


ELSEWHERE = ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nobody_is_led_to_another_site(client: Client, elsewhere: str) -> None:
    answer = client.post("/language", {"language": "ru", "next": elsewhere})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("unknown", ["", "xx", "ru\r\nSet-Cookie: a=b", "<script>", "🦊"])
def test_an_unknown_language_changes_nothing(client: Client, unknown: str) -> None:
    answer = client.post("/language", {"language": unknown, "next": "/help/"})
    assert answer.status_code == 302
    assert not answer.cookies


def test_the_language_changes_by_a_form_only(client: Client) -> None:
    assert client.get("/language?language=ru").status_code == 405


def test_the_choice_of_whoever_is_logged_in_is_kept_with_the_account(as_anna: Client, anna: User) -> None:
    as_anna.post("/language", {"language": "ru", "next": "/help/"})
    anna.refresh_from_db()
    assert anna.language == "ru"
    other_device = Client()
    other_device.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    assert shown(other_device, **{"accept-language": "en"}) == "ru"


def test_the_accounts_language_goes_before_the_cookie(as_anna: Client, anna: User) -> None:
    as_anna.cookies["language"] = "ar"
    assert shown(as_anna) == "en"


def test_arabic_runs_from_right_to_left(client: Client) -> None:
    page = client.get("/help/", headers={"accept-language": "ar"}).content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    # Phones and addresses of mail keep their order.
    assert '<bdi dir="ltr">+375 17 200 00 03</bdi>' in page

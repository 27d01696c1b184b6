"""Limits hold across processes and cannot be talked away by headers."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.accounts.letters import letters_to
from tests.accounts.test_registration import sign_up
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
EMAIL = "anna@example.com"


def fail(client: Client, email: str = EMAIL, **extra: Any) -> Any:
    return client.post("/account/login/", {"login": email, "password": "wrong"}, **extra)


def test_ten_wrong_passwords_close_the_door_for_the_eleventh_try_even_with_the_right_one() -> None:
    make_user(EMAIL)
    for number in range(10):
        answer = fail(Client(REMOTE_ADDR=f"203.0.113.{number}"))
        assert "The e-mail address or the password is not right." in answer.content.decode()
    client = Client(REMOTE_ADDR="203.0.113.200")
    answer = client.post("/account/login/", {"login": EMAIL, "password": PASSWORD})
    assert answer.status_code == 422
    assert "Too many attempts" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_limit_is_the_same_for_addresses_without_an_account() -> None:
    for number in range(10):
        fail(Client(REMOTE_ADDR=f"203.0.113.{number}"), "ghost@example.com")
    assert (
        "Too many attempts" in fail(Client(REMOTE_ADDR="203.0.113.200"), "ghost@example.com").content.decode()
    )


def test_one_network_address_cannot_try_many_accounts() -> None:
    client = Client(REMOTE_ADDR="203.0.113.9")
    answers = [fail(client, f"user{number}@example.com") for number in range(11)]
    assert "Too many attempts" in answers[-1].content.decode()
    assert "Too many attempts" not in answers[-2].content.decode()


def test_a_forged_forwarding_header_gains_nothing() -> None:
    answers = [
        fail(
            Client(REMOTE_ADDR="203.0.113.9"),
            f"user{number}@example.com",
            headers={"x-forwarded-for": f"198.51.100.{number}"},
        )
        for number in range(11)
    ]
    assert "Too many attempts" in answers[-1].content.decode()


def test_one_letter_a_minute_and_three_in_six_hours() -> None:
    client = Client()
    sign_up(client)
    again = client.post("/account/confirm-email/again", {"email": "new@example.com"})
    assert again.status_code == 302
    assert len(letters_to("new@example.com")) == 1


def test_five_reset_letters_a_day() -> None:
    for number in range(7):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        last = client.post("/account/password/reset/", {"email": EMAIL})
    assert len(letters_to(EMAIL)) == 5
    assert last.status_code == 429
    assert "<h1" in last.content.decode()


TRY = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "parason.config.settings"
import django
django.setup()
from django.test import Client
for number in range(int(sys.argv[1])):
    client = Client(REMOTE_ADDR=f"203.0.113.{sys.argv[2]}{number}")
    answer = client.post("/account/login/", {"login": "anna@example.com", "password": "wrong"})
print("Too many attempts" in answer.content.decode())
"""


@pytest.mark.django_db(transaction=True)
def test_two_processes_count_together(database_url: str) -> None:
    cache.clear()
    environment = {**os.environ, "DATABASE_URL": database_url, "PARASON_DEMO": "1"}
    results = []
    for count, mark in (("6", "1"), ("5", "2")):
        done = subprocess.run(
            [sys.executable, "-c", TRY, count, mark],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        results.append(done.stdout.strip().splitlines()[-1])
    assert results == ["False", "True"]
    cache.clear()

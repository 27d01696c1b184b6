"""No answer tells whether an address has an account."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from parason.accounts.models import User
from parason.documents.models import Letter
from tests.accounts.letters import letters_to
from tests.accounts.test_registration import PASSWORD, sign_up
from tests.factories import PASSWORD as OLD
from tests.factories import make_user

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "known@example.com", "ghost@example.com"


def page(answer: Any, email: str) -> str:
    """What a browser shows, without what differs by chance: the address itself, the form's token."""
    text = answer.content.decode().replace(email, "EMAIL")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def resend(client: Client, email: str) -> Any:
    return client.post("/account/confirm-email/again", {"email": email})


def reset(client: Client, email: str) -> Any:
    return client.post("/account/password/reset/", {"email": email})


def log_in(client: Client, email: str) -> Any:
    return client.post("/account/login/", {"login": email, "password": "not the password"})


ACTS: dict[str, Callable[[Client, str], Any]] = {
    "sign up": sign_up,
    "resend": resend,
    "reset": reset,
    "log in": log_in,
}


@pytest.mark.parametrize("act", ACTS)
def test_known_and_unknown_addresses_get_the_same_answer_and_as_many_letters(act: str) -> None:
    make_user(KNOWN)
    answers = {}
    for email in (KNOWN, UNKNOWN):
        client = Client()
        answer = ACTS[act](client, email)
        following = client.get(answer["Location"]) if answer.status_code == 302 else answer
        answers[email] = (
            answer.status_code,
            answer.get("Location"),
            page(answer, email),
            page(following, email),
        )
    assert answers[KNOWN] == answers[UNKNOWN]
    assert len(letters_to(KNOWN)) == len(letters_to(UNKNOWN)) == (0 if act == "log in" else 1)


def test_the_owner_of_a_known_address_is_told_by_letter() -> None:
    make_user(KNOWN)
    sign_up(Client(), KNOWN)
    reset(Client(), UNKNOWN)
    assert letters_to(KNOWN)[0].kind == "account_exists"
    assert letters_to(UNKNOWN)[0].kind == "account_unknown"
    assert "new password" in letters_to(UNKNOWN)[0].text
    assert User.objects.count() == 1


def test_correcting_the_address_after_meeting_a_known_one_makes_the_account() -> None:
    make_user(KNOWN)
    client = Client()
    sign_up(client, KNOWN)
    client.post("/account/confirm-email/another-address", {"email": UNKNOWN})
    user = User.objects.get(email=UNKNOWN)
    assert user.check_password(PASSWORD)
    assert user.consents.count() == 2
    assert letters_to(UNKNOWN)[0].kind == "account_activate"
    assert not User.objects.get(email=KNOWN).check_password(PASSWORD)


def test_correcting_the_address_to_a_known_one_tells_nothing_and_moves_nothing() -> None:
    make_user(KNOWN)
    client = Client()
    sign_up(client, UNKNOWN)
    answer = client.post("/account/confirm-email/another-address", {"email": KNOWN})
    assert "Sent to" in client.get(answer["Location"]).content.decode()
    assert User.objects.get(email=UNKNOWN)
    assert letters_to(KNOWN)[0].kind == "account_exists"


def test_whoever_asks_for_activation_is_not_told_of_a_password() -> None:
    resend(Client(), UNKNOWN)
    (letter,) = letters_to(UNKNOWN)
    assert letter.kind == "account_unregistered"
    assert "activates an account" in letter.text
    assert "password" not in letter.text


def test_asking_for_a_letter_never_makes_an_account() -> None:
    client = Client()
    resend(client, UNKNOWN)
    client.post("/account/confirm-email/another-address", {"email": "other@example.com"})
    assert not User.objects.exists()


def test_changing_to_a_known_address_answers_as_to_an_unknown_one() -> None:
    make_user(KNOWN)
    anna = make_user("anna@example.com")
    answers = []
    for email in (KNOWN, UNKNOWN):
        client = Client()
        client.post("/account/login/", {"login": anna.email, "password": OLD})
        client.post("/account/reauthenticate/", {"password": OLD})
        answer = client.post("/account/email/", {"email": email, "action_add": ""})
        answers.append(
            (answer.status_code, answer.get("Location"), page(client.get("/account/email/"), email))
        )
        anna.emailaddress_set.filter(verified=False).delete()
    assert answers[0] == answers[1]
    assert len(letters_to(KNOWN)) == len(letters_to(UNKNOWN)) == 1


@pytest.mark.parametrize("act", ["sign up", "reset", "log in"])
def test_known_and_unknown_addresses_take_the_same_time(act: str, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = dict.fromkeys(settings.ACCOUNT_RATE_LIMITS)
    tries = 40
    known = [make_user(f"known{number}@example.com").email for number in range(tries)]
    times: dict[bool, list[float]] = {True: [], False: []}
    ACTS[act](Client(), "warm@example.com")
    for number in range(tries):
        for there in (True, False) if number % 2 else (False, True):
            client = Client()
            start = time.process_time()
            ACTS[act](client, known[number] if there else f"ghost{number}@example.com")
            times[there].append(time.process_time() - start)
    medians = {there: statistics.median(values) for there, values in times.items()}
    assert abs(medians[True] - medians[False]) <= 0.10 * max(medians.values()), medians


def test_letters_about_accounts_hold_no_password_and_no_ones_name() -> None:
    make_user(KNOWN)
    sign_up(Client(), KNOWN)
    assert all(PASSWORD not in letter.text + letter.html for letter in Letter.objects.all())

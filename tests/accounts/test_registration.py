"""G4–G8: registration, the letter, activation, log-in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from parason.accounts.models import Consent, User
from parason.website.consents import CONSENTS
from tests.accounts.letters import letters_to, link_in

pytestmark = pytest.mark.django_db
PASSWORD = "three words in a row"
NEW = "new@example.com"


def sign_up(client: Client, email: str = NEW, **fields: Any) -> Any:
    data = {"email": email, "password1": PASSWORD, "terms": "on", "personal_data": "on", **fields}
    return client.post("/account/signup/", data)


def activation(email: str = NEW) -> str:
    return link_in(letters_to(email)[-1], "confirm-email")


def test_the_login_page_leads_to_the_registration(client: Client) -> None:
    page = client.get("/account/login/").content.decode()
    assert "Sign up now" in page
    assert 'href="/account/signup/' in page
    assert ">Sign up</button>" in client.get("/account/signup/").content.decode()


def test_registration_activation_and_log_in(client: Client) -> None:
    answer = sign_up(client)
    assert answer.status_code == 302
    assert answer["Location"] == "/account/confirm-email/"
    notice = client.get(answer["Location"]).content.decode()
    assert "The registration went through" in notice
    assert NEW in notice
    assert "<dialog" in notice
    assert " open" in notice
    assert client.post("/account/login/", {"login": NEW, "password": PASSWORD}).status_code == 302
    assert "_auth_user_id" not in client.session

    other_device = Client()
    path = activation()
    assert other_device.get(path).status_code == 200
    assert not EmailAddress.objects.get(email=NEW).verified
    answer = other_device.post(path)
    assert answer.status_code == 302
    assert answer["Location"] == "/account/login/"
    page = other_device.get(answer["Location"]).content.decode()
    assert "Your account is activated. You can log in now." in page
    answer = other_device.post("/account/login/", {"login": NEW, "password": PASSWORD})
    assert answer["Location"] == "/policies/"
    assert "_auth_user_id" in other_device.session


def test_consents_are_kept_with_version_language_address_and_time() -> None:
    client = Client(REMOTE_ADDR="203.0.113.7")
    client.cookies["language"] = "ru"
    before = timezone.now()
    sign_up(client)
    user = User.objects.get(email=NEW)
    kept = {consent.kind: consent for consent in Consent.objects.filter(user=user)}
    assert {kind: consent.version for kind, consent in kept.items()} == dict(CONSENTS)
    for consent in kept.values():
        assert consent.language == "ru"
        assert consent.address == "203.0.113.7"
        assert before <= consent.at <= timezone.now()
    assert user.language == "ru"
    assert letters_to(NEW)[0].language == "ru"


@pytest.mark.parametrize("left_out", ["terms", "personal_data"])
def test_without_a_consent_nothing_is_registered(client: Client, left_out: str) -> None:
    answer = client.post(
        "/account/signup/",
        {
            "email": NEW,
            "password1": PASSWORD,
            **{kind: "on" for kind in ("terms", "personal_data") if kind != left_out},
        },
    )
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert not User.objects.exists()
    assert not letters_to(NEW)


def test_nobody_becomes_staff_by_sending_more_fields(client: Client) -> None:
    sign_up(client, is_staff="1", is_superuser="1", verified="1", is_active="1")
    user = User.objects.get(email=NEW)
    assert not user.is_staff
    assert not user.is_superuser
    assert not EmailAddress.objects.get(email=NEW).verified


def test_scanners_that_open_the_link_change_nothing(client: Client) -> None:
    sign_up(client)
    path = activation()
    scanner = Client()
    for _ in range(5):
        assert scanner.get(path).status_code == 200
        assert scanner.head(path).status_code == 200
    assert not EmailAddress.objects.get(email=NEW).verified
    assert client.post(path).status_code == 302
    assert EmailAddress.objects.get(email=NEW).verified


def test_a_link_works_for_three_days_and_then_offers_a_new_letter(client: Client) -> None:
    sign_up(client)
    path = activation()
    with time_machine.travel(timezone.now() + timedelta(days=3) - timedelta(minutes=1)):
        assert client.get(path).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        page = client.get(path)
        assert page.status_code == 410
        assert "This link has expired" in page.content.decode()
        assert client.post(path).status_code == 410
        key = path.split("/")[-2]
        answer = client.post("/account/confirm-email/again", {"key": key})
        assert answer.status_code == 302
        assert "The letter was sent again" in client.get(answer["Location"]).content.decode()
        assert len(letters_to(NEW)) == 2
        assert client.post(activation()).status_code == 302
    assert EmailAddress.objects.get(email=NEW).verified


def test_a_used_link_says_so_and_leads_to_the_log_in(client: Client) -> None:
    sign_up(client)
    path = activation()
    client.post(path)
    page = client.get(path)
    assert page.status_code == 410
    assert "This link was used already" in page.content.decode()
    assert "/account/login/" in page.content.decode()


def test_a_replaced_link_says_so(client: Client) -> None:
    sign_up(client, email="wrong@example.com")
    old = activation("wrong@example.com")
    answer = client.post("/account/confirm-email/another-address", {"email": NEW})
    assert answer["Location"] == "/account/confirm-email/"
    assert NEW in client.get(answer["Location"]).content.decode()
    page = Client().get(old)
    assert page.status_code == 410
    assert "This link was replaced" in page.content.decode()
    Client().post(activation(NEW))
    user = User.objects.get()
    assert user.email == NEW
    assert user.check_password(PASSWORD)
    assert EmailAddress.objects.get().verified


def test_a_broken_link_says_so_and_asks_for_the_address(client: Client) -> None:
    sign_up(client)
    path = activation()
    page = client.get(path[:-6] + "/")
    assert page.status_code == 404
    assert "This link is not complete" in page.content.decode()
    assert 'name="email"' in page.content.decode()


def test_another_browser_cannot_change_the_address_of_a_registration(client: Client) -> None:
    sign_up(client)
    Client().post("/account/confirm-email/another-address", {"email": "thief@example.com"})
    assert User.objects.get().email == NEW
    assert not letters_to("thief@example.com")


def test_an_activated_account_cannot_be_moved_by_the_registering_browser(client: Client) -> None:
    sign_up(client)
    Client().post(activation())
    client.post("/account/confirm-email/another-address", {"email": "thief@example.com"})
    assert User.objects.get().email == NEW
    assert [address.email for address in EmailAddress.objects.all()] == [NEW]


def test_a_misspelt_provider_is_pointed_out_and_may_stay(client: Client) -> None:
    sign_up(client, email="anna@gmial.com")
    page = client.get("/account/confirm-email/").content.decode()
    assert "Did you mean" in page
    assert "anna@gmail.com" in page
    Client().post(activation("anna@gmial.com"))
    assert EmailAddress.objects.get(email="anna@gmial.com").verified


def test_letters_link_to_the_portal_whatever_host_the_browser_names(client: Client) -> None:
    client.post(
        "/account/signup/",
        {"email": NEW, "password1": PASSWORD, "terms": "on", "personal_data": "on"},
        HTTP_HOST="127.0.0.1",
        headers={"x-forwarded-host": "evil.example"},
    )
    assert "http://localhost:8000/account/confirm-email/" in letters_to(NEW)[0].text
    assert "evil.example" not in letters_to(NEW)[0].text + letters_to(NEW)[0].html
    assert Client().post("/account/signup/", {"email": NEW}, HTTP_HOST="evil.example").status_code == 400


@pytest.mark.parametrize(
    "password", ["three wet umbrellas " * 6, "зонтвода", "🌂 🌧 🐸 🚲 🧦 🌂", " spaces around are kept "]
)
def test_any_password_of_8_to_128_characters_is_taken(client: Client, password: str) -> None:
    assert sign_up(client, password1=password).status_code == 302
    assert User.objects.get().check_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "seven77",
        "three wet umbrellas " * 7,
        "password",
        "12345678",
        NEW,
        "Parason2026!",
        "12 парасон 12",
        "P@ssw0rd2024",
        "anna1990",
        "zxcvbnm,./",
        "aaaaaaaaaaaa",
        "x" * 128,
    ],
)
def test_short_long_common_and_own_name_passwords_are_refused(client: Client, password: str) -> None:
    answer = sign_up(client, password1=password)
    assert answer.status_code == 422
    assert not User.objects.exists()
    assert "id_password1_error" in answer.content.decode()


@pytest.mark.parametrize(
    "email",
    ["", "anna", "anna@", "a" * 255 + "@example.com", "anna@exa mple.com", "a\r\nBcc: x@y.z", "<b>@x.y"],
)
def test_wrong_addresses_are_refused_with_a_sentence(client: Client, email: str) -> None:
    answer = sign_up(client, email=email)
    assert answer.status_code == 422
    assert not User.objects.exists()
    assert (
        "name@example.com" in answer.content.decode()
        or "Enter an e-mail address." in answer.content.decode()
        or "At most 254" in answer.content.decode()
    )


def test_two_registrations_of_one_address_in_one_moment_make_one_account(client: Client) -> None:
    sign_up(client)
    assert sign_up(Client(), email=NEW.upper()).status_code == 302
    assert User.objects.count() == 1


def test_who_logs_in_before_activating_sees_where_the_letter_went() -> None:
    sign_up(Client())
    client = Client()
    answer = client.post("/account/login/", {"login": NEW, "password": PASSWORD})
    assert answer["Location"] == "/account/confirm-email/"
    page = client.get(answer["Location"]).content.decode()
    assert NEW in page
    assert "Send the letter again" in page
    client.post("/account/confirm-email/another-address", {"email": "right@example.com"})
    assert User.objects.get().email == "right@example.com"


def test_a_wrong_password_before_activation_tells_nothing() -> None:
    sign_up(Client())
    client = Client()
    answer = client.post("/account/login/", {"login": NEW, "password": "wrong words"})
    assert answer.status_code == 422
    assert NEW not in client.get("/account/confirm-email/").content.decode()

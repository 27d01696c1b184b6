"""How long a log-in lasts, what ends it, and who must show more than a password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.sessions.backends.base import UpdateError
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from parason.accounts import operations
from parason.accounts.models import AuditEntry, Session, User
from parason.kernel.clock import now
from parason.website.session_store import SessionStore
from tests.accounts.letters import letters_to, link_in
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def log_in(user: User, client: Client | None = None) -> Client:
    client = client or Client()
    answer = client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/profile/settings").status_code == 200


def test_a_log_in_gives_a_new_session_and_a_log_out_ends_it_on_the_server(anna: User) -> None:
    client = Client()
    client.get("/account/login/")
    client.post("/account/confirm-email/again", {"email": "x@example.com"})
    before = client.session.session_key
    log_in(anna, client)
    key = client.session.session_key or ""
    assert key != before
    stolen = Client()
    stolen.cookies["session"] = key
    assert is_in(stolen)
    assert client.post("/account/logout/").status_code == 302
    assert not is_in(stolen)


def test_looking_at_the_log_out_does_not_log_out(anna: User) -> None:
    client = log_in(anna)
    client.get("/account/logout/")
    assert is_in(client)


@pytest.mark.parametrize(
    ("staff", "idle", "whole"),
    [(False, timedelta(hours=24), timedelta(days=14)), (True, timedelta(minutes=30), timedelta(hours=12))],
)
def test_a_session_ends_when_left_alone_and_at_its_age(
    staff: bool, idle: timedelta, whole: timedelta
) -> None:
    start = timezone.now()
    user = make_user("worker@example.com", is_staff=staff)
    with time_machine.travel(start, tick=False) as clock:
        client, left = log_in(user), log_in(user)
        clock.move_to(start + idle - timedelta(minutes=1))
        assert is_in(client)
        clock.move_to(start + idle + timedelta(minutes=1))
        assert not is_in(left)
        moment = start + idle - timedelta(minutes=1)
        while moment < start + whole - idle:
            moment += idle * 0.8
            clock.move_to(moment)
            assert is_in(client), moment - start
        clock.move_to(start + whole + timedelta(minutes=1))
        assert not is_in(client)


def test_a_session_is_written_once_an_hour_at_most(anna: User, django_assert_num_queries: Any) -> None:
    client = log_in(anna)
    client.get("/profile/people/new")
    with django_assert_num_queries(2):  # session with user, cart's count (and the person form asks nothing)
        client.get("/profile/people/new")


def test_a_password_change_ends_the_other_sessions(anna: User) -> None:
    here, there = log_in(anna), log_in(anna)
    answer = here.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": "another three words"}
    )
    assert answer.status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert letters_to(anna.email)[-1].kind == "account_notice"


def test_a_disabled_user_is_out_at_once(anna: User) -> None:
    client = log_in(anna)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert not is_in(client)


def test_the_devices_are_listed_and_the_others_can_be_logged_out(anna: User) -> None:
    here, there = log_in(anna), log_in(anna, Client(HTTP_USER_AGENT="<script>Phone</script>"))
    page = here.get("/account/devices/").content.decode()
    assert "This device" in page
    assert "&lt;script&gt;Phone" in page
    here.post("/account/devices/")
    assert is_in(here)
    assert not is_in(there)


def test_the_address_changes_only_after_the_password_and_the_letter(anna: User) -> None:
    client = log_in(anna)
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        answer = client.post("/account/email/", {"email": "anna2@example.com", "action_add": ""})
        assert answer["Location"].startswith("/account/reauthenticate/")
        assert not letters_to("anna2@example.com")
        answer = client.post(answer["Location"], {"password": "wrong"})
        assert answer.status_code == 422
        answer = client.post("/account/reauthenticate/?next=/account/email/", {"password": PASSWORD})
        assert answer.status_code == 302
        client.post("/account/email/", {"email": "anna2@example.com", "action_add": ""})
        letter = letters_to("anna2@example.com")[-1]
        assert letter.kind == "account_confirm_email"
        anna.refresh_from_db()
        assert anna.email == "anna@example.com"
        client.post(link_in(letter, "confirm-email"))
        anna.refresh_from_db()
        assert anna.email == "anna2@example.com"
        assert "was changed" in letters_to("anna@example.com")[-1].text


def test_a_forgotten_password_is_set_anew_by_the_letters_link(anna: User) -> None:
    Client().post("/account/password/reset/", {"email": anna.email})
    path = link_in(letters_to(anna.email)[-1], "reset/key")
    client = Client()
    client.get(path)
    form = client.get(client.get(path)["Location"])
    assert "New password" in form.content.decode()
    answer = client.post(client.get(path)["Location"], {"password1": "four quite new words"})
    assert answer.status_code == 302
    anna.refresh_from_db()
    assert anna.check_password("four quite new words")
    page = Client().get(path)
    assert "This link does not work any more" in page.content.decode()


def test_sessions_that_are_over_are_forgotten(anna: User) -> None:
    client, other = log_in(anna), log_in(anna)
    other.post("/account/logout/")
    assert anna.usersession_set.count() == 2
    operations.forget_ended_sessions(at=now())
    assert anna.usersession_set.count() == 2, "one of them may just be beginning"
    operations.forget_ended_sessions(at=now() + timedelta(hours=2))
    assert [row.session_key for row in anna.usersession_set.all()] == [client.session.session_key]
    operations.forget_ended_sessions(at=now() + timedelta(days=15))
    assert not anna.usersession_set.exists()
    assert not is_in(client)


def test_a_log_in_replaces_the_session_before_it_and_a_dead_one_is_not_written_again(anna: User) -> None:
    client = Client()
    client.post("/account/confirm-email/again", {"email": "x@example.com"})
    before = client.session.session_key
    log_in(anna, client)
    assert not Session.objects.filter(session_key=before).exists()
    store = SessionStore(client.session.session_key)
    store["mark"] = 1
    client.post("/account/logout/")
    with pytest.raises(UpdateError):
        store.save()
    store = SessionStore(before)
    store["mark"] = 1
    store.cycle_key()
    store.save()
    assert SessionStore(store.session_key)["mark"] == 1
    assert not Session.objects.filter(session_key=before).exists()


def with_app(user: User) -> str:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


def test_who_has_a_second_step_is_asked_for_it(anna: User) -> None:
    secret = with_app(anna)
    client = log_in(anna)
    assert not is_in(client)
    assert "Second step" in client.get("/account/second-step/authenticate/").content.decode()
    assert client.post("/account/second-step/authenticate/", {"code": "000000"}).status_code == 422
    answer = client.post("/account/second-step/authenticate/", {"code": code_of(secret)})
    assert answer.status_code == 302
    assert is_in(client)


def test_codes_cannot_be_guessed(anna: User) -> None:
    secret = with_app(anna)
    client = log_in(anna)
    for _ in range(5):
        client.post("/account/second-step/authenticate/", {"code": "000000"})
    answer = client.post("/account/second-step/authenticate/", {"code": code_of(secret)})
    assert "Too many wrong codes" in answer.content.decode()
    assert not is_in(client)
    cache.clear()


def test_a_reset_password_does_not_skip_the_second_step(anna: User) -> None:
    with_app(anna)
    Client().post("/account/password/reset/", {"email": anna.email})
    client = Client()
    form = client.get(link_in(letters_to(anna.email)[-1], "reset/key"))["Location"]
    client.post(form, {"password1": "four quite new words"})
    answer = client.post("/account/login/", {"login": anna.email, "password": "four quite new words"})
    assert answer["Location"].startswith("/account/second-step/authenticate/")


def test_an_app_is_set_up_with_its_first_code_and_gives_recovery_codes(anna: User) -> None:
    client = log_in(anna)
    assert client.get("/account/second-step/totp/activate/")["Location"].startswith(
        "/account/reauthenticate/"
    )
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/second-step/totp/activate/").content.decode()
    secret = page.split('id="authenticator_secret">')[1].split("<")[0]
    assert client.post("/account/second-step/totp/activate/", {"code": "1"}).status_code == 422
    answer = client.post("/account/second-step/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302
    kinds = set(Authenticator.objects.filter(user=anna).values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}
    assert "codes are left" in client.get("/account/second-step/recovery-codes/").content.decode()


@pytest.mark.parametrize("path", ["/backoffice/", "/backoffice/login/", "/backoffice/whatever/"])
def test_the_back_office_is_for_staff_with_a_second_step(anna: User, path: str) -> None:
    assert Client().get(path)["Location"].startswith("/account/login/?next=%2Fbackoffice%2F")
    assert log_in(anna).get(path).status_code == 403
    worker = make_user("worker@example.com", is_staff=True, is_superuser=True)
    client = log_in(worker)
    assert client.get(path)["Location"] == "/account/second-step/"
    secret = with_app(worker)
    assert client.get(path)["Location"].startswith("/account/second-step/reauthenticate/?next=")
    client = log_in(worker)
    client.post("/account/second-step/authenticate/", {"code": code_of(secret)})
    assert client.get("/backoffice/").status_code == 200
    assert AuditEntry.objects.filter(act="login", actor=worker).count() == 2


def test_staff_need_longer_passwords() -> None:
    worker = make_user("worker@example.com", is_staff=True)
    client = log_in(worker)
    answer = client.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": "14 characters."}
    )
    assert "At least 15 characters for members of the staff." in answer.content.decode()
    answer = client.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": "15 characters.."}
    )
    assert answer.status_code == 302


def test_refused_log_ins_are_logged_without_the_persons_data(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(REMOTE_ADDR="203.0.113.5", HTTP_USER_AGENT="a\r\nforged line")
    client.post("/account/login/", {"login": "anna@example.com\r\nforged", "password": "hunter2 hunter2"})
    client.post("/account/login/", {"login": "anna@example.com", "password": "hunter2 hunter2"})
    lines = [record.getMessage() for record in caplog.records if record.name == "parason.security"]
    assert lines == ["log-in refused, from 203.0.113.5"]

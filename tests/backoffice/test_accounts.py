"""Accounts as the staff see them: sessions ended, a lost second step taken away, by whom it may be done."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from parason.accounts.models import AuditEntry, User
from parason.documents.models import Letter
from tests.backoffice.people import at_work, member
from tests.factories import PASSWORD, browser_of, make_user

pytestmark = pytest.mark.django_db
WHY = {"reason": "called, answered the questions"}


def logged_in(user: User, agent: str = "Firefox") -> Client:
    """A browser that went through the log-in page."""
    client = Client(HTTP_USER_AGENT=agent)
    answer = client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def inside(client: Client) -> bool:
    """Whether the cabinet opens."""
    return client.get(reverse("policies")).status_code == 200


def with_app(user: User) -> User:
    """Somebody with an authenticator app and recovery codes."""
    totp.TOTP.activate(user, totp.generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def letters_to(user: User) -> list[str]:
    return [letter.text for letter in Letter.objects.filter(to=user.email, kind="account_guarded")]


def test_support_ends_one_session_of_a_customer_and_the_others_stay(anna: User) -> None:
    lost, kept = logged_in(anna, "Lost phone"), logged_in(anna, "Desktop")
    assert inside(lost)
    assert inside(kept)
    support = at_work("support")
    page = support.get(f"/backoffice/people/{anna.pk}/")
    row = next(one for one in page.context["sessions"] if one.user_agent == "Lost phone")
    answer = support.post(f"/backoffice/people/{anna.pk}/log-out", {"session": row.pk, **WHY}, follow=True)
    assert "1 session was ended." in answer.content.decode()
    assert (inside(lost), inside(kept)) == (False, True)
    line = AuditEntry.objects.get(act="sessions.end")
    assert (line.who, line.subject, line.address) == ("support@example.com", f"user {anna.pk}", "127.0.0.1")
    assert line.data == {"sessions": 1, **WHY}
    assert "logged you out" in letters_to(anna)[0]


def test_log_out_everywhere_ends_all(anna: User) -> None:
    browsers = [logged_in(anna) for _number in range(3)]
    at_work("support").post(f"/backoffice/people/{anna.pk}/log-out", {"everywhere": "yes", **WHY})
    assert [inside(one) for one in browsers] == [False] * 3
    assert not UserSession.objects.filter(user=anna).exists()
    assert AuditEntry.objects.get(act="sessions.end").data["sessions"] == 3


def test_a_session_of_somebody_else_is_not_ended_under_this_account(anna: User, boris: User) -> None:
    mine = logged_in(anna)
    logged_in(boris)
    other = UserSession.objects.get(user=anna)
    answer = at_work("support").post(f"/backoffice/people/{boris.pk}/log-out", {"session": other.pk, **WHY})
    assert (answer.status_code, inside(mine)) == (422, True)
    assert "nothing to end" in answer.content.decode()
    assert not letters_to(boris)


@pytest.mark.parametrize("given", [{}, {"session": "x", **WHY}, {"everywhere": "yes"}, WHY])
def test_without_a_reason_or_a_choice_nothing_ends(anna: User, given: dict[str, str]) -> None:
    client = logged_in(anna)
    assert at_work("support").post(f"/backoffice/people/{anna.pk}/log-out", given).status_code == 422
    assert inside(client)
    assert not AuditEntry.objects.filter(act="sessions.end").exists()


def test_support_touches_no_colleague_and_an_administrator_does() -> None:
    actuary = member("actuary")
    client = browser_of(actuary)
    UserSession.objects.create(user=actuary, session_key=client.session.session_key, ip="::1", user_agent="x")
    path = f"/backoffice/people/{actuary.pk}/log-out"
    support = at_work("support")
    assert 'name="everywhere"' not in support.get(f"/backoffice/people/{actuary.pk}/").content.decode()
    assert support.post(path, {"everywhere": "yes", **WHY}).status_code == 403
    assert AuditEntry.objects.get(act="account.refused").data == {"why": "HigherAccount"}
    assert client.get("/backoffice/").status_code == 200
    assert at_work("administrator").post(path, {"everywhere": "yes", **WHY}).status_code == 302
    assert client.get("/backoffice/").status_code == 302


def test_an_administrator_takes_a_lost_second_step_away_and_the_colleague_sets_up_a_new_one() -> None:
    actuary = with_app(member("actuary"))
    actuary.language = "ru"
    actuary.save()
    client = browser_of(actuary)
    UserSession.objects.create(user=actuary, session_key=client.session.session_key, ip="::1", user_agent="x")
    answer = at_work("administrator").post(f"/backoffice/people/{actuary.pk}/second-step", WHY, follow=True)
    assert "second step was taken away" in answer.content.decode()
    assert not Authenticator.objects.filter(user=actuary).exists()
    assert client.get("/backoffice/").status_code == 302, "the sessions of the lost phone are over"
    line = AuditEntry.objects.get(act="second_factor.reset")
    assert line.data == {"taken": ["recovery_codes", "totp"], "sessions": 1, **WHY}
    assert len(letters_to(actuary)) == 1
    fresh = logged_in(actuary)
    assert fresh.get("/backoffice/")["Location"] == "/account/second-step/"


@pytest.mark.parametrize("role", ["support", "auditor", "cashier"])
def test_nobody_else_takes_a_second_step_away(anna: User, role: str) -> None:
    with_app(anna)
    assert at_work(role).post(f"/backoffice/people/{anna.pk}/second-step", WHY).status_code == 403
    assert Authenticator.objects.filter(user=anna).count() == 2


def test_nobody_does_it_to_himself() -> None:
    administrator = with_app(member("administrator"))
    client = browser_of(administrator)
    for act in ("log-out", "second-step"):
        given = {"everywhere": "yes", **WHY}
        answer = client.post(f"/backoffice/people/{administrator.pk}/{act}", given)
        assert (answer.status_code, "Ask a colleague" in answer.content.decode()) == (403, True)
    assert Authenticator.objects.filter(user=administrator).exists()


def test_who_may_do_everything_is_touched_by_his_like_only() -> None:
    boss = with_app(make_user("boss@example.com", is_staff=True, is_superuser=True))
    second = make_user("second@example.com", is_staff=True, is_superuser=True)
    path = f"/backoffice/people/{boss.pk}/second-step"
    assert at_work("administrator").post(path, WHY).status_code == 403
    assert browser_of(second).post(path, WHY).status_code == 302


def test_what_is_gone_already_is_said(anna: User) -> None:
    answer = at_work("administrator").post(f"/backoffice/people/{anna.pk}/second-step", WHY)
    assert (answer.status_code, "nothing to end" in answer.content.decode()) == (422, True)
    assert not letters_to(anna)


def test_accounts_are_found_by_a_part_of_the_address(anna: User, boris: User) -> None:
    support = at_work("support")
    found = support.get("/backoffice/people/?q=ANNA").context["rows"]
    assert [one.email for one in found] == ["anna@example.com"]
    assert "Nothing found" in support.get("/backoffice/people/?q=nobody").content.decode()
    staff = support.get("/backoffice/people/?staff=yes").context["rows"]
    assert {one.is_staff for one in staff} == {True}


def test_a_look_at_an_account_is_written_down_and_the_auditor_reads_what_was_done(anna: User) -> None:
    logged_in(anna)
    at_work("support").post(f"/backoffice/people/{anna.pk}/log-out", {"everywhere": "yes", **WHY})
    page = at_work("auditor").get(f"/backoffice/people/{anna.pk}/").content.decode()
    assert "logged out by staff" in page
    assert WHY["reason"] in page
    assert AuditEntry.objects.filter(act="account.view", subject=f"user {anna.pk}").count() == 1


def test_the_list_asks_as_often_for_many_as_for_few(anna: User, django_assert_max_num_queries: Any) -> None:
    client = at_work("administrator")
    client.get("/backoffice/people/")
    for number in range(6):
        member("actuary", f"actuary{number}@example.com")
    with django_assert_max_num_queries(7):
        client.get("/backoffice/people/")

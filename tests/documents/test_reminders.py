"""Reminders: each once, in waking hours, to whom they concern."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from parason.accounts.models import User
from parason.contracts.models import Contract
from parason.documents.letters.reminders import remind
from parason.documents.models import Letter
from parason.documents.operations import withdraw_policy
from tests.database import without_triggers
from tests.documents.papers import AT, FIRST, make_contract, make_policy
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return sorted(Letter.objects.values_list("kind", flat=True))


def noon(day: date) -> datetime:
    return AT.replace(year=day.year, month=day.month, day=day.day)


def test_the_day_before_cover_starts_a_letter_says_so_once(anna: User) -> None:
    make_policy(anna)
    for hour in range(3):
        remind(at=noon(FIRST - timedelta(days=1)) + timedelta(hours=hour))
    letter = Letter.objects.get()
    assert letter.kind == "cover_starts"
    assert "KOWALSKA ANNA" in letter.text


@pytest.mark.parametrize(
    ("days_before", "expected"), [(4, []), (3, ["cover_ends"]), (1, ["cover_ends"]), (0, [])]
)
def test_three_days_before_the_end_or_at_the_last_call_a_letter_offers_to_extend(
    anna: User, days_before: int, expected: list[str]
) -> None:
    policy = make_policy(anna)
    remind(at=noon(policy.last_day - timedelta(days=days_before)))
    assert kinds() == expected
    for letter in Letter.objects.all():
        assert str(policy.insured.contract.pk) in letter.html


def test_a_portal_that_stood_still_catches_up_once(anna: User) -> None:
    policy = make_policy(anna)
    for days_before in (2, 1):
        for hour in range(3):
            remind(at=noon(policy.last_day - timedelta(days=days_before)) + timedelta(hours=hour))
    assert kinds() == ["cover_ends"]


def test_who_has_just_bought_is_not_told_that_it_ends(anna: User) -> None:
    policy = make_policy(anna)
    remind(at=noon(policy.last_day - timedelta(days=2)))
    assert kinds() == ["cover_ends"]
    Letter.objects.all().delete()
    with without_triggers():
        type(policy).objects.filter(pk=policy.pk).update(issued_at=noon(policy.last_day - timedelta(days=2)))
    remind(at=noon(policy.last_day - timedelta(days=2)))
    assert kinds() == []


def test_a_withdrawn_policy_and_a_short_one_remind_nobody(anna: User) -> None:
    withdrawn = make_policy(anna)
    withdraw_policy(policy=withdrawn, at=AT)
    make_policy(anna, days=3, document_number="7654321")
    for offset in range(-2, 40):
        remind(at=noon(FIRST + timedelta(days=offset)))
    assert kinds() == ["cover_starts"] * (1 if kinds() else 0)
    assert Letter.objects.filter(text__contains=str(withdrawn)).count() == 0


def test_nobody_is_reminded_at_night(anna: User) -> None:
    make_policy(anna)
    night = noon(FIRST - timedelta(days=1)).replace(hour=1)
    assert remind(at=night) == 0
    assert kinds() == []


def test_an_unpaid_contract_is_remembered_before_it_lapses(anna: User) -> None:
    make_contract(anna)
    unpaid = make_contract(anna)
    _form_anew(unpaid, pay_before=AT + timedelta(hours=20))
    remind(at=AT + timedelta(hours=2))
    assert kinds() == []
    remind(at=AT + timedelta(hours=7))
    assert kinds() == ["draft_unpaid"]
    assert unpaid.reference in Letter.objects.get().subject


def _form_anew(contract: Contract, **fields: Any) -> None:
    """Back to “formed”, which no move allows: the row is made for this test."""
    with without_triggers():
        Contract.objects.filter(pk=contract.pk).update(status="FORMED", paid_at=None, **fields)


def test_a_passport_that_runs_out_is_told_in_its_owners_language(anna: User) -> None:
    anna.language = "ru"
    anna.save()
    make_person(anna, is_self=False, expires_on=AT.date() + timedelta(days=45))
    remind(at=AT)
    letter = Letter.objects.get()
    assert (letter.kind, letter.language) == ("passport_expires", "ru")
    assert "июля" in letter.text
    assert "/profile/people/" in letter.text


@pytest.mark.parametrize(("days", "told"), [(46, 0), (45, 1), (38, 1), (37, 0)])
def test_a_passport_is_told_of_within_a_week_and_once(anna: User, days: int, told: int) -> None:
    make_person(anna, is_self=False, expires_on=AT.date() + timedelta(days=days))
    assert [remind(at=AT), remind(at=AT + timedelta(hours=1))] == [told, 0]
    assert Letter.objects.count() == told


def test_the_own_passport_is_changed_where_the_passport_stands(anna: User) -> None:
    make_person(anna, expires_on=AT.date() + timedelta(days=45))
    remind(at=AT)
    assert "/profile/passport" in Letter.objects.get().text

"""Every form of the purchase with what people, robots and attackers send: a message, a 4xx, nothing
stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parason.accounts.models import Person, User
from parason.contracts.models import Contract
from parason.kernel.clock import day_of, now
from parason.quotes.models import Application
from tests.factories import make_person
from tests.journeys import acts

pytestmark = pytest.mark.django_db
NASTY = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "sql": "'; DROP TABLE contracts_contract; --",
    "emoji": "😀👩‍👩‍👧‍👦",
    "four bytes": "𠜎𠜱𝕬",
    "direction": "\u202eEVIL\u202c\u200f",
    "control": "a\x00b\x1b[31m",
    "long": "x" * 5_000,
    "format": "%s%n{0}{{7*7}}${7*7}",
    "path": "../../../../etc/passwd",
}


@pytest.fixture(autouse=True)
def _stock(db: None) -> None:
    acts.stock(at=now())


def refused(answer: Any) -> str:
    """A 4xx page in the look; its HTML."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.get("Location"))
    html: str = answer.content.decode()
    assert "<script>alert(1)" not in html
    assert "<img src=x" not in html
    return html


def dates(**changed: Any) -> dict[str, Any]:
    """What the calculator sends when all is well."""
    return {
        "first_day": (day_of(now()) + timedelta(days=3)).isoformat(),
        "days": "30",
        "people": "1",
        **changed,
    }


WRONG_DATES = [
    {"first_day": ""},
    {"first_day": "2027-02-31"},
    {"first_day": "31.02.2027"},
    {"first_day": "0020-05-05"},
    {"first_day": "9999-12-31"},
    {"first_day": "2027-13-01"},
    {"first_day": "yesterday"},
    {"first_day": "2020-01-01"},
    {"days": "", "last_day": ""},
    {"days": "", "last_day": "2000-01-01"},
    {"days": "0"},
    {"days": "-5"},
    {"days": "366"},
    {"days": "99999999999999999999"},
    {"days": "1e3"},
    {"days": "٣٠٠٠"},
    {"days": "", "last_day": "9999-12-31"},
    {"people": "0"},
    {"people": "-1"},
    {"people": "41"},
    {"people": "many"},
]


@pytest.mark.parametrize("changed", WRONG_DATES, ids=str)
def test_wrong_dates_are_refused_with_a_message_and_what_was_typed(
    as_anna: Client, changed: dict[str, str]
) -> None:
    html = refused(as_anna.post(reverse("buy_start", args=["oms"]), dates(**changed)))
    assert "There is a problem" in html
    assert "<title>Error: " in html
    assert "field__error" in html
    for typed in changed.values():
        assert typed in html
    assert not Application.objects.exists()


@pytest.mark.parametrize("kind", NASTY)
@pytest.mark.parametrize("name", ["first_day", "last_day", "days", "people", "shown", "revision"])
def test_nasty_text_in_the_dates_stores_nothing_of_it(as_anna: Client, kind: str, name: str) -> None:
    answer = as_anna.post(reverse("buy_start", args=["oms"]), dates(**{name: NASTY[kind]}))
    if name in ("shown", "revision"):  # hints of our own page: unreadable ones count for nothing
        assert answer.status_code in (302, 422)
    else:
        refused(answer)
        assert not Application.objects.exists()


def test_an_empty_dates_form_is_refused(as_anna: Client) -> None:
    html = refused(as_anna.post(reverse("buy_start", args=["oms"]), {}))
    assert "Enter the first day." in html


@pytest.mark.parametrize("code", ["unknown", "OMS", "o" * 300])
def test_an_unknown_product_is_not_there(as_anna: Client, code: str) -> None:
    assert as_anna.get(f"/buy/{code}/").status_code == 404
    assert as_anna.post(f"/buy/{code}/start", dates()).status_code == 404


@pytest.mark.parametrize("kind", NASTY)
@pytest.mark.parametrize("name", ["person", "revision", "self_insured"])
def test_nasty_text_among_the_people_insures_nobody_else(
    anna: User, as_anna: Client, kind: str, name: str
) -> None:
    application = acts.make_application(anna, at=now())
    make_person(anna, is_self=False)
    sent = {"revision": "0", "self_insured": "on", name: NASTY[kind]}
    answer = as_anna.post(reverse("buy_people", args=[application.pk]), sent)
    assert answer.status_code in (302, 422)
    application.refresh_from_db()
    assert application.person_ids == []


PERSON = {
    "last_name_latin": "GUEST", "first_name_latin": "GRETA", "birth_date_day": "17", "birth_date_month": "5",
    "birth_date_year": "1990", "nationality": "POL", "document_type": "passport",
    "document_number": "1234567",
    "application_revision": "0", "revision": "0",
}  # fmt: skip


def test_the_right_person_is_accepted(anna: User, as_anna: Client) -> None:
    """Otherwise the refusals below would prove nothing."""
    application = acts.make_application(anna, at=now())
    answer = as_anna.post(reverse("buy_person", args=[application.pk]), PERSON)
    assert answer.status_code == 302, answer.content.decode()
    assert Person.objects.filter(last_name_latin="GUEST").exists()


@pytest.mark.parametrize("kind", [kind for kind in NASTY if kind != "path"])
@pytest.mark.parametrize("name", ["last_name_latin", "nationality", "document_type", "document_number"])
def test_nasty_text_in_an_insured_person_is_refused(
    anna: User, as_anna: Client, kind: str, name: str
) -> None:
    application = acts.make_application(anna, at=now())
    html = refused(as_anna.post(reverse("buy_person", args=[application.pk]), {**PERSON, name: NASTY[kind]}))
    assert "There is a problem" in html
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"birth_date_day": "31", "birth_date_month": "2"},
        {"birth_date_year": "0020"},
        {"birth_date_year": "2999"},
        {"birth_date_year": ""},
        {"expires_on_day": "1", "expires_on_month": "1", "expires_on_year": "1980"},
        dict.fromkeys(PERSON, ""),
    ],
    ids=str,
)
def test_a_wrong_insured_person_is_refused(anna: User, as_anna: Client, changed: dict[str, str]) -> None:
    application = acts.make_application(anna, at=now())
    html = refused(as_anna.post(reverse("buy_person", args=[application.pk]), {**PERSON, **changed}))
    assert "There is a problem" in html
    assert Person.objects.count() == 1
    application.refresh_from_db()
    assert application.person_ids == []


@pytest.mark.parametrize("name", ["revision", "seen_minor", "seen_currency"])
@pytest.mark.parametrize(
    "value", ["", "-1", "1" * 40, "NaN", *NASTY.values()], ids=lambda value: ascii(value)[:12]
)
def test_a_tampered_check_page_concludes_nothing(anna: User, as_anna: Client, name: str, value: str) -> None:
    application = acts.make_application(anna, at=now())
    right = {"revision": "0", "seen_minor": "10500", "seen_currency": "BYN", "confirm": "on", "sure": "yes"}
    refused(as_anna.post(reverse("buy_conclude", args=[application.pk]), {**right, name: value}))
    assert not Contract.objects.exists()


@pytest.mark.parametrize("name", ["buy_people", "buy_person", "buy_conclude", "buy_dates"])
def test_a_body_of_ten_megabytes_is_refused_unread(anna: User, as_anna: Client, name: str) -> None:
    application = acts.make_application(anna, at=now())
    answer = as_anna.post(
        reverse(name, args=[application.pk]), b"revision=" + b"0" * 10_000_000,
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status_code in (400, 413)
    assert not Contract.objects.exists()


def test_a_thousand_fields_are_refused(anna: User, as_anna: Client) -> None:
    application = acts.make_application(anna, at=now())
    sent = {f"field{number}": "x" for number in range(1_500)}
    assert as_anna.post(reverse("buy_people", args=[application.pk]), sent).status_code == 400


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_change_nothing(anna: User, as_anna: Client, method: str) -> None:
    application = acts.make_application(anna, at=now())
    for name in ("buy_conclude", "buy_discard"):
        answer = getattr(as_anna, method)(reverse(name, args=[application.pk]))
        assert answer.status_code == 405
    assert Application.objects.count() == 1

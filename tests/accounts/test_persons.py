"""People whom a user insures: saved once, picked again, nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from parason.accounts import operations, queries
from parason.accounts.models import Person, User
from parason.accounts.rules import facts, missing
from tests.factories import NOON, make_person

pytestmark = pytest.mark.django_db

CHILD = {
    "last_name_latin": "KOWALSKI",
    "first_name_latin": "JAN",
    "birth_date_day": "2",
    "birth_date_month": "3",
    "birth_date_year": "2015",
    "nationality": "POL",
    "document_type": "passport",
    "document_number": "ZS0000001",
    "revision": "0",
}


def test_a_saved_person_is_listed_changed_and_removed(as_anna: Client, anna: User) -> None:
    assert as_anna.post("/profile/people/new", CHILD)["Location"] == "/profile/people/"
    person = Person.objects.get()
    assert not person.is_self
    assert person.owner == anna
    assert "KOWALSKI JAN" in as_anna.get("/profile/people/").content.decode()
    answer = as_anna.post(
        f"/profile/people/{person.pk}/", {**CHILD, "revision": "1", "first_name_latin": "JANEK"}
    )
    assert answer.status_code == 302
    assert queries.person_of(anna, person.pk).first_name_latin == "JANEK"
    assert "Remove this person?" in as_anna.get(f"/profile/people/{person.pk}/remove").content.decode()
    assert Person.objects.count() == 1
    as_anna.post(f"/profile/people/{person.pk}/remove")
    assert not Person.objects.exists()


def test_nothing_filled_is_refused(as_anna: Client) -> None:
    answer = as_anna.post("/profile/people/new", {})
    assert answer.status_code == 422
    assert not Person.objects.exists()
    for sentence in ("Enter the birth date.", "Choose the nationality.", "Enter the number of the document."):
        assert sentence in answer.content.decode()


@pytest.mark.parametrize("who", ["stranger", "nobody"])
@pytest.mark.parametrize("tail", ["", "remove"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_sees_or_changes_a_saved_person(
    anna: User, as_stranger: Client, who: str, tail: str, method: str
) -> None:
    person = make_person(anna, is_self=False)
    before = Person.objects.values().get()
    browser = as_stranger if who == "stranger" else Client()
    answer = getattr(browser, method)(
        f"/profile/people/{person.pk}/{tail}", CHILD if method == "post" else {}
    )
    if who == "stranger":
        assert answer.status_code == 404
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/login/?next=")
    assert b"KOWALSKA" not in answer.content
    assert Person.objects.values().get() == before


@pytest.mark.parametrize(
    "path",
    [
        "/profile/",
        "/profile/passport",
        "/profile/settings",
        "/profile/people/",
        "/profile/people/new",
        "/profile/latin",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_profile_is_behind_the_log_in(db: None, path: str, method: str) -> None:
    answer = getattr(Client(), method)(path)
    assert answer.status_code in (302, 405)
    assert not Person.objects.exists()


def test_the_users_own_data_cannot_be_removed_or_reached_as_a_saved_person(
    as_anna: Client, anna: User
) -> None:
    own = make_person(anna)
    assert as_anna.get(f"/profile/people/{own.pk}/").status_code == 404
    assert as_anna.post(f"/profile/people/{own.pk}/remove").status_code == 404
    with pytest.raises(operations.NoSuchPerson):
        operations.delete_person(owner=anna, person_id=own.pk)
    assert Person.objects.get() == own


def test_the_operation_refuses_a_strangers_person_and_fields_of_no_form(anna: User, stranger: User) -> None:
    person = make_person(anna)
    with pytest.raises(operations.NoSuchPerson):
        operations.save_person(
            owner=stranger, person_id=person.pk, is_self=True, revision=0, data={"address": "x"}, at=NOON
        )
    with pytest.raises(ValueError, match="owner"):
        operations.save_person(
            owner=anna,
            person_id=person.pk,
            is_self=True,
            revision=0,
            data={"owner": str(stranger.pk)},
            at=NOON,
        )
    with pytest.raises(operations.ChangedElsewhere):
        operations.save_person(
            owner=anna, person_id=person.pk, is_self=True, revision=9, data={"address": "x"}, at=NOON
        )
    person.refresh_from_db()
    assert person.owner == anna
    assert person.address != "x"
    assert person.revision == 0


def test_facts_are_strings_and_say_what_is_missing(anna: User) -> None:
    person = make_person(anna)
    kept = facts(person)
    assert kept["birth_date"] == "1990-05-17"
    assert kept["email"] == "anna@example.com"
    assert kept["personal_number"] is None
    assert all(value is None or isinstance(value, str) for value in kept.values())
    assert missing(person) == []
    assert len(missing(None)) == 6
    person.nationality = person.first_name_latin = ""
    assert missing(person) == ["first_name_latin", "nationality"]
    person.one_name = True
    assert missing(person) == ["nationality"]
    assert facts(make_person(anna, is_self=False))["email"] is None


@pytest.mark.parametrize(
    "path", ["/profile/", "/profile/passport", "/profile/settings", "/profile/people/", "/profile/people/new"]
)
@pytest.mark.parametrize("count", [1, 50])
def test_queries_are_few_and_do_not_grow(
    as_anna: Client, anna: User, django_assert_num_queries: Any, path: str, count: int
) -> None:
    make_person(anna)
    for _ in range(count - 1):
        make_person(anna, is_self=False)
    as_anna.get(path)
    # session with user, the page's own question, the cart's count
    with django_assert_num_queries(2 if path.endswith("new") else 3):
        assert as_anna.get(path).status_code == 200


def test_a_save_takes_few_queries(as_anna: Client, anna: User, django_assert_max_num_queries: Any) -> None:
    person = make_person(anna, is_self=False)
    with django_assert_max_num_queries(12):
        assert as_anna.post(f"/profile/people/{person.pk}/", CHILD).status_code == 302

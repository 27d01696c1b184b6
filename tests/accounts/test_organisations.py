"""Organisations under the profile: every rule at its field, nobody else's, and two tabs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from parason.accounts import registers
from parason.accounts.models import Organisation, User
from tests.factories import browser_of, make_organisation

pytestmark = pytest.mark.django_db

FILLED = {
    "name": "«Ромашка»",
    "legal_form": "ООО",
    "country": "BLR",
    "number": "УНП 190 275 968",
    "legal_address": "220030, г. Минск,\r\nул. Ленина, 1",
    "bank_account": "by13 nbrb 3600 9000 0000 2z00 ab00",
    "signatory_name": "Алена Дырэктар",
    "signatory_post": "Директор",
    "signatory_basis": "Устав",
    "email": "papers@romashka.example",
    "phone": "+375 29 123 45 67",
    "revision": "0",
}
LIST = "/profile/organisations/"


def test_an_organisation_is_added_changed_and_removed(as_anna: Client, anna: User) -> None:
    assert as_anna.post(f"{LIST}new", FILLED)["Location"] == LIST
    one = Organisation.objects.get()
    assert (one.owner, one.number, one.bank_account, one.phone) == (
        anna, "190275968", "BY13NBRB3600900000002Z00AB00", "+375291234567",
    )  # fmt: skip
    assert "ООО «Ромашка»" in as_anna.get(LIST).content.decode()
    page = as_anna.get(f"{LIST}{one.pk}/").content.decode()
    assert "BY13 NBRB 3600 9000 0000 2Z00 AB00" in page
    answer = as_anna.post(f"{LIST}{one.pk}/", {**FILLED, "revision": "1", "signatory_post": "Бухгалтер"})
    assert answer["Location"] == LIST
    one.refresh_from_db()
    assert (one.signatory_post, one.revision) == ("Бухгалтер", 2)
    assert "Remove this organisation?" in as_anna.get(f"{LIST}{one.pk}/remove").content.decode()
    assert Organisation.objects.exists(), "asking removes nothing"
    as_anna.post(f"{LIST}{one.pk}/remove")
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", "", "Enter the name as in the register."),
        ("name", "Я" * 161, "At most 160 characters; this has 161."),
        ("name", "Ро\u200eмашка", "Remove the invisible characters."),
        ("country", "", "Choose the country of the register."),
        ("country", "UNO", "Choose from the list."),
        ("number", "", "Enter the UNP or the registration number."),
        ("number", "190275969", "its last digit does not fit"),
        ("number", "19027596", "A UNP has 9 characters"),
        ("number", "X90275968", "A UNP has 9 characters"),
        ("number", "A🙂0275968", "A UNP has 9 characters"),
        ("legal_address", " ", "Enter the legal address."),
        ("bank_account", "BY14NBRB3600900000002Z00AB00", "its check digits do not fit"),
        ("bank_account", "12345", "Enter an IBAN"),
        ("signatory_name", "", "Enter the name of the person who signs."),
        ("signatory_name", "1", "letters, spaces, hyphens"),
        ("signatory_post", "", "Enter the post of the person who signs."),
        ("signatory_basis", "", "Name the document on which the signatory acts."),
        ("email", "romashka", "Enter an e-mail address in the correct format"),
        ("email", "", "Enter an e-mail address."),
        ("phone", "12", "Enter a telephone number with the country code"),
    ],
)
def test_each_rule_speaks_at_its_field(as_anna: Client, field: str, typed: str, told: str) -> None:
    answer = as_anna.post(f"{LIST}new", {**FILLED, field: typed})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in html
    assert "There is a problem" in html
    assert f'href="#id_{field}"' in html
    assert html.count(told) == 2, "in the summary and at the field"
    assert "Алена" in html or field == "signatory_name", "what was typed stays"
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    ("number", "country", "kept"),
    [
        ("МА1953684", "BLR", "MA1953684"),  # Cyrillic letters of a person who trades
        ("hrb 12345 b", "D", "HRB12345B"),
        ("1027700132195", "RUS", "1027700132195"),
    ],
)
def test_numbers_are_kept_as_registers_write_them(
    as_anna: Client, number: str, country: str, kept: str
) -> None:
    answer = as_anna.post(f"{LIST}new", {**FILLED, "number": number, "country": country})
    assert answer.status_code == 302, answer.content.decode()
    assert Organisation.objects.get().number == kept


def test_one_number_is_saved_once(as_anna: Client, anna: User, stranger: User) -> None:
    make_organisation(anna)
    answer = as_anna.post(f"{LIST}new", FILLED)
    assert answer.status_code == 422
    assert "You have saved an organisation with this number already." in answer.content.decode()
    other = make_organisation(anna, number="200988541")
    answer = as_anna.post(f"{LIST}{other.pk}/", {**FILLED, "revision": "0"})
    assert answer.status_code == 422
    assert browser_of(stranger).post(f"{LIST}new", FILLED).status_code == 302, "two accounts may have one"


def test_a_second_tab_does_not_overwrite_the_first(as_anna: Client, anna: User) -> None:
    one = make_organisation(anna, revision=1)
    address = f"{LIST}{one.pk}/"
    as_anna.post(address, {**FILLED, "revision": "1", "signatory_post": "First tab"})
    answer = as_anna.post(address, {**FILLED, "revision": "1", "signatory_post": "Second tab"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Stored now:" in html
    assert "<bdi>First tab</bdi>" in html
    assert 'value="Second tab"' in html
    assert (
        as_anna.post(address, {**FILLED, "revision": "2", "signatory_post": "Second tab"}).status_code == 302
    )
    one.refresh_from_db()
    assert one.signatory_post == "Second tab"


@pytest.mark.parametrize("tail", ["", "remove"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_cannot_see_or_change_it(anna: User, as_stranger: Client, tail: str, method: str) -> None:
    one = make_organisation(anna)
    answer = getattr(as_stranger, method)(f"{LIST}{one.pk}/{tail}", FILLED)
    assert answer.status_code == 404
    assert Organisation.objects.get().signatory_post == "Директор"


def test_nobody_sees_the_list_without_logging_in(client: Client) -> None:
    assert client.get(LIST)["Location"].startswith("/account/login/")


def test_the_list_costs_the_same_with_many(
    as_anna: Client, anna: User, django_assert_num_queries: Any
) -> None:
    for number in ("190275968", "200988541", "MA1953684"):
        make_organisation(anna, number=number)
    as_anna.get(LIST)
    with django_assert_num_queries(3):  # session with user, cart's count, organisations
        assert as_anna.get(LIST).content.decode().count("Ромашка") >= 3


@pytest.mark.parametrize(
    ("form", "name", "whole"),
    [
        ("ООО", "Ромашка", "ООО Ромашка"),
        ("ООО", "ООО «Ромашка»", "ООО «Ромашка»"),
        ("", "Siemens AG", "Siemens AG"),
        ("gmbh", "Müller GmbH", "Müller GmbH"),
    ],
)
def test_the_legal_form_stands_once(form: str, name: str, whole: str) -> None:
    assert registers.full_name(form, name) == whole


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ромашка ООО", "ООО «Ромашка»", True),
        ('ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ "РОМАШКА"', "ООО Ромашка", True),
        ("Müller GmbH", "Müller, GMBH", True),
        ("ООО Ромашка-2", "ООО Ромашка", False),
        ("Ёлка ЧУП", "ЧУП «Елка»", True),
    ],
)
def test_names_are_compared_without_their_form(one: str, other: str, same: bool) -> None:
    assert (registers.plain_name(one) == registers.plain_name(other)) is same

"""G9–G13: the profile's tabs, what they take and what they refuse."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from parason.accounts.models import Person, User
from tests.accounts.test_mrz import ERIKSSON
from tests.accounts.test_rules import CORPUS, REFUSED
from tests.factories import make_person

pytestmark = pytest.mark.django_db

PERSONAL = {
    "last_name": "Кавальская",
    "first_name": "Ганна",
    "last_name_latin": "KAVALSKAYA",
    "first_name_latin": "HANNA",
    "sex": "F",
    "birth_date_month": "5",
    "birth_date_day": "17",
    "birth_date_year": "1990",
    "phone": "+375 29 123-45-67",
    "address": "Minsk\nLenina 1",
    "revision": "0",
}
DOCUMENT = {
    "document_type": "passport",
    "nationality": "POL",
    "document_series": "ea",
    "document_number": "123 4567",
    "issued_on_day": "1",
    "issued_on_month": "March",
    "issued_on_year": "2022",
    "expires_on_day": "1",
    "expires_on_month": "3",
    "expires_on_year": "2032",
    "issued_by": "Wojewoda",
    "revision": "0",
}


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def errors(answer: Any) -> str:
    return " ".join(re.findall(r'class="error-summary".*?</div>', answer.content.decode(), re.S))


def test_the_tabs_and_labels_are_the_guides(as_anna: Client) -> None:
    page = text(as_anna.get("/profile/"))
    for label in (
        "Personal information",
        "Passport details",
        "Account settings",
        "Last name",
        "First name",
        "Patronymic",
        "Last name in Latin (from passport)",
        "First name in Latin (from passport)",
        "Birth date (mm/dd/yyyy)",
        "Phone number",
        "Address",
        "Save",
    ):
        assert f">{label}<" in page or f">{label} <" in page, label
    page = text(as_anna.get("/profile/passport"))
    for label in (
        "Document type",
        "Nationality",
        "Series (in Latin)",
        "Number (Numbers and/or Latin Symbols)",
        "Personal number (Numbers And Latin symbols)",
        "Date of issue (mm/dd/yyyy)",
        "Date of expiry (mm/dd/yyyy)",
        "Issued by",
        "Save",
    ):
        assert f">{label}<" in page or f">{label} <" in page, label
    page = text(as_anna.get("/profile/settings"))
    for label in ("E-mail address", "Password", "Language", "Save"):
        assert label in page


def test_the_first_document_type_is_the_passport(as_anna: Client) -> None:
    page = text(as_anna.get("/profile/passport"))
    assert re.search(r'<select name="document_type".*?<option value="passport" selected>', page)


def test_both_tabs_are_saved_apart(as_anna: Client, anna: User) -> None:
    assert as_anna.post("/profile/", PERSONAL).status_code == 302
    assert as_anna.post("/profile/passport", {**DOCUMENT, "revision": "1"}).status_code == 302
    person = Person.objects.get()
    assert (person.owner, person.is_self, person.revision) == (anna, True, 2)
    assert (person.birth_date, person.issued_on, person.expires_on) == (
        date(1990, 5, 17),
        date(2022, 3, 1),
        date(2032, 3, 1),
    )
    assert (person.phone, person.address) == ("+375291234567", "Minsk\nLenina 1")
    assert (person.document_series, person.document_number, person.nationality) == ("EA", "1234567", "POL")
    page = text(as_anna.get("/profile/"))
    assert 'value="Кавальская"' in page
    assert 'value="+375 29 123-45-67"' in page
    assert 'value="1990"' in page


def test_nothing_filled_names_each_field_once_and_stores_nothing(as_anna: Client) -> None:
    answer = as_anna.post("/profile/", {})
    assert answer.status_code == 422
    assert "<title>Error:" in text(answer)
    assert "There is a problem" in text(answer)
    for sentence in (
        "Enter the last name in Latin letters",
        "Enter the first name in Latin letters",
        "Enter the birth date.",
    ):
        assert sentence in errors(answer)
    answer = as_anna.post("/profile/passport", {})
    assert answer.status_code == 422
    for sentence in (
        "Choose the type of the document.",
        "Choose the nationality.",
        "Enter the number of the document.",
    ):
        assert sentence in errors(answer)
    assert not Person.objects.exists()


@pytest.mark.parametrize("name", CORPUS)
def test_names_of_the_whole_world_are_kept_and_shown(as_anna: Client, name: str) -> None:
    assert as_anna.post("/profile/", {**PERSONAL, "last_name": name}).status_code == 302
    from unicodedata import normalize

    assert Person.objects.get().last_name == normalize("NFC", name)
    from django.utils.html import escape

    assert f'value="{escape(normalize("NFC", name))}"' in as_anna.get("/profile/").content.decode()


@pytest.mark.parametrize(
    "field", ["last_name", "first_name", "patronymic", "last_name_latin", "first_name_latin"]
)
@pytest.mark.parametrize("name", REFUSED)
def test_no_name_is_refused_and_kept_as_typed(as_anna: Client, field: str, name: str) -> None:
    answer = as_anna.post("/profile/", {**PERSONAL, field: name})
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in errors(answer)
    assert "<script>alert" not in answer.content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        (
            "/profile/",
            [
                "last_name",
                "first_name",
                "patronymic",
                "last_name_latin",
                "first_name_latin",
                "address",
                "phone",
            ],
        ),
        ("/profile/passport", ["document_series", "document_number", "personal_number", "issued_by"]),
    ],
)
def test_everything_too_long_says_so(as_anna: Client, address: str, fields: list[str]) -> None:
    data = PERSONAL if address == "/profile/" else DOCUMENT
    answer = as_anna.post(address, {**data, **dict.fromkeys(fields, "A" * 5000)})
    assert answer.status_code == 422
    assert not Person.objects.exists()
    for field in fields:
        assert f'href="#id_{field}"' in errors(answer), field


def test_a_choice_that_the_list_has_not_is_refused(as_anna: Client) -> None:
    for field, value in (
        ("document_type", "x"),
        ("nationality", "UTO"),
        ("nationality", "ZZZ"),
        ("nationality", "A" * 5000),
    ):
        answer = as_anna.post("/profile/passport", {**DOCUMENT, field: value})
        assert answer.status_code == 422
        assert "Choose from the list." in errors(answer)
    assert as_anna.post("/profile/", {**PERSONAL, "sex": "Q"}).status_code == 422
    assert not Person.objects.exists()


def test_a_body_of_ten_megabytes_is_refused(as_anna: Client) -> None:
    body = b"address=" + b"a" * 10_000_000
    answer = as_anna.generic("POST", "/profile/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 413)
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (("", "", ""), "Enter the birth date."),
        (("17", "", ""), "The date must include a month and a year."),
        (("", "5", ""), "The date must include a day and a year."),
        (("", "", "1990"), "The date must include a day and a month."),
        (("17", "5", ""), "The date must include a year."),
        (("17", "", "1990"), "The date must include a month."),
        (("", "5", "1990"), "The date must include a day."),
        (("31", "2", "1990"), "There is no such day in that month."),
        (("17", "5", "0020"), "The year must have 4 digits"),
        (("17", "5", "90"), "The year must have 4 digits"),
        (("17", "5", "2099"), "The birth date must be in the past."),
        (("17", "5", "1880"), "The birth date is too long ago."),
        (("x", "5", "1990"), "The day must be a number from 1 to 31."),
        (("17", "13", "1990"), "The month must be a number from 1 to 12, or a name."),
        (("<b>", "5", "1990"), "The day must be a number from 1 to 31."),
        (("9" * 5000, "5", "1990"), "The day must be"),
    ],
)
def test_each_wrong_date_has_its_own_sentence(
    as_anna: Client, parts: tuple[str, str, str], sentence: str
) -> None:
    given = dict(zip(("birth_date_day", "birth_date_month", "birth_date_year"), parts, strict=True))
    answer = as_anna.post("/profile/", {**PERSONAL, **given})
    assert answer.status_code == 422
    assert sentence in errors(answer)
    assert 'href="#id_birth_date_month"' in errors(answer)
    assert not Person.objects.exists()


@pytest.mark.parametrize("box", ["birth_date_day", "birth_date_month", "birth_date_year"])
@pytest.mark.parametrize("pasted", ["05/17/1990", "1990-05-17", "17 May 1990", "17.05.1990", "17 мая 1990"])
def test_a_whole_date_may_be_pasted_into_any_box(as_anna: Client, box: str, pasted: str) -> None:
    empty = {"birth_date_day": "", "birth_date_month": "", "birth_date_year": ""}
    assert as_anna.post("/profile/", {**PERSONAL, **empty, box: pasted}).status_code == 302
    assert Person.objects.get().birth_date == date(1990, 5, 17)


def test_the_boxes_stand_in_the_persons_order(as_anna: Client, anna: User) -> None:
    order = re.findall(r'name="birth_date_(\w+)"', text(as_anna.get("/profile/")))
    assert order == ["month", "day", "year"]
    User.objects.filter(pk=anna.pk).update(language="ru")
    assert re.findall(r'name="birth_date_(\w+)"', text(as_anna.get("/profile/"))) == ["day", "month", "year"]


def test_a_document_cannot_be_issued_before_birth_or_end_before_its_issue(
    as_anna: Client, anna: User
) -> None:
    make_person(anna, birth_date=date(1990, 5, 17))
    for change, sentence in (
        ({"issued_on_year": "1989"}, "must be after the birth date"),
        ({"issued_on_year": "2099"}, "must be today or in the past"),
        ({"expires_on_year": "2021"}, "must be after the date of issue"),
    ):
        answer = as_anna.post("/profile/passport", {**DOCUMENT, **change})
        assert answer.status_code == 422, sentence
        assert sentence in errors(answer), sentence


def test_an_expired_document_is_warned_about_and_kept(as_anna: Client) -> None:
    answer = as_anna.post("/profile/passport", {**DOCUMENT, "expires_on_year": "2024"}, follow=True)
    assert "This document has expired" in text(answer)
    assert Person.objects.get().expires_on == date(2024, 3, 1)


def test_a_belarusian_passport_is_mended_and_checked(as_anna: Client) -> None:
    by = {
        **DOCUMENT,
        "nationality": "BLR",
        "document_series": "",
        "document_number": "МР1234567",
        "personal_number": "3270287А012РВ2",
    }
    assert as_anna.post("/profile/passport", by).status_code == 302
    person = Person.objects.get()
    assert (person.document_series, person.document_number, person.personal_number) == (
        "MP",
        "1234567",
        "3270287A012PB2",
    )
    for change, sentence in (
        ({"personal_number": "3270287A012PB3"}, "its last digit does not fit"),
        ({"document_series": "XX", "document_number": "1234567"}, "one of these series"),
        ({"document_number": "MP123"}, "7 digits"),
    ):
        answer = as_anna.post("/profile/passport", {**by, "revision": "1", **change})
        assert answer.status_code == 422
        assert sentence in errors(answer)


@pytest.mark.parametrize("phone", ["12", "hello", "+999 1234", "<b>", "9" * 500, "+375"])
def test_no_telephone_number_is_refused(as_anna: Client, phone: str) -> None:
    assert as_anna.post("/profile/", {**PERSONAL, "phone": phone}).status_code == 422


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("80291234567", "+375291234567"),
        ("291234567", "+375291234567"),
        ("+48 22 123 45 67", "+48221234567"),
        ("٠٠٤٨٢٢١٢٣٤٥٦٧", "+48221234567"),
        ("", ""),
    ],
)
def test_telephone_numbers_are_kept_as_e164(as_anna: Client, phone: str, kept: str) -> None:
    assert as_anna.post("/profile/", {**PERSONAL, "phone": phone.replace("٠٠", "+")}).status_code == 302
    assert Person.objects.get().phone == kept


def test_one_name_is_enough_for_who_has_only_one(as_anna: Client) -> None:
    one = {**PERSONAL, "one_name": "on", "last_name_latin": "", "first_name_latin": "SUHARTO"}
    assert as_anna.post("/profile/", one).status_code == 302
    person = Person.objects.get()
    assert (person.last_name_latin, person.first_name_latin, person.latin_name) == ("SUHARTO", "", "SUHARTO")
    answer = as_anna.post("/profile/", {**one, "revision": "1", "last_name_latin": "TWO"})
    assert answer.status_code == 422
    assert "You have entered two names" in errors(answer)


def test_a_latin_spelling_is_offered_and_overwrites_nothing(as_anna: Client) -> None:
    answer = as_anna.post("/profile/", {**PERSONAL, "last_name": "Шевченко", "last_name_latin": ""})
    assert answer.status_code == 422
    assert 'value="last_name_latin=SHEVCHENKO"' in text(answer)
    taken = as_anna.post(
        "/profile/",
        {**PERSONAL, "last_name": "Шевченко", "last_name_latin": "", "take": "last_name_latin=SHEVCHENKO"},
    )
    assert taken.status_code == 200
    assert re.search(r'name="last_name_latin" value="SHEVCHENKO"', text(taken))
    assert not Person.objects.exists()
    answer = as_anna.post("/profile/", {**PERSONAL, "last_name": "Шевченко", "last_name_latin": "SZEWCZENKO"})
    assert answer.status_code == 302
    assert Person.objects.get().last_name_latin == "SZEWCZENKO"


def test_the_latin_fragment_answers_at_once_and_stores_nothing(as_anna: Client) -> None:
    answer = as_anna.post("/profile/latin", {"last_name": "Шевченко"})
    assert answer.status_code == 200
    assert "SHEVCHENKO" in text(answer)
    assert "<html" not in text(answer)
    assert "<script" not in text(as_anna.post("/profile/latin", {"last_name": "<script>"}))
    assert as_anna.get("/profile/latin").status_code == 405
    assert Client().post("/profile/latin").status_code == 302


def test_the_second_of_two_tabs_is_told_and_keeps_what_was_typed(as_anna: Client) -> None:
    as_anna.post("/profile/", PERSONAL)
    as_anna.post("/profile/", {**PERSONAL, "revision": "1", "address": "first"})
    answer = as_anna.post("/profile/", {**PERSONAL, "revision": "1", "address": "second"})
    assert answer.status_code == 409
    assert "changed in another window" in text(answer)
    assert ">\nsecond</textarea>" in answer.content.decode()
    assert "<dd>first</dd>" in text(answer)
    assert Person.objects.get().address == "first"
    assert 'name="revision" value="2"' in text(answer)
    assert as_anna.post("/profile/", {**PERSONAL, "revision": "2", "address": "second"}).status_code == 302
    assert Person.objects.get().address == "second"


def test_two_tabs_that_begin_the_profile_make_one_person(as_anna: Client) -> None:
    as_anna.post("/profile/", PERSONAL)
    assert as_anna.post("/profile/", {**PERSONAL, "address": "other"}).status_code == 409
    assert Person.objects.count() == 1


def test_more_fields_than_the_form_has_change_nothing(as_anna: Client, stranger: User) -> None:
    as_anna.post(
        "/profile/",
        {
            **PERSONAL,
            "owner": stranger.pk,
            "owner_id": stranger.pk,
            "is_self": "",
            "document_number": "X",
            "updated_at": "2000-01-01",
        },
    )
    person = Person.objects.get()
    assert person.owner.email == "anna@example.com"
    assert person.is_self
    assert person.document_number == ""


def test_the_profile_leads_back_to_the_purchase(as_anna: Client) -> None:
    page = text(as_anna.get("/profile/?next=/buy/check"))
    assert "Before the contract we still need" in page
    assert 'name="next" value="/buy/check"' in page
    answer = as_anna.post("/profile/", {**PERSONAL, "next": "/buy/check"})
    assert answer["Location"] == "/profile/passport?next=%2Fbuy%2Fcheck"
    answer = as_anna.post("/profile/passport", {**DOCUMENT, "revision": "1", "next": "/buy/check"})
    assert answer["Location"] == "/buy/check"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "\t//evil.example",
        "http:///evil",
        "/\t/evil.example",
        "evil.example",
    ],
)
def test_the_way_back_never_leaves_the_portal(as_anna: Client, target: str) -> None:
    answer = as_anna.post("/profile/", {**PERSONAL, "next": target})
    assert answer.status_code == 302
    assert answer["Location"] == "/profile/"
    page = text(as_anna.get("/profile/", {"next": target}))
    assert not re.search(r'(href|value)="[^"?]*evil', page)
    assert "Back to the purchase" not in page


def test_the_language_is_the_persons(as_anna: Client, anna: User) -> None:
    answer = as_anna.post("/profile/settings", {"language": "ru"})
    assert answer.status_code == 302
    assert answer.cookies["language"].value == "ru"
    anna.refresh_from_db()
    assert anna.language == "ru"
    assert '<html lang="ru"' in text(as_anna.get("/profile/settings"))
    as_anna.post("/profile/settings", {"language": "xx"})
    anna.refresh_from_db()
    assert anna.language == "ru"


LINES = ERIKSSON.replace("UTO", "POL")


def test_the_passports_lines_are_shown_beside_the_fields(as_anna: Client) -> None:
    answer = as_anna.post("/profile/", {"mrz": LINES, "read": "mrz", "last_name_latin": "ERICSSON"})
    page = text(answer)
    assert answer.status_code == 200
    assert not Person.objects.exists()
    assert "The passport says something else:</strong> <bdi>ERIKSSON" in page
    assert 'value="first_name_latin=ANNA MARIA"' in page
    assert 'value="birth_date=1974-08-12"' in page
    assert "<bdi>08/12/1974</bdi>" in page
    assert 'value="ERICSSON"' in page
    answer = as_anna.post("/profile/passport", {"mrz": LINES, "take_all": "1"})
    page = text(answer)
    assert 'name="document_number" value="L898902C3"' in page
    assert '<option value="POL" selected>' in page
    assert "agrees with the passport" in page
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("hello", "too short or too long"),
        (ERIKSSON, "specimen"),
        (LINES.replace("L898902C3", "L898902C4"), "number of the document was misread"),
        ("a\nb\nc\nd\ne", "Paste the two or three lines"),
        ("<script>alert(1)</script>\n<b>", "only capital letters"),
    ],
)
def test_unreadable_lines_say_why(as_anna: Client, lines: str, sentence: str) -> None:
    answer = as_anna.post("/profile/passport", {"mrz": lines, "read": "mrz"})
    assert answer.status_code == 200
    assert sentence in text(answer)
    assert "<script>alert" not in answer.content.decode()


def test_a_misread_number_is_not_suggested(as_anna: Client) -> None:
    page = text(
        as_anna.post("/profile/passport", {"mrz": LINES.replace("L898902C3", "L898902C4"), "read": "mrz"})
    )
    assert "document_number=" not in page
    assert 'value="expires_on=2031-04-15"' not in page
    assert 'value="nationality=POL"' in page


def test_every_box_tells_browsers_and_phones_what_it_is_for(as_anna: Client) -> None:
    pages = [
        as_anna.get(address).content.decode()
        for address in ("/profile/", "/profile/passport", "/profile/people/new", "/profile/settings")
    ]
    pages += [
        Client().get(address).content.decode()
        for address in ("/account/login/", "/account/signup/", "/account/password/reset/")
    ]
    for page in pages:
        for tag in re.findall(r"<(?:input|textarea|select)\b[^>]*>", page):
            kind = re.search(r'type="(\w+)"', tag)
            if kind and kind[1] in ("hidden", "checkbox", "submit", "file"):
                continue
            assert "autocomplete=" in tag, tag
            if not tag.startswith("<select"):
                assert "autocapitalize=" in tag, tag
                assert "spellcheck=" in tag, tag
            if "_day" in tag or "_month" in tag or "_year" in tag:
                assert 'inputmode="numeric"' in tag, tag


def test_other_peoples_data_are_not_filled_in_by_the_browser(as_anna: Client) -> None:
    page = as_anna.get("/profile/people/new").content.decode()
    form = page[page.index('name="last_name_latin"') - 200 :]
    assert not re.findall(r'autocomplete="(?!off)[^"]+"', form)

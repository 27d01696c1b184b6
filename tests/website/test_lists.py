"""A list of employees is uploaded: read, priced and shown, or refused with a fault for each cell."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from parason.accounts.models import User
from parason.contracts.models import Contract
from parason.documents.models import Letter, Policy
from parason.journeys import issue
from parason.kernel.clock import now
from parason.quotes.models import Application
from tests.factories import browser_of, make_organisation, make_person
from tests.journeys import acts

pytestmark = pytest.mark.django_db
HEADING = "last_name_latin,first_name_latin,birth_date,occupation"
TWO = "KAVALENKA,ANNA,1990-05-17,office\nNOVIK,IHAR,1985-01-02,hazardous"
ANSWERS = {"hours": "work", "accidents": 0, "sum_insured": "10000", "activity": "Building", "contact": ""}


@pytest.fixture
def application(anna: User) -> Application:
    """Employees of an organisation; whom, the list will say."""
    acts.stock(at=now())
    return for_employees(anna)


def for_employees(owner: User) -> Application:
    """An application of an organisation of this account."""
    holder = {"policyholder_kind": "organisation", "organisation": make_organisation(owner)}
    return acts.make_application(
        owner,
        at=now(),
        days=365,
        product_code="staff",
        answers=ANSWERS,
        policyholder_is_insured=False,
        **holder,
    )


def rows(count: int) -> str:
    """So many people who differ."""
    return "\n".join(
        f"SURNAME{number:04d},NAME,19{50 + number % 50}-03-04,{('office', 'production')[number % 2]}"
        for number in range(count)
    )


def upload(browser: Client, application: Application, content: str | bytes, name: str = "list.csv") -> Any:
    """Send a file as the page does."""
    application.refresh_from_db()
    raw = f"{HEADING}\n{content}\n".encode() if isinstance(content, str) else content
    return browser.post(
        f"/application/{application.pk}/list",
        {"file": SimpleUploadedFile(name, raw), "revision": str(application.revision)},
    )


def page_of(browser: Client, application: Application, query: str = "") -> str:
    """The step as it stands."""
    answer = browser.get(f"/application/{application.pk}/list{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def cells(html: str, heading: str) -> list[list[str]]:
    """The cells of the table under a heading, row by row."""
    found = re.search(rf'aria-labelledby="{heading}".*?<tbody>(.*?)</tbody>', html, re.S)
    assert found, heading
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", found[1], re.S)
    ]


def test_the_people_step_of_employees_is_the_list(as_anna: Client, application: Application) -> None:
    answer = as_anna.get(f"/application/{application.pk}/people")
    assert answer["Location"] == f"/application/{application.pk}/list"
    html = page_of(as_anna, application)
    assert "Upload the list" in html
    for word in (*HEADING.split(","), "hazardous"):
        assert f">{word}<" in html


def test_without_an_organisation_the_policyholder_comes_first(stranger: User) -> None:
    acts.stock(at=now())
    made = for_employees(stranger)
    stranger.organisations.get().delete()
    answer = browser_of(stranger).get(f"/application/{made.pk}/list", follow=True)
    assert "Who concludes the contract?" in answer.content.decode()


def test_who_has_an_organisation_needs_no_profile(stranger: User) -> None:
    acts.stock(at=now())
    made = for_employees(stranger)
    stranger.persons.all().delete()
    assert "Upload the list" in page_of(browser_of(stranger), made)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_empty_list_once_filled_in_is_taken(as_anna: Client, application: Application, kind: str) -> None:
    empty = as_anna.get(f"/buy/staff/list.{kind}")
    assert "attachment" in empty["Content-Disposition"]
    raw = empty.content
    if kind == "csv":
        raw += b"NOVIK,IHAR,1985-01-02,hazardous\r\n"
    else:
        book = load_workbook(io.BytesIO(raw))
        sheet = book.worksheets[0]
        assert [cell.value for cell in sheet[1]] == HEADING.split(",")
        assert sheet.data_validations.dataValidation[0].formula1 == '"office,production,hazardous"'
        sheet.append(["NOVIK", "IHAR", "1985-01-02", "hazardous"])
        filled = io.BytesIO()
        book.save(filled)
        raw = filled.getvalue()
    assert upload(as_anna, application, raw, f"list.{kind}").status_code == 302
    application.refresh_from_db()
    assert application.objects_insured == [
        {
            "last_name_latin": "NOVIK",
            "first_name_latin": "IHAR",
            "birth_date": "1985-01-02",
            "occupation": "hazardous",
        }
    ]


@pytest.mark.parametrize("path", ["/buy/staff/list.exe", "/buy/oms/list.csv", "/buy/nothing/list.csv"])
def test_there_is_no_other_empty_list(client: Client, application: Application, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_birth_date_that_excel_made_a_date_is_one(as_anna: Client, application: Application) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADING.split(","))
    sheet.append(["NOVIK", "IHAR", date(1985, 1, 2), "office"])
    raw = io.BytesIO()
    book.save(raw)
    assert upload(as_anna, application, raw.getvalue(), "list.xlsx").status_code == 302
    application.refresh_from_db()
    assert application.objects_insured[0]["birth_date"] == "1985-01-02"


def test_who_was_read_is_shown_with_each_ones_premium_and_the_sum(
    as_anna: Client, application: Application
) -> None:
    answer = upload(as_anna, application, TWO)
    assert answer["Location"] == f"/application/{application.pk}/list"
    html = page_of(as_anna, application)
    assert "2 people on the list" in html
    table = cells(html, "listed-title")
    assert [row[1] for row in table] == ["KAVALENKA ANNA", "NOVIK IHAR"]
    assert table[1][3].startswith("At height")
    premiums = [int(re.sub(r"\D", "", row[-1])) for row in table]
    quote = application.quotes.get()
    assert premiums == quote.calculation["per_insured_minor"]
    assert sum(premiums) == quote.premium_minor
    total = re.search(r'class="total".*?<strong>(.*?)</strong>', html, re.S)
    assert total
    assert int(re.sub(r"\D", "", re.sub(r"<[^>]+>", "", total[1]))) == quote.premium_minor


def test_another_list_replaces_the_first(as_anna: Client, application: Application) -> None:
    upload(as_anna, application, TWO)
    upload(as_anna, application, "SMITH,JOHN,1970-01-01,office")
    html = page_of(as_anna, application)
    assert "1 person on the list" in html
    assert "NOVIK" not in html


def test_faults_are_shown_by_cell_and_the_list_before_stays(
    as_anna: Client, application: Application
) -> None:
    upload(as_anna, application, TWO)
    before = Application.objects.get(pk=application.pk)
    bad = "SMITH,JOHN,1970-02-30,office\n,JANE,1980-01-01,pirate\n<b>X</b>,EVA,2020-01-01,office"
    answer = upload(as_anna, application, bad)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error:" in html
    assert "There is a problem" in html
    assert '<a href="#file">' in html
    assert "4 faults in the file" in html
    found = [(row[0], row[1]) for row in cells(html, "faults-title")]
    assert found == [("2", "birth_date"), ("3", "last_name_latin"), ("3", "occupation"), ("4", "birth_date")]
    remedies = [row[3] for row in cells(html, "faults-title")]
    assert remedies[1:3] == ["Write it as in the passport.", "Use one of: office, production, hazardous."]
    assert all(row[2] and len(row[3]) > 1 for row in cells(html, "faults-title"))
    assert "<b>X</b>" not in html
    after = Application.objects.get(pk=application.pk)
    assert (after.objects_insured, after.revision) == (before.objects_insured, before.revision)
    assert "2 people on the list" in html


def test_a_file_that_is_wrong_all_over_shows_its_first_faults_only(
    as_anna: Client, application: Application
) -> None:
    answer = upload(as_anna, application, "\n".join(f"A{n},B,yesterday,office" for n in range(1000)))
    html = answer.content.decode()
    assert "1000 faults in the file" in html
    assert "And 800 more." in html
    assert len(cells(html, "faults-title")) == 200


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "list.csv", "The file is empty."),
        (b"nobody,knows\n1,2\n", "list.csv", "This column is missing."),
        (f"{HEADING}\n".encode(), "list.csv", "The table has no rows."),
        ("имя;дата\n".encode("cp1251"), "list.csv", "This column is missing."),
        (b"\x98\x00\xff", "list.csv", "not UTF-8"),
        (b"PK\x03\x04 no archive", "list.xlsx", "no XLSX file"),
        (b"\x00\x01\x02\x03", "list.csv", "not text"),
        (b"x" * 2_000_001, "list.csv", "larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(
    as_anna: Client, application: Application, content: bytes, name: str, words: str
) -> None:
    answer = upload(as_anna, application, content, name)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    application.refresh_from_db()
    assert application.objects_insured == []


def test_no_file_is_no_list(as_anna: Client, application: Application) -> None:
    answer = as_anna.post(f"/application/{application.pk}/list", {"revision": "0"})
    assert answer.status_code == 422
    assert "Choose the file with the list." in answer.content.decode()


def test_more_people_than_one_contract_takes_are_refused(as_anna: Client, application: Application) -> None:
    answer = upload(as_anna, application, rows(5001))
    assert answer.status_code == 422
    assert "At most 5000 are insured." in answer.content.decode()


def test_a_list_from_an_older_window_does_not_overwrite_a_newer_one(
    as_anna: Client, application: Application
) -> None:
    upload(as_anna, application, TWO)
    stale = {"file": SimpleUploadedFile("l.csv", f"{HEADING}\nOLD,TAB,1970-01-01,office\n".encode())}
    answer = as_anna.post(f"/application/{application.pk}/list", {**stale, "revision": "0"}, follow=True)
    html = answer.content.decode()
    assert "changed in another window" in html
    assert "NOVIK" in html
    assert "OLD" not in html


def test_a_strangers_list_is_not_there(client: Client, stranger: User, application: Application) -> None:
    browser = browser_of(stranger)
    assert browser.get(f"/application/{application.pk}/list").status_code == 404
    assert upload(browser, application, TWO).status_code == 404
    assert client.get(f"/application/{application.pk}/list").status_code == 302


def test_a_product_without_a_list_has_no_such_step(as_anna: Client, application: Application) -> None:
    other = acts.make_application(application.owner, at=now())  # type: ignore[arg-type]
    answer = as_anna.get(f"/application/{other.pk}/list")
    assert answer["Location"] == f"/application/{other.pk}/people"


def test_employees_without_a_list_cannot_be_concluded(as_anna: Client, application: Application) -> None:
    answer = as_anna.get(f"/application/{application.pk}/check")
    assert answer["Location"] == f"/application/{application.pk}/people"


def test_a_long_list_is_read_page_by_page(as_anna: Client, application: Application) -> None:
    upload(as_anna, application, rows(250))
    assert "1–100 of 250" in page_of(as_anna, application)
    last = cells(page_of(as_anna, application, "?page=3"), "listed-title")
    assert [last[0][0], last[-1][0]] == ["201", "250"]
    for odd in ("?page=9", "?page=x", "?page=-1", "?page=²"):
        assert cells(page_of(as_anna, application, odd), "listed-title")


def test_a_later_first_day_that_nobody_fits_any_more_is_said(
    as_anna: Client, application: Application
) -> None:
    first = application.first_day
    assert first is not None
    born = first.replace(year=first.year - 81) + timedelta(days=1)  # 80 until the day after the first
    upload(as_anna, application, f"OLD,MAN,{born.isoformat()},office")
    Application.objects.filter(pk=application.pk).update(
        first_day=first + timedelta(days=2),
        last_day=first + timedelta(days=366),
        revision=application.revision + 5,
    )
    html = page_of(as_anna, application)
    assert "80 years or less" in html
    assert "or replace the list" in html


@pytest.mark.parametrize("count", [2, 250])
def test_the_page_asks_the_database_as_often_for_few_as_for_many(
    as_anna: Client, application: Application, django_assert_num_queries: Any, count: int
) -> None:
    upload(as_anna, application, rows(count))
    page_of(as_anna, application)
    with django_assert_num_queries(6):  # the organisation is one of them
        page_of(as_anna, application)


def test_the_check_page_shows_the_list_as_a_table_and_asks_for_it_in_short(
    as_anna: Client, application: Application
) -> None:
    upload(as_anna, application, rows(150))
    html = as_anna.get(f"/application/{application.pk}/check").content.decode()
    assert "150 people on the list" in html
    assert len(cells(html, "listed-title")) == 100
    assert "Further rows" in html
    assert "SURNAME0004 NAME, and 145 more" in html
    assert "Each of the 75 insured with the numbers 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, …" in html
    assert html.count("Rate for a year by occupation") == 2


def test_the_sum_insured_stands_once_on_the_check_page(as_anna: Client, application: Application) -> None:
    upload(as_anna, application, TWO)
    html = as_anna.get(f"/application/{application.pk}/check").content.decode()
    assert html.count(">Sum insured<") == 1


def test_a_hundred_people_get_one_policy_and_one_letter_with_one_paper(
    as_anna: Client, anna: User, application: Application, django_assert_max_num_queries: Any
) -> None:
    upload(as_anna, application, rows(100))
    application.refresh_from_db()
    contract = acts.conclude(application, at=now())
    order = acts.order_of(anna, contract, at=now())
    acts.pay(order, at=now())
    with django_assert_max_num_queries(60):
        (policy,) = issue.issue(order_id=order.pk, at=now())
    assert Policy.objects.get() == policy
    letter = Letter.objects.get(kind="policy_issued", to=anna.email)
    assert letter.attachments.count() == 1
    assert "and 99 more" in letter.text
    html = as_anna.get("/policies/").content.decode()
    assert html.count("boarding-pass__body") == 1
    assert "being issued" not in html
    assert "and 95 more" in html
    for path in (f"/contract/{contract.pk}/", "/policies/", "/drafts/"):
        assert as_anna.get(path).status_code == 200
    assert Contract.objects.get().insured.count() == 100


@pytest.mark.parametrize(("language", "word"), [("ru", "Загрузить список"), ("ar", "ارفع القائمة")])
def test_the_step_speaks_other_languages(
    as_anna: Client, anna: User, application: Application, language: str, word: str
) -> None:
    make_person(anna, is_self=False, last_name_latin="OTHER")
    User.objects.filter(pk=anna.pk).update(language=language)
    with override("en"):  # the page's language does not outlive the test
        assert word in page_of(as_anna, application)

"""Tariffs from the page: imported from files, proposed, approved by another, in force on the first day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from parason.accounts.models import AuditEntry, User
from parason.kernel.clock import now
from parason.kernel.money import Money
from parason.kernel.periods import Period
from parason.products import operations, queries
from parason.products.models import TariffVersion
from tests.backoffice.people import csv_file, member, proposal, raised, soon, xlsx_file
from tests.factories import browser_of
from tests.journeys import acts

pytestmark = pytest.mark.django_db
HEADING = ["days_from", "days_to", "premium"]
NEW = "/backoffice/tariffs/oms/new/"


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    acts.stock(at=now())


@pytest.fixture
def pavel(db: None) -> User:
    """The product manager."""
    return member("product manager", "pavel@example.com")


@pytest.fixture
def alesya(db: None) -> User:
    """The actuary."""
    return member("actuary", "alesya@example.com")


def given(**changes: Any) -> dict[str, Any]:
    """A filled-in proposal."""
    usual = {
        "version": "2027-01", "valid_from": soon().isoformat(), "valid_to": "", "act": "Decree 1 of 2027",
        "act_link": "https://pravo.by/1", "unit": "EUR", "verified": "on",
        "table_premium": csv_file(raised()),
    }  # fmt: skip
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def year(on: Any) -> Money:
    """What a year costs when concluded on a day."""
    product = queries.product("oms")
    return queries.price(
        product=product, period=Period.of_days(on, 365), answers={}, insured=[{}], on=on
    ).total


def own() -> list[TariffVersion]:
    return list(TariffVersion.objects.filter(from_catalogue=False))


# --- the way of a tariff ------------------------------------------------------------------------------------


def test_a_tariff_is_proposed_from_a_file_approved_by_another_and_used_on_its_first_day(
    pavel: User, alesya: User, anna: User
) -> None:
    answer = browser_of(pavel).post(NEW, given())
    version = own()[0]
    assert answer["Location"] == f"/backoffice/tariffs/oms/{version.pk}/difference/"
    assert year(version.valid_from) == Money(17_000, "EUR"), "a proposal changes nothing"
    page = f"/backoffice/tariffs/oms/{version.pk}/"
    actuary = browser_of(alesya)
    assert "Approve" in actuary.get(page).content.decode()
    assert actuary.post(f"{page}approve")["Location"] == page
    assert year(version.valid_from - timedelta(days=1)) == Money(17_000, "EUR")
    assert year(version.valid_from) == Money(18_700, "EUR")
    version.refresh_from_db()
    assert (version.proposed_by, version.approved_by) == (pavel, alesya)
    first = datetime.combine(version.valid_from, datetime.min.time(), UTC) + timedelta(hours=9)
    with time_machine.travel(first, tick=False):
        acts.stock(at=first)
        contract = acts.make_contract(anna, at=first, days=365)
    assert (contract.premium, contract.quote.tariff) == (Money(18_700, "EUR"), version)


def test_every_act_is_in_the_audit_trail(pavel: User, alesya: User) -> None:
    browser_of(pavel).post(NEW, given())
    version = own()[0]
    actuary = browser_of(alesya)
    actuary.post(f"/backoffice/tariffs/oms/{version.pk}/approve")
    actuary.post(f"/backoffice/tariffs/oms/{version.pk}/withdraw", {"reason": "a misprint"})
    trail = AuditEntry.objects.filter(subject=f"tariff {version.pk}").order_by("pk")
    assert [(line.act, line.who) for line in trail] == [
        ("tariff.propose", "pavel@example.com"),
        ("tariff.approve", "alesya@example.com"),
        ("tariff.withdraw", "alesya@example.com"),
    ]
    assert trail[0].data["tables"] == ["premium"]
    assert trail[1].data["digest"] == version.digest
    assert trail[2].data == {"reason": "a misprint"}
    page = actuary.get(f"/backoffice/tariffs/oms/{version.pk}/").content.decode()
    assert page.index("proposed") < page.index("approved") < page.index("a misprint")


def test_nobody_approves_an_own_proposal(alesya: User) -> None:
    from django.contrib.auth.models import Group

    alesya.groups.add(Group.objects.get_or_create(name="product manager")[0])
    member("product manager")
    version = proposal(alesya)
    actuary = browser_of(alesya)
    page = f"/backoffice/tariffs/oms/{version.pk}/"
    shown = actuary.get(page).content.decode()
    assert "Another person approves it" in shown
    assert f'action="{page}approve"' not in shown
    answer = actuary.post(f"{page}approve")
    assert answer.status_code == 403
    assert "approved by another person" in answer.content.decode()
    version.refresh_from_db()
    assert (version.status, version.events.count()) == ("proposed", 1)
    line = AuditEntry.objects.get(act="tariff.refused")
    assert (line.who, line.data) == ("alesya@example.com", {"why": "OwnProposal"})


def test_an_author_takes_a_proposal_back_and_nobody_elses(pavel: User, alesya: User) -> None:
    mine, other = proposal(pavel), proposal(_second(), version="other")
    client = browser_of(pavel)
    assert client.post(f"/backoffice/tariffs/oms/{mine.pk}/withdraw").status_code == 302
    assert client.post(f"/backoffice/tariffs/oms/{other.pk}/withdraw").status_code == 403
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.status, other.status) == ("withdrawn", "proposed")


def _second() -> User:
    return member("product manager", "second@example.com")


def test_an_approved_tariff_is_withdrawn_before_its_first_day_and_not_after(
    pavel: User, alesya: User
) -> None:
    version = proposal(pavel)
    operations.approve_tariff(version=version, by=alesya, at=now())
    page = f"/backoffice/tariffs/oms/{version.pk}/"
    begun = datetime.combine(version.valid_from, datetime.min.time(), UTC)
    with time_machine.travel(begun, tick=False):
        actuary = browser_of(alesya)
        assert f'action="{page}withdraw"' not in actuary.get(page).content.decode()
        answer = actuary.post(f"{page}withdraw")
        assert (answer.status_code, "in force already" in answer.content.decode()) == (422, True)
    assert browser_of(alesya).post(f"{page}withdraw", {"reason": "no"}).status_code == 302
    assert year(version.valid_from) == Money(17_000, "EUR")


def test_a_proposal_whose_day_has_come_is_not_approved(pavel: User, alesya: User) -> None:
    version = proposal(pavel)
    begun = datetime.combine(version.valid_from, datetime.min.time(), UTC)
    with time_machine.travel(begun, tick=False):
        answer = browser_of(alesya).post(f"/backoffice/tariffs/oms/{version.pk}/approve")
    assert (answer.status_code, "first day has come" in answer.content.decode()) == (422, True)


def test_who_decides_second_is_told_so(pavel: User, alesya: User) -> None:
    version = proposal(pavel)
    other = browser_of(member("actuary", "other@example.com"))
    browser_of(alesya).post(f"/backoffice/tariffs/oms/{version.pk}/withdraw")
    answer = other.post(f"/backoffice/tariffs/oms/{version.pk}/approve")
    assert (answer.status_code, "Somebody else decided first" in answer.content.decode()) == (422, True)


def test_what_nobody_compared_with_the_act_is_not_approved_outside_the_demo(
    pavel: User, alesya: User, settings: Any
) -> None:
    settings.PARASON_DEMO = False
    version = proposal(pavel, verified=False)
    page = f"/backoffice/tariffs/oms/{version.pk}/"
    client = browser_of(alesya)
    assert "Nobody has compared it with the act" in client.get(page).content.decode()
    assert client.post(f"{page}approve").status_code == 422
    version.refresh_from_db()
    assert version.status == "proposed"


def test_a_table_goes_out_as_csv_and_comes_back_the_same(pavel: User) -> None:
    client = browser_of(pavel)
    version = queries.tariff_on("oms", soon(0))
    assert version is not None
    answer = client.get(f"/backoffice/tariffs/oms/{version.pk}/premium.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="oms-B-premium.csv"'
    file = SimpleUploadedFile("back.csv", answer.content)
    client.post(NEW, given(table_premium=file))
    assert own()[0].tables == version.tables


def test_a_proposal_without_a_file_keeps_the_tables(pavel: User) -> None:
    browser_of(pavel).post(NEW, given(table_premium=None))
    before = queries.tariff_on("oms", soon(0))
    assert before is not None
    assert own()[0].tables == before.tables


# --- bad input ----------------------------------------------------------------------------------------------


def csv_of(*rows: tuple[Any, ...], heading: list[str] | None = None) -> SimpleUploadedFile:
    lines = [",".join(str(cell) for cell in row) for row in [heading or HEADING, *rows]]
    return SimpleUploadedFile("premium.csv", "\n".join(lines).encode())


def raw_of(raw: bytes, name: str = "premium.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, raw)


BAD: dict[str, tuple[SimpleUploadedFile, str, str]] = {
    "a gap": (csv_of((1, 7, 1), (9, 365, 2)), "3 days_from", "Nothing covers 8."),
    "an overlap": (csv_of((1, 7, 1), (7, 365, 2)), "3 days_from", "7 is already in the bracket of line 2."),
    "unsorted": (csv_of((8, 365, 2), (1, 7, 1)), "3 days_from", "Sort the brackets"),
    "negative brackets": (csv_of((-1, 7, 1), (8, 365, 2)), "2 days_from", "-1 is negative."),
    "an unknown column": (csv_of((1, 365, 2, 1), heading=[*HEADING, "x"]), "1 x", "is not known."),
    "a missing column": (csv_of((1, 2), heading=HEADING[:2]), "1 premium", "This column is missing."),
    "Windows-1251": (raw_of("дни_с,дни_по\n".encode("cp1251")), "1 –", "not UTF-8 (perhaps Windows-1251)"),
    "UTF-16": (raw_of("days_from\n".encode("utf-16")), "1 –", "not UTF-8 (perhaps UTF-16)"),
    "semicolons": (raw_of(b"days_from;days_to;premium\n1;365;2\n"), "1 –", "separated by"),
    "Excel's decimal comma": (csv_of((1, 365, '"1,5"')), "2 premium", "decimal comma"),
    "Excel's thousands": (csv_of((1, 365, "1 000")), "2 premium", "separators between thousands"),
    "Excel's date in CSV": (csv_of(("1-2", 365, 1)), "2 days_from", "a date, perhaps made by Excel"),
    "Excel's date": (xlsx_file([HEADING, [date(2026, 2, 1), 365, 1]]), "2 days_from", "made a date"),
    "a formula": (xlsx_file([HEADING, [1, 365, "=1+1"]]), "2 premium", "is a formula"),
    "binary rest": (xlsx_file([HEADING, [1, 365, 1 / 3]]), "2 premium", "calculation in binary"),
    "a million rows": (raw_of(b"days_from,days_to,premium\n" + b"1,2,3\n" * 1_000_000), "1 –", "At most"),
    "too many rows": (raw_of(b"days_from,days_to,premium\n" + b"1,2,3\n" * 60_000), "", "50,000"),
    "no spreadsheet": (raw_of(b"PK\x03\x04rubbish", "premium.xlsx"), "1 –", "no XLSX file"),
    "an old spreadsheet": (raw_of(b"\xd0\xcf\x11\xe0" + b"0" * 600, "premium.xls"), "1 –", "old Excel file"),
    "no rows": (csv_of(), "2 –", "The table has no rows."),
    "not text": (raw_of(b"days_from,days_to,premium\n1,365,\x00\n"), "1 –", "not text"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_its_cell_and_nothing_is_kept(pavel: User, case: str) -> None:
    file, place, words = BAD[case]
    file.seek(0)
    answer = browser_of(pavel).post(NEW, given(table_premium=file))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert own() == []
    faults = [fault for one in answer.context["faulty"] for fault in one.faults]
    found = [f"{fault.line} {fault.column or '–'}" for fault in faults if words in fault.wrong + fault.remedy]
    assert found, faults
    assert not place or place in found
    assert "Nothing was imported" in page
    assert 'value="Decree 1 of 2027"' in page, "what was typed is kept"
    assert "Error:" in page.split("</title>")[0]


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (("high_risk,100", "high_risk,100\nmoon_walk,10"), "6 activity", "“moon_walk” is not a known value."),
        (("high_risk,100\n", ""), "6 activity", "No row for “high_risk”."),
        (("high_risk", "High_Risk"), "5 activity", "“High_Risk” is not a known value."),
    ],
)
def test_a_table_by_an_answer_holds_every_answer_and_no_other(
    pavel: User, change: tuple[str, str], place: str, words: str
) -> None:
    data = queries.product("travel").table_data["2026"]["activities"]
    text = csv_file(data).read().decode().replace(*change).strip()
    facts = given(table_premium=None, table_activities=raw_of(text.encode(), "activities.csv"))
    answer = browser_of(pavel).post("/backoffice/tariffs/travel/new/", facts)
    assert answer.status_code == 422
    (faulty,) = answer.context["faulty"]
    assert f"{faulty.faults[0].line} {faulty.faults[0].column}" == place
    assert faulty.faults[0].wrong == words
    assert own() == []


def test_all_faults_of_all_files_are_told_at_once(pavel: User) -> None:
    tables = list(queries.product("travel").tables)[:2]
    files = {f"table_{name}": raw_of(b"wrong\n1\n") for name in tables}
    facts = given(table_premium=None, **files)
    answer = browser_of(pavel).post("/backoffice/tariffs/travel/new/", facts)
    assert answer.status_code == 422
    assert [one.table for one in answer.context["faulty"]] == tables
    assert own() == []


def test_a_list_of_ten_thousand_faults_stays_a_page(pavel: User) -> None:
    answer = browser_of(pavel).post(NEW, given(table_premium=csv_of(*[("x", "y", "z")] * 10_000)))
    assert answer.status_code == 422
    assert "And 29800 more." in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"version": ""}, "version"), ({"version": "v" * 41}, "version"), ({"version": "B"}, "version"),
        ({"valid_from": ""}, "valid_from"), ({"valid_from": "31.12.2026"}, "valid_from"),
        ({"valid_from": "2026-02-30"}, "valid_from"), ({"valid_from": "2020-01-01"}, "valid_from"),
        ({"valid_from": "9999-12-31"}, "valid_from"), ({"valid_to": "2020-01-01"}, "valid_to"),
        ({"act": " "}, "act"), ({"act": "x" * 301}, "act"), ({"act_link": "javascript:alert(1)"}, "act_link"),
        ({"unit": "XAU"}, "unit"),
    ],
)  # fmt: skip
def test_a_bad_field_is_told_at_the_field(pavel: User, changes: dict[str, str], field: str) -> None:
    answer = browser_of(pavel).post(NEW, given(**changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert own() == []


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"])
def test_what_was_typed_is_shown_as_text(pavel: User, text: str) -> None:
    client = browser_of(pavel)
    client.post(NEW, given(act=text))
    page = client.get(f"/backoffice/tariffs/oms/{own()[0].pk}/").content.decode()
    assert text not in page or text == "{{ 7*7 }}"
    assert "7*7" in page or "&lt;" in page


def test_keys_that_a_spreadsheet_would_run_go_out_as_text(pavel: User, as_staff: Client) -> None:
    from parason.backoffice.tariffs import FORMULA

    assert all(FORMULA.match(cell) for cell in ("=HYPERLINK(1)", "+cmd", "@x", "-2+3", "\tx"))
    assert not any(FORMULA.match(cell) for cell in ("-2", "-2.5", "12", "a=b", ""))


# --- pages for reading --------------------------------------------------------------------------------------


def test_the_line_of_versions_tells_how_each_stands(pavel: User, alesya: User) -> None:
    later = proposal(pavel)
    operations.approve_tariff(version=later, by=alesya, at=now())
    proposal(pavel, version="2027-02", valid_from=soon(40))
    taken = proposal(pavel, version="2027-03", valid_from=soon(50))
    operations.withdraw_tariff(version=taken, by=pavel, at=now())
    rows = browser_of(pavel).get("/backoffice/tariffs/oms/").context["versions"]
    assert {one.version: standing for one, standing in rows} == {
        "2027-01": "later", "2027-02": "proposed", "2027-03": "withdrawn", "A": "ended", "B": "current",
        "C": "proposed",
    }  # fmt: skip


def test_what_waits_is_on_the_approvers_first_page(pavel: User, alesya: User) -> None:
    proposal(pavel)
    assert "2027-01" in browser_of(alesya).get("/backoffice/").content.decode()
    assert "2027-01" not in browser_of(pavel).get("/backoffice/").content.decode()


@pytest.mark.parametrize(
    ("path", "queries_made"),
    [("tariffs/", 4), ("tariffs/oms/", 5), ("catalogue/", 5), ("", 5)],
)
def test_pages_ask_the_database_as_often_for_many_versions_as_for_few(
    pavel: User, alesya: User, django_assert_num_queries: Any, path: str, queries_made: int
) -> None:
    client = browser_of(alesya)
    client.get("/backoffice/")  # the session gets its token once
    for more in (1, 3):
        for number in range(more):
            proposal(pavel, version=f"v{more}{number}", valid_from=soon(30 + 10 * more + number))
        with django_assert_num_queries(queries_made):
            client.get(f"/backoffice/{path}")

"""A product's folder: what ships is in order, and whatever is wrong is told with file, key and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from parason.kernel.money import Money
from parason.kernel.periods import Period
from parason.products.definition import ProductBroken, Question, read_product
from parason.products.definition.parts import Term
from tests.products.catalogue import CODES, broken_copy, product


def problems(folder: Path) -> list[str]:
    """What the check says about a folder."""
    with pytest.raises(ProductBroken) as broken:
        read_product(folder)
    return [str(problem) for problem in broken.value.problems]


@pytest.mark.parametrize("code", CODES)
def test_a_shipped_product_is_in_order_and_speaks_english_and_russian(code: str) -> None:
    own = product(code)
    assert own.name("en") != own.name("ru")
    assert own.text("about", "ru")
    assert own.territory("de") == own.territory("en"), "a language that is missing falls back to English"
    assert "Sample" in own.terms("en")
    assert "Образец" in own.terms("ru")
    assert own.statement("ru") == ("Подтверждаю, что все указанные мною данные верны", "2026-1")


@pytest.mark.parametrize("code", CODES)
def test_no_shipped_product_has_a_line_of_python(code: str) -> None:
    assert list(product(code).folder.rglob("*.py")) == []


def test_the_guides_statement_is_word_for_word() -> None:
    assert product("oms").statement("en")[0] == "I confirm that all the data I have provided are correct"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('code = "oms"', 'code = "omz"', "product.toml: code: The folder is called “oms”."),
        ('class = "obligatory"', 'class = "public"', "product.toml: class: Input should be"),
        ("order = 10", "odrer = 10", "product.toml: odrer: This key is not known. Take it out"),
        ('kind = "person"', "", "product.toml: insured.kind: This key is missing. Add it."),
        ("most = 365 ", "most = 0 ", "product.toml: term.most:"),
        ('series = "OM"', 'series = "о м"', "product.toml: numbering.series:"),
        ('ru = "Республика Беларусь"', 'ru = ""', "product.toml: territory: The text has no “ru”."),
        ('table = "premium"', 'table = "premiums"', "There is no table “premiums”. Known tables: premium."),
        (
            "covers = [1, 365]",
            "covers = [1, 366]",
            "tables/a/premium.csv: line 35, column days_to: Nothing covers",
        ),
        ('to = "0.01"', "to = 0.01", ""),
        ('unit = "EUR"', 'unit = "euro"', "product.toml: tariffs.0.unit:"),
        ("valid_to = 2014-06-30", "valid_to = 2014-07-01", "“A” and “B” overlap. End one before the other."),
        ("valid_from = 2014-07-01", "valid_from = 2014-13-01", "product.toml: This is no TOML"),
        ('folder = "tables/b"', 'folder = "../secret"', "product.toml: tariffs.1.folder:"),
    ],
)
def test_whatever_is_wrong_is_told_with_file_key_and_remedy(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    folder = broken_copy(tmp_path, "oms", old=old, new=new)
    if not told:
        assert read_product(folder).code == "oms"  # a TOML number with a point is a decimal: nothing is lost
        return
    assert any(told in problem for problem in problems(folder)), problems(folder)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('[{ fact = "trips", equals', '[{ fact = "trip", equals', "There is no fact “trip”"),
        ('equals = "annual" }]\nlabel', 'equals = "anual" }]\nlabel', "“anual” is no answer to “trips”"),
        ('default = "europe"', 'default = "europe"\nleast_age = 1', "questions.0.least_age: This key is not"),
        ('type = "yes_no"', 'type = "integer"', "a number needs least and most"),
        ('value = "sport"', 'value = "chess"', "“sport” is no answer to “activity”"),
        ('value = "world"', 'value = "moon"', "No row for “moon”"),
        ('default = "rest"', 'default = "leisure"', "questions.3.default: “leisure” is no answer to it"),
        ('territory_question = "zone"', 'territory_question = "place"', "There is no such question"),
        ("value = 200\n", 'value = 200\ntable = "ages"\n', "give exactly one of value, fact, table"),
    ],
)
def test_questions_and_steps_that_do_not_fit_are_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    found = problems(broken_copy(tmp_path, "travel", old=old, new=new))
    assert any(told in problem for problem in found), found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'code = "accidents"\ntype',
            'code = "accidents"\npriced = false\ntype',
            "“accidents” is asked after the",
        ),
        ('policyholder = ["organisation"]', 'policyholder = ["company"]', "product.toml: policyholder.0:"),
        ('policyholder = ["organisation"]', "policyholder = []", "product.toml: policyholder:"),
        ('["organisation"]', '["person", "person"]', "policyholder names a kind twice"),
    ],
)
def test_late_questions_and_policyholders_that_do_not_fit_are_told(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    found = problems(broken_copy(tmp_path, "staff", old=old, new=new))
    assert any(told in problem for problem in found), found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("grace_days = 14\n", "", "product.toml: instalments: say what follows when a part is not paid"),
        ('unpaid = "terminate"\n', "", "product.toml: instalments: say what follows when a part is not paid"),
        ('unpaid = "terminate"', 'unpaid = "forgive"', "product.toml: instalments.unpaid: Input should be"),
        ("grace_days = 14", "grace_days = 91", "product.toml: instalments.grace_days:"),
        ("grace_days = 14", "grace_days = -1", "product.toml: instalments.grace_days:"),
        ("every_months = 3\ngrace_days = 14", "every_months = 1\ngrace_days = 28", "grace_days end before"),
        ("counts = [1, 2, 4]", "counts = [2, 4]", "product.toml: instalments: counts are sorted, each once"),
        ("counts = [1, 2, 4]", "counts = [1, 4, 2]", "product.toml: instalments: counts are sorted"),
        ("counts = [1, 2, 4]", "counts = []", "product.toml: instalments: counts are sorted"),
        ("counts = [1, 2, 4]", "counts = [1, 13]", "product.toml: instalments: a premium has 12 parts"),
        ("counts = [1, 2, 4]", "counts = [1, 5]", "product.toml: instalments.counts: Of 5 parts the last"),
    ],
)
def test_instalments_that_leave_something_open_are_told(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    found = problems(broken_copy(tmp_path, "home", old=old, new=new))
    assert any(told in problem for problem in found), found


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    folder = broken_copy(tmp_path, "oms")
    (folder / "terms.ru.md").unlink()
    (folder / "tables/b/premium.csv").write_text("days_from,days_to,premium\n1,5,2\n4,365,1\n")
    (folder / "tables/c/premium.csv").write_bytes("days_from,days_to,взнос\n".encode("cp1251"))
    found = "\n".join(problems(folder))
    assert "terms.ru.md: There is no such file." in found
    assert "tables/b/premium.csv: line 3, column days_from: 4 is already in the bracket of line 2." in found
    assert (
        "tables/c/premium.csv: line 1: The file is not UTF-8 (perhaps Windows-1251). Save it as “CSV UTF-8”."
        in found
    )


def test_a_folder_without_a_definition_names_the_command_that_makes_one(tmp_path: Path) -> None:
    assert "parason product new" in problems(tmp_path)[0]


# --- exemptions, sums, terms --------------------------------------------------------------------------------


def test_an_exempt_nationality_is_known_with_the_law_it_rests_on() -> None:
    exempt = product("oms").exemption("RUS", date(2026, 1, 1))
    assert exempt is not None
    assert "24 January 2006" in exempt.legal_basis
    assert "24 января 2006" in exempt.text("ru")
    assert product("oms").exemption("RUS", date(2005, 1, 1)) is None, "the agreement was not signed yet"
    assert product("oms").exemption("DEU", date(2026, 1, 1)) is None


def test_the_nine_treaty_nationalities_are_all_there() -> None:
    known = {entry.nationality for entry in product("oms").exemptions}
    assert known == {"ARM", "KAZ", "KGZ", "MDA", "TJK", "UZB", "UKR", "RUS", "TKM"}


def test_the_sum_insured_is_chosen_or_is_the_sum_of_what_is_insured() -> None:
    assert product("oms").sum_insured() == Money(1_000_000, "EUR")
    assert product("oms").sum_insured({}, (5000,)) == Money(500_000, "EUR")
    assert product("travel").sum_insured({"sum_insured": "50000"}) == Money(5_000_000, "EUR")
    assert product("travel").sum_insured({"sum_insured": "1"}) == Money(3_000_000, "EUR")
    values = {"building_value": "100000.50", "contents_value": 9999}
    assert product("home").sum_insured(values) == Money(10_999_950, "BYN")


def test_the_territory_is_the_answer_where_the_buyer_chooses_it() -> None:
    assert product("travel").territory("en", {"zone": "world"}) == "The whole world"
    assert product("oms").territory("ru") == "Республика Беларусь"


@pytest.mark.parametrize(
    ("unit", "first", "count", "last"),
    [
        ("day", date(2027, 1, 1), 1, date(2027, 1, 1)),
        ("day", date(2028, 1, 1), 365, date(2028, 12, 30)),
        ("month", date(2027, 1, 31), 1, date(2027, 2, 28)),
        ("month", date(2027, 1, 15), 3, date(2027, 4, 14)),
        ("month", date(2027, 12, 1), 1, date(2027, 12, 31)),
        ("year", date(2028, 2, 29), 1, date(2029, 2, 28)),
        ("year", date(2027, 3, 1), 1, date(2028, 2, 29)),
    ],
)
def test_a_term_counts_calendar_days_inclusive_of_both_ends(
    unit: Any, first: date, count: int, last: date
) -> None:
    term = Term(unit=unit, least=1, most=400, ahead_days=1)
    period = term.period(first, count)
    assert period == Period(first, last)
    assert term.count(period) == count


def test_a_period_that_is_no_whole_number_of_months_has_no_count() -> None:
    assert (
        Term(unit="month", least=1, most=12, ahead_days=1).count(Period.of_days(date(2027, 1, 1), 40)) is None
    )


# --- questions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "faulty"),
    [
        ({}, {"zone", "trips", "activity", "chronic", "sum_insured"}),
        ({"zone": "moon"}, {"zone", "trips", "activity", "chronic", "sum_insured"}),
        ({"trips": "annual"}, {"zone", "trip_days", "activity", "chronic", "sum_insured"}),
    ],
)
def test_answers_are_checked_at_their_fields(given: dict[str, Any], faulty: set[str]) -> None:
    assert set(product("travel").check_answers(given)) == faulty


def test_a_hidden_question_is_not_asked_and_what_was_sent_for_it_is_dropped() -> None:
    from parason.products.definition.answers import clean

    questions = product("travel").questions
    answers = {"zone": "europe", "trips": "single", "trip_days": "<script>", "activity": "rest", "chronic":
    "no",
               "sum_insured": "30000"}  # fmt: skip
    facts, faults = clean(questions, answers)
    assert not faults
    assert "trip_days" not in facts
    assert facts["chronic"] is False


@pytest.mark.parametrize(
    "raw", ["", " ", "0x10", "1e3", "-1", "3000001", "12,345,678", "١٢٣", "1.234", True, 1.5, "NaN"]
)
def test_an_amount_beyond_its_limits_or_unreadable_gets_a_sentence(raw: Any) -> None:
    assert "building_value" in product("home").check_answers({"building_value": raw})


@pytest.mark.parametrize("raw", ["0", "3000000", "150 000", "150\u00a0000,50", 150000])
def test_an_amount_within_its_limits_is_taken_as_people_write_it(raw: Any) -> None:
    assert "building_value" not in product("home").check_answers({"building_value": raw})


@pytest.mark.parametrize(
    ("code", "raw", "good"),
    [
        ("vin", "wvw zzz1kz aw 123456", True),
        ("vin", "WVWZZZ1KZAW12345O", False),
        ("vin", "WVW", False),
        ("plate", "wx  1234y", True),
        ("plate", "<b>1</b>", False),
        ("plate", "1", False),
        ("registered_in", "POL", True),
        ("registered_in", "P0L", False),
        ("make", "x" * 61, False),
        ("make", "Škoda Octavia ﷺ 😀", True),
        ("make", "a\x00b", False),
    ],
)
def test_an_objects_answers_are_read_by_their_type(code: str, raw: str, good: bool) -> None:
    assert (code not in product("border").check_answers({code: raw}, about="insured")) is good


def test_the_sum_to_choose_is_a_question_like_any_other() -> None:
    question = product("accident").question("sum_insured")
    assert isinstance(question, Question)
    assert question.options("en")[0] == ("2000", "BYN 2\u202f000")
    assert [q.code for q in product("oms").questions] == [], "one sum is no choice"


def test_a_question_is_plain_data_for_whoever_asks_it() -> None:
    plain = product("travel").question("trip_days").plain("ru")
    assert plain["label"] == "Сколько длится самая долгая поездка?"
    assert plain["show_when"] == [{"fact": "trips", "equals": "annual"}]
    assert plain["choices"][0] == ("15", "До 15 дней")


def test_schedules_are_read_in_the_readers_language() -> None:
    assert ("Смерть", "100 %") in product("accident").schedule("benefits", "ru")

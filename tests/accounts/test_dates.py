"""Dates as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from parason.accounts.dates import NotADate, from_parts, from_text, is_whole, month_of

NEW_YEAR = date(1990, 1, 31)
# The text, and the order in which it is read.
SPELLINGS = [
    ("31.01.1990", "dmy"),
    ("31.1.1990", "dmy"),
    ("31/01/1990", "dmy"),
    ("31-01-1990", "dmy"),
    ("31 01 1990", "dmy"),
    ("01/31/1990", "mdy"),
    ("1/31/1990", "mdy"),
    ("01-31-1990", "mdy"),
    ("1.31.1990", "mdy"),
    ("01 31 1990", "mdy"),
    ("31/01/1990", "mdy"),
    ("01/31/1990", "dmy"),
    ("31, 01, 1990", "dmy"),
    (" 31.01.1990 ", "dmy"),
    ("31 . 01 . 1990", "dmy"),
    ("1990-01-31", "dmy"),
    ("1990-01-31", "mdy"),
    ("1990/01/31", "dmy"),
    ("1990.01.31", "mdy"),
    ("1990 01 31", "dmy"),
    ("1990-1-31", "dmy"),
    ("1990-01-31T00:00:00Z", "dmy"),
    ("19900131", "dmy"),
    ("31011990", "dmy"),
    ("01311990", "mdy"),
    ("31 January 1990", "dmy"),
    ("31 Jan 1990", "dmy"),
    ("31 jan. 1990", "mdy"),
    ("31 JANUARY 1990", "dmy"),
    ("31st January 1990", "mdy"),
    ("31st of January 1990", "dmy"),
    ("January 31, 1990", "mdy"),
    ("Jan 31 1990", "dmy"),
    ("Jan. 31st, 1990", "mdy"),
    ("january 31 1990", "dmy"),
    ("31-Jan-1990", "dmy"),
    ("31/JAN/1990", "mdy"),
    ("31JAN1990", "dmy"),
    ("31 JAN 1990", "mdy"),
    ("1990 January 31", "dmy"),
    ("1990-Jan-31", "dmy"),
    ("31 января 1990", "dmy"),
    ("31 января 1990 г.", "dmy"),
    ("31 янв. 1990", "dmy"),
    ("31 ЯНВ 1990", "mdy"),
    ("31 январь 1990", "dmy"),
    ("31 студзеня 1990", "dmy"),
    ("31 січня 1990", "dmy"),
    ("31. Januar 1990", "dmy"),
    ("31 janvier 1990", "dmy"),
    ("31 de enero de 1990", "dmy"),
    ("31 stycznia 1990", "dmy"),
    ("31 Ocak 1990", "dmy"),
    ("31 sausio 1990", "dmy"),
    ("٣١/٠١/١٩٩٠", "dmy"),
    ("٣١ يناير ١٩٩٠", "dmy"),
    ("۳۱/۰۱/۱۹۹۰", "dmy"),
    ("१९९०-०१-३१", "dmy"),
    ("３１．０１．１９９０".replace("．", "."), "dmy"),
    ("1990年1月31日", "dmy"),
    ("1990년 1월 31일", "dmy"),
    ("\u200e31.01.1990\u200e", "dmy"),
    ("31\u00a0January\u00a01990", "dmy"),
]
WRONG = [
    ("31.02.1990", "real"),
    ("29.02.1900", "real"),
    ("00.01.1990", "day"),
    ("32.01.1990", "day"),
    ("13.13.1990", "month"),
    ("01.01.0020", "year"),
    ("1 January 90", "unreadable"),
    ("yesterday", "unreadable"),
    ("31 Foo 1990", "month"),
    ("31.01.90", "unreadable"),
    ("", "unreadable"),
    ("99999999", "day"),
    ("<script>", "unreadable"),
    ("31.01.19900", "unreadable"),
]


def test_there_are_sixty_spellings() -> None:
    assert len(SPELLINGS) >= 60


@pytest.mark.parametrize(("text", "order"), SPELLINGS)
def test_a_whole_date_is_understood(text: str, order: str) -> None:
    assert from_text(text, order) == NEW_YEAR


@pytest.mark.parametrize(("text", "order"), SPELLINGS)
def test_a_whole_date_in_one_box_is_noticed(text: str, order: str) -> None:
    assert is_whole(text)


@pytest.mark.parametrize(("text", "reason"), WRONG)
def test_a_wrong_date_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(NotADate) as caught:
        from_text(text, "dmy")
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "month",
    ["1", "01", "jan", "Jan.", "JANUARY", "января", "янв", "янв.", "يناير", "١", "Januar", "1月", "Janu"],
)
def test_a_month_has_many_names(month: str) -> None:
    assert month_of(month) == 1


@pytest.mark.parametrize("part", ["1", "31", "january", "1990", "янв.", "٣١", "1月"])
def test_a_part_of_a_date_is_not_taken_for_a_whole_one(part: str) -> None:
    assert not is_whole(part)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (("31", "2", "2000"), "real"),
        (("x", "1", "2000"), "day"),
        (("0", "1", "2000"), "day"),
        (("1", "13", "2000"), "month"),
        (("1", "ma", "2000"), "month"),
        (("1", "1", "20"), "short_year"),
        (("1", "1", "0020"), "year"),
        (("1", "1", "20000"), "year"),
        (("1", "1", "3000"), "year"),
        (("²", "1", "2000"), "day"),
        (("1", "1", "½"), "year"),
        (("-1", "1", "2000"), "day"),
    ],
)
def test_each_box_has_its_own_mistake(parts: tuple[str, str, str], reason: str) -> None:
    with pytest.raises(NotADate) as caught:
        from_parts(*parts)
    assert caught.value.reason == reason


def test_only_numbers_are_read_in_the_persons_order() -> None:
    assert from_text("02/03/2000", "mdy") == date(2000, 2, 3)
    assert from_text("02/03/2000", "dmy") == date(2000, 3, 2)

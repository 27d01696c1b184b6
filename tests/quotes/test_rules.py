"""The rules of dates: Minsk's calendar, both ends insured, at most a year ahead."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parason.kernel.clock import day_of
from parason.kernel.periods import Period
from parason.products.definition.parts import Term
from parason.quotes.rules import WrongDates, check_period, next_step, period_of

OMS = Term(unit="day", least=1, most=365, ahead_days=365)
YEARLY = Term(unit="year", least=1, most=3, ahead_days=60, first_day="tomorrow")
TODAY = date(2026, 6, 1)


def refused(field: str, period: Period, term: Term = OMS, today: date = TODAY) -> None:
    with pytest.raises(WrongDates) as caught:
        check_period(period=period, term=term, today=today)
    assert caught.value.field == field


def test_today_is_the_earliest_first_day() -> None:
    check_period(period=Period.of_days(TODAY, 1), term=OMS, today=TODAY)
    refused("first_day", Period.of_days(TODAY - timedelta(days=1), 5))


def test_a_year_ahead_is_the_latest_first_day() -> None:
    latest = TODAY + timedelta(days=365)
    check_period(period=Period.of_days(latest, 365), term=OMS, today=TODAY)
    refused("first_day", Period.of_days(latest + timedelta(days=1), 1))


def test_365_days_fit_and_366_do_not_even_in_a_leap_year() -> None:
    first = date(2028, 1, 1)
    today = date(2027, 12, 1)
    check_period(period=Period.of_days(first, 365), term=OMS, today=today)
    refused("last_day", Period(first, date(2028, 12, 31)), today=today)


def test_today_is_minsks_day_and_not_greenwichs() -> None:
    late_in_greenwich = datetime(2026, 5, 31, 21, 30, tzinfo=UTC)  # half past midnight of 1 June in Minsk
    today = day_of(late_in_greenwich)
    assert today == TODAY
    refused("first_day", Period.of_days(date(2026, 5, 31), 3), today=today)


def test_a_product_may_begin_tomorrow_at_the_earliest_and_last_whole_years() -> None:
    refused("first_day", YEARLY.period(TODAY, 1), YEARLY)
    tomorrow = TODAY + timedelta(days=1)
    check_period(period=YEARLY.period(tomorrow, 1), term=YEARLY, today=TODAY)
    refused("last_day", Period.of_days(tomorrow, 100), YEARLY)
    refused("last_day", YEARLY.period(tomorrow, 4), YEARLY)


@given(st.integers(1, 365), st.integers(0, 365))
def test_days_and_last_day_are_two_names_of_one_period(days: int, ahead: int) -> None:
    first = TODAY + timedelta(days=ahead)
    by_days = period_of(first=first, last=None, count=days, term=OMS)
    by_last = period_of(first=first, last=first + timedelta(days=days - 1), count=None, term=OMS)
    assert by_days == by_last
    assert by_days.days == days
    check_period(period=by_days, term=OMS, today=TODAY)


@pytest.mark.parametrize("count", [0, -1, 3_661, 10**9])
def test_a_senseless_number_of_days_is_refused_at_its_field(count: int) -> None:
    with pytest.raises(WrongDates) as caught:
        period_of(first=TODAY, last=None, count=count, term=OMS)
    assert caught.value.field == "days"


def test_an_end_before_the_start_is_refused_at_its_field() -> None:
    with pytest.raises(WrongDates) as caught:
        period_of(first=TODAY, last=TODAY - timedelta(days=1), count=None, term=OMS)
    assert caught.value.field == "last_day"


def test_one_of_last_day_and_days_is_needed() -> None:
    with pytest.raises(WrongDates):
        period_of(first=TODAY, last=None, count=None, term=OMS)


def test_the_next_step_is_the_first_that_lacks_an_answer() -> None:
    period = Period.of_days(TODAY, 1)
    assert next_step(period=None, insured=[]) == "dates"
    assert next_step(period=period, insured=[]) == "people"
    assert next_step(period=period, insured=["somebody"]) == "check"

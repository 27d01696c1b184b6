"""Days of cover: both ends count, and an instant never shifts them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parason.kernel.clock import day_of
from parason.kernel.periods import Period

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


@given(DAYS, st.integers(min_value=1, max_value=366))
def test_days_and_last_day_say_the_same(first: date, days: int) -> None:
    period = Period.of_days(first, days)
    assert period.days == days == len(list(period))
    assert period.first in period
    assert period.last in period
    assert period.last + timedelta(days=1) not in period


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="before"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 12, 31, 20, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 21, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_day_begins_at_midnight_in_minsk(instant: datetime, day: date) -> None:
    assert day_of(instant) == day

"""Moments read by the short way are those that Django reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from django.db.utils import DataError
from hypothesis import given
from hypothesis import strategies as st
from psycopg.pq import Format

from parason.kernel.moments import MomentLoader

pytestmark = pytest.mark.django_db
TIMESTAMPTZ = 1184  # its number in PostgreSQL


class DjangosLoader(BaseTzLoader):
    timezone = UTC


@pytest.fixture
def line() -> Iterator[Any]:
    connection.ensure_connection()
    yield connection.connection
    connection.connection.execute("RESET TimeZone")


def asked(moment: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [moment])
        (found,) = cursor.fetchone()
    return found  # type: ignore[no-any-return]


def test_every_line_reads_moments_so(line: Any) -> None:
    assert line.adapters.get_loader(TIMESTAMPTZ, Format.TEXT) is MomentLoader


@given(
    st.datetimes(timezones=st.just(UTC), min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)),  # noqa: DTZ001 - hypothesis adds the zone
    st.sampled_from(["+00", "+03", "-08", "+05:30", "+05:45", "-03:30"]),
)
def test_every_moment_is_the_same(moment: datetime, offset: str) -> None:
    text = f"{moment.replace(tzinfo=None).isoformat(sep=' ')}{offset}".encode()
    ours = MomentLoader(TIMESTAMPTZ).load(text)
    assert ours == DjangosLoader(TIMESTAMPTZ).load(text)
    assert ours.tzinfo is UTC


def test_what_was_stored_comes_back(line: Any) -> None:
    for moment in (
        datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 500000, tzinfo=UTC),
    ):
        assert asked(moment.isoformat()) == moment


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Europe/Minsk", "America/St_Johns"])
def test_the_lines_own_zone_changes_nothing(line: Any, zone: str) -> None:
    line.execute(f"SET TIME ZONE '{zone}'")
    found = asked("2026-07-01 12:00:00.25+00")
    assert found == datetime(2026, 7, 1, 12, 0, 0, 250000, tzinfo=UTC)
    assert found.utcoffset() == timedelta()


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "10000-01-01 00:00:00+00", "0001-01-01 BC"])
def test_a_moment_that_python_does_not_know_is_refused(line: Any, moment: str) -> None:
    with pytest.raises(DataError):
        asked(moment)

"""What a new version changes, row by row, over the days, and in what was sold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from parason.kernel.periods import Period
from parason.products import operations
from parason.products.comparing import Sold, curve, difference, impact
from parason.products.models import TariffVersion
from tests.products.catalogue import product
from tests.products.test_tariffs import AT, JUNE

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions(db: None) -> tuple[TariffVersion, TariffVersion]:
    """Tables A and B of the medical insurance."""
    operations.load_catalogue(at=AT)
    stored = TariffVersion.objects.filter(product_code="oms")
    return stored.get(version="A"), stored.get(version="B")


def test_every_row_says_what_became_of_it(versions: tuple[TariffVersion, TariffVersion]) -> None:
    before, after = versions
    changes = difference(before, after)
    assert len(changes) == 34
    assert {change.kind for change in changes} == {"changed"}
    first = changes[0]
    assert (first.keys, first.before, first.after) == (
        {"days_from": "1", "days_to": "2"}, {"premium": "1"}, {"premium": "2"},
    )  # fmt: skip
    assert {change.kind for change in difference(before, before)} == {"same"}


def test_added_and_removed_rows_are_told_apart(versions: tuple[TariffVersion, TariffVersion]) -> None:
    before, after = versions
    rows = after.tables["premium"]["rows"]
    after.tables = {
        "premium": {**after.tables["premium"], "rows": [["1", "1", "2"], ["2", "2", "2.00"], *rows[1:]]}
    }
    kinds = [change.kind for change in difference(before, after)]
    assert (kinds.count("added"), kinds.count("removed"), kinds.count("changed")) == (2, 1, 33)


def test_the_curve_has_a_point_for_every_day(versions: tuple[TariffVersion, TariffVersion]) -> None:
    before, after = versions
    points = curve(product("oms"), before, after, answers={}, insured=[{}], first=JUNE)
    assert len(points) == 365
    assert (points[0].before, points[0].after) == (100, 200)
    assert points[-1] == (365, 8_500, 17_000)
    assert curve(product("oms"), None, after, answers={}, insured=[{}], first=JUNE)[0].before is None


def test_the_impact_counts_what_would_cost_more(versions: tuple[TariffVersion, TariffVersion]) -> None:
    before, after = versions
    sold = [Sold(Period.of_days(date(2026, 5, 1), days), {}, [{}]) for days in (1, 10, 365)]
    found = impact(product("oms"), before, after, sold)
    assert (found.count, found.dearer, found.cheaper) == (3, 3, 0)
    assert (found.before_minor, found.after_minor) == (9_100, 18_200)
    assert found.change_percent == Decimal("100.0")
    unpriced = impact(product("oms"), before, after, [Sold(Period.of_days(JUNE, 400), {}, [{}])])
    assert (unpriced.not_priced, unpriced.change_percent) == (1, 0)

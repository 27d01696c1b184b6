"""Prices from the database: the right version, one query, a refusal where there is no price."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from parason.kernel.money import Money
from parason.kernel.periods import Period
from parason.products import operations, queries
from parason.products.rating import Premium, arithmetic_holds

AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
JUNE = date(2026, 6, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    operations.load_catalogue(at=AT)


def test_a_year_by_the_sample_table_costs_170_euros() -> None:
    product = queries.product("oms")
    premium = queries.price(
        product=product, period=Period.of_days(JUNE, 365), answers={}, insured=[{}], on=JUNE
    )
    assert premium.total == Money(17_000, "EUR")
    assert premium.sum_insured == Money(1_000_000, "EUR")
    assert premium.tariff_version == "B"
    assert arithmetic_holds(premium)
    assert Premium.of_record(premium.record()) == premium


def test_a_warm_price_costs_one_query(django_assert_num_queries: Any) -> None:
    product = queries.product("oms")
    arguments: Any = {"product": product, "answers": {}, "insured": [{}, {}], "on": JUNE}
    queries.price(period=Period.of_days(JUNE, 10), **arguments)
    with django_assert_num_queries(1):
        queries.price(period=Period.of_days(JUNE, 20), **arguments)

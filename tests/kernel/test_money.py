"""Money is exact: integers in, integers out, one way of rounding."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parason.kernel.money import CurrencyMismatch, Money, half_up, total

MINOR = st.integers(min_value=-(10**15), max_value=10**15)


@given(MINOR, MINOR)
def test_adding_and_taking_away_gives_back_the_same_sum(a: int, b: int) -> None:
    assert Money(a, "BYN") + Money(b, "BYN") - Money(b, "BYN") == Money(a, "BYN")


@given(MINOR, st.sampled_from(["BYN", "EUR", "JPY", "KWD"]))
def test_major_units_lead_back_to_the_same_minor_units(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(money.amount, currency) == money


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("-0.5", -1), ("-1.49", -1)],
)
def test_a_half_is_rounded_away_from_zero(value: str, expected: int) -> None:
    assert half_up(Decimal(value)) == expected


@pytest.mark.parametrize(
    ("money", "text"),
    [(Money(1, "BYN"), "0.01 BYN"), (Money(500, "JPY"), "500 JPY"), (Money(-1250, "KWD"), "-1.250 KWD")],
)
def test_a_sum_is_written_with_its_currencys_decimals(money: Money, text: str) -> None:
    assert str(money) == text


def test_different_currencies_are_never_mixed() -> None:
    for act in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b):
        with pytest.raises(CurrencyMismatch):
            act(Money(1, "EUR"), Money(1, "BYN"))


@pytest.mark.parametrize("minor", [1.0, "1", True, Decimal(1)])
def test_only_a_whole_number_is_a_sum(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "€"])
def test_only_an_iso_code_is_a_currency(currency: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, currency)


def test_the_total_of_nothing_is_zero() -> None:
    assert total([], "EUR") == Money(0, "EUR")
    assert total([Money(3, "EUR"), Money(4, "EUR")], "EUR") == Money(7, "EUR")

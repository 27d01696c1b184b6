"""From answers to a risk, what is paid back, and when parts are due."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parason.kernel.money import Money
from parason.kernel.periods import Period
from parason.products.definition.parts import Instalments, Refund, months_later
from parason.products.errors import OutOfRange
from parason.products.rating import NotRated, arithmetic_holds
from parason.products.rating.risk import period_facts
from parason.products.rules import age_on, counts_offered, instalments, refund, risk_of
from tests.products.catalogue import CODES, defaults, product, tariff

FIRST = date(2027, 3, 1)
TRAVEL = {"zone": "europe", "trips": "single", "activity": "rest", "chronic": "no", "sum_insured": "30000"}


@pytest.mark.parametrize("code", CODES)
def test_the_defaults_of_every_product_give_a_price_at_once(code: str) -> None:
    own = product(code)
    period = own.term.period(FIRST, own.term.least)
    risk = risk_of(own, period=period, answers=defaults(code), insured=[{}])
    assert tariff(code).rate(risk).total.minor > 0


def refused(
    code: str, insured: list[dict[str, Any]], days: int = 10, **answers: Any
) -> tuple[str, int | None]:
    """Field and index of the refusal."""
    given = {**defaults(code), **answers}
    with pytest.raises(OutOfRange) as error:
        risk_of(product(code), period=Period.of_days(FIRST, days), answers=given, insured=insured)
    assert str(error.value.message)
    return error.value.field, error.value.index


@pytest.mark.parametrize(
    ("birth", "good"),
    [
        ("1941-03-02", True),  # 85 on the first day, 86 on the next
        ("1941-03-01", False),
        ("2027-03-01", True),
        ("2027-03-02", False),
    ],
)
def test_age_counts_on_the_first_day_of_cover(birth: str, good: bool) -> None:
    if good:
        risk_of(
            product("travel"),
            period=Period.of_days(FIRST, 9),
            answers=TRAVEL,
            insured=[{"birth_date": birth}],
        )
    else:
        assert refused("travel", [{}, {"birth_date": birth}]) == ("birth_date", 1)


def test_whoever_is_not_named_yet_has_the_age_that_the_product_assumes() -> None:
    risk = risk_of(product("travel"), period=Period.of_days(FIRST, 9), answers=TRAVEL, insured=[{}])
    assert risk.insured[0]["age"] == product("travel").insured.assumed_age


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2000, 2, 29), date(2028, 2, 29), 28),
        (date(2000, 1, 1), date(2000, 1, 1), 0),
    ],
)
def test_a_birthday_on_29_february_is_kept_on_1_march(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


def test_a_rule_across_answers_speaks_at_its_field() -> None:
    assert refused("travel", [{}], trips="annual", trip_days="30") == ("last_day", None)
    assert refused("travel", [{}], days=364, trips="annual", trip_days="30") == ("last_day", None)
    assert refused("home", [{}], building_value=0, contents_value=999) == ("building_value", None)


def test_the_number_of_insured_has_limits() -> None:
    assert refused("oms", [{}] * 41)[0] == "insured"
    assert refused("oms", [])[0] == "insured"


def test_an_answer_about_one_insured_goes_before_the_one_for_all() -> None:
    period = product("staff").term.period(FIRST, 3)
    risk = risk_of(
        product("staff"), period=period, answers=defaults("staff"), insured=[{}, {"occupation": "hazardous"}]
    )
    assert [facts["occupation"] for facts in risk.insured] == ["office", "hazardous"]
    assert refused("border", [{"vehicle_type": "tank"}]) == ("vehicle_type", 0)


@pytest.mark.parametrize(
    ("first", "last", "facts"),
    [
        (date(2027, 1, 1), date(2027, 1, 1), (1, 1, 1)),
        (date(2027, 1, 1), date(2027, 1, 31), (31, 1, 1)),
        (date(2027, 1, 1), date(2027, 2, 1), (32, 2, 1)),
        (date(2027, 1, 15), date(2027, 2, 14), (31, 1, 1)),
        (date(2028, 1, 1), date(2028, 12, 31), (366, 12, 1)),
        (date(2027, 1, 1), date(2028, 1, 1), (366, 13, 2)),
    ],
)
def test_days_months_and_years_of_a_period(first: date, last: date, facts: tuple[int, int, int]) -> None:
    found = period_facts(Period(first, last))
    assert (found["days"], found["months"], found["years"]) == facts


# --- refunds ------------------------------------------------------------------------------------------------

TEN_DAYS = Period.of_days(FIRST, 10)
PAID = Money(10_000, "BYN")


@pytest.mark.parametrize(
    ("rule", "ended_on", "claim", "expected", "why"),
    [
        ({}, date(2027, 2, 28), False, 10_000, "full"),
        ({}, FIRST, False, 0, "none"),
        ({"before_start": "less_fee", "fee_percent": 10}, date(2027, 2, 1), False, 9_000, "fee"),
        ({"before_start": "none"}, date(2027, 2, 1), False, 0, "none"),
        ({"after_start": "pro_rata"}, FIRST, False, 9_000, "pro_rata"),
        ({"after_start": "pro_rata", "fee_percent": 20}, date(2027, 3, 5), False, 4_000, "pro_rata"),
        ({"after_start": "pro_rata"}, date(2027, 3, 10), False, 0, "none"),
        ({"after_start": "pro_rata"}, date(2027, 3, 5), True, 0, "none"),
        ({"after_start": "pro_rata", "after_claim": "same"}, date(2027, 3, 5), True, 5_000, "pro_rata"),
    ],
)
def test_what_is_paid_back_follows_the_products_rule(
    rule: dict[str, Any], ended_on: date, claim: bool, expected: int, why: str
) -> None:
    given = {key: Decimal(value) if key == "fee_percent" else value for key, value in rule.items()}
    found = refund(Refund(**given), paid=PAID, period=TEN_DAYS, ended_on=ended_on, claim_paid=claim)
    assert found == (Money(expected, "BYN"), why)


@given(st.integers(0, 10**9), st.integers(1, 366), st.integers(0, 400), st.integers(0, 100))
def test_never_more_is_paid_back_than_was_paid_and_later_never_more(
    paid: int, days: int, gone: int, fee: int
) -> None:
    rule = Refund(before_start="less_fee", after_start="pro_rata", fee_percent=Decimal(fee))
    period = Period.of_days(FIRST, days)
    ends = [FIRST.fromordinal(FIRST.toordinal() - 1 + gone + more) for more in (0, 1)]
    back = [refund(rule, paid=Money(paid, "EUR"), period=period, ended_on=end)[0].minor for end in ends]
    assert paid >= back[0] >= back[1] >= 0


YEARLY = Instalments(counts=(1, 2, 4, 12), every_months=1, grace_days=10, unpaid="terminate")


@given(
    st.integers(12, 10**9),
    st.sampled_from([1, 2, 4, 12]),
    st.dates(date(2026, 1, 1), date(2040, 12, 31)),
    st.integers(0, 90),
)
def test_parts_sum_to_the_premium_and_fall_due_one_after_another(
    minor: int, count: int, first: date, ahead: int
) -> None:
    period, today = Period(first, months_later(first, 12) - timedelta(days=1)), first - timedelta(days=ahead)
    plan = instalments(YEARLY, total=Money(minor, "BYN"), count=count, period=period, today=today)
    assert sum(part.premium.minor for part in plan) == minor
    assert [part.number for part in plan] == list(range(1, count + 1))
    assert plan[0].due_on == today
    assert all(part.premium.minor > 0 and part.due_on <= part.pay_until <= period.last for part in plan)
    assert all(before.pay_until < after.due_on for before, after in pairwise(plan[1:]))
    assert max(part.premium.minor for part in plan) - min(part.premium.minor for part in plan) < count


def test_a_part_that_would_be_nothing_or_come_after_the_end_is_not_offered() -> None:
    year, half = Period(FIRST, date(2028, 2, 29)), Period(FIRST, date(2027, 8, 31))
    assert counts_offered(YEARLY, total=Money(11, "BYN"), period=year) == (1, 2, 4)
    assert counts_offered(YEARLY, total=Money(12, "BYN"), period=year) == (1, 2, 4, 12)
    assert counts_offered(YEARLY, total=Money(12, "BYN"), period=half) == (1, 2, 4)
    assert counts_offered(Instalments(), total=Money(0, "BYN"), period=half) == (1,)


# --- whatever is sent ---------------------------------------------------------------------------------------

WORDS = ["yes", "0", "-1", "1e9", "europe", "single", "car", "999999999999", "1990-02-30", "150 000,5"]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.dates(),
    st.lists(st.integers()),
    st.sampled_from(WORDS),
)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(CODES), st.data())
def test_whatever_is_sent_gives_a_price_or_a_sentence_at_a_field(code: str, data: Any) -> None:
    own = product(code)
    names = [question.code for question in own.questions] + ["birth_date", "sum_insured", "unknown"]
    odd = st.dictionaries(st.sampled_from(names), ODD, max_size=4)
    answers = {**defaults(code), **data.draw(odd)}
    period = own.term.period(FIRST, data.draw(st.integers(own.term.least, own.term.most)))
    try:
        risk = risk_of(own, period=period, answers=answers, insured=data.draw(st.lists(odd, max_size=3)))
        premium = tariff(code).rate(risk)
    except OutOfRange as error:
        assert error.field and str(error.message)  # noqa: PT017, PT018
    except NotRated as error:
        raise AssertionError(f"{code}: {error}: the answers were let through, but have no price") from error
    else:
        assert arithmetic_holds(premium)
        assert premium.total.minor > 0

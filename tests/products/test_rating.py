"""Pure rating: each kind of step, the properties that every tariff must have,
the record that proves itself.
"""

from __future__ import annotations

import decimal
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parason.kernel.money import Money
from parason.products.rating import (
    NotCompiled,
    NotRated,
    Premium,
    Risk,
    Step,
    TableData,
    TableSpec,
    Tariff,
    Unit,
    arithmetic_holds,
    compile_tariff,
)
from parason.products.rating.premium import shares
from tests.products.catalogue import tariff

ROUND = {"id": "rounding", "kind": "round", "to": "0.01"}


def made(*steps: dict[str, Any], unit: str = "EUR", specs: Any = None, tables: Any = None) -> Tariff:
    """A tariff of some steps, each labelled by its id."""
    full = [{"label": {"en": step["id"], "ru": step["id"]}, **step} for step in [*steps, ROUND]]
    return compile_tariff(
        version="1", unit=unit, steps=[Step.model_validate(step) for step in full],
        specs={name: TableSpec.model_validate(spec) for name, spec in (specs or {}).items()},
        tables={name: TableData(tuple(rows[0]), tuple(map(tuple, rows[1:]))) for name, rows in (tables or
        {}).items()},
    )  # fmt: skip


def total(tariff: Tariff, **facts: Any) -> Decimal:
    """The premium of one insured, in major units."""
    premium = tariff.rate(Risk(facts, [{}]))
    assert arithmetic_holds(premium)
    return premium.total.amount


BASE = {"id": "base", "kind": "base", "value": "100"}


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"kind": "factor", "value": "1.5"}, "150"),
        ({"kind": "loading", "value": 20}, "120"),
        ({"kind": "loading", "value": "7.25", "by": "amount"}, "107.25"),
        ({"kind": "discount", "value": 10}, "90"),
        ({"kind": "discount", "value": 30, "by": "amount"}, "70"),
        ({"kind": "minimum", "value": 120}, "120"),
        ({"kind": "minimum", "value": 80}, "100"),
        ({"kind": "maximum", "value": 80}, "80"),
        ({"kind": "maximum", "value": 120}, "100"),
        ({"kind": "per", "per": "day"}, "700"),
        ({"kind": "per", "per": "person"}, "100"),
        ({"kind": "per", "fact": "wheels"}, "400"),
        ({"kind": "base", "percent_of": "worth", "value": "0.5"}, "125"),
        ({"kind": "base", "fact": "worth"}, "5100"),
        ({"kind": "round", "to": 30}, "90"),
        ({"kind": "round", "to": 30, "how": "up"}, "120"),
    ],
)
def test_a_step_does_what_its_kind_says(step: dict[str, Any], expected: str) -> None:
    assert total(made(BASE, {"id": "step", **step}), days=7, wheels=4, worth=5000) == Decimal(expected)


def test_additive_loadings_take_the_base_and_those_in_sequence_take_what_came_before() -> None:
    twice = [{"id": name, "kind": "loading", "value": 50} for name in ("one", "two")]
    assert total(made(BASE, *twice)) == Decimal("225")
    assert total(made(BASE, *({**step, "of": "base"} for step in twice))) == Decimal("200")


@pytest.mark.parametrize(
    ("condition", "fact", "taken"),
    [
        ({"equals": "yes"}, "yes", True),
        ({"equals": True}, True, True),
        ({"equals": True}, False, False),
        ({"equals": True}, "yes", True),
        ({"one_of": ["a", "b"]}, "b", True),
        ({"one_of": ["a", "b"]}, "c", False),
        ({"at_least": 11}, 11, True),
        ({"at_least": 11}, 10, False),
        ({"at_most": "2.5"}, Decimal("2.5"), True),
        ({"at_least": 1, "at_most": 3}, 4, False),
        ({"at_least": 1}, "word", False),
    ],
)
def test_a_condition_lets_its_step_be_taken_or_not(condition: dict[str, Any], fact: Any, taken: bool) -> None:
    step = {"id": "half", "kind": "factor", "value": "0.5", "when": [{"fact": "x", **condition}]}
    assert total(made(BASE, step), x=fact) == (Decimal(50) if taken else Decimal(100))
    assert total(made(BASE, step)) == Decimal(100), "a missing fact fulfils no condition"


def test_a_table_is_looked_up_by_several_keys_at_once() -> None:
    specs = {
        "t": {
            "keys": {"zone": {}, "days": {"match": "interval"}, "age": {"match": "step"}},
            "values": ["p", "q"],
        }
    }
    rows = [
        ["zone", "days_from", "days_to", "age_from", "p", "q"],
        ["a", "1", "5", "0", "1", "10"], ["a", "1", "5", "18", "2", "20"],
        ["a", "6", "9", "0", "3", "30"], ["b", "1", "9", "0", "4", "40"],
    ]  # fmt: skip
    step = {"id": "s", "kind": "base", "table": "t", "column": "q", "keys": {"zone": "where"}}
    rated = made(step, specs=specs, tables={"t": rows})
    assert total(rated, where="a", days=5, age=17) == 10
    assert total(rated, where="a", days=5, age=18) == 20
    assert total(rated, where="a", days=6, age=99) == 30
    assert total(rated, where="b", days=9, age=0) == 40
    for wrong, fact in (
        ({"where": "c", "days": 1, "age": 1}, "where"),
        ({"where": "a", "days": 10, "age": 1}, "days"),
        ({"where": "a", "days": 0, "age": 1}, "days"),
        ({"where": "a", "days": 1}, "age"),
    ):
        with pytest.raises(NotRated) as refused:
            rated.rate(Risk({}, [wrong]))
        assert (refused.value.fact, refused.value.index) == (fact, 0)


def test_a_line_names_the_row_of_the_table_as_a_spreadsheet_counts_it() -> None:
    line = tariff("oms", "A").rate(Risk({"days": 27}, [{}])).lines[0]
    assert line.row is not None
    assert (line.row.table, line.row.line) == ("premium", 15)
    assert line.row.cells == {"days_from": "27", "days_to": "29", "premium": "14"}
    assert line.inputs == {"days": "27"}


def test_base_units_become_money_at_the_worth_that_is_passed_in() -> None:
    premium = tariff("oms", "C").rate(Risk({"days": 30}, [{}], Unit(Decimal(45), "BYN", "CoM 651")))
    assert premium.total == Money(9896, "BYN")  # 2.199 × 45 = 98.955, half up
    assert premium.lines[1].inputs == {"unit": "CoM 651", "currency": "BYN"}
    with pytest.raises(NotRated):
        tariff("oms", "C").rate(Risk({"days": 30}, [{}]))


def test_a_premium_is_never_below_zero() -> None:
    with pytest.raises(NotRated):
        total(made(BASE, {"id": "d", "kind": "discount", "value": 150}))


@pytest.mark.parametrize(
    ("steps", "unit", "words"),
    [
        ([{"id": "a", "kind": "base", "value": 1}], "BASE_UNIT", 'kind = "unit"'),
        ([{"id": "a", "kind": "base", "table": "none"}], "EUR", "There is no table “none”"),
        ([BASE, BASE], "EUR", "used twice"),
        ([{"id": "a", "kind": "factor", "value": 1, "scope": "contract"}], "EUR", "last step is not"),
    ],
)
def test_a_tariff_that_cannot_work_is_refused_with_a_remedy(steps: Any, unit: str, words: str) -> None:
    with pytest.raises(NotCompiled, match=words):
        made(*steps, unit=unit)


def test_no_price_depends_on_the_decimal_context_of_a_thread() -> None:
    usual = tariff("travel").rate(TRAVEL)
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)):
        assert tariff("travel").rate(TRAVEL) == usual


TRAVEL = Risk(
    {
        "zone": "world",
        "trips": "single",
        "activity": "sport",
        "chronic": True,
        "sum_insured": 50000,
        "days": 77,
    },
    [{"age": 70}, {"age": 3}],
)


# --- properties ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["A", "B", "C"])
def test_every_day_of_a_year_has_exactly_one_bracket(version: str) -> None:
    from tests.products.catalogue import product

    table = product("oms").table_data[version]["premium"]
    for days in range(1, 366):
        assert sum(int(row[0]) <= days <= int(row[1]) for row in table.rows) == 1
    for beyond in (0, 366):
        with pytest.raises(NotRated):
            tariff("oms", version).rate(Risk({"days": beyond}, [{}], Unit(Decimal(45), "BYN")))


AGES = st.integers(0, 85)
SUMS = st.sampled_from([30000, 50000, 100000])


@st.composite
def travellers(draw: Any) -> Risk:
    """Any risk of the richest product."""
    facts = {
        "zone": draw(st.sampled_from(["europe", "world_without_us", "world"])),
        "trips": draw(st.sampled_from(["single", "annual"])),
        "trip_days": draw(st.sampled_from(["15", "30", "90"])),
        "activity": draw(st.sampled_from(["rest", "manual_work", "sport", "high_risk", "extreme"])),
        "chronic": draw(st.booleans()),
        "sum_insured": draw(SUMS),
        "days": draw(st.integers(1, 365)),
    }
    return Risk(facts, [{"age": age} for age in draw(st.lists(AGES, min_size=1, max_size=15))])


@settings(deadline=None)
@given(travellers())
def test_the_changes_of_all_lines_sum_to_the_total(risk: Risk) -> None:
    premium = tariff("travel").rate(risk)
    assert sum(line.change for line in premium.lines) == premium.total.amount
    assert sum(money.minor for money in premium.per_insured) == premium.total.minor
    assert arithmetic_holds(premium)


@settings(deadline=None)
@given(travellers(), st.randoms())
def test_the_order_of_persons_does_not_matter(risk: Risk, random: Any) -> None:
    shuffled = list(risk.insured)
    random.shuffle(shuffled)
    one, other = tariff("travel").rate(risk), tariff("travel").rate(Risk(risk.facts, shuffled))
    assert one.total == other.total
    assert sorted(m.minor for m in one.per_insured) == sorted(m.minor for m in other.per_insured)


@settings(deadline=None)
@given(travellers())
def test_a_longer_trip_never_costs_less(risk: Risk) -> None:
    day_more = {**risk.facts, "days": min(int(risk.facts["days"]) + 1, 365)}
    longer = tariff("travel").rate(Risk(day_more, risk.insured))
    assert tariff("travel").rate(risk).total <= longer.total


@settings(deadline=None)
@given(st.integers(1, 364), st.sampled_from(["A", "B", "C"]))
def test_a_longer_stay_never_costs_less(days: int, version: str) -> None:
    unit = Unit(Decimal(45), "BYN")
    shorter, longer = (
        tariff("oms", version).rate(Risk({"days": d}, [{}], unit)).total for d in (days, days + 1)
    )
    assert shorter <= longer


@settings(deadline=None)
@given(travellers())
def test_a_record_gives_the_premium_back_bit_for_bit(risk: Risk) -> None:
    premium = tariff("travel").rate(risk)
    record = premium.record()
    again = Premium.of_record(json.loads(json.dumps(record)))
    assert again == premium
    assert json.dumps(again.record()) == json.dumps(record)
    assert tariff("travel").rate(risk).record() == record, (
        "the same risk and version always give the same record"
    )


@settings(deadline=None)
@given(travellers(), st.data())
def test_a_record_in_which_any_figure_was_changed_proves_nothing(risk: Risk, data: Any) -> None:
    record = json.loads(json.dumps(tariff("travel").rate(risk).record()))
    line = data.draw(st.sampled_from(record["lines"]))
    line["result"] = str(Decimal(line["result"]) + Decimal("0.01"))
    assert not arithmetic_holds(Premium.of_record(record))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["office", "production", "hazardous"]), min_size=1, max_size=60),
    st.integers(0, 30),
)
def test_steps_on_the_whole_contract_start_from_the_sum_of_all_insured(
    occupations: list[str], accidents: int
) -> None:
    facts = {"sum_insured": 10000, "hours": "always", "accidents": accidents, "months": 5}
    premium = tariff("staff").rate(Risk(facts, [{"occupation": name} for name in occupations]))
    first = next(line for line in premium.lines if line.insured is None)
    own = {line.insured: line.result for line in premium.lines if line.insured is not None}
    assert first.before == sum(own.values())
    assert premium.total.amount >= 50
    assert arithmetic_holds(premium)


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50), st.integers(0, 10**9))
def test_shares_sum_to_the_total_and_keep_the_proportion(own: list[int], total: int) -> None:
    parts = shares(total, [Decimal(amount) for amount in own])
    assert sum(parts) == total
    if sum(own):
        assert all(
            abs(part - total * amount / sum(own)) < 1.01 for part, amount in zip(parts, own, strict=True)
        )


def test_what_the_whole_contract_costs_is_shared_out_among_the_insured() -> None:
    facts = {"sum_insured": 5000, "hours": "work", "accidents": 0, "months": 3}
    premium = tariff("staff").rate(Risk(facts, [{"occupation": "office"}] * 7))
    assert premium.total == Money(5_000, "BYN"), "the least premium of a contract"
    assert sorted(money.minor for money in premium.per_insured) == [714] * 5 + [715] * 2

"""“How this price is made”: plain words from a record alone, in the reader's language."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from parason.products.explaining import explain, explain_parts
from parason.products.rating import Risk, Unit
from tests.products.catalogue import tariff

TRAVEL: dict[str, Any] = {
    "zone": "europe", "trips": "single", "activity": "sport", "chronic": False, "sum_insured": 30000, "days":
    14,
}  # fmt: skip


def record(code: str, facts: dict[str, Any], *insured: dict[str, Any], version: str = "") -> dict[str, Any]:
    """A record as it comes back from a JSON column."""
    premium = tariff(code, version).rate(Risk(facts, insured, Unit(Decimal(45), "BYN", "CoM 651")))
    stored: dict[str, Any] = json.loads(json.dumps(premium.record(), sort_keys=True))
    return stored


def test_a_price_of_one_line_is_explained_by_one_line() -> None:
    assert explain(record("oms", {"days": 15}, {}), "en") == [
        "Premium for the number of days (15 days): 16.00 EUR",
        "Premium: 16.00 EUR",
    ]


def test_steps_that_changed_nothing_are_left_out() -> None:
    lines = explain(record("travel", TRAVEL, {"age": 30}), "en")
    assert [line.split(" (")[0] for line in lines] == [
        "Zone, sum insured and days",
        "Activity",
        "Premium: 20.25 EUR",
    ]
    assert lines[1] == "Activity (Sport): + 50 % of 13.50 = 20.25 EUR"


def test_insured_with_the_same_lines_stand_together() -> None:
    parts = explain_parts(record("travel", TRAVEL, {"age": 30}, {"age": 30}, {"age": 70}), "en")
    assert [part.heading for part in parts] == ["Each of the 2 insured from 1 to 2", "Insured 3"]
    assert [part.result for part in parts] == ["20.25 EUR", "40.50 EUR"]


def test_steps_on_the_whole_contract_come_last_under_a_heading() -> None:
    facts = {"sum_insured": 5000, "hours": "work", "accidents": 0, "months": 3}
    parts = explain_parts(record("staff", facts, *[{"occupation": "office"}] * 12), "en")
    assert parts[-1].heading == "For the whole contract"
    assert [line.words for line in parts[-1].lines][1] == "Size of the group (12 insured)"
    assert parts[-1].lines[1].does == "− 3 % of 64.80"
    assert parts[-1].result == "62.86 BYN"


def test_before_the_step_that_makes_money_sums_are_in_base_units() -> None:
    lines = explain(record("oms", {"days": 30}, {}, version="C"), "en")
    assert lines[0].endswith(": 2.199 base units")
    assert "(CoM 651): × 45 = 98.955 BYN" in lines[1]
    assert lines[-1] == "Premium: 98.96 BYN"


def test_the_readers_language_decides_words_and_figures() -> None:
    lines = explain(record("travel", TRAVEL, {"age": 30}), "ru")
    assert lines[1].startswith("Занятие (Спорт): + 50")
    assert "20,25 EUR" in lines[-1]


def test_a_record_is_explained_long_after_the_product_forgot_the_step() -> None:
    kept = record("oms", {"days": 15}, {})
    del kept["labels"]["rounding"]
    assert explain(kept, "de")[0].startswith("Premium for the number of days"), (
        "a missing language falls back"
    )

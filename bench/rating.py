"""Premiums a second on one core, by product;
`python bench/rating.py` prints a table, `--check` holds the floors.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

os.environ.setdefault("PARASON_DEMO", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parason.config.settings")
sys.path.insert(0, str(Path(__file__).parent.parent))

FLOORS = {"oms": 20_000, "travel": 5_000}  # premiums a second, the richest product being travel
ROUNDS, SECONDS = 5, 0.6


def main(check: bool) -> int:
    """Print the table; with `check`, 1 when a floor is not reached."""
    import django

    django.setup()
    from parason.products.queries import products

    print("| product | steps | rate | answers to premium | record as JSON |")
    print("|---|---|---|---|---|")
    slow = False
    for product in products():
        rate, whole, record = (speed(act) for act in acts(product.code))
        print(f"| {product.code} | {len(product.steps)} | {rate:,.0f} | {whole:,.0f} | {record:,.0f} |")
        slow |= rate < FLOORS.get(product.code, 0)
    return 1 if check and slow else 0


def acts(code: str) -> list[Callable[[], object]]:
    """Rating alone; reading the answers and rating; rating and making the record.
    One insured person or object.
    """
    from parason.products.queries import compiled_entry, product
    from parason.products.rules import risk_of

    own = product(code)
    tariff = compiled_entry(own, [entry for entry in own.tariffs if not entry.proposed][-1])
    answers = {question.code: question.default for question in own.questions}
    if code == "travel":
        answers |= {"activity": "sport", "chronic": True}
    period = own.term.period(date(2027, 3, 1), min(17, own.term.most))
    insured = [{"birth_date": date(1955, 5, 5)}]
    risk = risk_of(own, period=period, answers=answers, insured=insured)
    return [
        lambda: tariff.rate(risk),
        lambda: tariff.rate(risk_of(own, period=period, answers=answers, insured=insured)),
        lambda: tariff.rate(risk).record(),
    ]


def speed(act: Callable[[], object]) -> float:
    """Calls a second: the median of some rounds."""
    found = []
    for _ in range(ROUNDS):
        count, begin = 0, time.perf_counter()
        while (now := time.perf_counter()) - begin < SECONDS / ROUNDS:
            for _ in range(50):
                act()
            count += 50
        found.append(count / (now - begin))
    return statistics.median(found)


if __name__ == "__main__":
    raise SystemExit(main("--check" in sys.argv))

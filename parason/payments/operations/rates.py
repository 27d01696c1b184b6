"""Loading official rates. A rate that is there is never changed: quotes rest on it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from parason.kernel.clock import day_of
from parason.payments.models import ExchangeRate
from parason.payments.rules import RateSnapshot

DEMO_RATES = Path(__file__).resolve().parent.parent / "data" / "rates.csv"
DEMO_SOURCE = "demo"


@transaction.atomic
def store_rates(*, rates: Iterable[RateSnapshot]) -> None:
    """Keep rates of days and currencies that are not known yet."""
    rows = [
        ExchangeRate(currency=r.currency, date=r.date, rate=r.rate, scale=r.scale, source=r.source)
        for r in rates
    ]
    ExchangeRate.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def load_rates(*, path: Path = DEMO_RATES) -> None:
    """From a file with the columns date, currency, scale, rate, source."""
    with path.open(newline="", encoding="utf-8") as file:
        store_rates(rates=[_read(row) for row in csv.DictReader(file)])


def _read(row: dict[str, str]) -> RateSnapshot:
    return RateSnapshot(
        row["currency"],
        Decimal(row["rate"]),
        int(row["scale"]),
        date.fromisoformat(row["date"]),
        row["source"],
    )


@transaction.atomic
def load_demo_rates(*, at: datetime) -> None:
    """The demonstration's rates, with the last known one repeated for today: it must work on any day."""
    load_rates()
    today = day_of(at)
    latest = ExchangeRate.objects.filter(date__lte=today).order_by("currency", "-date").distinct("currency")
    store_rates(
        rates=[
            RateSnapshot(one.currency, one.rate, one.scale, today, DEMO_SOURCE)
            for one in latest
            if one.date < today
        ]
    )

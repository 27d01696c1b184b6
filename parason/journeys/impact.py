"""What a tariff version would have meant for the contracts of a month: counted at once, or by the worker.

A month of a large insurer takes longer than a person waits. The result is kept for a day beside the limits:
it can be counted again at any time, so it needs no table of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from parason.contracts.models import Contract, Insured
from parason.contracts.states import ContractStatus
from parason.kernel.clock import day_of, insurer_zone
from parason.kernel.money import Money
from parason.payments import queries as money
from parason.payments.queries import RateSnapshot
from parason.products import comparing, queries
from parason.products.comparing import Impact, Sold
from parason.products.models import TariffVersion
from parason.products.rating import Unit

JOB = "parason.journeys.jobs.count_impact"
KEPT = 24 * 3600  # seconds
CHUNK = 500  # contracts in memory at a time
COUNTED = (ContractStatus.PAID, ContractStatus.ISSUED, ContractStatus.TERMINATED)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions of one product, with what makes their premiums comparable."""

    before: TariffVersion | None
    after: TariffVersion
    unit: Unit | None
    currency: str
    rates: dict[str, RateSnapshot]

    def worth(self, premium: Money) -> int:
        """In minor units of the currency in which both are shown."""
        return self.shown(premium).minor

    def shown(self, premium: Money) -> Money:
        return money.convert(premium, self.rates[premium.currency]) if self.rates else premium


def pair(*, before: TariffVersion | None, after: TariffVersion, at: datetime) -> Pair:
    """Both in the currency of their tables; where those differ, in the currency of payment at today's rate.

    Raises payments' RateMissing when there is no rate today.
    """
    unit, today = queries.unit_on(after.valid_from), day_of(at)
    currencies = {_currency(one, unit) for one in (before, after) if one is not None}
    if len(currencies) == 1:
        return Pair(before, after, unit, currencies.pop(), {})
    rates = {name: money.rate_on(name, today) for name in currencies}
    return Pair(before, after, unit, str(settings.PARASON_CURRENCY), rates)


def _currency(version: TariffVersion, unit: Unit | None) -> str:
    if version.unit != "BASE_UNIT":
        return version.unit
    return unit.currency if unit else str(settings.PARASON_CURRENCY)


def sold_in(product_code: str, month: date) -> QuerySet[Contract]:
    """Contracts concluded in a month, in the insurer's zone, and paid for; `month` is its first day."""
    zone, following = insurer_zone(), (month + timedelta(days=32)).replace(day=1)
    return Contract.objects.filter(
        product_code=product_code,
        status__in=COUNTED,
        formed_at__gte=datetime.combine(month, time(), zone),
        formed_at__lt=datetime.combine(following, time(), zone),
    )


def measure(*, pair: Pair, month: date) -> Impact | None:
    """The month's contracts by both versions; nothing without a version to compare with."""
    if pair.before is None:
        return None
    product, risks = queries.product(pair.after.product_code), _risks(pair.after.product_code, month)
    return comparing.impact(product, pair.before, pair.after, risks, pair.unit, pair.worth)


def _risks(product_code: str, month: date) -> Iterator[Sold]:
    """Only what a price needs, so many at a time: memory does not grow with the month."""
    insured = Prefetch("insured", Insured.objects.only("contract_id", "facts"))
    rows = sold_in(product_code, month).only("first_day", "last_day", "answers").order_by("pk")
    for one in rows.prefetch_related(insured).iterator(chunk_size=CHUNK):
        yield Sold(one.period, one.answers, [each.facts for each in one.insured.all()])


def kept(*, pair: Pair, month: date, at: datetime) -> Impact | None:
    """What the worker has counted for this day's rates, if it has."""
    found = cache.get(_key(pair, month, at))
    return found if isinstance(found, Impact) else None


def ask(*, pair: Pair, month: date) -> None:
    """Let the worker count; whoever asks twice is counted for once."""
    if pair.before is None:
        return
    lock = f"impact:{pair.after.pk}:{pair.before.pk}:{month}"
    job = app.configure_task(JOB, queueing_lock=lock)
    try:
        with transaction.atomic():
            job.defer(after_id=pair.after.pk, before_id=pair.before.pk, month=month.isoformat())
    except AlreadyEnqueued:
        return


def count(*, after_id: int, before_id: int, month: date, at: datetime) -> None:
    """The worker's part: count, and keep the result for a day."""
    versions = TariffVersion.objects.in_bulk([after_id, before_id])
    both = pair(before=versions[before_id], after=versions[after_id], at=at)
    cache.set(_key(both, month, at), measure(pair=both, month=month), KEPT)


def _key(pair: Pair, month: date, at: datetime) -> str:
    before = pair.before.pk if pair.before else 0
    return f"impact:{pair.after.pk}:{before}:{month}:{day_of(at)}"

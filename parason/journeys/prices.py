"""What an insurance costs: the premium by the tariff, and the sum payable by the official rate of the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from parason.kernel.clock import day_of
from parason.kernel.money import Money
from parason.kernel.periods import Period
from parason.payments import queries as payments
from parason.payments.queries import RateSnapshot
from parason.products import queries as products
from parason.products.queries import Definition, Premium


@dataclass(frozen=True, slots=True)
class Offer:
    """A price as it is now. `rate` is None when premium and payment are in one currency."""

    premium: Premium
    payable: Money
    rate: RateSnapshot | None


def offer(
    *,
    product: Definition,
    period: Period,
    answers: Mapping[str, Any],
    insured: Sequence[Mapping[str, Any]],
    at: datetime,
) -> Offer:
    """The price of a risk at a moment; stores nothing.

    Raises products' NotSold or OutOfRange, and payments' RateMissing.
    """
    today = day_of(at)
    premium = products.price(
        product=product,
        period=period,
        answers=dict(answers),
        insured=[dict(facts) for facts in insured],
        on=today,
    )
    if premium.total.currency == settings.PARASON_CURRENCY:
        return Offer(premium, premium.total, None)
    rate = payments.rate_on(premium.total.currency, today)
    return Offer(premium, payments.convert(premium.total, rate), rate)

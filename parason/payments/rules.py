"""Pure arithmetic and decisions about money in and out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from parason.kernel.money import Money, exponent, half_up

RATE_CURRENCY = "BYN"
# The longest row of days without a new rate is the New Year with its week-ends; older means something broke.
RATE_AGE_LIMIT = timedelta(days=10)

# How long a payer has at the bank's page, and at a terminal.
PAGE_LIFETIME = timedelta(minutes=30)
BILL_LIFETIME = timedelta(hours=24)
# A claimed call that did not come back: the longest call takes 40 s.
CLAIM_LIMIT = timedelta(seconds=45)
# When to ask after opening, and after the page has expired: the bank repeats a notification for
# 2.5 minutes only.
ASK_AFTER_OPENING = tuple(timedelta(seconds=s) for s in (30, 60, 120, 300, 600, 1200))
ASK_AFTER_EXPIRY = tuple(timedelta(minutes=m) for m in (1, 15, 24 * 60, 48 * 60))
ASK_REFUND = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720))
REFUND_PATIENCE = timedelta(days=12)  # an ERIP refund may take 11 days
REFUND_KEY_LIFE = timedelta(hours=24)  # a gateway remembers the key of a refund for so long
EQUAL_REFUNDS_APART = timedelta(seconds=35)  # closer ones are refused as doubles
TWO_PERSON_LIMIT = Money(50_000, "BYN")
# Of a payout that arrives with another sum: so much may one person call rounding, in minor units.
ROUNDING_LIMIT = 100
# An acquirer pays the next working day; after a row of holidays it takes longer.
PAYOUT_PATIENCE = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class RateSnapshot:
    """An official rate as a quote keeps it: `scale` units cost `rate` BYN; it was set for `date`."""

    currency: str
    rate: Decimal
    scale: int
    date: date
    source: str


def convert(money: Money, rate: RateSnapshot) -> Money:
    """In BYN by the official rate, rounded half up to the kopeck once."""
    if money.currency != rate.currency:
        raise ValueError(f"a rate of {rate.currency} cannot convert {money.currency}")
    if money.currency == RATE_CURRENCY:
        return money
    shift = exponent(RATE_CURRENCY) - exponent(money.currency)
    return Money(half_up((money.minor * rate.rate / rate.scale).scaleb(shift)), RATE_CURRENCY)


def next_ask(*, asks: int, opened_at: datetime, expires_at: datetime) -> datetime | None:
    """When to ask the gateway next, after `asks` questions; None when the plan is over."""
    plan = [opened_at + wait for wait in ASK_AFTER_OPENING if opened_at + wait < expires_at]
    plan += [expires_at + wait for wait in ASK_AFTER_EXPIRY]
    return plan[asks] if asks < len(plan) else None


def next_refund_ask(*, asks: int, at: datetime) -> datetime:
    """When to ask about a refund again."""
    return at + ASK_REFUND[min(asks, len(ASK_REFUND) - 1)]


def needs_second_person(amount: Money) -> bool:
    """A refund above the limit is approved by somebody else than who asked for it."""
    return amount.currency != TWO_PERSON_LIMIT.currency or amount > TWO_PERSON_LIMIT

"""Rates by hand, for days on which the source is down: one person enters, another confirms."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from parason.accounts.models import User
from parason.kernel.clock import day_of
from parason.kernel.moves import move
from parason.payments.errors import BadRate, OwnRate, RateNotAllowed
from parason.payments.models import ExchangeRate, RateEntry, RateEntryEvent
from parason.payments.operations.rates import store_rates
from parason.payments.rules import RATE_CURRENCY, RateSnapshot
from parason.payments.states import RATE_MOVES, RateStatus

RIGHT = "payments.add_exchangerate"
SOURCE = "by hand"
# A misplaced decimal point moves a rate by ten; a real day moves it by a few per cent.
MOST_CHANGE = Decimal("0.2")


@transaction.atomic
def enter_rate(
    *, currency: str, date: date, rate: Decimal, scale: int, reason: str, by: User, at: datetime
) -> RateEntry:
    """A rate that waits for a second person. Raises RateNotAllowed, BadRate with its field."""
    if not by.has_perm(RIGHT):
        raise RateNotAllowed
    _check(currency, date, rate, scale, reason, at)
    if RateEntry.objects.filter(currency=currency, date=date, status=RateStatus.ENTERED).exists():
        raise BadRate("currency", _("A rate of this currency and day waits for confirmation already."))
    entry = RateEntry.objects.create(
        currency=currency, date=date, rate=rate, scale=scale, reason=reason.strip(),
        entered_by=by, entered_at=at,
    )  # fmt: skip
    RateEntryEvent.objects.create(subject=entry, name="entered", before="", after=entry.status, at=at, by=by)
    return entry


def _check(currency: str, day: date, rate: Decimal, scale: int, reason: str, at: datetime) -> None:
    if len(currency) != 3 or not (currency.isascii() and currency.isupper()) or currency == RATE_CURRENCY:
        raise BadRate("currency", _("Write the code of a foreign currency, such as EUR."))
    if rate <= 0:
        raise BadRate("rate", _("The rate is above zero."))
    if scale not in {1, 10, 100, 1000, 10000}:
        raise BadRate("scale", _("The scale is 1, 10, 100, 1000 or 10000."))
    if day > day_of(at) + timedelta(days=1):
        raise BadRate("date", _("Rates are set at most one day ahead."))
    if len(reason.strip()) < 3:
        raise BadRate("reason", _("Say where you read the rate."))
    if ExchangeRate.objects.filter(currency=currency, date=day).exists():
        raise BadRate("date", _("The official rate of this day is here already. It is never changed."))
    before = ExchangeRate.objects.filter(currency=currency, date__lt=day).order_by("-date").first()
    if before is not None and _far(rate / scale, before.rate / before.scale):
        words = {"before": f"{before.scale} {currency} = {before.rate.normalize():f} BYN", "day": before.date}
        raise BadRate("rate", _("This is far from the rate before: %(before)s on %(day)s.") % words)


def _far(rate: Decimal, before: Decimal) -> bool:
    return abs(rate - before) > MOST_CHANGE * before


@transaction.atomic
def confirm_rate(*, entry: RateEntry, by: User, at: datetime) -> None:
    """Let an entered rate count. Raises RateNotAllowed, OwnRate, BadRate, MovedMeanwhile, ForbiddenMove."""
    if not by.has_perm(RIGHT):
        raise RateNotAllowed
    if entry.entered_by_id == by.pk:
        raise OwnRate
    if ExchangeRate.objects.filter(currency=entry.currency, date=entry.date).exists():
        raise BadRate("date", _("The official rate of this day is here already. It is never changed."))
    _move(entry, RateStatus.CONFIRMED, by, at)
    store_rates(rates=[RateSnapshot(entry.currency, entry.rate, entry.scale, entry.date, SOURCE)])


@transaction.atomic
def refuse_rate(*, entry: RateEntry, by: User, at: datetime) -> None:
    """Let it not count; whoever entered it may do so too.
    Raises RateNotAllowed, MovedMeanwhile, ForbiddenMove.
    """
    if not by.has_perm(RIGHT):
        raise RateNotAllowed
    _move(entry, RateStatus.REFUSED, by, at)


def _move(entry: RateEntry, to: RateStatus, by: User, at: datetime) -> None:
    move(entry, to=to, moves=RATE_MOVES, events=RateEntryEvent, at=at, by=by, decided_by_id=by.pk)

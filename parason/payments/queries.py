"""Questions about money."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet, Sum

from parason.kernel.money import Money
from parason.kernel.prepared import Prepared
from parason.payments import reasons
from parason.payments.errors import RateMissing
from parason.payments.models import (
    Attempt,
    Entry,
    ExchangeRate,
    GatewayTransaction,
    Notification,
    Payment,
    RateEntry,
    Refund,
    Settlement,
    SettlementLine,
    StatementLine,
)
from parason.payments.nbrb import SOURCE
from parason.payments.rules import RATE_AGE_LIMIT, RATE_CURRENCY, RateSnapshot, convert
from parason.payments.states import LIVE, REFUND_HOLDS, AttemptStatus, Outward, RateStatus, outward

if TYPE_CHECKING:
    from parason.accounts.models import User

__all__ = ["RateSnapshot", "convert", "rate_on"]


def rate_on(currency: str, day: date) -> RateSnapshot:
    """The official rate that applies on a day: that day's, or the last one before it (week-ends, holidays).

    Raises RateMissing when the last known one is older than ten days.
    """
    if currency == RATE_CURRENCY:
        return RateSnapshot(currency, Decimal(1), 1, day, "unit")
    found = _latest_rate.instance(currency=currency, day=day, oldest=day - RATE_AGE_LIMIT)
    if found is None:
        raise RateMissing
    return RateSnapshot(currency, found.rate, found.scale, found.date, found.source)


_latest_rate = Prepared(
    lambda currency, day, oldest: ExchangeRate.objects.filter(
        currency=currency, date__lte=day, date__gte=oldest
    ).order_by("-date")[:1],
    currency="SAM",
    day=date(1990, 1, 2),
    oldest=date(1990, 1, 1),
)


def rates_known(day: date) -> bool:
    """Whether the bank's own rates of a day are here."""
    return ExchangeRate.objects.filter(date=day, source=SOURCE).exists()


def rates_of_days(currency: str = "") -> QuerySet[ExchangeRate]:
    """Official rates, the newest day first; of one currency or of all."""
    rates = ExchangeRate.objects.order_by("-date", "currency")
    return rates.filter(currency=currency) if currency else rates


def waiting_rates() -> QuerySet[RateEntry]:
    """Rates entered by hand that nobody has confirmed yet."""
    return RateEntry.objects.filter(status=RateStatus.ENTERED).select_related("entered_by")


def payment_of(owner: User, payment_id: uuid.UUID) -> Payment | None:
    """A payment of this owner, with its order."""
    found: Payment | None = _payment_of.instance(pk=payment_id, owner=owner.pk)
    return found


_payment_of = Prepared(
    lambda pk, owner: Payment.objects.select_related("order").filter(pk=pk, order__owner_id=owner),
    pk=uuid.UUID(int=0),
    owner=-1,
)


def attempt_of(owner: User, our_ref: str) -> Attempt | None:
    """An attempt of this owner by our reference, with its payment and order."""
    return (
        Attempt.objects.select_related("payment__order")
        .filter(our_ref=our_ref, payment__order__owner=owner)
        .first()
    )


def attempt_by_ref(our_ref: str) -> Attempt | None:
    """An attempt by the secret that only the payer's browser, the gateway and we know."""
    found: Attempt | None = _by_ref.instance(our_ref=our_ref)
    return found


_by_ref = Prepared(
    lambda our_ref: Attempt.objects.select_related("payment").filter(our_ref=our_ref), our_ref="sample"
)


def charge_of(payment: Payment) -> GatewayTransaction | None:
    """The charge that paid a payment."""
    return GatewayTransaction.objects.filter(
        attempt__payment=payment, kind="payment", status="SUCCEEDED", amount_minor=payment.amount_minor
    ).first()


def attempts_of(payment: Payment) -> list[Attempt]:
    """Every attempt to pay a payment."""
    return _attempts.instances(payment=payment.pk)


def refunds_of(payment: Payment) -> list[Refund]:
    """Everything of a payment that goes back, or was meant to."""
    return _refunds.instances(payment=payment.pk)


_attempts = Prepared(lambda payment: Attempt.objects.filter(payment_id=payment), payment=uuid.UUID(int=0))
_refunds = Prepared(lambda payment: Refund.objects.filter(payment_id=payment), payment=uuid.UUID(int=0))


def latest_attempt(payment: Payment, attempts: Iterable[Attempt] | None = None) -> Attempt | None:
    """The attempt that tells how the payment stands: the paid one, else the newest."""
    attempts = sorted(payment.attempts.all() if attempts is None else attempts, key=lambda one: -one.pk)
    paid = [attempt for attempt in attempts if attempt.status == AttemptStatus.PAID]
    return next(iter(paid or attempts), None)


def last_decline(attempt: Attempt) -> str:
    """Why the last try on a page was declined, in words for the payer; empty when none was."""
    seen = attempt.transactions.filter(status__in=["DECLINED", "ERROR"]).order_by("-pk").first()
    return reasons.in_words(code=seen.code, said=seen.message) if seen else ""


def live_attempt(payment: Payment) -> Attempt | None:
    """The one attempt that may still be paid."""
    return payment.attempts.filter(status__in=LIVE).first()


def standing(payment: Payment, attempt: Attempt | None) -> Outward:
    """The outward status of a payment, given its latest attempt."""
    return outward(payment.status, attempt.status if attempt else None)


def refunded(payment: Payment) -> Money:
    """What has gone back, or is on its way, of the money that counted."""
    found = payment.refunds.filter(status__in=REFUND_HOLDS, aside=False).aggregate(sum=Sum("amount_minor"))
    return Money(found["sum"] or 0, payment.currency)


def history(owner: User) -> QuerySet[Payment]:
    """All payments of an owner, newest first, with what the list shows."""
    return (
        Payment.objects.filter(order__owner=owner)
        .select_related("order")
        .prefetch_related("attempts", "refunds", "order__lines__contract")
    )


def waiting_notifications(our_ref: str) -> list[int]:
    """Keys of those that are stored and not yet judged, for one attempt."""
    return [key for (key,) in _waiting.rows(our_ref=our_ref)]


_waiting = Prepared(
    lambda our_ref: (
        Notification.objects.filter(our_ref=our_ref, processed_at__isnull=True)
        .values_list("pk")
        .order_by("pk")
    ),
    our_ref="sample",
)


def unjudged(*, before: datetime) -> list[int]:
    """Keys of notifications whose judgement is overdue."""
    found = Notification.objects.filter(processed_at__isnull=True, received_at__lt=before)
    return list(found.values_list("pk", flat=True)[:100])


def balance(account: str, currency: str = RATE_CURRENCY, **filters: object) -> Money:
    """Debits less credits of an account."""
    entries = Entry.objects.filter(currency=currency, **filters)
    debit = entries.filter(debit=account).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    credit = entries.filter(credit=account).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    return Money(debit - credit, currency)


def open_refunds() -> QuerySet[Refund]:
    """Refunds that are not at an end."""
    return Refund.objects.exclude(status__in=["SUCCEEDED", "REFUSED"]).order_by(F("requested_at"))


def owed(settlement: Settlement) -> Money:
    """What a settlement is to bring: its transactions less the fees. Below zero when more went back."""
    sums = settlement.lines.aggregate(amount=Sum("amount_minor"), fee=Sum("fee_minor"))
    return Money((sums["amount"] or 0) - (sums["fee"] or 0), settlement.currency)


def arrived(head: Settlement) -> Money:
    """What came to our account for a settlement and those that came with it."""
    found = StatementLine.objects.filter(settlement=head).aggregate(sum=Sum("amount_minor"))["sum"]
    return Money(found or 0, head.currency)


def missing(head: Settlement) -> Money:
    """What a settlement, with those that came with it, lacks; below zero when too much came."""
    together = SettlementLine.objects.filter(Q(settlement=head) | Q(settlement__head=head))
    sums = together.aggregate(amount=Sum("amount_minor"), fee=Sum("fee_minor"))
    due = Money((sums["amount"] or 0) - (sums["fee"] or 0), head.currency)
    return due - arrived(head)

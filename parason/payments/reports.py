"""Questions of the back office: what waits for a person, takings, one payment's line of time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from parason.kernel.clock import insurer_zone
from parason.kernel.money import Money
from parason.payments.chargebacks import closed_chargebacks
from parason.payments.models import (
    Account,
    Attempt,
    Entry,
    ForgedCount,
    Notification,
    Payment,
    Refund,
    StatementLine,
)

# Values under these keys never leave the database for a page.
SECRET_KEYS = ("token", "secret", "password", "authorization", "cavv", "xid", "stamp")
MASK = "•••"
OWN = (Account.BANK, Account.FEES, Account.ROUNDING)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing on a payment's line of time: a move with its event, a row of the ledger, or a message."""

    at: datetime
    thing: str  # payment, attempt, refund, ledger, message
    number: int | None = None
    event: str = ""
    after: str = ""
    entry: Entry | None = None
    gateway: str = ""
    outcome: str = ""
    by: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Taking:
    """What a gateway brought and returned on a day, in one currency."""

    day: date
    gateway: str
    received: Money
    returned: Money

    @property
    def kept(self) -> Money:
        return self.received - self.returned


def search(words: str, status: str = "") -> QuerySet[Payment]:
    """By payment number, our reference, the gateway's uid, contract or address of mail."""
    found = Payment.objects.select_related("order__owner").order_by("-created_at")
    if status:
        found = found.filter(Q(status=status) | Q(attempts__status=status)).distinct()
    words = words.strip()[:100]
    if not words:
        return found
    fits = (
        Q(attempts__our_ref=words)
        | Q(attempts__transactions__uid=words)
        | Q(order__lines__contract__reference__iexact=words)
        | Q(order__owner__email__iexact=words)
    )
    if len(words) == 8 and set(words.lower()) <= set("0123456789abcdef"):
        low, high = words.lower().ljust(32, "0"), words.lower().ljust(32, "f")
        fits |= Q(pk__gte=low, pk__lte=high)
    return found.filter(fits).distinct()


def under_review() -> QuerySet[Attempt]:
    """Money that a person must look at, oldest first."""
    return (
        Attempt.objects.filter(status__in=["REVIEW", "CHARGEBACK"])
        .exclude(pk__in=closed_chargebacks().values("pk"))
        .select_related("payment__order__owner")
        .prefetch_related("transactions", "reviews__proposed_by")
        .order_by("pk")
    )


def refund_desk() -> QuerySet[Refund]:
    """Refunds that are not at an end, and those that failed."""
    return (
        Refund.objects.exclude(status__in=["SUCCEEDED", "REFUSED"])
        .select_related("payment__order__owner", "transaction", "requested_by")
        .order_by("requested_at")
    )


def forged(since: date) -> QuerySet[ForgedCount]:
    """Messages that did not prove their sender, by day and reason."""
    return ForgedCount.objects.filter(day__gte=since)


def waiting_lines() -> QuerySet[StatementLine]:
    """Transfers that nobody could match."""
    return StatementLine.objects.filter(status="waiting").select_related("statement")


def takings(first: date, last: date) -> list[Taking]:
    """From the ledger, by the insurer's calendar day."""
    moved = (
        Entry.objects.filter(Q(debit=Account.GATEWAY) | Q(credit=Account.GATEWAY))
        # Payouts and fees move money between the gateway and us, not between payers and us.
        .exclude(Q(debit__in=OWN) | Q(credit__in=OWN))
        .annotate(day=TruncDate("at", tzinfo=insurer_zone()))
    )
    rows = (
        moved.filter(day__gte=first, day__lte=last)
        .values("day", "gateway", "currency")
        .annotate(
            received=Sum("amount_minor", filter=Q(debit=Account.GATEWAY)),
            returned=Sum("amount_minor", filter=Q(credit=Account.GATEWAY)),
        )
        .order_by("-day", "gateway", "currency")
    )
    return [
        Taking(
            row["day"],
            row["gateway"],
            Money(row["received"] or 0, row["currency"]),
            Money(row["returned"] or 0, row["currency"]),
        )
        for row in rows
    ]


def balances() -> list[tuple[str, Money]]:
    """Every account's balance by currency; debits less credits. All of one currency come to nothing."""
    sums: dict[tuple[str, str], int] = {}
    for side, sign in (("debit", 1), ("credit", -1)):
        for row in Entry.objects.values(side, "currency").annotate(sum=Sum("amount_minor")):
            key = (row[side], row["currency"])
            sums[key] = sums.get(key, 0) + sign * row["sum"]
    return [(account, Money(minor, currency)) for (account, currency), minor in sorted(sums.items())]


def timeline(payment: Payment, *, with_messages: bool) -> list[Happening]:
    """Everything that happened to a payment; messages of gateways with their secrets masked."""
    attempts = list(payment.attempts.all())
    found = _moves("payment", payment)
    for attempt in attempts:
        found += _moves("attempt", attempt)
    for refund in payment.refunds.all():
        found += _moves("refund", refund)
    found += [Happening(one.at, "ledger", entry=one, detail=one.words) for one in payment.entries.all()]
    if with_messages:
        told = Notification.objects.filter(our_ref__in=[attempt.our_ref for attempt in attempts])
        found += [_message(one) for one in told]
    return sorted(found, key=lambda one: one.at)


def _moves(thing: str, subject: Payment | Attempt | Refund) -> list[Happening]:
    number = None if isinstance(subject, Payment) else subject.pk
    return [
        Happening(
            one.at, thing, number, event=one.name, after=one.after, by=str(one.by or ""),
            detail=_plain(one.data),
        )
        for one in subject.events.select_related("by")
    ]  # fmt: skip


def _message(told: Notification) -> Happening:
    return Happening(
        told.received_at,
        "message",
        gateway=told.gateway,
        outcome=told.outcome,
        detail=masked(bytes(told.raw)),
    )


def _plain(data: dict[str, Any]) -> str:
    return "; ".join(f"{key}: {value}" for key, value in data.items())


def masked(raw: bytes) -> str:
    """A message as text, with everything that could be used again, and personal data, left out."""
    try:
        document = json.loads(raw)
    except ValueError:
        return f"{len(raw)} bytes that are not JSON"
    return json.dumps(_without_secrets(document), ensure_ascii=False, indent=1)[:6000]


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: MASK if key in SECRET_KEYS else _without_secrets(inner)
            for key, inner in value.items()
            if key not in ("customer", "billing_address")
        }
    return [_without_secrets(one) for one in value] if isinstance(value, list) else value

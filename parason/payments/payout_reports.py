"""What the back office shows of payouts: each from its lines, and why a gateway owes us what it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from parason.kernel.clock import day_of
from parason.kernel.money import Money
from parason.payments.gateways.interface import Kind, Status
from parason.payments.gateways.registry import offered
from parason.payments.models import (
    Account,
    Entry,
    GatewayTransaction,
    Refund,
    SentTransfer,
    Settlement,
    SettlementLine,
    StatementLine,
)
from parason.payments.queries import balance, missing
from parason.payments.rules import PAYOUT_PATIENCE, RATE_CURRENCY
from parason.payments.states import RefundStatus, SettlementStatus

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Sums(TypedDict):
        count: int
        gross: int
        back: int
        fee: int

    SettlementSums = WithAnnotations[Settlement, _Sums]


@dataclass(frozen=True, slots=True)
class Payout:
    """A settlement in sums: `gross` was paid by payers, `back` went back to them, `net` is to arrive."""

    settlement: Settlement
    count: int
    gross: Money
    back: Money
    fee: Money

    @property
    def net(self) -> Money:
        return self.gross - self.back - self.fee


def payouts() -> QuerySet[SettlementSums]:
    """All settlements with their sums, the newest first."""
    lines = "lines__amount_minor"
    return (
        Settlement.objects.annotate(
            count=Count("lines"),
            gross=Coalesce(Sum(lines, filter=Q(lines__amount_minor__gt=0)), 0),
            back=Coalesce(Sum(lines, filter=Q(lines__amount_minor__lt=0)), 0),
            fee=Coalesce(Sum("lines__fee_minor"), 0),
        )
        .select_related("head")
        .order_by("-day", "-pk")
    )


def in_sums(one: SettlementSums) -> Payout:
    """A row of `payouts()` as sums of money."""
    gross, back, fee = (Money(minor, one.currency) for minor in (one.gross, -one.back, one.fee))
    return Payout(one, one.count, gross, back, fee)


def payouts_to_look_at(at: datetime) -> QuerySet[SettlementSums]:
    """Payouts of another sum, and those that our account should have seen by now."""
    late = Q(status=SettlementStatus.TOLD, day__lt=day_of(at - PAYOUT_PATIENCE))
    return payouts().filter(Q(status=SettlementStatus.DIFFERS, head=None) | late)


def line_problems() -> QuerySet[SettlementLine]:
    """Transactions that were paid out otherwise than our books have them."""
    return (
        SettlementLine.objects.exclude(problem="")
        .select_related("settlement", "transaction__attempt")
        .order_by("-pk")
    )


def not_settled(gateways: Iterable[str]) -> QuerySet[GatewayTransaction]:
    """What moved at gateways and has not been paid out so far."""
    return GatewayTransaction.objects.filter(
        gateway__in=gateways, status=Status.SUCCEEDED, settlement_line=None, amount_minor__isnull=False
    )


def overdue(gateways: Iterable[str], at: datetime) -> QuerySet[GatewayTransaction]:
    """Payments that should have been paid out by now, the oldest first."""
    return (
        not_settled(gateways)
        .filter(kind=Kind.PAYMENT, seen_at__lt=at - PAYOUT_PATIENCE)
        .select_related("attempt__payment")
        .order_by("seen_at")
    )


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a gateway owes us what the ledger says, from its parts. `unexplained` is zero, or somebody errs."""

    gateway: str
    not_settled: Money  # it has not said yet that it paid this out
    on_the_way: Money  # it said so; our account has not seen it
    differences: Money  # it brought another sum; nobody has said why
    balance: Money

    @property
    def unexplained(self) -> Money:
        return self.balance - self.not_settled - self.on_the_way - self.differences


def explained(gateway: str, currency: str = RATE_CURRENCY) -> Explained:
    """The balance of a gateway's account, and what it consists of."""
    mine = Settlement.objects.filter(gateway=gateway, currency=currency)
    told = SettlementLine.objects.filter(settlement__in=mine.filter(status=SettlementStatus.TOLD))
    sums = told.aggregate(amount=Coalesce(Sum("amount_minor"), 0), fee=Coalesce(Sum("fee_minor"), 0))
    open_ones = [missing(one).minor for one in mine.filter(status=SettlementStatus.DIFFERS, head=None)]
    return Explained(
        gateway,
        not_settled=_moved(not_settled([gateway]).filter(currency=currency), currency),
        on_the_way=Money(sums["amount"] - sums["fee"], currency),
        differences=Money(sum(open_ones), currency),
        balance=balance(Account.GATEWAY, currency, gateway=gateway),
    )


def _moved(rows: QuerySet[GatewayTransaction], currency: str) -> Money:
    sums = rows.aggregate(
        came=Coalesce(Sum("amount_minor", filter=Q(kind=Kind.PAYMENT)), 0),
        went=Coalesce(Sum("amount_minor", filter=~Q(kind=Kind.PAYMENT)), 0),
    )
    return Money(sums["came"] - sums["went"], currency)


def entries_of(settlement: Settlement) -> QuerySet[Entry]:
    """The ledger's rows that a settlement and its transfers made, in order."""
    fees = [
        f"fee:{settlement.gateway}:{settlement.shop_id}:{uid}"
        for uid in settlement.lines.values_list("transaction__uid", flat=True)
    ]
    came = [
        f"bank:{reference}"
        for reference in StatementLine.objects.filter(settlement=settlement).values_list(
            "reference", flat=True
        )
    ]
    return Entry.objects.filter(key__in=[*fees, *came, f"difference:{settlement.pk}"])


@dataclass(frozen=True, slots=True)
class ToSend:
    """A refund that our staff have to send by transfer, with all that a payment order needs."""

    refund: Refund
    payee: str
    account: str
    words: str
    sent: SentTransfer | None  # said by one, waiting for another


def transfers_to_send() -> list[ToSend]:
    """Refunds that wait for a transfer, the oldest first; whom they go to is told by the statement's line."""
    rows = (
        Refund.objects.filter(status=RefundStatus.PENDING, transaction__gateway__in=by_hand())
        .select_related("payment__order__owner", "transaction", "requested_by")
        .prefetch_related("sendings__recorded_by")
        .order_by("requested_at")
    )
    references = [one.transaction.uid for one in rows]
    paid = {line.reference: line for line in StatementLine.objects.filter(reference__in=references)}
    return [_to_send(one, paid.get(one.transaction.uid)) for one in rows]


def _to_send(refund: Refund, line: StatementLine | None) -> ToSend:
    words = f"Возврат по платежу {refund.payment.number} / Refund of payment {refund.payment.number}"
    open_ones = [one for one in refund.sendings.all() if one.decided_at is None]
    payee, account = (line.payer, line.account) if line else ("", "")
    return ToSend(refund, payee, account, words, next(iter(open_ones), None))


def by_hand() -> list[str]:
    """Gateways whose refunds our staff send themselves."""
    return [one.code for one in offered() if one.caps.by_hand]


def settling() -> list[str]:
    """Gateways that report what they paid out."""
    return [one.code for one in offered() if one.caps.settles]


def open_payouts() -> QuerySet[SettlementSums]:
    """Payouts that a transfer may still bring, the oldest first."""
    open_ones = (SettlementStatus.TOLD, SettlementStatus.DIFFERS)
    return payouts().filter(status__in=open_ones, head=None).order_by("day", "pk")

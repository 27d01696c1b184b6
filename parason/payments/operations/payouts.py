"""What gateways pay out: their report books the fees, the bank's statement books the money.

Two witnesses: what the report tells is owed to us until a statement shows it. A day whose transfer brings
another sum waits for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from parason.kernel.clock import day_of
from parason.kernel.moves import move
from parason.payments.errors import (
    LineSettled,
    NotWaited,
    OtherCurrency,
    SecondPersonNeeded,
    TooMuchForRounding,
)
from parason.payments.gateways.interface import Gateway, Kind, ReportLine, Status
from parason.payments.gateways.registry import gateway
from parason.payments.models import (
    Account,
    GatewayTransaction,
    LineProblem,
    LineStatus,
    Settlement,
    SettlementEvent,
    SettlementLine,
    StatementLine,
)
from parason.payments.operations import ledger
from parason.payments.operations.moving import alert
from parason.payments.operations.observing import Consequences, observe
from parason.payments.operations.receiving import UnknownGateway
from parason.payments.queries import arrived, missing, owed
from parason.payments.rules import ROUNDING_LIMIT
from parason.payments.states import SETTLEMENT_MOVES, SettlementStatus

if TYPE_CHECKING:
    from parason.accounts.models import User

_S = SettlementStatus


def take_payouts(
    *, gateway_code: str, since: datetime, until: datetime, consequences: Consequences, at: datetime
) -> int:
    """Ask a gateway what it paid out, and book its fees; how many transactions were new.

    Safe to repeat: a transaction is paid out once. Not inside a transaction. Raises GatewayError,
    UnknownGateway.
    """
    adapter = gateway(gateway_code)
    if adapter is None:
        raise UnknownGateway
    if not adapter.caps.settles:
        return 0
    told = adapter.settled(since, until)
    known = set(
        SettlementLine.objects.filter(
            transaction__gateway=adapter.code,
            transaction__shop_id=adapter.shop_id,
            transaction__uid__in=[line.observation.uid for line in told],
        ).values_list("transaction__uid", flat=True)
    )
    # Payments before what happened to them, so that a refund finds its charge.
    fresh = sorted(
        (line for line in told if line.observation.uid not in known and line.settled_at is not None),
        key=lambda line: line.observation.kind is not Kind.PAYMENT,
    )
    for line in fresh:
        _take(line, adapter, consequences, at)
    return len(fresh)


@transaction.atomic
def _take(line: ReportLine, adapter: Gateway, consequences: Consequences, at: datetime) -> None:
    told = line.observation
    # What we had not heard of comes in by the same rules as any message.
    observe(observation=told, adapter=adapter, consequences=consequences, at=at)
    ours = GatewayTransaction.objects.select_related("attempt__payment").get(
        gateway=adapter.code, shop_id=adapter.shop_id, uid=told.uid
    )
    settled_at = line.settled_at or at
    # The constraint of one open settlement decides who of two runs makes it.
    settlement, created = Settlement.objects.select_for_update().get_or_create(
        gateway=adapter.code, shop_id=adapter.shop_id, day=day_of(settled_at),
        currency=told.currency or ours.currency, status=_S.TOLD, defaults={"told_at": at},
    )  # fmt: skip
    if created:
        SettlementEvent.objects.create(subject=settlement, name="told", before="", after=_S.TOLD, at=at)
    sign = 1 if told.kind is Kind.PAYMENT else -1
    row = SettlementLine(
        settlement=settlement,
        transaction=ours,
        amount_minor=sign * (told.amount_minor or 0),
        fee_minor=line.fee_minor or 0,
        problem=_problem(ours, line),
    )
    if SettlementLine.objects.bulk_create([row], ignore_conflicts=True) and row.problem:
        alert("a payout differs from our books", gateway=adapter.code, uid=told.uid, problem=row.problem)
    ledger.fee_kept(row, at)


def _problem(ours: GatewayTransaction, line: ReportLine) -> str:
    told = line.observation
    if (ours.amount_minor, ours.currency) != (told.amount_minor, told.currency):
        return LineProblem.OTHER_AMOUNT
    if ours.status != Status.SUCCEEDED:
        return LineProblem.OTHER_STATUS
    return "" if line.fee_minor is not None else LineProblem.NO_FEE


def match(line: StatementLine, *, by: User | None, at: datetime) -> bool:
    """Whether a transfer comes from an acquirer, by its name; payouts that it brings to the unit are taken.

    One day, or the oldest days together, as after a week-end. What fits none waits for a person.
    """
    given: Mapping[str, Any] = settings.PARASON_BEGATEWAY
    names = [name.casefold() for name in given.get("payers") or () if name]
    if not any(name in line.payer.casefold() for name in names):
        return False
    waited = list(
        Settlement.objects.select_for_update()
        .filter(status=_S.TOLD, currency=line.currency)
        .order_by("day", "pk")
    )
    found = _fitting(waited, line.amount_minor)
    if found:
        _arrive(line, found, by, at)
    return True


def _fitting(waited: Sequence[Settlement], minor: int) -> list[Settlement]:
    sums = [owed(one).minor for one in waited]
    exact = [one for one, sum_ in zip(waited, sums, strict=True) if sum_ == minor]
    if len(exact) == 1:
        return exact
    for code in sorted({one.gateway for one in waited}):
        rows = [(one, sum_) for one, sum_ in zip(waited, sums, strict=True) if one.gateway == code]
        for count in range(2, len(rows) + 1):
            if sum(sum_ for _one, sum_ in rows[:count]) == minor:
                return [one for one, _sum in rows[:count]]
    return []


def waiting(line: StatementLine) -> StatementLine:
    """The line, locked. Raises LineSettled when somebody has decided about it."""
    locked = StatementLine.objects.select_for_update().get(pk=line.pk)
    if locked.status != LineStatus.WAITING:
        raise LineSettled
    return locked


@transaction.atomic
def assign_payouts(*, line: StatementLine, chosen: Iterable[Settlement], by: User, at: datetime) -> None:
    """A person says which payouts a transfer brings, all of them or the rest of one.

    Raises LineSettled, NotWaited, OtherCurrency.
    """
    row = waiting(line)
    keys = [one.head_id or one.pk for one in chosen]
    found = list(Settlement.objects.select_for_update().filter(pk__in=keys).order_by("day", "pk"))
    if not found:
        raise NotWaited
    if any(one.currency != row.currency for one in found):
        raise OtherCurrency
    late = [one for one in found if one.status == _S.DIFFERS]
    if any(one.status not in (_S.TOLD, _S.DIFFERS) for one in found) or (late and len(found) > 1):
        raise NotWaited
    _arrive(row, found, by, at)


def _arrive(line: StatementLine, found: Sequence[Settlement], by: User | None, at: datetime) -> None:
    head, *others = found
    for one in others:
        one.head = head
        one.save(update_fields=["head"])
    line.status, line.settlement, line.outcome = LineStatus.PAYOUT, head, f"payout of {head}"[:100]
    line.save(update_fields=["status", "settlement", "outcome"])
    ledger.came_to_bank(line, head.gateway, at)
    lacks = missing(head)
    to = _S.DIFFERS if lacks.minor else _S.ARRIVED
    if lacks.minor:
        alert("a payout brought another sum", gateway=head.gateway, day=head.day, missing=lacks)
    for one in (head, *others, *head.others.exclude(pk__in=[other.pk for other in others])):
        if one.status != to:
            _move(one, to, by, at, {"line": line.reference, "arrived": str(arrived(head))})


@transaction.atomic
def explain_difference(*, settlement: Settlement, account: str, why: str, by: User, at: datetime) -> None:
    """Say what a payout lacked or had too much: a fee, or rounding up to a limit. A fee is said by another
    person than the one who took the transfer in.

    Raises NotWaited, TooMuchForRounding, SecondPersonNeeded.
    """
    head = Settlement.objects.select_for_update().get(pk=settlement.head_id or settlement.pk)
    if head.status != _S.DIFFERS or account not in (Account.FEES, Account.ROUNDING):
        raise NotWaited
    lacks = missing(head)
    if account == Account.ROUNDING and abs(lacks.minor) > ROUNDING_LIMIT:
        raise TooMuchForRounding
    last = head.events.order_by("pk").last()
    if account == Account.FEES and last is not None and last.by_id == by.pk:
        raise SecondPersonNeeded
    ledger.payout_differed(head, lacks.minor, account, why, at)
    for one in (head, *head.others.all()):
        _move(one, _S.CLOSED, by, at, {"as": account, "why": why[:200], "missing": str(lacks)})


def _move(settlement: Settlement, to: str, by: User | None, at: datetime, data: dict[str, str]) -> None:
    move(settlement, to=to, moves=SETTLEMENT_MOVES, events=SettlementEvent, at=at, by=by, data=data)

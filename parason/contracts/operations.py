"""Acts on contracts; every move goes through `_move` and leaves an event."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from parason.accounts.models import User
from parason.contracts.models import Contract, ContractEvent, Insured, Part, PartEvent
from parason.contracts.rules import pay_before
from parason.contracts.states import MOVES, PART_MOVES, ContractStatus, PartStatus
from parason.kernel import moves
from parason.kernel.clock import insurer_zone
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.kernel.periods import Period
from parason.kernel.transactions import in_transaction
from parason.products.rules import PlannedPart
from parason.quotes.models import Application, Quote

# Crockford's alphabet: nothing in a reference can be misread aloud or on paper.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class NothingToInsure(DomainError):
    """No insured person or object was named."""

    message = _("Name at least one insured person.")


Planned = tuple[PlannedPart, Money | None]


def _move(contract: Contract, *, to: str, at: datetime, by: User | None = None, **fields: Any) -> None:
    moves.move(contract, to=to, moves=MOVES, events=ContractEvent, at=at, by=by, **fields)


@in_transaction
def form(
    *,
    application: Application,
    quote: Quote,
    policyholder: dict[str, str | None],
    insured: Sequence[dict[str, Any]],
    premiums: Sequence[Money],
    kind: str,
    statement: tuple[str, str, str],
    at: datetime,
    plan: Sequence[Planned] = (),
) -> Contract:
    """Form the one contract of an application: facts, price and statement are copied into it for ever.

    `insured` and `premiums` go in pairs; `statement` is text, version and language as accepted; `plan` are
    the parts of a premium that is paid in parts, with what each costs where that is known.
    The caller holds the lock on the application; a second contract is refused by the database.
    """
    if not insured:
        raise NothingToInsure
    owner, period = application.owner, application.period
    if owner is None or period is None:
        raise NothingToInsure
    contract = _copy(application, quote, period, owner=owner, policyholder=policyholder, at=at)
    contract.statement, contract.statement_version, contract.statement_language = statement
    contract.parts = len(plan) or 1
    contract.save(force_insert=True)
    Part.objects.bulk_create([_part(contract, *each) for each in plan])
    Insured.objects.bulk_create(
        Insured(contract=contract, position=position, kind=kind, facts=facts, premium_minor=premium.minor)
        for position, (facts, premium) in enumerate(zip(insured, premiums, strict=True), start=1)
    )
    ContractEvent.objects.create(
        subject=contract, name="formed", before="", after=ContractStatus.FORMED, at=at, by=owner
    )
    return contract


def _part(contract: Contract, planned: PlannedPart, payable: Money | None) -> Part:
    return Part(
        contract=contract,
        number=planned.number,
        due_on=planned.due_on,
        pay_until=planned.pay_until,
        premium_minor=planned.premium.minor,
        payable_minor=payable.minor if payable else None,
    )


def _copy(
    application: Application,
    quote: Quote,
    period: Period,
    *,
    owner: User,
    policyholder: dict[str, str | None],
    at: datetime,
) -> Contract:
    """A contract, not stored yet, with what application and quote say at this moment."""
    return Contract(
        reference="A-" + "".join(secrets.choice(ALPHABET) for _letter in range(8)),
        owner=owner,
        application=application,
        quote=quote,
        product_code=application.product_code,
        first_day=period.first,
        last_day=period.last,
        answers=application.answers,
        policyholder=policyholder,
        premium_minor=quote.premium_minor,
        premium_currency=quote.premium_currency,
        payable_minor=quote.payable_minor,
        payable_currency=quote.payable_currency,
        formed_at=at,
        pay_before=pay_before(
            formed_at=at, first_day=period.first, hours=settings.PARASON_QUOTE_HOURS, zone=insurer_zone()
        ),
    )


@in_transaction
def mark_paid(*, contract: Contract, at: datetime) -> None:
    """The money is here."""
    _move(contract, to=ContractStatus.PAID, at=at, paid_at=at)


@in_transaction
def mark_issued(*, contract: Contract, at: datetime) -> None:
    """Every policy of the contract exists."""
    _move(contract, to=ContractStatus.ISSUED, at=at)


@in_transaction
def withdraw(*, contract: Contract, by: User, at: datetime) -> None:
    """The customer gives up a contract that is not paid."""
    _move(contract, to=ContractStatus.WITHDRAWN, at=at, by=by)
    _drop_parts(contract, at=at)


@in_transaction
def lapse(*, contract: Contract, at: datetime) -> None:
    """It was not paid in time."""
    _move(contract, to=ContractStatus.LAPSED, at=at)


@in_transaction
def terminate(*, contract: Contract, by: User | None, at: datetime, reason: str = "") -> None:
    """The contract ends before its last day."""
    moves.move(
        contract,
        to=ContractStatus.TERMINATED,
        moves=MOVES,
        events=ContractEvent,
        at=at,
        by=by,
        data={"reason": reason},
    )
    _drop_parts(contract, at=at)


@in_transaction
def mark_part_paid(*, part: Part, amount: Money, at: datetime) -> None:
    """The money for one part is here; the caller holds the contract's lock. Raises ForbiddenMove for a part
    that was paid before, or that nobody owes any more.
    """
    moves.move(
        part,
        to=PartStatus.PAID,
        moves=PART_MOVES,
        events=PartEvent,
        at=at,
        paid_at=at,
        payable_minor=amount.minor,
        data={"amount": str(amount)},
    )


def _drop_parts(contract: Contract, *, at: datetime) -> None:
    if contract.parts == 1:
        return
    for part in Part.objects.filter(contract=contract, status=PartStatus.DUE):
        moves.move(part, to=PartStatus.DROPPED, moves=PART_MOVES, events=PartEvent, at=at)

"""The story of a premium that is paid in parts: chosen, paid part by part, and ended when one is missing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from parason.checkout import operations as checkout
from parason.checkout.models import OrderLine
from parason.contracts import operations as contracts
from parason.contracts import queries as agreed
from parason.contracts.models import Contract, Part
from parason.contracts.operations import Planned
from parason.contracts.states import PartStatus
from parason.documents.letters import instalments as letters
from parason.journeys import open_orders, terminate
from parason.journeys.apply import quote_application
from parason.journeys.ready import NotReady
from parason.kernel.clock import day_of
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.kernel.transactions import in_transaction
from parason.payments import queries as money
from parason.payments.errors import RateMissing
from parason.payments.queries import RateSnapshot
from parason.products.queries import Definition
from parason.products.rules import PlannedPart, counts_offered, instalments
from parason.quotes import operations as quotes
from parason.quotes import queries as applications
from parason.quotes.models import Application, Quote

log = logging.getLogger(__name__)
AT_ONCE = 200


class NotOffered(DomainError):
    """The premium cannot be split into so many parts."""

    message = _("The premium cannot be paid in this number of parts. Choose again.")


def plans(
    application: Application, product: Definition, *, total: Money, at: datetime
) -> list[list[PlannedPart]]:
    """Every way to pay, each as its parts, the fewest first; one only where there is no choice."""
    period = application.period
    if period is None:
        raise NotReady("dates")
    rule, today = product.instalments, day_of(at)
    return [
        instalments(rule, total=total, count=count, period=period, today=today)
        for count in counts_offered(rule, total=total, period=period)
    ]


def plan_chosen(
    application: Application, product: Definition, *, total: Money, at: datetime
) -> list[PlannedPart]:
    """The plan as it would be agreed now; empty when the premium is paid at once, or nobody chose.

    Raises NotReady when the number that was chosen is no longer offered: the dates or the product changed.
    """
    if application.parts in (None, 1):
        return []
    for plan in plans(application, product, total=total, at=at):
        if len(plan) == application.parts:
            return plan
    raise NotReady("parts")


def must_choose(application: Application, product: Definition, *, total: Money, at: datetime) -> bool:
    """Whether there is a choice that nobody made so far."""
    return application.parts is None and len(plans(application, product, total=total, at=at)) > 1


@in_transaction
def choose(
    *, application: Application, product: Definition, count: int, revision: int, total: Money, at: datetime
) -> None:
    """Say in how many parts the premium will be paid; it is offered again for the new revision.

    Raises NotOffered, ChangedElsewhere.
    """
    if count not in [len(plan) for plan in plans(application, product, total=total, at=at)]:
        raise NotOffered
    quotes.save(application=application, revision=revision, at=at, parts=count)
    _policyholder, persons = applications.people_of(application)
    quote_application(application=application, persons=persons, at=at)


def priced(plan: Sequence[PlannedPart], quote: Quote) -> list[Planned]:
    """What each part costs in the currency in which it is paid: the first at the quote's rate, a later one
    only where no rate is needed.
    """
    if quote.premium_currency == quote.payable_currency:
        return [(part, part.premium) for part in plan]
    return [(part, _at_rate_of(quote, part.premium) if part.number == 1 else None) for part in plan]


def _at_rate_of(quote: Quote, premium: Money) -> Money:
    if quote.rate is None or quote.rate_scale is None or quote.rate_date is None:
        raise RateMissing
    rate = RateSnapshot(
        quote.premium_currency, quote.rate, quote.rate_scale, quote.rate_date, quote.rate_source
    )
    return money.convert(premium, rate)


def price_on(at: datetime) -> checkout.Price:
    """What a part costs on the day of `at`, by the official rate where it needs one. Raises RateMissing."""

    def price(part: Part) -> Money:
        if part.payable is not None:
            return part.payable
        rate = money.rate_on(part.contract.premium_currency, day_of(at))
        return money.convert(part.premium, rate)

    return price


def may_be_honoured(lines: Sequence[OrderLine]) -> bool:
    """Whether late money for later parts is still wanted: none of them was paid, or dropped with its
    contract.
    """
    plans = agreed.plans_of([line.contract for line in lines])
    parts = [part for line in lines for part in plans[line.contract_id] if part.number == line.part]
    return len(parts) == len(lines) and all(part.status == PartStatus.DUE for part in parts)


def settle(*, contract: Contract, line: OrderLine, at: datetime) -> None:
    """The money for one part is here; the caller holds the contract's lock. Raises ForbiddenMove."""
    part = next(part for part in agreed.plan_of(contract) if part.number == line.part)
    contracts.mark_part_paid(part=part, amount=line.amount, at=at)
    if part.number > 1:
        letters.part_received(
            part=part, left=sum(one.status == PartStatus.DUE for one in agreed.plan_of(contract)), at=at
        )


def end_unpaid(*, at: datetime) -> int:
    """End contracts of which a part was not paid in its days of grace; how many. One that is being paid waits
    for the payment's end, and one that cannot be ended does not stop the others.
    """
    found = agreed.ended_unpaid(day_of(at))[:AT_ONCE]
    return sum(_tried(contract, at=at) for contract in found)


def _tried(contract: Contract, *, at: datetime) -> bool:
    try:
        with transaction.atomic():
            return _end_unpaid(contract, at=at)
    except DomainError:
        # A payment that was charged back or is with a person: the log says it again every day.
        log.exception("contract %s stays unpaid and cannot be ended", contract.reference)
        return False


@in_transaction
def _end_unpaid(found: Contract, *, at: datetime) -> bool:
    [contract] = agreed.locked([found.pk])
    if not agreed.ended_unpaid(day_of(at)).filter(pk=contract.pk).exists():
        return False
    try:
        open_orders.leave(contract, at=at)
    except open_orders.BeingPaid:
        return False
    missing = next(part for part in agreed.plan_of(contract) if part.status == PartStatus.DUE)
    due = terminate.end(contract=contract, by=None, reason=terminate.UNPAID, at=at)
    letters.ended_unpaid(part=missing, due=due, at=at)
    return True

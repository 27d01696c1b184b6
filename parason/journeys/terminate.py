"""The story of a contract that ends before its last day: policies withdrawn, money returned by the
product's rule."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from parason.accounts.models import User
from parason.contracts import operations as contracts
from parason.contracts import queries as agreed
from parason.contracts.models import Contract
from parason.contracts.rules import paid_back
from parason.contracts.states import ContractStatus, PartStatus
from parason.documents import letters
from parason.documents import operations as documents
from parason.documents import queries as papers
from parason.documents.states import PolicyStatus
from parason.journeys import open_orders
from parason.kernel.clock import day_of
from parason.kernel.errors import DomainError
from parason.kernel.money import Money, total
from parason.kernel.transactions import in_transaction
from parason.payments import operations as payments
from parason.payments import queries as money
from parason.payments.errors import RefundTooLarge
from parason.payments.models import Payment, RefundOrigin
from parason.payments.states import PaymentStatus
from parason.products import queries as products

UNPAID = "a part of the premium was not paid"


class CannotEnd(DomainError):
    """The contract is over already, or was never in force."""

    message = _("This contract cannot be ended any more.")


class RefundChanged(DomainError):
    """Another sum is due than the one that was seen, for instance because midnight has passed."""

    message = _("The sum that would be returned has changed. Look at it again.")


def may_end(contract: Contract, *, at: datetime) -> bool:
    """Whether the owner can still end it."""
    return contract.status == ContractStatus.ISSUED and day_of(at) <= contract.last_day


def due_back(contract: Contract, *, at: datetime) -> Money:
    """What would be returned if the contract ended now. Raises UnknownProduct."""
    rule, today = products.product(contract.product_code).refund_rule, day_of(at)
    if contract.parts == 1:
        return paid_back(paid=contract.payable, period=contract.period, rule=rule, today=today)
    parts = [part for part in agreed.plan_of(contract) if part.status == PartStatus.PAID]
    paid = total([part.payable for part in parts if part.payable], contract.payable_currency)
    share = (sum(part.premium_minor for part in parts), contract.premium_minor)
    return paid_back(paid=paid, period=contract.period, rule=rule, today=today, share=share)


@in_transaction
def terminate(*, contract: Contract, owner: User, seen: Money, reason: str, at: datetime) -> Money:
    """End a contract by its owner's wish; what is returned. `seen` is the sum on the page that was clicked.

    Raises CannotEnd, RefundChanged, BeingPaid, and payments' refusals.
    """
    [locked] = agreed.locked([contract.pk])
    if not may_end(locked, at=at):
        raise CannotEnd
    due = due_back(locked, at=at)
    if due != seen:
        raise RefundChanged
    if locked.parts > 1:
        open_orders.leave(locked, at=at)
    if end(contract=locked, by=owner, reason=reason, at=at) != due:
        raise RefundTooLarge
    _tell(locked, due, at=at)
    return due


@in_transaction
def end(*, contract: Contract, by: User | None, reason: str, at: datetime) -> Money:
    """End a contract whose lock the caller holds: its policies are withdrawn, and what the product's rule
    leaves of the paid sums goes back. How much; less than is due where payments have been returned already.
    """
    due = due_back(contract, at=at)
    contracts.terminate(contract=contract, by=by, at=at, reason=reason)
    for policy in papers.policies_of_contract(contract):
        if policy.status == PolicyStatus.ISSUED:
            documents.withdraw_policy(policy=policy, at=at, by=by, reason=reason)
    return _return(contract, due, by=by, reason=reason, at=at)


def was_unpaid(contract: Contract) -> bool:
    """Whether it ended because a part of the premium was not paid."""
    return contract.events.filter(after=ContractStatus.TERMINATED, data__reason=UNPAID).exists()


def _return(contract: Contract, due: Money, *, by: User | None, reason: str, at: datetime) -> Money:
    """To where the money came from: of several payments the latest first, of each what is left of it.

    How much goes back. Raises payments' refusals.
    """
    left = due
    paid = (PaymentStatus.PAID, PaymentStatus.PARTLY_REFUNDED)
    lines = contract.order_lines.filter(order__payment__status__in=paid)
    for line in lines.select_related("order__payment").order_by("-part"):
        payment = line.order.payment
        room = (payment.amount - money.refunded(payment)).minor
        amount = Money(min(line.amount_minor, room, left.minor), due.currency)
        if amount.minor > 0:
            _refund(payment, amount, by=by, reason=reason, at=at)
            left = left - amount
    return due - left


def _refund(payment: Payment, amount: Money, *, by: User | None, reason: str, at: datetime) -> None:
    origin = RefundOrigin.AUTOMATIC if by is None else RefundOrigin.CUSTOMER
    refund = payments.request_refund(
        payment=payment, amount=amount, reason=reason, by=by, at=at, origin=origin
    )
    queue.configure_task("parason.journeys.jobs.send_refund").defer(refund_id=refund.pk)


def _tell(contract: Contract, due: Money, *, at: datetime) -> None:
    owner = contract.owner
    letters.send(
        kind="contract_terminated",
        key=f"contract_terminated:{contract.pk}",
        to=owner.email,
        user=owner,
        language=owner.language,
        context={
            "reference": contract.reference,
            "ended_on": format_date(day_of(at), "long", locale=owner.language),
            "total": str(due),
            "link": settings.PARASON_BASE_URL + reverse("contract", args=[contract.pk]),
        },
        at=at,
    )

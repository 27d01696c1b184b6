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
from parason.contracts.states import ContractStatus
from parason.documents import letters
from parason.documents import operations as documents
from parason.documents import queries as papers
from parason.documents.states import PolicyStatus
from parason.kernel.clock import day_of
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.kernel.transactions import in_transaction
from parason.payments import operations as payments
from parason.payments.models import Payment
from parason.payments.states import PaymentStatus
from parason.products import queries as products


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
    rule = products.product(contract.product_code).refund_rule
    return paid_back(paid=contract.payable, period=contract.period, rule=rule, today=day_of(at))


@in_transaction
def terminate(*, contract: Contract, owner: User, seen: Money, reason: str, at: datetime) -> Money:
    """End a contract by its owner's wish; what is returned. `seen` is the sum on the page that was clicked.

    Raises CannotEnd, RefundChanged, and payments' refusals.
    """
    locked = agreed.locked([contract.pk]).get()
    if not may_end(locked, at=at):
        raise CannotEnd
    due = due_back(locked, at=at)
    if due != seen:
        raise RefundChanged
    contracts.terminate(contract=locked, by=owner, at=at, reason=reason)
    for policy in papers.policies_of_contract(locked):
        if policy.status == PolicyStatus.ISSUED:
            documents.withdraw_policy(policy=policy, at=at, by=owner, reason=reason)
    if due.minor:
        _return(locked, due, owner=owner, reason=reason, at=at)
    _tell(locked, due, at=at)
    return due


def _return(contract: Contract, due: Money, *, owner: User, reason: str, at: datetime) -> None:
    paid = (PaymentStatus.PAID, PaymentStatus.PARTLY_REFUNDED)
    payment = Payment.objects.filter(order__lines__contract=contract, status__in=paid).latest("pk")
    refund = payments.request_refund(payment=payment, amount=due, reason=reason, by=owner, at=at)
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

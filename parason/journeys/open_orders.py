"""Contracts that leave the cart and their open orders, unless somebody is just paying them."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from parason.checkout import operations as checkout
from parason.checkout import queries as carts
from parason.checkout.models import Order
from parason.contracts.models import Contract
from parason.kernel.errors import DomainError
from parason.payments import queries as money
from parason.payments.models import Payment


class BeingPaid(DomainError):
    """A page at the bank is open for it."""

    message = _(
        "A payment for this contract is under way. Wait until it is finished, or until its page has expired."
    )


def leave(contract: Contract, *, at: datetime) -> None:
    """Take a contract out of the cart, and close the orders in which it stands; the caller holds its lock.

    Raises BeingPaid before anything is written.
    """
    lines = carts.live_lines([contract])
    if any(_being_paid(line.order) for line in lines):
        raise BeingPaid
    checkout.empty(contracts=[contract])
    for line in lines:
        checkout.close(order=line.order, at=at)


def _being_paid(order: Order) -> bool:
    payment = Payment.objects.filter(order=order).first()
    return payment is not None and money.live_attempt(payment) is not None

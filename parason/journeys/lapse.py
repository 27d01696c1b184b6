"""The story of what was not paid: contracts lapse, strangers' answers are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from parason.checkout import operations as checkout
from parason.checkout import queries as carts
from parason.checkout.models import Order
from parason.contracts import operations as contracts
from parason.contracts import queries as agreed
from parason.contracts.models import Contract
from parason.contracts.states import ContractStatus
from parason.kernel.transactions import in_transaction
from parason.payments import queries as money
from parason.payments.models import Payment
from parason.quotes import operations as quotes

FORGET_AFTER = timedelta(days=30)  # answers of somebody who never logged in
AT_ONCE = 200


def lapse_overdue(*, at: datetime) -> int:
    """Let contracts lapse whose time to pay has passed; how many. One that is being paid waits for its
    end."""
    return sum(_lapse(contract, at=at) for contract in agreed.overdue(at)[:AT_ONCE])


@in_transaction
def _lapse(found: Contract, *, at: datetime) -> bool:
    contract = agreed.locked([found.pk]).get()
    if contract.status != ContractStatus.FORMED:
        return False
    lines = list(carts.live_lines([contract]))
    if any(_being_paid(line.order) for line in lines):
        return False
    checkout.empty(contracts=[contract])
    for line in lines:
        checkout.close(order=line.order, at=at)
    contracts.lapse(contract=contract, at=at)
    return True


def _being_paid(order: Order) -> bool:
    payment = Payment.objects.filter(order=order).first()
    return payment is not None and money.live_attempt(payment) is not None


def forget_stale(*, at: datetime) -> int:
    """Erase the answers of strangers who never came back; how many."""
    return quotes.forget_stale(before=at - FORGET_AFTER)

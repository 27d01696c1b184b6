"""The story of what was not paid: contracts lapse, strangers' answers are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from parason.contracts import operations as contracts
from parason.contracts import queries as agreed
from parason.contracts.models import Contract
from parason.contracts.states import ContractStatus
from parason.journeys import open_orders
from parason.kernel.transactions import in_transaction
from parason.quotes import operations as quotes

FORGET_AFTER = timedelta(days=30)  # answers of somebody who never logged in
AT_ONCE = 200


def lapse_overdue(*, at: datetime) -> int:
    """Let contracts lapse whose time to pay has passed; how many. One that is being paid waits for its
    end."""
    return sum(_lapse(contract, at=at) for contract in agreed.overdue(at)[:AT_ONCE])


@in_transaction
def _lapse(found: Contract, *, at: datetime) -> bool:
    [contract] = agreed.locked([found.pk])
    if contract.status != ContractStatus.FORMED:
        return False
    try:
        open_orders.leave(contract, at=at)
    except open_orders.BeingPaid:
        return False
    contracts.lapse(contract=contract, at=at)
    return True


def forget_stale(*, at: datetime) -> int:
    """Erase the answers of strangers who never came back; how many."""
    return quotes.forget_stale(before=at - FORGET_AFTER)

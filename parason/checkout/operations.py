"""Acts on the cart and orders."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from parason.accounts.models import User
from parason.checkout.models import CartItem, Order, OrderLine
from parason.contracts.models import Contract
from parason.contracts.states import ContractStatus
from parason.kernel.errors import DomainError
from parason.kernel.transactions import in_transaction


class NotPayable(DomainError):
    """The contract is paid, withdrawn or lapsed."""

    message = _("This contract is not waiting for payment.")


class CartEmpty(DomainError):
    """Nothing is left to pay."""

    message = _("The cart is empty.")


class MixedCurrencies(DomainError):
    """One payment has one currency."""

    message = _("These contracts are paid in different currencies. Pay them one after another.")


@in_transaction
def add(*, owner: User, contract: Contract, at: datetime) -> None:
    """Move a formed contract's payment to the cart; a second time changes nothing."""
    if contract.owner_id != owner.pk or contract.status != ContractStatus.FORMED or contract.pay_before <= at:
        raise NotPayable
    item = CartItem(owner=owner, contract=contract, added_at=at)
    CartItem.objects.bulk_create([item], ignore_conflicts=True)


@in_transaction
def remove(*, owner: User, contract: Contract) -> None:
    """Take a contract out of the cart; it stays among the drafts."""
    CartItem.objects.filter(owner=owner, contract=contract).delete()


@in_transaction
def place_order(*, owner: User, at: datetime) -> Order:
    """Fix what is paid in one go: everything in the cart, at the contracts' own sums.

    The same cart gives the same open order again (a second click, a second device); a changed cart closes
    the old one.
    The cart's rows are locked, so that two clicks take turns.
    """
    items = list(
        CartItem.objects.filter(
            owner=owner, contract__status=ContractStatus.FORMED, contract__pay_before__gt=at
        )
        .select_related("contract")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    contracts = [item.contract for item in items]
    if not contracts:
        raise CartEmpty
    wanted = {contract.pk: contract.payable_minor for contract in contracts}
    live = (
        OrderLine.objects.filter(order__owner=owner, live=True)
        .select_related("order")
        .select_for_update(of=("self",))
    )
    orders: dict[Order, dict[object, int]] = {}
    for line in live:
        orders.setdefault(line.order, {})[line.contract_id] = line.amount_minor
    for order, lines in orders.items():
        if lines == wanted:
            return order
    for order, lines in orders.items():
        if lines.keys() & wanted.keys():
            close(order=order, at=at)
    return _create(owner=owner, contracts=contracts, at=at)


def _create(*, owner: User, contracts: list[Contract], at: datetime) -> Order:
    if len({contract.payable_currency for contract in contracts}) > 1:
        raise MixedCurrencies
    total = sum((contract.payable for contract in contracts[1:]), contracts[0].payable)
    order = Order.objects.create(owner=owner, total_minor=total.minor, currency=total.currency, created_at=at)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, contract=contract, amount_minor=contract.payable_minor)
        for contract in contracts
    )
    return order


@in_transaction
def close(*, order: Order, at: datetime) -> None:
    """Paid or given up: its contracts may go into another order."""
    Order.objects.filter(pk=order.pk, closed_at=None).update(closed_at=at)
    OrderLine.objects.filter(order=order, live=True).update(live=False)
    order.closed_at = at


@in_transaction
def empty(*, contracts: list[Contract]) -> None:
    """Take contracts that are paid, withdrawn or lapsed out of whatever cart holds them."""
    CartItem.objects.filter(contract__in=contracts).delete()

"""Acts on the cart and orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parason.accounts.models import User
from parason.checkout.models import CartItem, Order, OrderLine
from parason.checkout.queries import Key, is_payable, locked_live_lines, owed_in_cart
from parason.contracts.models import Contract, Part
from parason.contracts.queries import plan_of
from parason.contracts.states import ContractStatus, PartStatus
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
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


class EarlierPartUnpaid(DomainError):
    """Parts are paid in their order."""

    message = _("Pay the earlier part first, or together with this one.")


Price = Callable[[Part], Money]


def _fixed_price(part: Part) -> Money:
    """What a part costs where that does not depend on the day. Raises NotPayable."""
    if part.payable is None:
        raise NotPayable
    return part.payable


@in_transaction
def add(*, owner: User, contract: Contract, at: datetime, part: int = 1) -> None:
    """Move the payment of a formed contract, or of a later part, to the cart; a second time changes nothing.

    Raises NotPayable, EarlierPartUnpaid.
    """
    if contract.owner_id != owner.pk:
        raise NotPayable
    if part > 1:
        _check_part(contract, part, at)
    elif contract.status != ContractStatus.FORMED or contract.pay_before <= at:
        raise NotPayable
    item = CartItem(owner=owner, contract=contract, part=part, added_at=at)
    CartItem.objects.bulk_create([item], ignore_conflicts=True)


def _check_part(contract: Contract, number: int, at: datetime) -> None:
    plan = {part.number: part for part in plan_of(contract)}
    wanted = plan.get(number)
    if wanted is None or not is_payable(wanted, at=at):
        raise NotPayable
    in_cart = set(CartItem.objects.filter(contract=contract).values_list("part", flat=True))
    before = [part for part in plan.values() if part.number < number and part.status == PartStatus.DUE]
    if any(part.number not in in_cart for part in before):
        raise EarlierPartUnpaid


@in_transaction
def remove(*, owner: User, contract: Contract, part: int = 1) -> None:
    """Take a contract's part out of the cart, and with it the parts after it; they stay to be paid."""
    CartItem.objects.filter(owner=owner, contract=contract, part__gte=part).delete()


@in_transaction
def place_order(*, owner: User, at: datetime, price: Price = _fixed_price) -> Order:
    """Fix what is paid in one go: everything in the cart, at the contracts' own sums; `price` says what a
    later part costs today.

    The same cart gives the same open order again (a second click, a second device); a changed cart closes
    the old one.
    The cart's rows are locked, so that two clicks take turns.
    """
    owed = owed_in_cart(owner, at=at)
    if not owed:
        raise CartEmpty
    sums = {
        one.key: one.part.payable or price(one.part) if one.part else one.contract.payable for one in owed
    }
    wanted = {key: money.minor for key, money in sums.items()}
    orders: dict[Order, dict[Key, int]] = {}
    for line in locked_live_lines(owner):
        orders.setdefault(line.order, {})[line.contract_id, line.part] = line.amount_minor
    for order, lines in orders.items():
        if lines == wanted:
            return order
    for order, lines in orders.items():
        if lines.keys() & wanted.keys():
            close(order=order, at=at)
    return _create(owner=owner, sums=sums, at=at)


def _create(*, owner: User, sums: dict[Key, Money], at: datetime) -> Order:
    first, *others = sums.values()
    if any(money.currency != first.currency for money in others):
        raise MixedCurrencies
    total = sum(others, first)
    order = Order.objects.create(owner=owner, total_minor=total.minor, currency=total.currency, created_at=at)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, contract_id=contract, part=part, amount_minor=money.minor)
        for (contract, part), money in sums.items()
    )
    return order


@in_transaction
def close(*, order: Order, at: datetime) -> None:
    """Paid or given up: its contracts may go into another order."""
    Order.objects.filter(pk=order.pk, closed_at=None).update(closed_at=at)
    OrderLine.objects.filter(order=order, live=True).update(live=False)
    order.closed_at = at


@in_transaction
def empty(*, contracts: Iterable[Contract]) -> None:
    """Take contracts that are withdrawn, lapsed or ended out of whatever cart holds them."""
    CartItem.objects.filter(contract__in=list(contracts)).delete()


@in_transaction
def take_out(*, lines: Iterable[OrderLine]) -> None:
    """Take what was paid out of whatever cart holds it."""
    paid = Q()
    for line in lines:
        paid |= Q(contract=line.contract_id, part=line.part)
    if paid:  # an empty condition would empty every cart
        CartItem.objects.filter(paid).delete()

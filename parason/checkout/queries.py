"""Questions about the cart and orders."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Count, QuerySet

from parason.accounts.models import User
from parason.checkout.models import CartItem, Order, OrderLine
from parason.contracts.models import Contract, Insured
from parason.contracts.queries import SOME, give_insured
from parason.contracts.states import ContractStatus
from parason.kernel.prepared import Prepared

_in_cart = Prepared(
    lambda owner: Contract.objects.filter(cart_item__owner_id=owner, status=ContractStatus.FORMED).order_by(
        "cart_item__pk"
    ),
    owner=-1,
)
_insured_in_cart = Prepared(
    lambda owner: Insured.objects.filter(contract__cart_item__owner_id=owner).order_by("position"), owner=-1
)
_has_item = Prepared(
    lambda contract: CartItem.objects.filter(contract_id=contract).values("pk"), contract=SOME
)


def cart(user: User) -> list[Contract]:
    """What waits to be paid, in the order it was added, with the insured."""
    contracts: list[Contract] = _in_cart.instances(owner=user.pk)
    if contracts:
        give_insured(contracts, _insured_in_cart.instances(owner=user.pk))
    return contracts


def in_cart(contract: Contract) -> bool:
    """Whether a contract's payment was moved to the cart."""
    return _has_item.first(contract=contract.pk) is not None


def cart_count(user: User) -> int:
    """How many contracts the cart holds, for its badge in the header."""
    row = _count.first(owner=user.pk)
    return row[0] if row else 0


_count = Prepared(
    lambda owner: (
        CartItem.objects.filter(owner=owner).order_by().values("owner").annotate(n=Count("pk")).values("n")
    ),
    owner=-1,
)


def lines_of(order_id: uuid.UUID) -> QuerySet[OrderLine]:
    """An order's lines with their contracts."""
    return OrderLine.objects.filter(order_id=order_id).select_related("contract").order_by("contract_id")


def open_order(user: User) -> Order | None:
    """The order that the user began to pay and that is neither paid nor given up."""
    return Order.objects.filter(owner=user, closed_at=None).order_by("-created_at").first()


def live_lines(contracts: Iterable[Contract]) -> QuerySet[OrderLine]:
    """The lines by which contracts stand in open orders."""
    return OrderLine.objects.filter(contract__in=list(contracts), live=True).select_related("order")

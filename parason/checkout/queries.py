"""Questions about the cart and orders."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Count, QuerySet

from parason.accounts.models import User
from parason.checkout.models import CartItem, Order, OrderLine
from parason.contracts.models import Contract
from parason.contracts.states import ContractStatus
from parason.kernel.prepared import Prepared


def cart(user: User) -> QuerySet[CartItem]:
    """What waits to be paid, in the order it was added; contracts and their insured come along."""
    return (
        CartItem.objects.filter(owner=user, contract__status=ContractStatus.FORMED)
        .select_related("contract")
        .prefetch_related("contract__insured")
    )


def cart_count(user: User) -> int:
    """How many contracts the cart holds, for its badge in the header."""
    row = _count.first(owner=user.pk)
    return row[0] if row else 0


_count = Prepared(
    lambda owner: CartItem.objects.filter(owner=owner)
    .order_by()
    .values("owner")
    .annotate(n=Count("pk"))
    .values("n"),
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

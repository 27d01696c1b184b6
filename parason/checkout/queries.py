"""Questions about the cart and orders."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Q, QuerySet

from parason.accounts.models import User
from parason.checkout.models import CartItem, Order, OrderLine
from parason.contracts.models import Contract, Insured, Part
from parason.contracts.queries import SOME, give_insured, plans_of
from parason.contracts.states import ContractStatus, PartStatus
from parason.kernel.clock import day_of
from parason.kernel.prepared import Prepared

WAITING = (ContractStatus.FORMED, ContractStatus.PAID, ContractStatus.ISSUED)  # with something to be paid
Key = tuple[uuid.UUID, int]  # contract, number of its part


@dataclass(frozen=True, slots=True)
class Owed:
    """What may be paid next: a contract, or one part of it."""

    contract: Contract
    part: Part | None = None

    @property
    def key(self) -> Key:
        return self.contract.pk, self.part.number if self.part else 1


# One row for each item. A contract that is paid at once and has been paid is no longer owed, whatever the
# cart says.
_in_cart = Prepared(
    lambda owner: (
        Contract.objects.filter(cart_items__owner_id=owner, status__in=WAITING)
        .filter(Q(status=ContractStatus.FORMED) | Q(parts__gt=1))
        .order_by("cart_items__pk")
    ),
    owner=-1,
)
_insured_in_cart = Prepared(
    lambda owner: Insured.objects.filter(contract__cart_items__owner_id=owner).order_by("position"), owner=-1
)
_has_item = Prepared(
    lambda contract: CartItem.objects.filter(contract_id=contract).values("pk"), contract=SOME
)


def cart(user: User) -> list[Owed]:
    """What waits to be paid, in the order it was added, with the insured."""
    contracts: list[Contract] = list({one.pk: one for one in _in_cart.instances(owner=user.pk)}.values())
    if contracts:
        insured = {one.pk: one for one in _insured_in_cart.instances(owner=user.pk)}
        give_insured(contracts, insured.values())
    if all(contract.parts == 1 for contract in contracts):
        return [Owed(contract) for contract in contracts]
    return _owed(CartItem.objects.filter(owner=user), {contract.pk: contract for contract in contracts})


def _owed(items: Iterable[CartItem], contracts: Mapping[uuid.UUID, Contract]) -> list[Owed]:
    """What the items stand for: contracts, and parts that are still due."""
    plans = plans_of(contracts.values())
    found = []
    for item in items:
        contract = contracts.get(item.contract_id)
        if contract is None:
            continue
        if contract.parts == 1:
            found.append(Owed(contract))
        else:
            parts = plans[contract.pk]
            found += [
                Owed(contract, part)
                for part in parts
                if part.number == item.part and part.status == PartStatus.DUE
            ]
    return found


def owed_in_cart(owner: User, *, at: datetime) -> list[Owed]:
    """What of a cart may be paid now; its rows stay locked until the transaction ends."""
    items: list[CartItem] = _payable.instances(owner=owner.pk, at=at)
    found = _owed(items, {item.contract_id: item.contract for item in items})
    too_late = {one.key for one in found if one.part is not None and not is_payable(one.part, at=at)}
    return [one for one in found if not _behind(one, too_late)]


def _payable_items(owner: int, at: datetime) -> QuerySet[CartItem]:
    first = Q(contract__status=ContractStatus.FORMED, contract__pay_before__gt=at)
    later = Q(contract__parts__gt=1, part__gt=1, contract__status__in=WAITING[1:])
    found = CartItem.objects.filter(first | later, owner_id=owner).select_related("contract")
    return found.order_by("pk").select_for_update(of=("self",))


_payable = Prepared(_payable_items, owner=-1, at=datetime(1990, 1, 1, tzinfo=UTC))


def _behind(owed: Owed, too_late: set[Key]) -> bool:
    """Whether it or a part before it may no longer be paid: parts are paid in their order."""
    contract, number = owed.key
    return any((contract, before) in too_late for before in range(1, number + 1))


def is_payable(part: Part, *, at: datetime) -> bool:
    """Whether a part is due and may be paid now: the first with its contract, others until their last day."""
    contract = part.contract
    if part.status != PartStatus.DUE:
        return False
    if part.number == 1:
        return contract.status == ContractStatus.FORMED and contract.pay_before > at
    return contract.status in WAITING[1:] and part.pay_until >= day_of(at)


def in_cart(contract: Contract) -> bool:
    """Whether a contract's payment, or a part of it, was moved to the cart."""
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


def lines_of(order_id: uuid.UUID) -> list[OrderLine]:
    """An order's lines with their contracts."""
    return _lines.instances(order=order_id)


_lines = Prepared(
    lambda order: (
        OrderLine.objects.filter(order_id=order).select_related("contract").order_by("contract_id", "part")
    ),
    order=SOME,
)


def lines_as_ordered(order_id: uuid.UUID) -> list[OrderLine]:
    """The same in the order of the cart, as people are shown them."""
    return sorted(lines_of(order_id), key=lambda line: line.pk)


def open_order(user: User) -> Order | None:
    """The order that the user began to pay and that is neither paid nor given up."""
    return Order.objects.filter(owner=user, closed_at=None).order_by("-created_at").first()


def locked_live_lines(owner: User) -> list[OrderLine]:
    """The lines of a buyer's open orders, with them; locked until the transaction ends."""
    return _live_of.instances(owner=owner.pk)


_live_of = Prepared(
    lambda owner: (
        OrderLine.objects.filter(order__owner_id=owner, live=True)
        .select_related("order")
        .select_for_update(of=("self",))
    ),
    owner=-1,
)


def live_lines(contracts: Iterable[Contract]) -> list[OrderLine]:
    """The lines by which contracts stand in open orders."""
    return _live.instances(contracts=[contract.pk for contract in contracts])


_live = Prepared(
    lambda contracts: OrderLine.objects.filter(contract__any_of=contracts, live=True).select_related("order"),
    contracts=[SOME],
)


def numbers_in_cart(contracts: Iterable[Contract]) -> set[Key]:
    """Which parts of these contracts were moved to the cart."""
    found = CartItem.objects.filter(contract__in=list(contracts))
    return set(found.values_list("contract_id", "part"))

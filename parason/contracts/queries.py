"""Questions about contracts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Case, F, QuerySet, When

from parason.accounts.models import User
from parason.contracts.models import Contract, Insured, Part, PartEvent
from parason.contracts.states import ContractStatus, PartStatus
from parason.kernel.money import Money
from parason.kernel.prepared import Prepared

AFTER_PAYMENT = (ContractStatus.PAID, ContractStatus.ISSUED, ContractStatus.TERMINATED)


SOME = uuid.UUID(int=0)  # stands in prepared queries for the argument
_of_owner = Prepared(lambda pk, owner: Contract.objects.filter(pk=pk, owner_id=owner), pk=SOME, owner=-1)
_insured = Prepared(
    lambda contract: Insured.objects.filter(contract_id=contract).order_by("position"), contract=SOME
)


def own_contract(*, user: User, pk: uuid.UUID) -> Contract | None:
    """The user's contract alone; None for everybody else's."""
    found: Contract | None = _of_owner.instance(pk=pk, owner=user.pk)
    if found is not None:
        found.owner = user
    return found


def contract_of(*, user: User, pk: uuid.UUID) -> Contract | None:
    """The user's contract with its insured; None for everybody else's."""
    found = own_contract(user=user, pk=pk)
    if found is not None:
        insured_of(found)
    return found


def insured_of(contract: Contract) -> list[Insured]:
    """The insured in their order; from now on the contract knows them."""
    found: list[Insured] = _insured.instances(contract=contract.pk)
    give_insured([contract], found)
    return found


def give_insured(contracts: Iterable[Contract], insured: Iterable[Insured]) -> None:
    """Put insured that were read already where `contract.insured.all()` finds them."""
    by_contract: dict[uuid.UUID, list[Insured]] = {}
    for one in insured:
        by_contract.setdefault(one.contract_id, []).append(one)
    for contract in contracts:
        found = Insured.objects.none()
        found._result_cache = by_contract.get(contract.pk, [])
        contract._prefetched_objects_cache = {"insured": found}  # type: ignore[attr-defined]


def drafts(user: User) -> QuerySet[Contract]:
    """“Contract drafts”: formed and not paid, the latest first."""
    return (
        Contract.objects.filter(owner=user, status=ContractStatus.FORMED)
        .annotate(carted=F("cart_items__pk"))  # the first part alone can be in the cart
        .prefetch_related("insured")
        .order_by("-formed_at")
    )


def paid_for(user: User, *, today: date, page: slice) -> list[Contract]:
    """What was paid for, with its insured: what holds or will hold first, by its first day; then the past,
    the latest first."""
    contracts: list[Contract] = _paid_for.instances(owner=user.pk, today=today, page=page)
    give_insured(contracts, _insured_of_all.instances(contracts=[contract.pk for contract in contracts]))
    return contracts


def _paid(owner: int, today: date) -> QuerySet[Contract]:
    past = Case(
        When(last_day__lt=today, then=True), When(status=ContractStatus.TERMINATED, then=True), default=False
    )
    return Contract.objects.filter(owner_id=owner, status__in=AFTER_PAYMENT).order_by(
        past.asc(), "first_day", "-formed_at"
    )


_paid_for = Prepared(_paid, owner=-1, today=date(1990, 1, 1))
_insured_of_all = Prepared(
    lambda contracts: Insured.objects.filter(contract__any_of=contracts).order_by("position"),
    contracts=[SOME],
)


def overdue(at: datetime) -> QuerySet[Contract]:
    """Formed contracts whose time to pay has passed."""
    return Contract.objects.filter(status=ContractStatus.FORMED, pay_before__lt=at)


def locked(pks: Iterable[uuid.UUID]) -> list[Contract]:
    """Contracts locked until the transaction ends, always in the same order so that two lockers cannot
    block each other."""
    return _locked.instances(pks=list(pks))


_locked = Prepared(
    lambda pks: (
        Contract.objects.filter(pk__any_of=pks)
        .select_related("owner")
        .select_for_update(of=("self",))
        .order_by("pk")
    ),
    pks=[SOME],
)


def plans_of(contracts: Iterable[Contract]) -> dict[uuid.UUID, list[Part]]:
    """The parts of each contract that is paid in parts, in their order; asks nothing when there is none."""
    by_key = {contract.pk: contract for contract in contracts if contract.parts > 1}
    found: dict[uuid.UUID, list[Part]] = {key: [] for key in by_key}
    if by_key:
        for part in Part.objects.filter(contract__in=list(by_key)).order_by("contract", "number"):
            part.contract = by_key[part.contract_id]
            found[part.contract_id].append(part)
    return found


def plan_of(contract: Contract) -> list[Part]:
    """The parts of a contract; none when it is paid at once."""
    return plans_of([contract]).get(contract.pk, [])


def part_events(contract: Contract) -> QuerySet[PartEvent]:
    """What happened to the parts of a contract."""
    return PartEvent.objects.filter(subject__contract=contract).select_related("subject", "by")


def first_sum(contract: Contract) -> Money:
    """What has to be paid for the cover to begin: the whole, or the first part."""
    plan = plan_of(contract)
    return (plan[0].payable if plan else None) or contract.payable


def ended_unpaid(today: date) -> QuerySet[Contract]:
    """Contracts of which a part was not paid, and may no longer be."""
    missing = Part.objects.filter(status=PartStatus.DUE, number__gt=1, pay_until__lt=today)
    return Contract.objects.filter(status=ContractStatus.ISSUED, pk__in=missing.values("contract"))

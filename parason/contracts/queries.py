"""Questions about contracts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Case, QuerySet, When

from parason.accounts.models import User
from parason.contracts.models import Contract, Insured
from parason.contracts.states import ContractStatus
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
        give_insured([found], _insured.instances(contract=pk))
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


def has_any(user: User) -> bool:
    """Whether the user ever concluded a contract."""
    return Contract.objects.filter(owner=user).exists()


def drafts(user: User) -> QuerySet[Contract]:
    """“Contract drafts”: formed and not paid, the latest first."""
    return (
        Contract.objects.filter(owner=user, status=ContractStatus.FORMED)
        .select_related("cart_item")
        .prefetch_related("insured")
        .order_by("-formed_at")
    )


def paid_for(user: User, *, today: date) -> QuerySet[Contract]:
    """Everything paid for: what holds or will hold first, by its first day; then the past, the latest
    first."""
    past = Case(
        When(last_day__lt=today, then=True), When(status=ContractStatus.TERMINATED, then=True), default=False
    )
    return (
        Contract.objects.filter(owner=user, status__in=AFTER_PAYMENT)
        .annotate(past=past)
        .prefetch_related("insured")
        .order_by("past", "first_day", "-formed_at")
    )


def overdue(at: datetime) -> QuerySet[Contract]:
    """Formed contracts whose time to pay has passed."""
    return Contract.objects.filter(status=ContractStatus.FORMED, pay_before__lt=at)


def locked(pks: Iterable[uuid.UUID]) -> QuerySet[Contract]:
    """Contracts locked until the transaction ends, always in the same order so that two lockers cannot
    block each other."""
    found = Contract.objects.filter(pk__in=list(pks)).select_related("owner")
    return found.select_for_update(of=("self",)).order_by("pk")

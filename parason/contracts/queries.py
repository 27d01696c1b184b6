"""Questions about contracts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from parason.accounts.models import User
from parason.contracts.models import Contract
from parason.contracts.states import ContractStatus

AFTER_PAYMENT = (ContractStatus.PAID, ContractStatus.ISSUED, ContractStatus.TERMINATED)


def contract_of(*, user: User, pk: uuid.UUID) -> Contract | None:
    """The user's contract with its insured; None for everybody else's."""
    found = Contract.objects.filter(pk=pk, owner=user).select_related("cart_item")
    return found.prefetch_related("insured").first()


def drafts(user: User) -> QuerySet[Contract]:
    """“Contract drafts”: formed and not paid, the latest first."""
    return (
        Contract.objects.filter(owner=user, status=ContractStatus.FORMED)
        .select_related("cart_item")
        .prefetch_related("insured")
        .order_by("-formed_at")
    )


def policies(user: User) -> QuerySet[Contract]:
    """Everything paid for, the latest start first."""
    return (
        Contract.objects.filter(owner=user, status__in=AFTER_PAYMENT)
        .prefetch_related("insured")
        .order_by("-first_day", "-formed_at")
    )


def sold(*, product_code: str, since: datetime, before: datetime) -> QuerySet[Contract]:
    """Contracts formed in a span of time and paid for, whatever became of them later."""
    found = Contract.objects.filter(product_code=product_code, status__in=AFTER_PAYMENT)
    return found.filter(formed_at__gte=since, formed_at__lt=before).prefetch_related("insured")


def overdue(at: datetime) -> QuerySet[Contract]:
    """Formed contracts whose time to pay has passed."""
    return Contract.objects.filter(status=ContractStatus.FORMED, pay_before__lt=at)


def locked(pks: Iterable[uuid.UUID]) -> QuerySet[Contract]:
    """Contracts locked until the transaction ends, always in the same order so that two lockers cannot block each other."""
    found = Contract.objects.filter(pk__in=list(pks)).select_related("owner")
    return found.select_for_update(of=("self",)).order_by("pk")

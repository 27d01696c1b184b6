"""Contracts that are ready for their policies, made without the pages that lead there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from parason.accounts.models import User
from parason.contracts.models import Contract, Insured
from parason.contracts.states import ContractStatus
from parason.documents.models import Policy
from parason.documents.operations import issue_policy
from parason.products import operations as products
from parason.products.models import TariffVersion
from parason.quotes.models import Application, Quote

AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
FIRST = date(2026, 6, 10)
_references = count(1)

PERSON: dict[str, Any] = {
    "last_name": "Kowalska",
    "first_name": "Anna",
    "patronymic": None,
    "last_name_latin": "KOWALSKA",
    "first_name_latin": "ANNA",
    "sex": "F",
    "birth_date": "1990-05-17",
    "nationality": "POL",
    "document_type": "passport",
    "document_series": "EA",
    "document_number": "1234567",
}


def make_contract(
    owner: User,
    *,
    people: list[dict[str, Any]] | None = None,
    first: date = FIRST,
    days: int = 30,
    product: str = "oms",
) -> Contract:
    """A paid contract whose policies are due."""
    if not TariffVersion.objects.filter(product_code=product).exists():
        products.load_catalogue(at=AT)
    last = first + timedelta(days=days - 1)
    application = Application.objects.create(
        owner=owner, product_code=product, first_day=first, last_day=last, created_at=AT, updated_at=AT
    )
    sums = {
        "premium_minor": 3100, "premium_currency": "EUR", "payable_minor": 10754, "payable_currency": "BYN",
    }  # fmt: skip
    quote = Quote.objects.create(
        application=application,
        application_revision=0,
        calculation={},
        created_at=AT,
        expires_at=AT,
        tariff=TariffVersion.objects.filter(product_code=product).latest("pk"),
        **sums,
    )
    facts = [PERSON | one for one in (people or [{}])]
    contract = Contract.objects.create(
        reference=f"T-{next(_references):06d}",
        owner=owner,
        application=application,
        quote=quote,
        product_code=product,
        status=ContractStatus.PAID,
        first_day=first,
        last_day=last,
        policyholder=PERSON,
        statement="All true.",
        statement_language="en",
        statement_version="1",
        formed_at=AT,
        pay_before=AT,
        paid_at=AT,
        **sums,
    )
    for position, one in enumerate(facts, 1):
        Insured.objects.create(contract=contract, position=position, facts=one, premium_minor=3100)
    return contract


def make_policy(
    owner: User, *, at: datetime = AT, first: date = FIRST, days: int = 30, **person: Any
) -> Policy:
    """An issued policy of one person."""
    contract = make_contract(owner, people=[person], first=first, days=days)
    return issue_policy(contract=contract, insured=contract.insured.get(), at=at)

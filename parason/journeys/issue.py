"""The story of what was paid for: policies with numbers, and the letter that brings them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from parason.checkout import queries as carts
from parason.contracts import operations as contracts
from parason.contracts import queries as agreed
from parason.contracts.models import Contract
from parason.contracts.states import ContractStatus
from parason.documents import letters
from parason.documents import operations as documents
from parason.documents.models import Policy
from parason.kernel.transactions import in_transaction
from parason.products import queries as products


@in_transaction
def issue(*, order_id: uuid.UUID, at: datetime) -> list[Policy]:
    """Issue every policy of a paid order; a second run finds nothing left to do."""
    lines = carts.lines_of(order_id)
    issued: list[Policy] = []
    for contract in agreed.locked([line.contract_id for line in lines]):
        if contract.status == ContractStatus.PAID:
            issued += issue_contract(contract=contract, at=at)
    return issued


@in_transaction
def issue_contract(*, contract: Contract, at: datetime) -> list[Policy]:
    """The policies of one paid contract, one for each insured or one for all; the caller holds its lock."""
    insured = agreed.insured_of(contract)
    if products.product(contract.product_code).one_policy_per == "contract":
        insured = insured[:1]
    policies = [documents.issue_policy(contract=contract, insured=one, at=at) for one in insured]
    contracts.mark_issued(contract=contract, at=at)
    link = settings.PARASON_BASE_URL + reverse("policies")
    letters.policies_issued(contract=contract, policies=policies, link=link, at=at)
    return policies

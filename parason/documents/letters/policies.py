"""The letters that bring policies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from babel.dates import format_date
from django.utils.translation import gettext, override

from parason.accounts.registers import is_organisation
from parason.contracts.models import Contract
from parason.contracts.rules import full_name
from parason.documents.letters.sending import LetterFile, send
from parason.documents.models import Letter, Policy
from parason.documents.queries import files_of
from parason.products.queries import product as product_of


def spelt(day: date, language: str) -> str:
    """A day in words, as the pages write it."""
    return format_date(day, "d MMMM y", locale=language)


def named(policy: Policy, language: str) -> str:
    """Whom a policy insures: one by name, and how many more its schedule lists."""
    name = str(policy.facts["insured"]["name_latin"])
    more = len(policy.facts.get("group") or []) - 1
    if more < 1:
        return name
    with override(language):
        return f"{name}, {gettext('and %(count)d more') % {'count': more}}"


def policies_issued(
    *,
    contract: Contract,
    policies: Sequence[Policy],
    link: str,
    at: datetime,
    others: Sequence[LetterFile] = (),
) -> Letter:
    """The letter with all policies of a contract attached. `link` leads to the customer's policies."""
    language = contract.owner.language
    policies = list(dict.fromkeys(policies))  # one policy may stand for several insured
    return _to_policyholder(
        contract, kind="policy_issued", key=f"policy_issued:{contract.pk}:{policies[0].pk}", at=at,
        attachments=[*files_of(policies), *others],
        context={
            "numbers": ", ".join(str(policy) for policy in policies),
            "names": ", ".join(named(policy, language) for policy in policies),
            "policyholder": full_name(contract.policyholder),
            "product": product_of(contract.product_code).name(language),
            "first_day": spelt(contract.first_day, language),
            "last_day": spelt(contract.last_day, language),
            "link": link,
        },
    )  # fmt: skip


def policy_replaced(*, policy: Policy, link: str, at: datetime) -> Letter:
    """The letter with the new policy after a change of the contract."""
    contract = policy.insured.contract
    language = contract.owner.language
    return _to_policyholder(
        contract, kind="policy_replaced", key=f"policy_replaced:{policy.pk}", at=at,
        attachments=files_of([policy]),
        context={
            "numbers": str(policy),
            "old": str(policy.replaces or ""),
            "names": named(policy, language),
            "product": product_of(contract.product_code).name(language),
            "first_day": spelt(policy.first_day, language),
            "last_day": spelt(policy.last_day, language),
            "link": link,
        },
    )  # fmt: skip


def _to_policyholder(contract: Contract, *, key: str, **letter: Any) -> Letter:
    """To the account's address, and to the organisation's where one concluded; the former letter."""
    owner, holder = contract.owner, contract.policyholder
    # The policy was made in this transaction, so nobody has written its letter.
    write = partial(send, user=owner, language=owner.language, key_is_new=True, **letter)
    papers = str(holder.get("email") or "") if is_organisation(holder) else ""
    if papers and papers.lower() != owner.email.lower():
        write(key=f"{key}:organisation", to=papers)
    return write(key=key, to=owner.email)

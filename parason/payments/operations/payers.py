"""Whose transfer a line of a statement is, when its words name no payment: by the payer and the sum."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stdnum.by import unp

from parason.accounts.registers import is_organisation, name_of, plain_name
from parason.kernel.insurer import insurer
from parason.payments.models import Attempt, StatementLine
from parason.payments.states import PAYABLE

# What payers write before their number; the insurer's own may stand in the same words.
TOLD = re.compile(r"(?:УНП|УНН|UNP)[\s:№]*([0-9A-ZА-Я]{9})(?![0-9A-ZА-Я])")


def bill_of(row: StatementLine, *, gateway: str) -> Attempt | None:
    """The one open bill of exactly this sum whose policyholder the payer is; None where there are several."""
    bills = (
        Attempt.objects.filter(
            gateway=gateway,
            status__in=PAYABLE,
            payment__amount_minor=row.amount_minor,
            payment__currency=row.currency,
        )
        .select_related("payment")
        .prefetch_related("payment__order__lines__contract")
    )
    found = [bill for bill in bills if any(is_payer(row, holder) for holder in _holders(bill))]
    return found[0] if len(found) == 1 else None


def _holders(bill: Attempt) -> list[dict[str, Any]]:
    lines = bill.payment.order.lines.all()
    return [line.contract.policyholder for line in lines if is_organisation(line.contract.policyholder)]


def numbers_in(row: StatementLine) -> set[str]:
    """The payer's numbers as the bank gives them, or as the payer wrote them."""
    told = set(row.payer_numbers) or set(TOLD.findall(f"{row.payer} {row.words}".upper()))
    return told - {insurer().unp}


def is_payer(row: StatementLine, holder: Mapping[str, Any]) -> bool:
    """Whether an organisation sent the money: by its number, by its account, at last by its name.

    The same name with another UNP is another organisation.
    """
    numbers = numbers_in(row)
    if str(holder.get("number")) in numbers:
        return True
    if row.account and row.account == holder.get("bank_account"):
        return True
    if any(unp.is_valid(number) for number in numbers):
        return False
    return bool(row.payer) and plain_name(row.payer) == plain_name(name_of(holder)) != ""

"""The bill of a bank transfer: a page and a PDF with what a bookkeeper needs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from parason.accounts.registers import is_organisation
from parason.checkout import queries as carts
from parason.contracts.rules import full_name
from parason.documents import papers as paper
from parason.documents.facts import organisation_facts
from parason.kernel.clock import day_of
from parason.kernel.money import Money
from parason.payments.models import Attempt, Payment
from parason.payments.states import PAYABLE, AttemptStatus
from parason.website.answers import holder_rows
from parason.website.views.buying import Customer
from parason.website.views.papers import pdf
from parason.website.views.payments import payment_or_404


@dataclass(frozen=True, slots=True)
class Invoice:
    """A payment that is, or was, to be made by transfer."""

    payment: Payment
    account: dict[str, Any]
    holder: dict[str, Any]  # the policyholder's facts
    lines: list[tuple[str, Money]]
    dated: date
    pay_by: date

    @property
    def payer(self) -> str:
        return full_name(self.holder)


def _invoice(request: Customer, pk: uuid.UUID) -> Invoice:
    payment = payment_or_404(request, pk)
    bill = _bill(payment)
    lines = carts.lines_as_ordered(payment.order_id)
    if bill is None or not lines:
        raise Http404(str(pk))
    holders = [line.contract.policyholder for line in lines]
    dated = day_of(bill.opened_at or bill.created_at)
    expires = day_of(bill.expires_at) if bill.expires_at else dated
    # Money that comes after the first day of cover buys nothing; a later part has a day of its own.
    last = min((line.contract.first_day for line in lines if line.part == 1), default=expires)
    return Invoice(
        payment,
        account=bill.instructions,
        holder=next((one for one in holders if is_organisation(one)), holders[0]),
        lines=[(line.words, Money(line.amount_minor, payment.currency)) for line in lines],
        dated=dated,
        pay_by=max(min(last, expires), dated),
    )


def _bill(payment: Payment) -> Attempt | None:
    kept = (*PAYABLE, AttemptStatus.PAID)
    found = [one for one in payment.attempts.all() if one.status in kept and "iban" in one.instructions]
    return found[-1] if found else None


@login_required
@require_safe
def invoice(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """To read on the screen, and to copy from."""
    found = _invoice(request, pk)
    rows = holder_rows(found.holder, request.LANGUAGE_CODE)
    organisation = is_organisation(found.holder)
    context = {"invoice": found, "payment": found.payment, "holder": rows if organisation else []}
    return render(request, "payments/invoice.html", context)


@login_required
@require_safe
def invoice_pdf(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """To print and to file; both languages."""
    found = _invoice(request, pk)
    content = paper.invoice(
        number=found.payment.number,
        total=found.payment.amount,
        account=found.account,
        payer=found.payer,
        organisation=organisation_facts(found.holder),
        dated=found.dated,
        pay_by=found.pay_by,
        lines=found.lines,
        at=found.payment.created_at,
    )
    return pdf(content, f"invoice-{found.payment.number}.pdf")

"""Refunds that staff send by bank transfer: the list for the bank, and the evidence that they were sent."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parason.backoffice.access import note, page, staff_of, staff_page
from parason.journeys import payments as journey
from parason.kernel.clock import day_of, now
from parason.kernel.errors import DomainError
from parason.payments import operations, payout_reports
from parason.payments.models import Refund, SentTransfer

REFUND = "payments.add_refund"
PAGE = "office_transfers"
COLUMNS = ["refund", "payee", "account", "amount", "currency", "words", "from account"]


@staff_page(REFUND)
def transfers(request: HttpRequest) -> HttpResponse:
    """What is to be sent, to whom; each with its evidence."""
    return _transfers(request)


def _transfers(request: HttpRequest, problem: str = "", wrong: int = 0) -> HttpResponse:
    context = {
        "rows": payout_reports.transfers_to_send(),
        "own": settings.PARASON_TRANSFER,
        "today": day_of(now()),
        "me": staff_of(request),
        "typed": request.POST,
        "wrong": wrong,
        "errors": [problem] if problem else [],
    }
    return page(request, "transfers.html", context, room="office_desk", status=422 if problem else 200)


@staff_page(REFUND)
def transfers_csv(request: HttpRequest) -> HttpResponse:
    """The same for the bank's own program, which imports tables."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="transfers-{day_of(now())}.csv"'
    writer = csv.writer(answer)
    writer.writerow(COLUMNS)
    own = settings.PARASON_TRANSFER.get("iban", "")
    for one in payout_reports.transfers_to_send():
        amount = one.refund.amount
        row = [one.refund.pk, one.payee, one.account, amount.amount, amount.currency, one.words, own]
        writer.writerow([_harmless(cell) for cell in row])
    return answer


def _harmless(cell: object) -> object:
    """A name that a spreadsheet would take for a formula is a name all the same."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell


def _act(
    request: HttpRequest, name: str, subject: str, act: Callable[[datetime], Any], wrong: int = 0
) -> HttpResponse:
    at = now()
    try:
        with transaction.atomic():
            act(at)
            note(request, name, subject, at=at)
    except DomainError as error:
        return _transfers(request, str(error.message), wrong)
    return redirect(PAGE)


@require_POST
@staff_page(REFUND)
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """A transfer was made: its day and the bank's reference."""
    found, reference = get_object_or_404(Refund, pk=pk), request.POST.get("reference", "").strip()
    try:
        sent_on = date.fromisoformat(request.POST.get("sent_on", ""))
    except ValueError:
        return _transfers(request, _("Write the day on which it was sent."), pk)
    if not reference:
        return _transfers(request, _("Write the bank's reference of the transfer."), pk)
    return _act(
        request, "refund.sent", f"refund {pk}",
        lambda at: journey.record_sent(
            refund=found, reference=reference, sent_on=sent_on, by=staff_of(request), at=at
        ), pk,
    )  # fmt: skip


@require_POST
@staff_page(REFUND)
def not_sent(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank did not take the transfer."""
    found, why = get_object_or_404(Refund, pk=pk), request.POST.get("reason", "").strip()
    if not why:
        return _transfers(request, _("Say why."), pk)
    return _act(
        request, "refund.not_sent", f"refund {pk}",
        lambda at: journey.cannot_send(refund=found, why=why, by=staff_of(request), at=at), pk,
    )  # fmt: skip


@require_POST
@staff_page(REFUND)
def decide(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """The second person confirms that a large one was sent, or anybody says that it was not."""
    found, by = get_object_or_404(SentTransfer, pk=pk), staff_of(request)
    acts: dict[str, Callable[[datetime], Any]] = {
        "confirm": lambda at: journey.confirm_sent(sent=found, by=by, at=at),
        "refuse": lambda at: operations.refuse_sent(sent=found, by=by, at=at),
    }
    return _act(request, f"sending.{what}", f"refund {found.refund_id}", acts[what], found.refund_id)

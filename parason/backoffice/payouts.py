"""Payouts of gateways: what was told, what arrived, what differs; and why a gateway owes us what it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parason.backoffice.access import VIEW_BOOKS, note, page, staff_of, staff_page
from parason.journeys import payments as journey
from parason.kernel.clock import now
from parason.kernel.errors import DomainError
from parason.payments import operations, payout_reports, queries, reports
from parason.payments.models import Account, Settlement, StatementLine

ADD_STATEMENT = "payments.add_statement"
ROOM = "office_payouts"
PER_PAGE = 50


@staff_page(VIEW_BOOKS)
def payouts(request: HttpRequest) -> HttpResponse:
    """All payouts, newest first; what waits for a person stands above them."""
    return _payouts(request)


def _payouts(request: HttpRequest, problem: str = "") -> HttpResponse:
    user, at, codes = staff_of(request), now(), payout_reports.settling()
    rows = Paginator(payout_reports.payouts(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": rows,
        "kept": "",
        "payouts": [payout_reports.in_sums(one) for one in rows],
        "explained": [payout_reports.explained(code) for code in codes],
        "waiting": [payout_reports.in_sums(one) for one in payout_reports.payouts_to_look_at(at)[:PER_PAGE]],
        "open": [payout_reports.in_sums(one) for one in payout_reports.open_payouts()[:PER_PAGE]],
        "lines": reports.waiting_lines()[:PER_PAGE],
        "problems": payout_reports.line_problems()[:PER_PAGE],
        "overdue": payout_reports.overdue(codes, at)[:PER_PAGE],
        "may_import": user.has_perm(ADD_STATEMENT),
        "errors": [problem] if problem else [],
    }
    return page(request, "payouts.html", context, room=ROOM, status=422 if problem else 200)


@staff_page(VIEW_BOOKS)
def payout(request: HttpRequest, pk: int) -> HttpResponse:
    """One payout: its transactions, its transfers, its rows of the ledger."""
    return _payout(request, pk)


def _payout(request: HttpRequest, pk: int, problem: str = "") -> HttpResponse:
    found = get_object_or_404(payout_reports.payouts(), pk=pk)
    head = found.head or found
    lines = found.lines.select_related("transaction__attempt__payment", "settlement").order_by("pk")
    rows = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "one": payout_reports.in_sums(found),
        "rows": rows,
        "kept": "",
        "head": head,
        "together": [head, *head.others.all()] if head.others.exists() else [],
        "transfers": head.statement_lines.all(),
        "missing": queries.missing(head),
        "entries": payout_reports.entries_of(head),
        "events": found.events.select_related("by"),
        "may_explain": found.status == "DIFFERS" and staff_of(request).has_perm(ADD_STATEMENT),
        "errors": [problem] if problem else [],
    }
    return page(request, "payout.html", context, room=ROOM, status=422 if problem else 200)


@require_POST
@staff_page(ADD_STATEMENT)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the gateways now instead of tonight."""
    at = now()
    journey.take_payouts(at=at)
    note(request, "payouts.ask", "payouts", at=at)
    return redirect(ROOM)


def _act(
    request: HttpRequest, name: str, subject: str, act: Callable[[datetime], Any],
    shown: Callable[[str], HttpResponse], done: HttpResponse,
) -> HttpResponse:  # fmt: skip
    at = now()
    try:
        with transaction.atomic():
            act(at)
            note(request, name, subject, at=at)
    except DomainError as error:
        return shown(str(error.message))
    return done


@require_POST
@staff_page(ADD_STATEMENT)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which payouts a transfer brings."""
    line = get_object_or_404(StatementLine, pk=pk)
    keys = [int(key) for key in request.POST.getlist("payout") if key.isdecimal()]
    chosen = list(Settlement.objects.filter(pk__in=keys))
    if not chosen:
        return _payouts(request, _("Choose the payouts that this transfer brings."))
    return _act(
        request, "payout.assign", f"line {pk}",
        lambda at: operations.assign_payouts(line=line, chosen=chosen, by=staff_of(request), at=at),
        lambda problem: _payouts(request, problem), redirect(ROOM),
    )  # fmt: skip


@require_POST
@staff_page(ADD_STATEMENT)
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a difference was: a fee of the bank, or rounding."""
    found = get_object_or_404(Settlement, pk=pk)
    why, account = request.POST.get("reason", "").strip(), request.POST.get("account", "")
    if not why or account not in (Account.FEES, Account.ROUNDING):
        return _payout(request, pk, _("Say why."))
    return _act(
        request, "payout.explain", f"payout {pk}",
        lambda at: operations.explain_difference(
            settlement=found, account=account, why=why, by=staff_of(request), at=at
        ),
        lambda problem: _payout(request, pk, problem), redirect("office_payout", pk),
    )  # fmt: skip

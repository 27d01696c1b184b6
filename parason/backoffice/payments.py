"""The cashier's pages: search, one payment's line of time, the desk of what waits, takings, reports."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parason.backoffice.access import note, page, staff_of, staff_page
from parason.checkout import queries as carts
from parason.journeys import payments as journey
from parason.kernel.clock import day_of, now
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.payments import operations, payout_reports, queries, reports
from parason.payments.models import Attempt, Payment, Reconciliation, Refund, Review, StatementLine
from parason.payments.states import AttemptStatus, PaymentStatus

VIEW, REFUND = "payments.view_payment", "payments.add_refund"
VIEW_MESSAGES = "payments.view_notification"
VIEW_REPORTS = "payments.view_reconciliation"
ADD_STATEMENT = "payments.add_statement"
ROOM = "office_payments"
PER_PAGE = 50
BARS = 300  # the height of the chart


@staff_page(VIEW)
def search(request: HttpRequest) -> HttpResponse:
    """By number, reference, uid, contract or address; newest first."""
    words, status = request.GET.get("q", ""), request.GET.get("status", "")
    known = {*PaymentStatus.values, *AttemptStatus.values}
    found = reports.search(words, status if status in known else "").prefetch_related("attempts", "refunds")
    rows = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = [(one, queries.standing(one, queries.latest_attempt(one))) for one in rows]
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {"rows": rows, "found": shown, "q": words, "status": status, "statuses": sorted(known)}
    return page(request, "payments.html", context | {"kept": kept.urlencode()}, room=ROOM)


@staff_page(VIEW)
def payment(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One payment with everything that happened to it."""
    return _payment(request, pk)


def _payment(request: HttpRequest, pk: uuid.UUID, problem: str = "") -> HttpResponse:
    found = get_object_or_404(Payment.objects.select_related("order__owner"), pk=pk)
    user, attempt = staff_of(request), queries.latest_attempt(found)
    context = {
        "payment": found,
        "attempts": found.attempts.prefetch_related("transactions", "reviews"),
        "status": queries.standing(found, attempt),
        "lines": carts.lines_as_ordered(found.order_id),
        "refunds": found.refunds.select_related("requested_by", "approved_by"),
        "left": found.amount - queries.refunded(found),
        "may_refund": user.has_perm(REFUND) and found.status != PaymentStatus.UNPAID,
        "timeline": reports.timeline(found, with_messages=user.has_perm(VIEW_MESSAGES)),
        "errors": [problem] if problem else [],
    }
    return page(request, "payment.html", context, room=ROOM, status=422 if problem else 200)


@require_POST
@staff_page(REFUND)
def refund(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for a part or all of a payment to be returned."""
    found = get_object_or_404(Payment, pk=pk)
    try:
        amount = Money.of(Decimal(request.POST.get("amount", "").replace(",", ".")), found.currency)
    except (InvalidOperation, ValueError, OverflowError):
        return _payment(request, pk, _("Write the sum in digits, for example 12.50."))
    reason = request.POST.get("reason", "").strip()
    if not reason:
        return _payment(request, pk, _("Say why the money goes back."))
    at = now()
    try:
        with transaction.atomic():
            journey.refund_by_staff(payment=found, amount=amount, reason=reason, by=staff_of(request), at=at)
            note(request, "refund.ask", f"payment {found.number}", {"amount": str(amount)}, at=at)
    except DomainError as error:
        return _payment(request, pk, str(error.message))
    return redirect("office_payment", pk)


@staff_page(VIEW)
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for a person: money under review, refunds, transfers, forgeries."""
    return _desk(request)


def _desk(request: HttpRequest, problem: str = "") -> HttpResponse:
    user = staff_of(request)
    context = {
        "reviews": [
            (one, next((it for it in one.reviews.all() if it.decided_at is None), None))
            for one in reports.under_review()[:PER_PAGE]
        ],
        "refunds": reports.refund_desk()[:PER_PAGE],
        "by_hand": payout_reports.by_hand(),
        "lines": reports.waiting_lines()[:PER_PAGE],
        "forged": reports.forged(day_of(now()) - timedelta(days=14)),
        "may_refund": user.has_perm(REFUND),
        "may_import": user.has_perm(ADD_STATEMENT),
        "me": user,
        "errors": [problem] if problem else [],
    }
    return page(request, "desk.html", context, room="office_desk", status=422 if problem else 200)


def _act(request: HttpRequest, name: str, subject: str, act: Callable[[datetime], Any]) -> HttpResponse:
    """One decision at the desk, with its line in the audit trail."""
    at = now()
    try:
        with transaction.atomic():
            act(at)
            note(request, name, subject, at=at)
    except DomainError as error:
        return _desk(request, str(error.message))
    return redirect("office_desk")


@require_POST
@staff_page(REFUND)
def decide_refund(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Approve, refuse or repeat a refund."""
    found, by = get_object_or_404(Refund, pk=pk), staff_of(request)
    acts: dict[str, Callable[[datetime], Any]] = {
        "approve": lambda at: operations.approve_refund(refund=found, by=by, at=at),
        "refuse": lambda at: operations.refuse_refund(refund=found, by=by, at=at),
        "again": lambda at: operations.ask_again(refund=found, by=by, at=at),
    }
    return _act(request, f"refund.{what}", f"refund {pk}", acts[what])


@require_POST
@staff_page(REFUND)
def decide_review(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Send money under review back, propose to count it, or close a chargeback."""
    found, by = get_object_or_404(Attempt, pk=pk), staff_of(request)
    reason = request.POST.get("reason", "").strip()
    if not reason:
        return _desk(request, _("Say why."))
    acts: dict[str, Callable[[datetime], Any]] = {
        "return": lambda at: journey.send_back(attempt=found, reason=reason, by=by, at=at),
        "propose": lambda at: operations.propose_acceptance(attempt=found, reason=reason, by=by, at=at),
        "close": lambda at: operations.close_chargeback(attempt=found, reason=reason, by=by, at=at),
    }
    return _act(request, f"review.{what}", f"attempt {pk}", acts[what])


@require_POST
@staff_page(REFUND)
def decide_proposal(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """The second person counts the money, or does not."""
    found, by = get_object_or_404(Review, pk=pk), staff_of(request)
    acts: dict[str, Callable[[datetime], Any]] = {
        "confirm": lambda at: journey.accept_reviewed(review=found, by=by, at=at),
        "refuse": lambda at: operations.refuse_acceptance(review=found, by=by, at=at),
    }
    return _act(request, f"review.{what}", f"review {pk}", acts[what])


@require_POST
@staff_page(ADD_STATEMENT)
def import_statement(request: HttpRequest) -> HttpResponse:
    """A statement of our account, camt.053."""
    file = request.FILES.get("statement")
    if file is None:
        return _desk(request, _("Choose the statement's file."))
    raw = file.read(6_000_000)
    return _act(
        request, "statement.import", "statement",
        lambda at: journey.import_statement(raw=raw, by=staff_of(request), at=at),
    )  # fmt: skip


@require_POST
@staff_page(ADD_STATEMENT)
def decide_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which payment a transfer is, by its number; or, without one, that it is nobody's."""
    line, number = get_object_or_404(StatementLine, pk=pk), request.POST.get("number", "").strip()
    if not number:
        return _act(
            request, "statement.aside", f"line {pk}",
            lambda at: operations.set_line_aside(line=line, by=staff_of(request), at=at),
        )  # fmt: skip
    found = reports.search(number).first()
    if found is None:
        return _desk(request, _("There is no payment with this number."))
    return _act(
        request, "statement.assign", f"line {pk}",
        lambda at: journey.assign_line(line=line, payment=found, at=at),
    )  # fmt: skip


@staff_page(VIEW_REPORTS)
def reconciliations(request: HttpRequest) -> HttpResponse:
    """Comparisons with the gateways' reports, newest first, with their differences."""
    found = Reconciliation.objects.prefetch_related("differences")
    rows = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"rows": rows, "balances": reports.balances(), "kept": ""}
    return page(request, "reconciliations.html", context, room="office_reconciliations")


def _days(request: HttpRequest) -> tuple[date, date]:
    last = day_of(now())
    first = last - timedelta(days=29)
    try:
        first = date.fromisoformat(request.GET.get("since", "")) if request.GET.get("since") else first
        last = date.fromisoformat(request.GET.get("until", "")) if request.GET.get("until") else last
    except ValueError:
        return first, last
    return first, min(last, first + timedelta(days=366))


@staff_page(VIEW_REPORTS)
def takings(request: HttpRequest) -> HttpResponse:
    """By day, gateway and currency, with a chart of what was kept in the insurer's currency."""
    first, last = _days(request)
    found = reports.takings(first, last)
    bars = _bars(found, first, last)
    highest = max(bars, key=lambda bar: bar["sum"].minor)["sum"]
    context = {"takings": found, "first": first, "last": last, "bars": bars, "highest": highest}
    return page(request, "takings.html", context, room="office_takings")


def _bars(found: list[reports.Taking], first: date, last: date) -> list[dict[str, Any]]:
    """A bar for each day: where it stands and how high, in the units of the view box."""
    sums: dict[date, int] = {}
    for one in found:
        if one.kept.currency == "BYN":
            sums[one.day] = sums.get(one.day, 0) + one.kept.minor
    highest = max([*sums.values(), 1])
    count = (last - first).days + 1
    width = 1000 // max(count, 1)
    return [_bar(number, width, sums.get(day, 0), highest, day) for number, day in _numbered(first, count)]


def _numbered(first: date, count: int) -> list[tuple[int, date]]:
    return [(number, first + timedelta(days=number)) for number in range(count)]


def _bar(number: int, width: int, minor: int, highest: int, day: date) -> dict[str, Any]:
    height = max(minor, 0) * BARS // highest
    place = {"x": number * width, "y": BARS - height, "width": max(width - 2, 1), "height": height}
    return place | {"day": day, "sum": Money(minor, "BYN")}


@staff_page(VIEW_REPORTS)
def takings_csv(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet."""
    first, last = _days(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="takings-{first}-{last}.csv"'
    writer = csv.writer(answer)
    writer.writerow(["day", "gateway", "currency", "received", "returned", "kept"])
    for one in reports.takings(first, last):
        sums = (one.received.amount, one.returned.amount, one.kept.amount)
        writer.writerow([one.day.isoformat(), one.gateway, one.received.currency, *sums])
    return answer

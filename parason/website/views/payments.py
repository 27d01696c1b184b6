"""Paying: from the cart to the bank's page, back again, and how a payment stands."""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from parason.accounts.registers import is_organisation
from parason.checkout import queries as carts
from parason.contracts.rules import full_name
from parason.journeys import buy
from parason.journeys import payments as journey
from parason.kernel.clock import now
from parason.kernel.errors import DomainError
from parason.payments import queries as money
from parason.payments.errors import AlreadyPaid
from parason.payments.gateways.registry import offered
from parason.payments.models import Attempt, Payment
from parason.payments.operations import Urls
from parason.payments.states import Outward
from parason.website.views.buying import Customer

TONES = {
    Outward.PAID: "good",
    Outward.CHECKING: "wait",
    Outward.OPEN: "wait",
    Outward.REVIEW: "wait",
    Outward.NOT_PAID: "bad",
    Outward.RETURNED: "good",
    Outward.PARTLY_RETURNED: "good",
}
# While one of these shows, the page renews itself.
MOVING = (Outward.CHECKING, Outward.OPEN)
PAGE_SIZE = 50


@cache
def _patterns() -> tuple[str, str]:
    hook = reverse("hook", args=["GATEWAY", "SHOP"]).replace("GATEWAY", "{gateway}").replace("SHOP", "{shop}")
    return reverse("payment_return", args=["REF"]).replace("REF", "{ref}"), hook


def gateway_urls() -> Urls:
    """Where gateways send payers and notifications: on the configured address, whatever a request claims."""
    base = settings.PARASON_BASE_URL
    back, hook = _patterns()
    precheck = f"{base}{hook}/verify" if settings.PARASON_PRECHECK else ""
    return Urls(back=base + back, hook=base + hook, precheck=precheck)


@login_required
@require_POST
def pay(request: Customer) -> HttpResponse:
    """“Pay by card”: to the bank's page. A second click finds the first one's page."""
    method = request.POST.get("method") or next((one.code for one in offered()), "")
    try:
        attempt = buy.pay(
            owner=request.user,
            method=method,
            language=request.LANGUAGE_CODE,
            urls=gateway_urls(),
            at=now(),
        )
    except AlreadyPaid as error:
        messages.info(request, str(error))
        return redirect("payments")
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("cart")
    if attempt.redirect_url:
        # The adapter let only the bank's own hosts through.
        return HttpResponseRedirect(attempt.redirect_url)
    return redirect("payment", attempt.payment_id)


@require_GET
def payment_return(request: HttpRequest, our_ref: str) -> HttpResponse:
    """The payer is back. What the address says besides our reference is not believed: the bank is asked."""
    attempt = money.attempt_by_ref(our_ref)
    if attempt is None:
        raise Http404
    journey.look_again(attempt=attempt, at=now())
    return redirect("payment", attempt.payment_id)


def payment_or_404(request: Customer, pk: uuid.UUID) -> Payment:
    """The customer's own payment."""
    found = money.payment_of(request.user, pk)
    if found is None:
        raise Http404
    return found


def _standing(payment: Payment, attempt: Attempt | None) -> dict[str, Any]:
    status = money.standing(payment, attempt)
    return {
        "payment": payment,
        "attempt": attempt,
        "status": status,
        "tone": TONES[status],
        "moving": status in MOVING,
        "sign": {"good": "✓", "wait": "…", "bad": "✕"}[TONES[status]],
    }


@login_required
@require_GET
def payment(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """How a payment stands, in one big sign, with what to do; renews itself while it may change."""
    found = payment_or_404(request, pk)
    attempt = money.latest_attempt(found, money.attempts_of(found))
    if attempt is not None and money.standing(found, attempt) in MOVING:
        attempt = journey.look_again(attempt=attempt, at=now())
        found.refresh_from_db(fields=["status", "paid_at"])
    lines = carts.lines_as_ordered(found.order_id)
    context = _standing(found, attempt) | {
        "lines": lines,
        "only_later_parts": all(line.part > 1 for line in lines),
        "refunds": money.refunds_of(found),
        "decline": money.last_decline(attempt) if attempt is not None and attempt.declines else "",
    }
    template = "payments/_payment.html" if request.headers.get("HX-Request") else "payments/payment.html"
    return render(request, template, context)


@login_required
@require_GET
def payments(request: Customer) -> HttpResponse:
    """All payments, newest first."""
    page = Paginator(money.history(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_standing(one, money.latest_attempt(one)) for one in page.object_list]
    return render(request, "payments/payments.html", {"rows": rows, "page": page})


@login_required
@require_GET
def receipt(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Proof of a payment that was made, to print or keep."""
    found = payment_or_404(request, pk)
    if found.paid_at is None:
        raise Http404
    lines = carts.lines_as_ordered(found.order_id)
    holders = [line.contract.policyholder for line in lines]
    context = {
        "payment": found,
        "lines": lines,
        "payer": next((full_name(one) for one in holders if is_organisation(one)), ""),
        "charge": money.charge_of(found),
        "refunds": [one for one in found.refunds.all() if one.done_at],
    }
    return render(request, "payments/receipt.html", context)

"""The other papers of a policy: the memo, the terms, the receipt of its payment."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from parason.checkout import queries as carts
from parason.documents import operations, wallet
from parason.documents import papers as paper
from parason.documents import queries as documents
from parason.documents.facts import latin_name, organisation_facts
from parason.documents.models import Policy, PolicyFile
from parason.documents.seal import link
from parason.kernel.clock import day_of, insurer_zone, now
from parason.kernel.insurer import insurer, text
from parason.payments import queries as money
from parason.website.views.buying import Customer
from parason.website.views.payments import payment_or_404


def policy_or_404(request: Customer, pk: uuid.UUID) -> Policy:
    """The user's own policy; somebody else's is not there."""
    policy = documents.policy_of(request.user, pk)
    if policy is None:
        raise Http404(str(pk))
    return policy


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _kept(file: PolicyFile) -> HttpResponse:
    return pdf(bytes(file.content), file.name)


@login_required
@require_safe
def papers(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """All papers of one policy."""
    policy = policy_or_404(request, pk)
    context = {
        "policy": policy,
        "contract": policy.insured.contract,
        "apple": settings.PARASON_APPLE_WALLET["certificate"],
        "google": settings.PARASON_GOOGLE_WALLET["account"],
    }
    return render(request, "contracts/papers.html", context)


def _pass_of(policy: Policy, language: str) -> wallet.Pass:
    company = insurer()
    ends = datetime.combine(policy.last_day + timedelta(days=1), time(), insurer_zone())
    return wallet.Pass(
        facts=policy.facts,
        link=link(settings.PARASON_BASE_URL, policy.seal),
        insurer=text(company.name, language),
        phone=company.phones.assistance,
        brand=company.colours.light.get("brand", "#0F4C3A"),
        language=language if language in ("en", "ru") else "en",
        day_after=ends.isoformat(),
    )


@login_required
@require_safe
def apple_wallet(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """The policy for Apple's wallet."""
    policy = policy_or_404(request, pk)
    if not settings.PARASON_APPLE_WALLET["certificate"]:
        raise Http404("no certificate")
    content = wallet.apple_pass(_pass_of(policy, request.LANGUAGE_CODE), settings.PARASON_APPLE_WALLET)
    response = HttpResponse(content, content_type="application/vnd.apple.pkpass")
    response["Content-Disposition"] = f'attachment; filename="{policy.series}{policy.number}.pkpass"'
    return response


@login_required
@require_safe
def google_wallet(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """To Google's wallet, which takes the policy from the link."""
    policy = policy_or_404(request, pk)
    if not settings.PARASON_GOOGLE_WALLET["account"]:
        raise Http404("no account")
    one = _pass_of(policy, request.LANGUAGE_CODE)
    return redirect(wallet.google_link(one, settings.PARASON_GOOGLE_WALLET, at=now()))


@login_required
@require_safe
def memo(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """What to do and whom to call."""
    policy = policy_or_404(request, pk)
    return _kept(operations.other_paper(policy=policy, kind="memo", language="en", at=now()))


@login_required
@require_safe
def terms(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """The terms, in the person's language or in English."""
    policy = policy_or_404(request, pk)
    language = "ru" if request.LANGUAGE_CODE == "ru" else "en"
    return _kept(operations.other_paper(policy=policy, kind="terms", language=language, at=now()))


@login_required
@require_safe
def receipt_pdf(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Proof of a payment as a file."""
    payment = payment_or_404(request, pk)
    if payment.paid_at is None:
        raise Http404(str(pk))
    lines = carts.lines_as_ordered(payment.order_id)
    holder = lines[0].contract.policyholder if lines else {}
    charge = money.charge_of(payment)
    content = paper.receipt(
        number=payment.number, total=payment.amount, paid_on=day_of(payment.paid_at),
        payer=latin_name(holder),
        lines=[(line.words, line.amount) for line in lines], at=payment.paid_at,
        organisation=organisation_facts(holder) if lines else None,
        card=charge.card if charge else "", bank_number=charge.uid if charge else "",
    )  # fmt: skip
    return pdf(content, f"receipt-{payment.number}.pdf")

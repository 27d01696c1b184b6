"""Contracts and policies of a person: drafts, one contract, what was paid for (G22–G25, G28)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parason.checkout import operations as checkout
from parason.checkout import queries as carts
from parason.contracts import queries as contracts
from parason.contracts.models import Contract, Part
from parason.contracts.states import ContractStatus, PartStatus
from parason.documents import queries as documents
from parason.documents.models import Policy
from parason.documents.rendering import qr_svg
from parason.documents.seal import link
from parason.journeys import buy, terminate
from parason.kernel import clock
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.products.errors import UnknownProduct
from parason.products.queries import Definition, product
from parason.quotes import operations as quotes
from parason.quotes import queries as applications
from parason.website import cards, plans
from parason.website.answers import holder_rows, insured_rows, person_rows, question_rows
from parason.website.lists import listed, page_number
from parason.website.views.buying import Customer, people_step


def contract_or_404(request: Customer, pk: uuid.UUID, *, insured: bool = False) -> Contract:
    """The user's own contract, with its insured where they are shown; somebody else's is not there."""
    find = contracts.contract_of if insured else contracts.own_contract
    contract = find(user=request.user, pk=pk)
    if contract is None:
        raise Http404(str(pk))
    return contract


@login_required
def drafts(request: Customer) -> HttpResponse:
    """“Contract drafts”: formed and not paid (G23), and what was begun and not concluded."""
    language = request.LANGUAGE_CODE
    unpaid = list(contracts.drafts(request.user))
    firsts = {key: plan[0] for key, plan in contracts.plans_of(unpaid).items()}
    context = {
        "contracts": [
            cards.contract_card(
                one, language, in_cart=getattr(one, "carted", None) is not None, part=firsts.get(one.pk)
            )
            for one in unpaid
        ],
        "begun": [
            cards.application_card(begun, language)
            for begun in applications.open_applications(request.user)[:10]
        ],
    }
    return render(request, "contracts/drafts.html", context)


@login_required
def contract(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """One contract with its data, and the icon that moves its payment to the cart (G24)."""
    return _contract_page(request, contract_or_404(request, pk, insured=True))


@login_required
def done(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """The information window of G22: the contract has been formed and must now be paid for."""
    return _contract_page(request, contract_or_404(request, pk, insured=True), formed=True)


def _contract_page(
    request: Customer, found: Contract, *, formed: bool = False, ask: bool = False
) -> HttpResponse:
    product, at = cards.definition(found.product_code), clock.now()
    payable = found.status == ContractStatus.FORMED and found.pay_before > at
    plan = contracts.plan_of(found)
    context = {
        "card": cards.contract_card(
            found,
            request.LANGUAGE_CODE,
            clock.day_of(at),
            in_cart=payable and carts.in_cart(found),
            part=plan[0] if plan and payable else None,
        ),
        **_plan(found, plan, at),
        "contract": found,
        "formed": formed and payable,
        "ask": ask,
        "payable": payable,
        "may_end": terminate.may_end(found, at=at),
        "step": 4,
        "people_step": people_step(product),
    }
    if not context["formed"]:
        page = page_number(request.GET, len(found.insured.all()))
        context |= _details(found, product, request.LANGUAGE_CODE, page)
    return render(request, "contracts/contract.html", context)


def _plan(found: Contract, plan: list[Part], at: datetime) -> dict[str, Any]:
    """The parts of a premium that is paid in parts, and which of them can be put into the cart next."""
    if not plan:
        return {}
    in_cart = {number for _pk, number in carts.numbers_in_cart([found])}
    rows = plans.plan_rows(plan, in_cart=in_cart, at=at)
    return {
        "plan": rows,
        "next_part": plans.next_to_pay(rows),
        "parts_in_cart": any(row.in_cart for row in rows),
        "paid_in_full": all(part.status == PartStatus.PAID for part in plan),
        "unpaid_end": found.status == ContractStatus.TERMINATED and terminate.was_unpaid(found),
    }


def _details(found: Contract, product: Definition | None, language: str, page: int) -> dict[str, Any]:
    """Everything that was agreed, for whoever opens it."""
    insured = [one.facts for one in found.insured.all()]
    if product is None:
        return {"insured": [person_rows(facts, language) for facts in insured]}
    about = product.questions_about("contract")
    shown = {
        "holder": holder_rows(found.policyholder, language),
        "answers": question_rows(about, found.answers, product, language),
    }
    if product.insured.from_list:
        premiums = [Money(one.premium_minor, found.premium_currency) for one in found.insured.all()]
        return {**shown, "listed": listed(product, insured, premiums, language, page=page)}
    return {**shown, "insured": [insured_rows(facts, product, language) for facts in insured]}


@login_required
def to_cart(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Move a contract's payment to the cart, after the confirmation of G25 (a dialog; without JavaScript a
    page)."""
    if request.method != "POST":
        return _contract_page(request, contract_or_404(request, pk, insured=True), ask=True)
    found = contract_or_404(request, pk)
    try:
        checkout.add(owner=request.user, contract=found, at=clock.now())
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("contract", found.pk)
    return redirect("cart")


@login_required
@require_POST
def withdraw(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Give up a contract that is not paid."""
    found = contract_or_404(request, pk)
    try:
        buy.withdraw(contract=found, owner=request.user, at=clock.now())
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("contract", found.pk)
    messages.success(
        request, _("The contract %(reference)s has been withdrawn.") % {"reference": found.reference}
    )
    return redirect("drafts")


@login_required
def end(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """End a paid contract early: the sum that goes back is shown first, and travels with the click."""
    found, at = contract_or_404(request, pk, insured=True), clock.now()
    if not terminate.may_end(found, at=at):
        messages.error(request, str(terminate.CannotEnd.message))
        return redirect("contract", found.pk)
    problem = ""
    if request.method == "POST":
        seen = request.POST.get("seen_minor", "")
        minor = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else -1
        try:
            due = terminate.terminate(
                contract=found,
                owner=request.user,
                seen=Money(minor, found.payable_currency),
                reason="asked for by the customer",
                at=at,
            )
        except DomainError as error:
            problem = str(error.message)
        else:
            messages.success(request, _("The contract has ended. To be paid back: %(sum)s.") % {"sum": due})
            return redirect("contract", found.pk)
    context = {
        "card": cards.contract_card(found, request.LANGUAGE_CODE, clock.day_of(at)),
        "contract": found,
        "due": terminate.due_back(found, at=at),
        "problem": problem,
    }
    return render(request, "contracts/end.html", context, status=422 if problem else 200)


@login_required
def policies(request: Customer) -> HttpResponse:
    """“Policies”: what was paid for, like boarding passes, those in force first (G28)."""
    asked = request.GET.get("page", "")
    # Longer numbers are nobody's page, and more than the database counts.
    page = max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    context = cards.policies_page(request.user, request.LANGUAGE_CODE, clock.now(), page)
    return render(request, "contracts/policies.html", context)


def _policy_or_404(request: Customer, pk: uuid.UUID) -> Policy:
    policy = documents.policy_of(request.user, pk)
    if policy is None:
        raise Http404(str(pk))
    return policy


@login_required
def policy_pdf(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """The policy as it was issued, for its owner only."""
    file = documents.file_of(_policy_or_404(request, pk))
    response = HttpResponse(bytes(file.content), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{file.name}"'
    return response


@login_required
def policy_qr(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """The policy's code, to be shown on the screen."""
    policy = _policy_or_404(request, pk)
    picture = qr_svg(link(settings.PARASON_BASE_URL, policy.seal))
    response = HttpResponse(picture, content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=86400, immutable"  # a seal never changes
    return response


@login_required
def calendar(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """The days of cover for the person's own calendar (RFC 5545)."""
    found = contract_or_404(request, pk)
    response = HttpResponse(
        cards.calendar(found, request.LANGUAGE_CODE, clock.now()), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{found.reference}.ics"'
    return response


@login_required
@require_POST
def extend(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Begin a new application for the same people and as many days, from the day after this contract's
    last."""
    found = contract_or_404(request, pk)
    try:
        sold = product(found.product_code)
    except UnknownProduct:
        raise Http404(found.product_code) from None
    at = clock.now()
    first = max(found.last_day + timedelta(days=1), sold.term.earliest(clock.day_of(at)))
    before = found.application
    application = quotes.start(
        product_code=found.product_code,
        owner=request.user,
        browser_key="",
        first_day=first,
        last_day=first + timedelta(days=found.period.days - 1),
        answers=before.answers,
        people=before.people,
        policyholder_kind=before.policyholder_kind,
        organisation_id=before.organisation_id,
        policyholder_is_insured=before.policyholder_is_insured,
        person_ids=before.person_ids,
        insured_answers=before.insured_answers,
        objects_insured=before.objects_insured,
        parts=before.parts,
        at=at,
    )
    return redirect("buy_dates", application.pk)

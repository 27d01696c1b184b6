"""Check and conclude (G20–G22)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from parason.accounts.registers import is_organisation
from parason.contracts.rules import expires_too_early
from parason.journeys import apply, buy, instalments
from parason.journeys.buy import statements_of
from parason.kernel import clock
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.products.queries import Definition, explain
from parason.quotes.models import Application
from parason.website import plans
from parason.website.answers import holder_rows, insured_rows, question_rows
from parason.website.cards import in_short, name_of
from parason.website.forms.buying import CheckForm
from parason.website.lists import listed
from parason.website.views.buying import Customer, open_application, product_or_404, step_page


@login_required
def check(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Everything that was entered, for checking (G20)."""
    application = open_application(request, pk)
    if application.concluded_at:
        return redirect("buy_done", application.contract.pk)
    return _page(request, application, None)


@login_required
@require_POST
def conclude(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Conclude. `sure` is the answer to the dialog of G21; without JavaScript the dialog is a page of its
    own."""
    application = open_application(request, pk)
    if application.concluded_at:
        return redirect("buy_done", application.contract.pk)
    form = CheckForm(request.POST, statement="")
    if not form.is_valid():
        return _page(request, application, form, status=422)
    if "sure" not in request.POST:
        return _page(request, application, form, ask=True)
    given = form.cleaned_data
    try:
        contract = buy.conclude(
            application=application,
            revision=given["revision"],
            statement_accepted=given["confirm"],
            seen_total=Money(given["seen_minor"], given["seen_currency"]),
            language=request.LANGUAGE_CODE,
            at=clock.now(),
        )
    except DomainError as error:
        if isinstance(error, apply.NotReady):
            return to_step(error, application)
        return _page(request, open_application(request, pk), None, status=422, problem=str(error.message))
    return redirect("buy_done", contract.pk)


def to_step(error: apply.NotReady, application: Application) -> HttpResponse:
    """To the page of the step that was left out."""
    pages = {
        "dates": "buy_dates",
        "policyholder": "buy_policyholder",
        "questions": "buy_questions",
        "parts": "buy_parts",
    }
    return redirect(pages.get(error.step, "buy_people"), application.pk)


def _page(
    request: Customer,
    application: Application,
    form: CheckForm | None,
    *,
    status: int = 200,
    ask: bool = False,
    problem: str = "",
) -> HttpResponse:
    product, language = product_or_404(application.product_code), request.LANGUAGE_CODE
    try:
        ready = apply.summary(application=application, product=product, at=clock.now())
        paid = _ways_to_pay(application, product, ready)
    except apply.NotReady as error:
        return to_step(error, application)
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("buy_dates", application.pk)
    first, *more = statements_of(product, language)[0]
    form = form or CheckForm(None, statement=first)
    form.fields["confirm"].label = first
    return step_page(
        request,
        "check",
        step=3,
        product=product,
        application=application,
        status=status,
        form=form,
        ask=ask,
        problem=problem,
        ready=ready,
        more_statements=more,
        lines=explain(ready.calculation, language),
        seen=_seen(application, ready),
        **paid,
        **_blocks(application, product, ready, language),
    )


def _seen(application: Application, ready: apply.Summary) -> dict[str, Any]:
    """What travels with the click, so that nothing is concluded that was not on the page."""
    return {
        "revision": application.revision,
        "minor": ready.payable.minor,
        "currency": ready.payable.currency,
    }


def _ways_to_pay(application: Application, product: Definition, ready: apply.Summary) -> dict[str, Any]:
    """How the premium is paid, where the product leaves a choice. Raises NotReady when nobody chose."""
    at = clock.now()
    if len(product.instalments.counts) == 1:
        return {}
    if instalments.must_choose(application, product, total=ready.premium, at=at):
        raise apply.NotReady("parts")
    plan = instalments.plan_chosen(application, product, total=ready.premium, at=at)
    return {"way": plans.way(plan) if plan else None, "ways_to_pay": True, "at_once": plans.in_parts(1)}


def _blocks(
    application: Application, product: Definition, ready: apply.Summary, language: str
) -> dict[str, Any]:
    holder = holder_rows(ready.policyholder, language)
    about = product.questions_about("contract")
    asked = any(question.code == "sum_insured" for question in about)
    same = ready.policyholder.get("document_number")
    insured = []
    for facts, premium in zip(ready.insured, ready.premiums, strict=True):
        is_holder = bool(same) and facts.get("document_number") == same and facts.get("email") is not None
        rows = [] if product.insured.from_list else insured_rows(facts, product, language)
        insured.append(
            {
                "facts": facts,
                "premium": premium,
                "same": is_holder,
                "object": not facts.get("birth_date"),
                "name": name_of(facts, product),
                "rows": question_rows(product.questions_about("insured"), facts, product, language)
                if is_holder
                else rows,
            }
        )
    return {
        "holder": holder,
        "organisation": application.organisation_id if is_organisation(ready.policyholder) else None,
        "insured": insured,
        "names": ", ".join(in_short([str(one["name"]) for one in insured])),
        "listed": listed(product, ready.insured, ready.premiums, language)
        if product.insured.from_list
        else None,
        "answers": question_rows(
            [one for one in about if one.priced], application.answers, product, language
        ),
        "late": question_rows(product.late_questions, application.answers, product, language),
        "territory": product.territory(language, application.answers),
        "sum_insured": None if asked else ready.sum_insured,  # it is among the answers already
        "warnings": _warnings(product, ready, insured, language),
    }


def _warnings(
    product: Definition, ready: apply.Summary, insured: list[dict[str, Any]], language: str
) -> list[dict[str, Any]]:
    """What the buyer should know before concluding; none of it blocks."""
    found: list[dict[str, Any]] = []
    for one in insured:
        facts = one["facts"]
        exemption = product.exemption(facts.get("nationality") or "", ready.period.first)
        if exemption is not None:
            found.append({"kind": "exempt", "name": one["name"], "basis": exemption.text(language)})
        if expires_too_early(facts, ready.period.first):
            expires = date.fromisoformat(str(facts["expires_on"]))
            found.append({"kind": "expires", "name": one["name"], "expires": expires})
    return found

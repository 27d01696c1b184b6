"""A purchase, step by step: dates, people, check, contract (G16–G22)."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from parason.accounts.models import User
from parason.contracts.rules import expires_too_early
from parason.journeys import apply, buy
from parason.kernel import clock
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.products import queries as products
from parason.products.queries import Definition
from parason.quotes import operations as quotes
from parason.quotes import queries as applications
from parason.quotes.models import Application
from parason.website.browser import adopt, browser_key, make_browser_key
from parason.website.forms.buying import CheckForm, DatesForm
from parason.website.people import PeopleStep


class Customer(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    LANGUAGE_CODE: str


def product_or_404(code: str) -> Definition:
    """A product that is on sale."""
    try:
        return products.product(code)
    except products.UnknownProduct:
        raise Http404(code) from None


def open_application(request: HttpRequest, pk: uuid.UUID) -> Application:
    """The application of this user or browser; a concluded one leads to its contract, everybody else's is not there."""
    user = person_of(request)
    application = applications.application_of(user=user, browser_key=browser_key(request), pk=pk)
    if application is None:
        raise Http404(str(pk))
    if user is not None and application.owner_id is None:
        adopt(request, user=user)
        application.owner = user
    return application


def person_of(request: HttpRequest) -> User | None:
    """Who is logged in; None for a stranger."""
    return cast(User, request.user) if request.user.is_authenticated else None


def _step(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"buying/{template}.html", context, status=status)


def _dates_form(request: HttpRequest, product: Definition, application: Application | None = None) -> DatesForm:
    kept: dict[str, Any] = {}
    if application is not None:
        kept = {"period": application.period, "people": application.people, "answers": application.answers}
    data = request.POST if request.method == "POST" else None
    return DatesForm(
        data, product=product, today=clock.day_of(clock.now()), language=request.LANGUAGE_CODE, **kept
    )


def start(request: HttpRequest, code: str) -> HttpResponse:
    """The dates of a new application (G17). “BUY” begins it, for strangers too: the account comes later."""
    product = product_or_404(code)
    form = _dates_form(request, product)
    if request.method != "POST" or not form.is_valid():
        return _dates_page(request, form, product)
    given = form.cleaned_data
    user = person_of(request)
    application = quotes.start(
        product_code=product.code, owner=user, browser_key="" if user else make_browser_key(request),
        first_day=given["period"].first, last_day=given["period"].last, people=given.get("people") or 1,
        answers=given["answers"], at=clock.now(),
    )
    return redirect("buy_people", application.pk)


def _dates_page(
    request: HttpRequest, form: DatesForm, product: Definition, application: Application | None = None
) -> HttpResponse:
    context = {"form": form, "product": product, "application": application, "step": 1, **preview(form, product)}
    return _step(request, "dates", context, 422 if form.is_bound else 200)


def preview(form: DatesForm, product: Definition) -> dict[str, Any]:
    """The price of what the form says now, or why there is none."""
    if form.is_bound and not form.is_valid():
        return {"offer": None, "no_price": ""}
    given = form.cleaned_data if form.is_bound else form.defaults()
    try:
        found = apply.preview(
            product=product, period=given["period"], answers=given["answers"], people=given.get("people") or 1, at=clock.now()
        )
    except DomainError as error:
        return {"offer": None, "no_price": error.message}
    return {"offer": found, "no_price": "", "period": given["period"]}


def dates(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change the dates of an application."""
    application = open_application(request, pk)
    if application.concluded_at:
        return redirect("buy_resume")
    product = product_or_404(application.product_code)
    form = _dates_form(request, product, application)
    if request.method != "POST" or not form.is_valid():
        return _dates_page(request, form, product, application)
    given = form.cleaned_data
    try:
        quotes.save(
            application=application, revision=_revision(request), at=clock.now(), first_day=given["period"].first,
            last_day=given["period"].last, people=given.get("people") or application.people, answers=given["answers"],
        )
    except quotes.ChangedElsewhere as error:
        messages.warning(request, str(error.message))
        return redirect("buy_dates", application.pk)
    return redirect("buy_check" if request.GET.get("back") == "check" else "buy_people", application.pk)


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


@login_required
def people(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Who is insured (G18), or what: the policyholder by the box, saved people, and new ones."""
    application = open_application(request, pk)
    if application.concluded_at:
        return redirect("buy_resume")
    product = product_or_404(application.product_code)
    step = PeopleStep(
        application, product, owner=request.user, data=request.POST if request.method == "POST" else None,
        language=request.LANGUAGE_CODE, at=clock.now(),
    )
    if request.method == "POST" and step.ready and step.form.is_valid():
        return _leave_people(request, step)
    context = {"application": application, "product": product, "step": 2, **step.context()}
    return _step(request, "people", context, 422 if request.method == "POST" else 200)


def _leave_people(request: Customer, step: PeopleStep) -> HttpResponse:
    application = step.application
    try:
        step.save(revision=_revision(request), at=clock.now())
    except quotes.ChangedElsewhere as error:
        messages.warning(request, str(error.message))
        return redirect("buy_people", application.pk)
    except DomainError as error:
        step.form.add_error(None, str(error.message))
        context = {"application": application, "product": step.product, "step": 2, **step.context()}
        return _step(request, "people", context, 422)
    if "another" in request.POST or step.nobody:
        return redirect("buy_person", application.pk)
    return redirect("buy_check", application.pk)


@login_required
def check(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Everything that was entered, for checking (G20); “Enter into a contract” concludes (G21: asked once more)."""
    application = open_application(request, pk)
    if application.concluded_at:
        return redirect("buy_done", application.contract.pk)
    return _check_page(request, application, None, status=200)


def _check_page(
    request: Customer, application: Application, form: CheckForm | None, *, status: int, ask: bool = False,
    problem: str = "",
) -> HttpResponse:
    product = product_or_404(application.product_code)
    try:
        ready = apply.summary(application=application, product=product, at=clock.now())
    except apply.NotReady as error:
        return redirect("buy_dates" if error.step == "dates" else "buy_people", application.pk)
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("buy_dates", application.pk)
    statement = product.statement(request.LANGUAGE_CODE)[0]
    seen = {"revision": application.revision, "seen_minor": ready.payable.minor, "seen_currency": ready.payable.currency}
    if form is not None:
        form.fields["confirm"].label = statement
    else:
        form = CheckForm(initial=seen, statement=statement)
    context = {
        "application": application, "product": product, "step": 3, "form": form, "ready": ready, "seen": seen, "ask": ask,
        "problem": problem, "warnings": warnings(application, product, ready, request.LANGUAGE_CODE),
    }
    return _step(request, "check", context, status)


def warnings(application: Application, product: Definition, ready: apply.Summary, language: str) -> list[dict[str, Any]]:
    """What the buyer should know before concluding; none of it blocks."""
    found: list[dict[str, Any]] = []
    for facts in ready.insured:
        exemption = product.exemption(facts.get("nationality") or "", ready.period.first)
        if exemption is not None:
            found.append({"kind": "exempt", "facts": facts, "basis": exemption.text(language)})
        if expires_too_early(facts, ready.period.first):
            found.append({"kind": "expires", "facts": facts})
    return found


@login_required
@require_POST
def conclude(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Conclude. The dialog of G21 has been answered when `sure` is sent; without JavaScript it is a page."""
    application = open_application(request, pk)
    form = CheckForm(request.POST, statement="")
    if not form.is_valid():
        if application.concluded_at:
            return redirect("buy_done", application.contract.pk)
        return _check_page(request, application, form, status=422)
    if "sure" not in request.POST:
        return _check_page(request, application, form, status=200, ask=True)
    given = form.cleaned_data
    try:
        contract = buy.conclude(
            application=application, revision=given["revision"], statement_accepted=given["confirm"],
            seen_total=Money(given["seen_minor"], given["seen_currency"]), language=request.LANGUAGE_CODE, at=clock.now(),
        )
    except apply.NotReady as error:
        return redirect("buy_dates" if error.step == "dates" else "buy_people", application.pk)
    except (buy.PriceChanged, quotes.ChangedElsewhere, DomainError) as error:
        fresh = open_application(request, pk)
        return _check_page(request, fresh, None, status=422, problem=str(error.message))
    return redirect("buy_done", contract.pk)


@login_required
def resume(request: Customer) -> HttpResponse:
    """Go on where the person stopped, on whatever device: the latest open application, else the catalogue."""
    adopt(request, user=request.user)
    latest = applications.open_applications(request.user).first()
    if latest is None:
        return redirect("buy")
    latest.owner = request.user
    _policyholder, persons = applications.people_of(latest)
    step = apply.step_of(latest, persons=persons)
    return redirect(f"buy_{step}", latest.pk)


@login_required
@require_POST
def discard(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Throw away what was begun."""
    quotes.discard(application=open_application(request, pk))
    return redirect(reverse("drafts"))


__all__ = ["Customer", "check", "conclude", "dates", "discard", "people", "product_or_404", "resume", "start"]

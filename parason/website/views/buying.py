"""The first steps of a purchase: catalogue, dates, people (G16–G19); the rest is in concluding.py."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from parason.accounts.models import User
from parason.journeys import apply, ready
from parason.kernel import clock
from parason.kernel.errors import DomainError
from parason.products import queries as products
from parason.products.errors import UnknownProduct
from parason.products.queries import Definition
from parason.quotes import operations as quotes
from parason.quotes import queries as applications
from parason.quotes.models import Application
from parason.website.browser import adopt, browser_key, make_browser_key
from parason.website.calculator import Calculation, calculate
from parason.website.people import PeopleStep


class Customer(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    LANGUAGE_CODE: str


def product_or_404(code: str) -> Definition:
    """A product that is on the shelf."""
    try:
        return products.product(code)
    except UnknownProduct:
        raise Http404(code) from None


def person_of(request: HttpRequest) -> User | None:
    """Who is logged in; None for a stranger."""
    return request.user if request.user.is_authenticated else None


def open_application(request: HttpRequest, pk: uuid.UUID) -> Application:
    """The application of this user or browser; to everybody else it is not there."""
    user = person_of(request)
    application = applications.application_of(user=user, browser_key=browser_key(request), pk=pk)
    if application is None:
        raise Http404(str(pk))
    if user is not None and application.owner_id is None:
        adopt(request, user=user)
        application.owner = user
    return application


def step_page(
    request: HttpRequest,
    template: str,
    *,
    step: int,
    product: Definition,
    application: Application | None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page with the steps above it."""
    common = {
        "step": step, "product": product, "application": application, "people_step": people_step(product),
    }  # fmt: skip
    return render(request, f"buying/{template}.html", {**common, **context}, status=status)


def people_step(product: Definition | None) -> str:
    """The name of the second step."""
    if product is not None and product.insured_kind != "person":
        return pgettext("step", "What is insured")
    return pgettext("step", "People")


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """“Buy policy”: what is sold, by class (G15, G16)."""
    names = {
        "private": pgettext("guide", "Private insurance"),
        "obligatory": pgettext("guide", "Obligatory insurance"),
        "business": pgettext("guide", "Business insurance"),
    }
    classes = [
        {"code": code, "name": names[code], "products": found} for code, found in products.by_class().items()
    ]
    stopped = products.stopped(clock.day_of(clock.now()))
    return render(request, "buying/catalogue.html", {"classes": classes, "stopped": stopped})


@require_safe
def new(request: HttpRequest, code: str) -> HttpResponse:
    """The dates of a new application (G17)."""
    return _dates_page(request, product_or_404(code))


@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """“BUY” on the calculator: begins an application, for strangers too; the account comes later."""
    return _begin(request, product_or_404(code))


def _calculated(request: HttpRequest, product: Definition, at: datetime) -> Calculation:
    """What the form of the dates says. Only an answer may have no price: without questions the dates alone
    count, and the form has checked them."""
    return calculate(
        product=product,
        data=request.POST,
        language=request.LANGUAGE_CODE,
        at=at,
        priced=bool(product.questions),
    )


def _begin(request: HttpRequest, product: Definition) -> HttpResponse:
    at = clock.now()
    found = _calculated(request, product, at)
    stopped = product.code in dict(products.stopped(clock.day_of(at)))
    if found.refused or found.period is None or stopped:
        return _dates_page(request, product)
    user = person_of(request)
    application = quotes.start(
        product_code=product.code,
        owner=user,
        browser_key="" if user else make_browser_key(request),
        first_day=found.period.first,
        last_day=found.period.last,
        people=found.people,
        answers=found.form.cleaned_data["answers"],
        at=at,
    )
    return redirect("buy_people", application.pk)


def _dates_page(
    request: HttpRequest, product: Definition, application: Application | None = None
) -> HttpResponse:
    kept: dict[str, Any] = {}
    if application is not None:
        kept = {"period": application.period, "people": application.people, "answers": application.answers}
    data = request.POST if request.method == "POST" else request.GET if "first_day" in request.GET else None
    found = calculate(product=product, data=data, language=request.LANGUAGE_CODE, at=clock.now(), **kept)
    return step_page(
        request,
        "dates",
        step=1,
        product=product,
        application=application,
        calculation=found,
        form=found.form,
        back=request.GET.get("back") == "check",
        status=422 if data is not None and found.refused else 200,
    )


def dates(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change the dates of an application."""
    application = open_application(request, pk)
    if application.concluded_at:
        return redirect("buy_check", application.pk)
    product = product_or_404(application.product_code)
    if request.method != "POST":
        return _dates_page(request, product, application)
    at = clock.now()
    found = _calculated(request, product, at)
    if found.refused or found.period is None:
        return _dates_page(request, product, application)
    try:
        quotes.save(
            application=application,
            revision=revision_in(request),
            at=at,
            first_day=found.period.first,
            last_day=found.period.last,
            people=found.people,
            answers={**apply.late_answers(application, product), **found.form.cleaned_data["answers"]},
        )
    except quotes.ChangedElsewhere as error:
        messages.warning(request, str(error.message))
        return redirect("buy_dates", application.pk)
    return redirect("buy_check" if request.GET.get("back") == "check" else "buy_people", application.pk)


def revision_in(request: HttpRequest, name: str = "revision") -> int:
    """The revision that the page was made from; -1, which none has, when it is missing."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


@login_required
def people(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Who is insured (G18), or what: the policyholder by the box, saved people, and new ones."""
    application = open_application(request, pk)
    if application.concluded_at:
        return redirect("buy_check", application.pk)
    product = product_or_404(application.product_code)
    if not ready.chosen(application, product):
        return redirect("buy_policyholder", application.pk)
    step = PeopleStep(
        application,
        product,
        owner=request.user,
        language=request.LANGUAGE_CODE,
        data=request.POST if request.method == "POST" else None,
        at=clock.now(),
    )
    if step.ready and step.product.insured.from_list:
        return redirect("buy_list", application.pk)
    if request.method == "POST" and step.ready and step.form.is_valid():
        return _leave_people(request, step)
    return _people_page(request, step, status=422 if request.method == "POST" else 200)


def _people_page(request: Customer, step: PeopleStep, status: int) -> HttpResponse:
    return step_page(
        request,
        "people",
        step=2,
        product=step.product,
        application=step.application,
        status=status,
        **step.context(),
    )


def _leave_people(request: Customer, step: PeopleStep) -> HttpResponse:
    application = step.application
    try:
        step.save(revision=revision_in(request), at=clock.now())
    except quotes.ChangedElsewhere as error:
        messages.warning(request, str(error.message))
        return redirect("buy_people", application.pk)
    except DomainError as error:
        step.refuse(error)
        return _people_page(request, step, 422)
    if "another" in request.POST or step.nobody:
        return redirect("buy_person", application.pk)
    return redirect("buy_check", application.pk)


@login_required
def resume(request: Customer) -> HttpResponse:
    """Go on where the person stopped, on whatever device: the latest open application, else the catalogue."""
    adopt(request, user=request.user)
    latest = applications.open_applications(request.user).first()
    if latest is None:
        return redirect("buy")
    latest.owner = request.user
    _policyholder, persons = applications.people_of(latest)
    return redirect(f"buy_{apply.step_of(latest, persons=persons)}", latest.pk)


@login_required
@require_POST
def discard(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Throw away what was begun and not concluded."""
    quotes.discard(application=open_application(request, pk))
    return redirect("drafts")

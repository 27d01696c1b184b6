"""The next window of G19: the data of an insured person who is not the policyholder."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from parason.accounts import queries as accounts
from parason.accounts.errors import ChangedElsewhere as PersonChanged
from parason.accounts.errors import NoSuchPerson
from parason.accounts.models import Person
from parason.accounts.operations import save_person
from parason.journeys import apply
from parason.kernel import clock
from parason.kernel.errors import DomainError
from parason.quotes import operations as quotes
from parason.quotes.models import Application
from parason.website import passport
from parason.website.forms.person import InsuredPersonForm
from parason.website.views.buying import Customer, open_application, product_or_404, revision_in, step_page


@login_required
def person(request: Customer, pk: uuid.UUID, person_pk: int | None = None) -> HttpResponse:
    """Enter one more insured person, or complete one who was saved; the person is kept for next time."""
    application = open_application(request, pk)
    if application.concluded_at:
        return redirect("buy_check", application.pk)
    stored = _stored(request, person_pk)
    passport.keep_photo_in_memory(request)
    today = clock.day_of(clock.now())
    form = InsuredPersonForm(request.POST if request.method == "POST" else None, today=today, person=stored)
    typed = passport.typed(request, form) if request.method == "POST" else None
    if typed is not None:
        return _page(request, application, InsuredPersonForm(today=today, person=stored, initial=typed))
    if request.method == "POST" and form.is_valid():
        return _save(request, application, form, stored)
    return _page(request, application, form)


def _stored(request: Customer, person_pk: int | None) -> Person | None:
    try:
        return accounts.person_of(request.user, person_pk) if person_pk is not None else None
    except NoSuchPerson:
        raise Http404(str(person_pk)) from None


def _page(request: Customer, application: Application, form: InsuredPersonForm) -> HttpResponse:
    return step_page(
        request,
        "person",
        step=2,
        product=product_or_404(application.product_code),
        application=application,
        status=422 if form.is_bound else 200,
        **passport.context(request, form),
    )


def _save(
    request: Customer, application: Application, form: InsuredPersonForm, stored: Person | None
) -> HttpResponse:
    at = clock.now()
    try:
        saved = save_person(
            owner=request.user,
            person_id=stored.pk if stored else None,
            is_self=False,
            revision=form.shown_revision,
            data=form.values,
            at=at,
        )
        chosen = apply.add_person(
            application=application,
            revision=revision_in(request, "application_revision"),
            person=saved,
            at=at,
        )
    except quotes.ChangedElsewhere as error:
        messages.warning(request, str(error.message))
        return redirect("buy_people", application.pk)
    except (PersonChanged, DomainError) as error:
        form.add_error(None, str(error.message))
        return _page(request, application, form)
    if "another" in request.POST:
        return redirect("buy_person", application.pk)
    product = product_or_404(application.product_code)
    # The guide leads from this window straight to the check; questions about each person, or more
    # people, come first.
    done = len(chosen) >= application.people and not product.questions_about("insured")
    return redirect("buy_check" if done else "buy_people", application.pk)

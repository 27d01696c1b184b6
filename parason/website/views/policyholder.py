"""Who concludes the contract: the person of the account or one of its organisations."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from parason.accounts import queries as accounts
from parason.accounts.errors import NoSuchOrganisation
from parason.accounts.models import Organisation
from parason.journeys import ready
from parason.kernel import clock
from parason.kernel.errors import DomainError
from parason.products.queries import Definition
from parason.quotes import operations as quotes
from parason.quotes.models import Application
from parason.website.forms.organisation import PolicyholderForm
from parason.website.views.buying import Customer, open_application, product_or_404, revision_in, step_page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def policyholder(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Choose, or add an organisation and come back."""
    application = open_application(request, pk)
    if application.concluded_at:
        return redirect("buy_check", application.pk)
    product = product_or_404(application.product_code)
    organisations = accounts.organisations_of(request.user)
    form = _form(request, application, product, organisations)
    if request.method == "POST" and form.is_valid():
        return _save(request, application, product, form)
    return _page(request, application, product, form)


def _form(
    request: Customer, application: Application, product: Definition, organisations: list[Organisation]
) -> PolicyholderForm:
    person = None
    if "person" in product.policyholders:
        person = str(accounts.self_of(request.user) or "")
    chosen = str(application.organisation_id or "")
    if application.policyholder_kind == "person":
        chosen = "self"
    added = request.GET.get("organisation", "")
    data = request.POST if request.method == "POST" else None
    return PolicyholderForm(data, organisations=organisations, person=person, chosen=added or chosen)


def _page(
    request: Customer, application: Application, product: Definition, form: PolicyholderForm
) -> HttpResponse:
    return step_page(
        request,
        "policyholder",
        step=2,
        product=product,
        application=application,
        status=422 if form.is_bound else 200,
        form=form,
        back=request.GET.get("back") == "check",
        only_organisations="person" not in product.policyholders,
    )


def _save(
    request: Customer, application: Application, product: Definition, form: PolicyholderForm
) -> HttpResponse:
    try:
        ready.choose_policyholder(
            application=application,
            product=product,
            revision=revision_in(request),
            owner=request.user,
            organisation_id=form.organisation_id,
            at=clock.now(),
        )
    except quotes.ChangedElsewhere as error:
        messages.warning(request, str(error.message))
        return redirect("buy_policyholder", application.pk)
    except (NoSuchOrganisation, DomainError) as error:
        form.add_error("policyholder", str(error.message))
        return _page(request, application, product, form)
    return redirect("buy_check" if request.GET.get("back") == "check" else "buy_people", application.pk)

"""In how many parts the premium is paid: chosen before the check, and each later part put into the cart."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from parason.checkout import operations as checkout
from parason.journeys import apply, instalments
from parason.kernel import clock
from parason.kernel.errors import DomainError
from parason.products.queries import Definition
from parason.quotes import operations as quotes
from parason.quotes.models import Application
from parason.website import plans
from parason.website.views.buying import Customer, open_application, product_or_404, revision_in, step_page
from parason.website.views.concluding import to_step
from parason.website.views.contracts import contract_or_404


class PartsForm(forms.Form):
    """One of the ways to pay."""

    parts = forms.TypedChoiceField(
        label=_("How do you want to pay the premium?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how you want to pay."),
            "invalid_choice": _("Choose how you want to pay."),
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def parts(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Choose in how many parts, with the day and the sum of each."""
    application = open_application(request, pk)
    product, at = product_or_404(application.product_code), clock.now()
    if application.concluded_at:
        return redirect("buy_check", application.pk)
    try:
        ready = apply.summary(application=application, product=product, at=at)
    except apply.NotReady as error:
        return to_step(error, application)
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("buy_dates", application.pk)
    offered = instalments.plans(application, product, total=ready.premium, at=at)
    if len(offered) == 1 and application.parts in (None, 1):
        return redirect("buy_check", application.pk)
    form = _form(request, application, [len(plan) for plan in offered])
    if form.is_bound and form.is_valid():
        return _save(request, application, product, form.cleaned_data["parts"], ready)
    return step_page(
        request,
        "parts",
        step=2,
        product=product,
        application=application,
        status=422 if form.is_bound else 200,
        form=form,
        ways=zip(form["parts"], [plans.way(plan) for plan in offered], strict=True),
        grace_days=product.instalments.grace_days,
        converted=ready.rate_date is not None,
    )


def _form(request: Customer, application: Application, counts: list[int]) -> PartsForm:
    chosen = application.parts if application.parts in counts else 1
    form = PartsForm(request.POST if request.method == "POST" else None, initial={"parts": chosen})
    field = form.fields["parts"]
    field.choices = [(count, plans.in_parts(count)) for count in counts]  # type: ignore[attr-defined]
    return form


def _save(
    request: Customer, application: Application, product: Definition, count: int, ready: apply.Summary
) -> HttpResponse:
    try:
        instalments.choose(
            application=application,
            product=product,
            count=count,
            revision=revision_in(request),
            total=ready.premium,
            at=clock.now(),
        )
    except quotes.ChangedElsewhere as error:
        messages.warning(request, str(error.message))
        return redirect("buy_parts", application.pk)
    return redirect("buy_check", application.pk)


@login_required
@require_POST
def to_cart(request: Customer, pk: uuid.UUID, number: int) -> HttpResponse:
    """Put a later part into the cart, on its day or before."""
    contract = contract_or_404(request, pk)
    try:
        checkout.add(owner=request.user, contract=contract, part=number, at=clock.now())
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("contract", contract.pk)
    return redirect("cart")

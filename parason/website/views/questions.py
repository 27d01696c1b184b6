"""The last step before the check: what the insurer asks and the price does not depend on."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from parason.journeys import apply
from parason.kernel import clock
from parason.kernel.errors import DomainError
from parason.quotes import operations as quotes
from parason.website.forms.questions import LateForm
from parason.website.views.buying import Customer, open_application, product_or_404, revision_in, step_page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Ask them all on one page."""
    application = open_application(request, pk)
    product = product_or_404(application.product_code)
    if application.concluded_at or not product.late_questions:
        return redirect("buy_check", application.pk)
    data = request.POST if request.method == "POST" else None
    form = LateForm(data, product=product, answers=application.answers, language=request.LANGUAGE_CODE)
    if form.is_bound and form.is_valid():
        try:
            apply.answer_late(
                application=application,
                product=product,
                revision=revision_in(request),
                answers=form.answers,
                at=clock.now(),
            )
        except quotes.ChangedElsewhere as error:
            messages.warning(request, str(error.message))
            return redirect("buy_questions", application.pk)
        except DomainError as error:
            messages.error(request, str(error.message))
            return redirect("buy_dates", application.pk)
        return redirect("buy_check", application.pk)
    status = 422 if form.is_bound else 200
    return step_page(
        request, "questions", step=2, product=product, application=application, status=status, form=form
    )

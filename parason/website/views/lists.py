"""The people step of products whose insured come from an uploaded list."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parason.journeys import apply
from parason.kernel import clock
from parason.kernel.errors import DomainError
from parason.products.errors import BadTable, OutOfRange
from parason.products.list_template import csv_template, xlsx_template
from parason.products.lists import read_insured_list
from parason.products.queries import Definition
from parason.products.rating.faults import TableFault
from parason.quotes import operations as quotes
from parason.quotes.models import Application
from parason.website import lists
from parason.website.views.buying import Customer, open_application, product_or_404, revision_in, step_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATES = {"csv": (csv_template, "text/csv; charset=utf-8"), "xlsx": (xlsx_template, XLSX)}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Who is insured, from a file: upload, look at who was read and what each costs, replace."""
    lists.keep_list_in_memory(request)
    application = open_application(request, pk)
    if application.concluded_at:
        return redirect("buy_check", application.pk)
    product = product_or_404(application.product_code)
    if not product.insured.from_list:
        return redirect("buy_people", application.pk)
    if application.period is None:
        return redirect("buy_dates", application.pk)
    if request.method == "POST":
        return _upload(request, application, product)
    return _page(request, application, product, lists.ListForm())


def _upload(request: Customer, application: Application, product: Definition) -> HttpResponse:
    too_large = int(request.META.get("CONTENT_LENGTH") or 0) > lists.MOST_BYTES
    form = lists.ListForm(request.POST, request.FILES, too_large=too_large)
    if not form.is_valid():
        return _page(request, application, product, form)
    try:
        _take(application, product, form.cleaned_data["file"], revision=revision_in(request))
    except quotes.ChangedElsewhere as error:
        messages.warning(request, str(error.message))
        return redirect("buy_list", application.pk)
    except (BadTable, OutOfRange) as error:
        form.add_error("file", _("The list has faults; they are shown below. Nothing was taken over."))
        return _page(
            request, open_application(request, application.pk), product, form, lists.faults_of(error)
        )
    except DomainError as error:
        form.add_error("file", str(error.message))
        return _page(request, open_application(request, application.pk), product, form)
    return redirect("buy_list", application.pk)


def _take(application: Application, product: Definition, file: UploadedFile[bytes], *, revision: int) -> None:
    if application.period is None:
        raise apply.NotReady("dates")
    insured = read_insured_list(
        product=product, raw=file.read(), filename=file.name or "", first_day=application.period.first
    )
    things = [lists.plain(facts) for facts in insured]
    apply.choose_objects(application=application, revision=revision, things=things, at=clock.now())


def _page(
    request: Customer,
    application: Application,
    product: Definition,
    form: lists.ListForm,
    faults: list[TableFault] | None = None,
) -> HttpResponse:
    language, faults = request.LANGUAGE_CODE, faults or []
    ready, problem = None, ""
    try:
        ready = apply.summary(application=application, product=product, late_questions=False, at=clock.now())
    except apply.NotReady as error:
        if error.step != "people":
            return redirect("buy_dates" if error.step == "dates" else "buy_people", application.pk)
    except DomainError as error:
        problem = str(error.message)
    context: dict[str, Any] = {
        "form": form,
        "faults": faults[: lists.MOST_FAULTS],
        "fault_count": len(faults),
        "more_faults": max(len(faults) - lists.MOST_FAULTS, 0),
        "columns": lists.columns_of(product, language),
        "ready": ready,
        "problem": problem,
    }
    if ready is not None:
        shown = lists.page_number(request.GET, len(ready.insured))
        context["listed"] = lists.listed(product, ready.insured, ready.premiums, language, page=shown)
    status = 422 if form.errors else 200
    return step_page(
        request, "list", step=2, product=product, application=application, status=status, **context
    )


@require_safe
def template(request: Customer, code: str, kind: str) -> HttpResponse:
    """An empty list to fill in; it holds nothing of anybody."""
    product = product_or_404(code)
    if kind not in TEMPLATES or not product.insured.from_list:
        raise Http404(kind)
    make, content_type = TEMPLATES[kind]
    response = HttpResponse(make(product), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{product.code}-list.{kind}"'
    return response

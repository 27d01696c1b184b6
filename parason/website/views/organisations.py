"""The organisations for which a user concludes contracts: under the profile."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from parason.accounts import operations, queries
from parason.accounts.errors import ChangedElsewhere, NoSuchOrganisation, SavedBefore
from parason.accounts.models import Organisation
from parason.kernel.clock import now
from parason.website.forms.organisation import OrganisationForm
from parason.website.views.profile import user_of, way_back


@login_required
@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    """All of them."""
    found = queries.organisations_of(user_of(request))
    return render(request, "profile/organisations.html", {"organisations": found})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Save one more."""
    return _page(request, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one."""
    return _page(request, _theirs(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one, after asking."""
    organisation = _theirs(request, pk)
    if request.method != "POST":
        return render(request, "profile/organisation_delete.html", {"organisation": organisation})
    operations.delete_organisation(owner=user_of(request), organisation_id=pk)
    messages.success(
        request, _("The organisation has been removed. Contracts and policies stay as they are.")
    )
    return redirect("organisations")


def _theirs(request: HttpRequest, pk: int) -> Organisation:
    try:
        return queries.organisation_of(user_of(request), pk)
    except NoSuchOrganisation as error:
        raise Http404 from error


def _page(request: HttpRequest, organisation: Organisation | None) -> HttpResponse:
    if request.method != "POST":
        return _show(request, OrganisationForm(organisation=organisation), organisation)
    form = OrganisationForm(request.POST, organisation=organisation)
    if not form.is_valid():
        return _show(request, form, organisation, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _save(request, form, organisation)


def _save(request: HttpRequest, form: OrganisationForm, organisation: Organisation | None) -> HttpResponse:
    try:
        saved = operations.save_organisation(
            owner=user_of(request),
            organisation_id=organisation.pk if organisation else None,
            revision=form.shown_revision,
            data=form.values,
            at=now(),
        )
    except ChangedElsewhere as conflict:
        return _conflict(request, form, organisation, conflict)
    except SavedBefore as error:
        form.add_error("number", str(error.message))
        return _show(request, form, organisation, HTTPStatus.UNPROCESSABLE_ENTITY)
    except NoSuchOrganisation as error:
        raise Http404 from error
    messages.success(request, _("Saved."))
    target = way_back(request)
    if target and organisation is None:
        # Whoever came from a purchase finds the new one chosen there.
        return redirect(f"{target}{'&' if '?' in target else '?'}organisation={saved.pk}")
    return redirect(target or reverse("organisations"))


def _conflict(
    request: HttpRequest,
    form: OrganisationForm,
    organisation: Organisation | None,
    conflict: ChangedElsewhere,
) -> HttpResponse:
    """Keep what was typed, show what is stored, and let the next save win."""
    form.add_error(None, str(conflict))
    form.data = form.data.copy()  # type: ignore[attr-defined] # a QueryDict
    form.data["revision"] = str(conflict.revision)  # type: ignore[index]
    stored = _differences(form, organisation)
    return _show(request, form, organisation, HTTPStatus.CONFLICT, stored)


def _differences(form: OrganisationForm, organisation: Organisation | None) -> list[tuple[str, str]]:
    """Label and stored value of each field where something else was typed."""
    if organisation is None:
        return []
    organisation.refresh_from_db()
    return [
        (str(field.label), str(getattr(organisation, field.name) or "—"))
        for field in form.visible_fields()
        if form.cleaned_data.get(field.name) != getattr(organisation, field.name)
    ]


def _show(
    request: HttpRequest,
    form: OrganisationForm,
    organisation: Organisation | None,
    status: int = HTTPStatus.OK,
    stored: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form, "organisation": organisation, "next": way_back(request), "stored": stored or [],
    }  # fmt: skip
    return render(request, "profile/organisation.html", context, status=status)

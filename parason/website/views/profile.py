"""The profile (G9–G13) and the people whom a user insures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parason.accounts import operations, queries, rules
from parason.accounts.models import Person, User
from parason.accounts.operations import ChangedElsewhere, NoSuchPerson
from parason.kernel.clock import day_of, now
from parason.website import passport
from parason.website.forms.person import DocumentForm, PersonForm, PersonPart, SavedPersonForm
from parason.website.suggestions import Suggestion

PASSPORT_FIELDS = {"document_type", "document_number", "nationality", "expires_on"}


@dataclass(frozen=True, slots=True)
class Page:
    """One page with a form of a person: what to show, and where a save leads."""

    template: str
    form: type[PersonPart]
    person: Person | None
    is_self: bool
    done: Callable[[Person, str], str]


def user_of(request: HttpRequest) -> User:
    """The logged-in user; the views here are all behind `login_required`."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def way_back(request: HttpRequest) -> str:
    """`?next=` when it leads to this portal, else nothing."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if own and target.startswith("/") else ""


def with_next(name: str, target: str) -> str:
    """An address that keeps the way back."""
    return f"{reverse(name)}?{urlencode({'next': target})}" if target else reverse(name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def personal(request: HttpRequest) -> HttpResponse:
    """G10, “Personal information”."""
    person = queries.self_of(user_of(request))
    return _page(request, Page("profile/personal.html", PersonForm, person, True, _after_personal))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest) -> HttpResponse:
    """G11, “Passport details”."""
    person = queries.self_of(user_of(request))
    return _page(request, Page("profile/passport.html", DocumentForm, person, True, _after_passport))


def _after_personal(person: Person, target: str) -> str:
    if target and PASSPORT_FIELDS & set(rules.missing(person)):
        return with_next("profile_passport", target)
    return target or reverse("profile")


def _after_passport(person: Person, target: str) -> str:
    if target and rules.missing(person):
        return with_next("profile", target)
    return target or reverse("profile_passport")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: HttpRequest) -> HttpResponse:
    """G12, “Account settings”: e-mail, password, language, second step, devices."""
    user = user_of(request)
    if request.method == "POST":
        language = request.POST.get("language", "")
        if language not in dict(settings.LANGUAGES):
            raise BadRequest("no such language")
        operations.set_language(user=user, language=language)
        response = redirect("profile_settings")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
        return response
    consents = queries.consents_of(user)
    return render(request, "profile/settings.html", {"consents": consents, "tab": "settings"})


@login_required
@require_GET
def persons(request: HttpRequest) -> HttpResponse:
    """The people whom the user has saved."""
    others = [person for person in queries.persons_of(user_of(request)) if not person.is_self]
    return render(request, "profile/persons.html", {"persons": others})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """Save somebody whom the user insures."""
    return _page(request, Page("profile/person.html", SavedPersonForm, None, False, _after_saved))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a saved person."""
    return _page(
        request, Page("profile/person.html", SavedPersonForm, _theirs(request, pk), False, _after_saved)
    )


def _after_saved(_person: Person, target: str) -> str:
    return target or reverse("persons")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a saved person, after asking."""
    person = _theirs(request, pk)
    if request.method != "POST":
        return render(request, "profile/person_delete.html", {"person": person})
    operations.delete_person(owner=user_of(request), person_id=pk)
    messages.success(request, _("The person has been removed. Contracts and policies stay as they are."))
    return redirect("persons")


def _theirs(request: HttpRequest, pk: int) -> Person:
    try:
        person = queries.person_of(user_of(request), pk)
    except NoSuchPerson as error:
        raise Http404 from error
    if person.is_self:
        raise Http404
    return person


@login_required
@require_POST
def latin(request: HttpRequest) -> HttpResponse:
    """The Latin spelling of the one name that was sent, as a fragment."""
    user = user_of(request)
    name = next((key for key in request.POST if key.split("-")[-1] in ("last_name", "first_name")), "")
    nationality = str(request.POST.get("nationality") or getattr(queries.self_of(user), "nationality", ""))
    value = rules.latin_suggestion(str(request.POST.get(name, ""))[:120], nationality) if name else ""
    latin_name = f"{name.split('-')[-1]}_latin"
    found = Suggestion(latin_name, value, value, differs=False, latin=True) if value else None
    return render(request, "profile/_suggestion.html", {"suggestion": found})


def _page(request: HttpRequest, page: Page) -> HttpResponse:
    """Show the form; take suggestions over; read the passport's lines; or save."""
    passport.keep_photo_in_memory(request)
    today = day_of(now())
    if request.method != "POST":
        return _show(request, page, _form(page, None, today))
    form = _form(page, request.POST, today)
    typed = passport.typed(request, form)
    if typed is not None:
        return _show(request, page, _form(page, None, today, typed))
    if not form.is_valid():
        return _show(request, page, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _save(request, page, form)


def _form(page: Page, data: Any, today: Any, typed: dict[str, Any] | None = None) -> PersonPart:
    return page.form(data, today=today, person=page.person, own=page.is_self, initial=typed)


def _save(request: HttpRequest, page: Page, form: PersonPart) -> HttpResponse:
    try:
        person = operations.save_person(
            owner=user_of(request),
            person_id=page.person.pk if page.person else None,
            is_self=page.is_self,
            revision=form.shown_revision,
            data=form.values,
            at=now(),
        )
    except ChangedElsewhere as conflict:
        return _conflict(request, page, form, conflict)
    except NoSuchPerson as error:
        raise Http404 from error
    if differing := passport.disagreements(request, form):
        form.warnings.append(_("The passport's lines say something else in: %s") % ", ".join(differing))
    for warning in form.warnings:
        messages.warning(request, warning)
    messages.success(request, _("Saved."))
    return redirect(page.done(person, way_back(request)))


def _conflict(request: HttpRequest, page: Page, form: PersonPart, conflict: ChangedElsewhere) -> HttpResponse:
    """Keep what was typed, show what is stored, and let the next save win."""
    form.add_error(None, str(conflict))
    form.data = form.data.copy()  # type: ignore[attr-defined]
    form.data["revision"] = str(conflict.revision)  # type: ignore[index]
    return _show(request, page, form, HTTPStatus.CONFLICT, stored=True)


def _show(
    request: HttpRequest, page: Page, form: PersonPart, status: int = HTTPStatus.OK, *, stored: bool = False
) -> HttpResponse:
    target = way_back(request)
    context = {
        **passport.context(request, form),
        "person": page.person,
        "next": target,
        "missing": _missing_labels(page) if target and page.is_self else [],
        "stored": _differences(page, form) if stored else [],
        "personal_url": with_next("profile", target),
        "passport_url": with_next("profile_passport", target),
    }
    return render(request, page.template, context, status=status)


def _missing_labels(page: Page) -> list[str]:
    fields = {**PersonForm.base_fields, **DocumentForm.base_fields}
    return [str(fields[name].label) for name in rules.missing(page.person)]


def _differences(page: Page, form: PersonPart) -> list[tuple[str, str]]:
    """Label and stored value of each field where the person typed something else."""
    if page.person is None:
        return []
    page.person.refresh_from_db()
    rows = []
    for field in form.visible_fields():
        value = getattr(page.person, field.name)
        if form.cleaned_data.get(field.name) != value:
            rows.append((str(field.label), str(value or "—")))
    return rows

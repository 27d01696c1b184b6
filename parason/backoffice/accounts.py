"""Accounts: who has one, where it is logged in; staff end sessions and take a lost second step away."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from parason.accounts.models import AuditEntry, User
from parason.backoffice.access import (
    END_SESSIONS,
    RESET_SECOND_FACTOR,
    VIEW_ACCOUNTS,
    address_of,
    note,
    page,
    staff_of,
    staff_page,
)
from parason.backoffice.forms import ReasonForm
from parason.backoffice.words import SECOND_STEPS, in_words
from parason.journeys import guard
from parason.kernel.clock import now
from parason.kernel.errors import DomainError

ROOM = "office_accounts"
PER_PAGE = 50


@require_safe
@staff_page(VIEW_ACCOUNTS)
def search(request: HttpRequest) -> HttpResponse:
    """By a part of the address; staff only when the address says so. The newest first."""
    asked, staff = request.GET.get("q", "").strip()[:100], request.GET.get("staff") == "yes"
    kept = request.GET.copy()
    kept.pop("page", None)
    rows = Paginator(_found(asked, staff), PER_PAGE).get_page(request.GET.get("page"))
    shown = {"q": asked, "staff": staff, "rows": rows, "kept": kept.urlencode()}
    return page(request, "accounts.html", shown, room=ROOM)


def _found(asked: str, staff: bool) -> QuerySet[User]:
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    rows = User.objects.annotate(second_step=Exists(factors)).prefetch_related("groups").order_by("-pk")
    if staff:
        rows = rows.filter(is_staff=True)
    return rows.filter(email__icontains=asked) if asked else rows


@require_safe
@staff_page(VIEW_ACCOUNTS)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: roles, second step, where it is logged in, and what its owner did as staff."""
    return _page(request, get_object_or_404(User, pk=pk))


def _page(
    request: HttpRequest, user: User, form: ReasonForm | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    me, at = staff_of(request), now()
    note(request, "account.view", f"user {user.pk}", at=at)
    mine = guard.may_guard(me, user)
    factors = Authenticator.objects.filter(user=user).order_by("type").values_list("type", flat=True)
    shown = {
        "person": user,
        "own": me.pk == user.pk,
        "roles": [in_words(group.name, "role") for group in user.groups.order_by("name")],
        "factors": [str(SECOND_STEPS.get(kind, kind)) for kind in factors],
        "sessions": guard.sessions_of(user, at=at),
        "may_end": mine and me.has_perm(END_SESSIONS),
        "may_reset": mine and me.has_perm(RESET_SECOND_FACTOR) and bool(factors),
        "trail": _trail(user) if me.has_perm("accounts.view_auditentry") else None,
        "form": form or ReasonForm(),
        "errors": [problem] if problem else [],
    }
    return page(request, "account.html", shown, room=ROOM, status=status)


def _trail(user: User) -> list[AuditEntry]:
    """The newest lines about the account; looks at it are left out."""
    return list(AuditEntry.objects.filter(subject=f"user {user.pk}").exclude(act="account.view")[:20])


@require_POST
@staff_page(END_SESSIONS)
def log_out(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session of somebody else, or all."""
    asked = request.POST.get("session", "")
    chosen = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else None
    everywhere = request.POST.get("everywhere") == "yes"
    if not everywhere and chosen is None:
        user = get_object_or_404(User, pk=pk)
        return _page(request, user, ReasonForm(request.POST), _("Choose the session to end."), status=422)

    def act(user: User, doing: guard.Doing) -> str:
        ended = guard.end_sessions(user=user, session=None if everywhere else chosen, doing=doing)
        words = ngettext("%(count)s session was ended.", "%(count)s sessions were ended.", ended)
        return words % {"count": ended}

    return _act(request, pk, act)


@require_POST
@staff_page(RESET_SECOND_FACTOR)
def second_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a lost second step away."""

    def act(user: User, doing: guard.Doing) -> str:
        guard.reset_second_factor(user=user, doing=doing)
        return _("The second step was taken away. A letter is on its way.")

    return _act(request, pk, act)


def _act(request: HttpRequest, pk: int, act: Callable[[User, guard.Doing], str]) -> HttpResponse:
    """With a reason only; what is refused is written down."""
    user, form = get_object_or_404(User, pk=pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, user, form, status=422)
    at = now()
    doing = guard.Doing(staff_of(request), form.cleaned_data["reason"], address_of(request), at)
    try:
        words = act(user, doing)
    except DomainError as error:
        note(request, "account.refused", f"user {pk}", {"why": type(error).__name__}, at=at)
        forbidden = isinstance(error, guard.OwnAccount | guard.HigherAccount)
        return _page(request, user, problem=str(error.message), status=403 if forbidden else 422)
    messages.success(request, words)
    return redirect("office_account", pk)

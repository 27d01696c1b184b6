"""Letters: what went to whom and how far it came; sending again, and marking what came back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from parason.accounts.models import User
from parason.backoffice.access import VIEW_LETTERS, note, page, staff_of, staff_page
from parason.backoffice.contracts import event_in_words
from parason.backoffice.words import LETTER_STATUSES, LETTERS
from parason.documents import letters as post
from parason.documents import queries
from parason.documents.letters.wording import ONLY_FOR_ITS_READER
from parason.documents.models import Letter
from parason.kernel.clock import now
from parason.kernel.errors import DomainError

SEND = "documents.add_letter"
ROOM = "office_letters"
PER_PAGE = 50
WAITING = "WAITING"  # not a status: all that a person should look at


@require_safe
@staff_page(VIEW_LETTERS)
def search(request: HttpRequest) -> HttpResponse:
    """By address or policy number, kind and status; the newest first."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "kind", "status")}
    rows = Paginator(_found(**asked), PER_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    shown = {
        **asked,
        "rows": rows,
        "kept": kept.urlencode(),
        "kinds": sorted(((kind, str(words)) for kind, words in LETTERS.items()), key=lambda pair: pair[1]),
        "statuses": LETTER_STATUSES.items(),
        "waiting": queries.letters_that_wait().count(),
    }
    return page(request, "letters.html", shown, room=ROOM)


def _found(q: str, kind: str, status: str) -> QuerySet[Letter]:
    found = queries.letters_that_wait() if status == WAITING else Letter.objects.all()
    found = found.defer("text", "html").order_by("-pk")
    if kind in LETTERS:
        found = found.filter(kind=kind)
    if status in LETTER_STATUSES and status != WAITING:
        found = found.filter(status=status)
    if not q:
        return found
    if "@" in q:
        return found.filter(Q(to__icontains=q) | Q(user__email__iexact=q))
    policy = queries.by_number(q)
    if policy is not None:
        return found.filter(pk__in=queries.letters_about(policy, policy.insured.contract).values("pk"))
    return found.filter(Q(to__icontains=q) | Q(subject__icontains=q))


@require_safe
@staff_page(VIEW_LETTERS)
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter with what happened to it. Reading it is written down; a link for its reader is not shown."""
    return _letter(request, pk)


def _letter(request: HttpRequest, pk: int, problem: str = "") -> HttpResponse:
    one = get_object_or_404(Letter.objects.select_related("user"), pk=pk)
    note(request, "letter.view", f"letter {pk}", at=now())
    shown = {
        "letter": one,
        "readable": one.kind not in ONLY_FOR_ITS_READER,
        "files": one.attachments.defer("content"),
        "timeline": [event_in_words(event) for event in one.events.select_related("by").order_by("-pk")],
        "may_send": staff_of(request).has_perm(SEND),
        "addresses": _addresses(one),
        "may_be_back": one.status in ("SENT", "UNSURE"),
        "on_its_way": one.status in ("QUEUED", "SENDING"),
        "errors": [problem] if problem else [],
    }
    return page(request, "letter.html", shown, room=ROOM, status=422 if problem else 200)


def _addresses(one: Letter) -> list[str]:
    """Where it may go: the account's present address first, else where it went."""
    return list(dict.fromkeys([one.user.email if one.user else one.to, one.to]))


@require_POST
@staff_page(SEND)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a copy, to where it went or to the account's present address and nowhere else."""
    one = get_object_or_404(Letter.objects.select_related("user"), pk=pk)
    to = request.POST.get("to") or _addresses(one)[0]
    if to not in _addresses(one):
        return _letter(request, pk, _("A letter goes to its reader only."))

    def act(at: datetime, by: User) -> dict[str, Any]:
        return {"to": to, "copy": post.resend(letter=one, to=to, at=at, by=by).pk}

    return _act(request, pk, "letter.again", act, _("The letter is on its way again."))


@require_POST
@staff_page(SEND)
def bounced(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter came back: the mail server's words are kept with it."""
    one, words = get_object_or_404(Letter, pk=pk), request.POST.get("words", "").strip()[:300]
    if not words:
        return _letter(request, pk, _("Say what the returned message says."))

    def act(at: datetime, by: User) -> dict[str, Any]:
        post.bounced(letter=one, words=words, at=at, by=by)
        return {"words": words}

    return _act(request, pk, "letter.bounced", act, _("The letter is marked as returned."))


def _act(
    request: HttpRequest, pk: int, name: str, act: Callable[[datetime, User], dict[str, Any]], done: str
) -> HttpResponse:
    at = now()
    try:
        with transaction.atomic():
            data = act(at, staff_of(request))
            note(request, name, f"letter {pk}", data, at=at)
    except DomainError as error:
        return _letter(request, pk, str(error.message))
    messages.success(request, done)
    return redirect("office_letter", pk)

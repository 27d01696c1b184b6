"""Checking without the code: by number and birth date for everybody, by any number at a desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parason.documents import operations, queries, seal
from parason.documents.queries import Checked
from parason.documents.states import Verdict
from parason.kernel.clock import now
from parason.website.forms.checking import CheckForm, DeskForm
from parason.website.registration import address_of

TONES = {Verdict.VALID: "good", Verdict.NOT_YET: "wait"}


def shown(checked: Checked) -> dict[str, Any]:
    """A checked policy for the page: no more than stands on the paper."""
    return {
        "policy": checked.policy,
        "facts": checked.facts,
        "verdict": checked.verdict,
        "tone": TONES.get(checked.verdict, "bad"),
        "newer": checked.newer,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def by_hand(request: HttpRequest) -> HttpResponse:
    """Number and birth date (or document number) in, the verdict out; counted and written down."""
    if request.method != "POST":
        return render(request, "verify/check.html", {"form": CheckForm()})
    form = CheckForm(request.POST)
    if not form.is_valid():
        return render(request, "verify/check.html", {"form": form}, status=422)
    at = now()
    if not _within_limits(request, form.cleaned_data["number"], at):
        context = {"form": form, "errors": [_("Too many checks. Wait ten minutes, or scan the code.")]}
        return render(request, "verify/check.html", context, status=429)
    checked = queries.check(**form.cleaned_data, at=at)
    operations.record_look(
        door="public", asked=form.cleaned_data["number"], outcome=checked.verdict if checked else "nothing",
        at=at, address=address_of(request), policy=checked.policy if checked else None,
    )  # fmt: skip
    context = {"form": CheckForm(), "result": shown(checked) if checked else None, "nothing": checked is None}
    return render(request, "verify/check.html", context)


def _within_limits(request: HttpRequest, number: str, at: datetime) -> bool:
    address = address_of(request)
    over = operations.count_try(kind="address", name=str(address), at=at) or operations.count_try(
        kind="policy", name=seal.plain_number(number), at=at
    )
    if over % 100 == 1:  # the first and each hundredth: who asks for ever fills no disk
        operations.record_look(door="public", asked=number, outcome="limited", at=at, address=address)
    return not over


@login_required
@permission_required("documents.add_look", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """The officer's and the clinic's desk: any number, today's status, whom to call; every look is kept."""
    form = DeskForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "verify/desk.html", {"form": form}, status=422 if request.POST else 200)
    at = now()
    tries = (("desk", str(request.user.pk)), ("desk address", str(address_of(request))))
    if any(operations.count_try(kind=kind, name=name, at=at) for kind, name in tries):
        context = {"form": form, "errors": [_("Too many checks. Wait a few minutes.")]}
        return render(request, "verify/desk.html", context, status=429)
    asked = form.cleaned_data["asked"]
    found, forged = _found(asked, at)
    looked: list[Checked | None] = [*found] or [None]
    for checked in looked:
        operations.record_look(
            door="desk", asked=_short(asked), outcome=checked.verdict if checked else "nothing", at=at,
            address=address_of(request), user=request.user, policy=checked.policy if checked else None,
        )  # fmt: skip
    context = {
        "form": form, "results": [shown(one) for one in found], "nothing": not found, "forged": forged,
    }  # fmt: skip
    return render(request, "verify/desk.html", context)


def _found(asked: str, at: datetime) -> tuple[list[Checked], bool]:
    """The policies that a number or a code names, and whether it was a code that is not ours."""
    token = seal.token_of(asked)
    if token.count(".") == 2:
        try:
            genuine = seal.read(token, {key["kid"]: key for key in queries.public_keys()})
        except seal.NotGenuine:
            return [], True
        policy = queries.by_lookup(genuine.lookup)
        return ([queries.judged(policy, at)] if policy else []), policy is None
    policy = queries.by_number(asked)
    policies = [policy] if policy else queries.by_document(asked)
    return [queries.judged(one, at) for one in policies], False


def _short(asked: str) -> str:
    return asked if len(asked) <= 30 else f"code …{asked[-12:]}"

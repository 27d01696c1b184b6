"""Letters about a premium that is paid in parts: due soon, overdue, received, ended unpaid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from parason.accounts.models import User
from parason.contracts.models import Contract, Part
from parason.contracts.states import ContractStatus, PartStatus
from parason.documents.facts import spaced
from parason.documents.letters.policies import spelt
from parason.documents.letters.sending import send
from parason.documents.models import Letter
from parason.kernel.clock import day_of
from parason.kernel.money import Money
from parason.products.queries import product as product_of

BEFORE_DUE = timedelta(days=7)


def _words(part: Part) -> dict[str, str]:
    contract = part.contract
    language = contract.owner.language
    return {
        "reference": contract.reference,
        "product": product_of(contract.product_code).name(language),
        "number": str(part.number),
        "count": str(contract.parts),
        "total": _sum(part.payable or part.premium),
        "due_on": spelt(part.due_on, language),
        "pay_until": spelt(part.pay_until, language),
        "link": settings.PARASON_BASE_URL + reverse("contract", args=[contract.pk]),
    }


def _sum(money: Money) -> str:
    shown = spaced(money)
    return f"{shown['amount']} {shown['currency']}"


def coming(at: datetime) -> Iterator[tuple[str, str, User, dict[str, str]]]:
    """Parts that fall due within a week, and those whose day has passed: each told once."""
    today = day_of(at)
    yield from _told("part_due", due_from=today, due_to=today + BEFORE_DUE)
    yield from _told("part_overdue", due_to=today - timedelta(days=1), until=today)


def _told(
    kind: str, *, due_to: date, due_from: date | None = None, until: date | None = None
) -> Iterator[tuple[str, str, User, dict[str, str]]]:
    """Parts without their letter of this kind; `until`: that may still be paid on that day."""
    found = Part.objects.filter(
        status=PartStatus.DUE, number__gt=1, due_on__lte=due_to, contract__status=ContractStatus.ISSUED
    )
    if due_from is not None:
        found = found.filter(due_on__gte=due_from)
    if until is not None:
        found = found.filter(pay_until__gte=until)
    key = Concat(Value(f"{kind}:"), Cast(OuterRef("pk"), CharField()))
    unsaid = found.filter(~Exists(Letter.objects.filter(key=key)))
    for part in unsaid.select_related("contract__owner"):
        yield kind, f"{kind}:{part.pk}", part.contract.owner, _words(part)


def part_received(*, part: Part, left: int, at: datetime) -> Letter:
    """A later part was paid; `left` parts are still due."""
    return _send("part_paid_last" if left == 0 else "part_paid", part, at, {"left": str(left)})


def ended_unpaid(*, part: Part, due: Money, at: datetime) -> Letter:
    """The contract has ended because a part was not paid; `due` goes back."""
    words = {"ended_on": spelt(day_of(at), part.contract.owner.language), "back": _sum(due)}
    return _send("contract_ended_unpaid", part, at, words)


def _send(kind: str, part: Part, at: datetime, words: dict[str, str]) -> Letter:
    contract: Contract = part.contract
    owner = contract.owner
    return send(
        kind=kind, key=f"{kind}:{part.pk}", to=owner.email, user=owner, language=owner.language, at=at,
        context={**_words(part), **words},
    )  # fmt: skip

"""Contracts: search, and one contract with everything that happened to it on one line of time."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.views.decorators.http import require_safe

from parason.accounts.models import User
from parason.backoffice.access import VIEW_CONTRACTS, VIEW_PERSONS, note, page, staff_of, staff_page
from parason.backoffice.forms import ContractFilter
from parason.backoffice.words import in_words
from parason.contracts.models import Contract, Insured
from parason.contracts.queries import part_events, plan_of
from parason.contracts.states import ContractStatus, outward
from parason.documents import queries as papers
from parason.documents.models import Policy
from parason.kernel.clock import day_of, insurer_zone, now
from parason.payments.models import Payment
from parason.products import queries as products

ROOM = "office_contracts"
PER_PAGE = 50
NAMES = ("last_name_latin", "first_name_latin", "last_name", "first_name")


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, to whatever belongs to the contract."""

    at: datetime
    thing: str | Promise
    words: str
    by: str = ""
    data: str = ""


@require_safe
@staff_page(VIEW_CONTRACTS)
def search(request: HttpRequest) -> HttpResponse:
    """By reference, policy number, address of mail, name or document; filters stand in the address."""
    form = ContractFilter(request.GET)
    found = _found(form.cleaned_data, staff_of(request)) if form.is_valid() else Contract.objects.none()
    rows = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    today, names = day_of(now()), {one.code: one.name(get_language() or "en") for one in products.products()}
    kept = request.GET.copy()
    kept.pop("page", None)
    shown = {
        "form": form,
        "rows": rows,
        "found": [
            (one, names.get(one.product_code, one.product_code), outward(one.status, one.period, today))
            for one in rows
        ],
        "kept": kept.urlencode(),
        "products": sorted(names.items(), key=lambda pair: pair[1]),
        "statuses": ContractStatus.values,
        "persons": staff_of(request).has_perm(VIEW_PERSONS),
    }
    return page(request, "contracts.html", shown, room=ROOM, status=422 if form.errors else 200)


def _found(given: dict[str, Any], user: User) -> QuerySet[Contract]:
    rows = Contract.objects.select_related("owner").order_by("-formed_at", "pk")
    if given["q"]:
        rows = rows.filter(_matches(given["q"].strip(), persons=user.has_perm(VIEW_PERSONS)))
    if given["product"]:
        rows = rows.filter(product_code=given["product"])
    if given["status"]:
        rows = rows.filter(status=given["status"])
    if given["since"]:
        rows = rows.filter(formed_at__gte=datetime.combine(given["since"], time(), insurer_zone()))
    if given["until"]:
        after = given["until"] + timedelta(days=1)
        rows = rows.filter(formed_at__lt=datetime.combine(after, time(), insurer_zone()))
    return rows


def _matches(text: str, *, persons: bool) -> Q:
    """What a caller may read out: a reference, a policy's number; where persons are open, what is theirs."""
    compact = re.sub(r"[^0-9A-Za-z]", "", text).upper()
    digits = re.sub(r"\D", "", text)
    wanted = Q(reference__iexact=text)
    if digits:
        numbers = Policy.objects.filter(number=digits).values("insured__contract")
        wanted |= Q(pk__in=numbers)
    if not persons:
        return wanted
    wanted |= Q(owner__email__iexact=text)
    if len(compact) >= 5:
        holders = Policy.objects.filter(document_number=compact).values("insured__contract")
        wanted |= Q(pk__in=holders) | Q(policyholder__document_number__iexact=compact)
        wanted |= Q(policyholder__number=compact)  # an organisation's UNP
    if len(text) >= 3:
        wanted |= Q(policyholder__name__icontains=text)  # an organisation's
        for name in NAMES:
            insured = Insured.objects.filter(**{f"facts__{name}__icontains": text}).values("contract")
            wanted |= Q(**{f"policyholder__{name}__icontains": text}) | Q(pk__in=insured)
    return wanted


@require_safe
@staff_page(VIEW_CONTRACTS)
def contract(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One contract. A person's data are shown to whom persons are open, and every look is written down."""
    user = staff_of(request)
    one = get_object_or_404(
        Contract.objects.select_related("owner", "quote__tariff").prefetch_related(
            "insured", Prefetch("insured__policies", Policy.objects.defer("facts", "seal"))
        ),
        pk=pk,
    )
    persons = user.has_perm(VIEW_PERSONS)
    if persons:
        note(request, "contract.view", f"contract {one.reference}", at=now())
    shown = {
        "contract": one,
        "product": next((p for p in products.products() if p.code == one.product_code), None),
        "status": outward(one.status, one.period, day_of(now())),
        "persons": persons,
        "insured": [(each, _facts(each.facts) if persons else []) for each in one.insured.all()],
        "holder": _facts(one.policyholder) if persons else [],
        "answers": sorted(one.answers.items()),
        "plan": plan_of(one),
        "parts": products.explain_parts(one.quote.calculation, get_language() or "en"),
        "timeline": timeline(one, user),
    }
    return page(request, "contract.html", shown, room=ROOM)


def _facts(facts: dict[str, Any]) -> list[tuple[str, Any]]:
    shown = [(name, value) for name, value in facts.items() if value not in (None, "") and name != "kind"]
    return [(in_words(name, "fact"), value) for name, value in shown]


def timeline(one: Contract, user: User) -> list[Happening]:
    """Everything that happened, the newest first; payments and letters for those who may see them."""
    found = [_event(event, CONTRACT) for event in one.events.select_related("by")]
    if one.parts > 1:
        found += [_event(event, f"{PART} {event.subject.number}") for event in part_events(one)]
    for each in one.insured.all():
        for policy in each.policies.all():
            words = f"{POLICY} {policy}"
            found += [_event(event, words) for event in policy.events.select_related("by")]
    if user.has_perm("payments.view_payment"):
        found += _money(one)
    if user.has_perm("documents.view_letter"):
        found += _letters(one)
    # At the same moment, what was written later stands above.
    return sorted(found, key=lambda happening: happening.at)[::-1]


CONTRACT = pgettext_lazy("timeline", "Contract")
PART = pgettext_lazy("timeline", "Part of the premium")
POLICY = pgettext_lazy("timeline", "Policy")
PAYMENT = pgettext_lazy("timeline", "Payment")
ATTEMPT = pgettext_lazy("timeline", "Attempt to pay")
REFUND = pgettext_lazy("timeline", "Refund")
LETTER = pgettext_lazy("timeline", "Letter")


def _event(event: Any, thing: str | Promise) -> Happening:
    data = ", ".join(f"{key}: {value}" for key, value in event.data.items() if value not in (None, ""))
    return Happening(event.at, thing, in_words(event.name, "event"), str(event.by or ""), data)


def event_in_words(event: Any) -> Happening:
    """What happened to a thing whose page this is."""
    return _event(event, "")


def _money(one: Contract) -> list[Happening]:
    paid = Payment.objects.filter(order__lines__contract=one).prefetch_related(
        "events__by", "attempts__events__by", "refunds__events__by"
    )
    found: list[Happening] = []
    for payment in paid:
        found += [_event(event, f"{PAYMENT} {payment.number}") for event in payment.events.all()]
        for attempt in payment.attempts.all():
            words = f"{ATTEMPT} {attempt.gateway}"
            found += [_event(event, words) for event in attempt.events.all()]
        for refund in payment.refunds.all():
            found += [_event(event, f"{REFUND} {refund.amount}") for event in refund.events.all()]
    return found


def _letters(one: Contract) -> list[Happening]:
    """Letters about the contract or one of its policies."""
    policies = [policy for each in one.insured.all() for policy in each.policies.all()]
    letters = papers.letters_about(one, *policies).defer("text", "html").prefetch_related("events__by")
    found = [Happening(letter.created_at, LETTER, letter.subject, data=letter.to) for letter in letters]
    return found + [
        _event(event, f"{LETTER}: {letter.subject}") for letter in letters for event in letter.events.all()
    ]

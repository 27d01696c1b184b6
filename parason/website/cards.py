"""Contracts and policies as their pages show them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from parason.accounts.models import User
from parason.checkout import queries as carts
from parason.contracts import queries as contracts
from parason.contracts.models import Contract, Part
from parason.contracts.rules import full_name
from parason.contracts.states import ContractStatus, Outward, outward
from parason.documents import queries as documents
from parason.documents.models import Policy
from parason.documents.states import PolicyStatus
from parason.kernel.clock import day_of
from parason.kernel.money import Money
from parason.products import shelf
from parason.products.queries import Definition
from parason.quotes.models import Application
from parason.website.plans import Row, next_to_pay, part_name, plan_rows

PAGE = 10  # contracts on one page of “Policies”
MOST_NAMED = 20  # insured with their premiums on a contract's page; a list has a table instead
TONES = {
    Outward.IN_FORCE: "good",
    Outward.STARTS_LATER: "wait",
    Outward.BEING_ISSUED: "wait",
    Outward.TO_BE_PAID: "wait",
    Outward.TERMINATED: "bad",
    Outward.LAPSED: "bad",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A contract in a list, in the cart or on its own page."""

    contract: Contract
    product: str
    names: list[str]
    premiums: list[tuple[str, Money]]
    status: Outward
    tone: str
    in_cart: bool = False
    unnamed: str = ""  # how many more there are than `premiums` names
    owed: Money | None = None  # None: the whole
    part: str = ""  # which part is to be paid, of a premium that is paid in parts
    number: int = 1  # of that part

    @property
    def to_pay(self) -> Money:
        """What has to be paid next: the whole, or a part."""
        return self.owed or self.contract.payable


@dataclass(frozen=True, slots=True)
class Pass:
    """A policy as a boarding pass, or a paid contract whose policy is being issued (`policy` is None)."""

    contract: Contract
    policy: Policy | None
    product: str
    name: str
    status: str
    tone: str
    past: bool
    plan: list[Row]  # of a premium that is paid in parts

    @property
    def next_part(self) -> Row | None:
        """The part that can be put into the cart next."""
        return next_to_pay(self.plan)


def definition(code: str) -> Definition | None:
    """The product as it is on the shelf, on sale or not; None when its folder is gone or broken."""
    return shelf.shelf().healthy.get(code)


def product_name(code: str, language: str) -> str:
    """The product's name; its code when the folder is gone."""
    product = definition(code)
    return product.name(language) if product else code


def name_of(facts: Mapping[str, Any], product: Definition | None) -> str:
    """The name as in the passport; for an object what people call it."""
    title = product.title_of(facts, get_language() or "en") if product else ""
    return full_name(facts) or title or "–"


def in_short(names: Sequence[str], most: int = 5) -> list[str]:
    """The first names, and how many more there are."""
    left = len(names) - most
    if left < 2:
        return list(names)
    return [*names[:most], _("and %(count)d more") % {"count": left}]


def contract_card(
    contract: Contract,
    language: str,
    today: date | None = None,
    *,
    in_cart: bool = False,
    part: Part | None = None,
    owed: Money | None = None,
) -> Card:
    """A contract for display, or one part of it to be paid; its insured are expected to be there already."""
    product = definition(contract.product_code)
    rows = [
        (name_of(insured.facts, product), Money(insured.premium_minor, contract.premium_currency))
        for insured in contract.insured.all()
    ]
    status = outward(contract.status, contract.period, today or contract.first_day)
    return Card(
        contract,
        product.name(language) if product else contract.product_code,
        in_short([name for name, _premium in rows]),
        rows[:MOST_NAMED],
        status,
        TONES.get(status, ""),
        in_cart,
        _("and %(count)d more") % {"count": len(rows) - MOST_NAMED} if len(rows) > MOST_NAMED else "",
        owed or (part.payable if part else None),
        part_name(part.number, contract.parts) if part else "",
        part.number if part else 1,
    )


def application_card(application: Application, language: str) -> dict[str, Any]:
    """What was begun and not concluded, as the drafts page shows it."""
    return {"application": application, "product": product_name(application.product_code, language)}


def policies_page(user: User, language: str, at: datetime, page: int) -> dict[str, Any]:
    """One page of passes: what holds or will hold first, then the past. Pages count from 1."""
    today, first = day_of(at), (page - 1) * PAGE
    found = contracts.paid_for(user, today=today, page=slice(first, first + PAGE + 1))
    shown = found[:PAGE]
    held = {policy.insured_id: policy for policy in documents.policies_of_contracts(shown)}
    plans = _plans(shown, at)
    passes = []
    for contract in shown:
        plan = plans.get(contract.pk, [])
        product = definition(contract.product_code)
        people = list(contract.insured.all())
        if product is not None and product.one_policy_per == "contract":
            names = ", ".join(in_short([name_of(one.facts, product) for one in people]))
            passes.append(_pass(contract, names, held.get(people[0].pk), product, language, today, plan))
            continue
        for insured in people:
            name = name_of(insured.facts, product)
            passes.append(_pass(contract, name, held.get(insured.pk), product, language, today, plan))
    return {
        "passes": passes,
        "waiting": any(one.policy is None and one.contract.status == ContractStatus.PAID for one in passes),
        "earlier": page - 1,
        "later": page + 1 if len(found) > PAGE else 0,
    }


def _plans(shown: Sequence[Contract], at: datetime) -> dict[uuid.UUID, list[Row]]:
    """The plans of those that are paid in parts; asks nothing when there is none."""
    in_parts = [contract for contract in shown if contract.parts > 1]
    if not in_parts:
        return {}
    keys = carts.numbers_in_cart(in_parts)
    return {
        key: plan_rows(plan, in_cart={number for pk, number in keys if pk == key}, at=at)
        for key, plan in contracts.plans_of(in_parts).items()
    }


def _pass(
    contract: Contract,
    name: str,
    policy: Policy | None,
    product: Definition | None,
    language: str,
    today: date,
    plan: list[Row],
) -> Pass:
    # The policy may have been issued between the two questions: then it is there, and the contract is behind.
    issued = policy is not None and contract.status == ContractStatus.PAID
    status = outward(ContractStatus.ISSUED if issued else contract.status, contract.period, today)
    if policy is not None and policy.status == PolicyStatus.WITHDRAWN:
        status = Outward.TERMINATED
    words = str(status.label)
    if status is Outward.STARTS_LATER:
        count = (contract.first_day - today).days
        words = ngettext("Starts in %(count)d day", "Starts in %(count)d days", count) % {"count": count}
    return Pass(
        contract,
        policy,
        product.name(language) if product else contract.product_code,
        name,
        words,
        TONES.get(status, ""),
        past=status in (Outward.ENDED, Outward.TERMINATED),
        plan=plan,
    )


def calendar(contract: Contract, language: str, at: datetime) -> str:
    """An iCalendar file with the days of cover, and a reminder the day before the last (RFC 5545)."""
    name = product_name(contract.product_code, language)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Parason//EN",
        "BEGIN:VEVENT",
        f"UID:{contract.pk}@{settings.PARASON_BASE_URL.split('//', 1)[-1]}",
        f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{contract.first_day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{contract.last_day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(name)}",
        f"DESCRIPTION:{_escaped(contract.reference)}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(_('Your insurance ends soon.'))}",
        "TRIGGER;RELATED=END:-P2D",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "\r\n".join(folded for line in lines for folded in _folded(line)) + "\r\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """Lines of at most 75 octets (RFC 5545, 3.1); no character is cut in two."""
    parts, current = [], ""
    for letter in line:
        if len((current + letter).encode()) > 74:
            parts.append(current)
            current = " "
        current += letter
    return [*parts, current]

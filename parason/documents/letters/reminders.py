"""Letters that nobody asked for at that moment: unpaid, starting, ending, passport running out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from babel.dates import format_datetime
from django.conf import settings
from django.urls import reverse

from parason.accounts.models import User
from parason.contracts.models import Contract
from parason.contracts.queries import first_sum
from parason.contracts.states import ContractStatus
from parason.documents import queries
from parason.documents.facts import spaced
from parason.documents.letters import instalments
from parason.documents.letters.policies import spelt
from parason.documents.letters.sending import send
from parason.documents.models import Policy
from parason.kernel.clock import day_of, insurer_zone
from parason.products.queries import product as product_of

BEFORE_LAPSE = timedelta(hours=14)  # a contract that lapses before dawn is remembered in the evening
BEFORE_START, BEFORE_END, BEFORE_EXPIRY = timedelta(days=1), timedelta(days=3), timedelta(days=45)
# A portal that stood still on the day catches up: as long as there is time to act, or for a week.
LAST_CALL, CAUGHT_UP = timedelta(days=1), timedelta(days=7)
WAKING_HOURS = range(8, 21)  # by the insurer's clock


class Due(NamedTuple):
    """A reminder that is due: its kind, the key of its event, its reader, its words."""

    kind: str
    key: str
    user: User
    words: dict[str, str]


def remind(*, at: datetime) -> int:
    """Write every reminder that is due, each once; at night nothing. How many were written."""
    if at.astimezone(insurer_zone()).hour not in WAKING_HOURS:
        return 0
    parts = [Due(*one) for one in instalments.coming(at)]
    found = [*unpaid(at), *parts, *starting(at), *ending(at), *running_out(at)]
    written = queries.written_of(one.key for one in found)
    due = [one for one in found if one.key not in written]
    for one in due:
        send(
            kind=one.kind, key=one.key, to=one.user.email, user=one.user, language=one.user.language,
            context=one.words, at=at,
        )  # fmt: skip
    return len(due)


def _portal(name: str, *arguments: object) -> str:
    return settings.PARASON_BASE_URL + reverse(name, args=arguments)


def unpaid(at: datetime) -> Iterator[Due]:
    """Contracts that lapse within hours."""
    waiting = Contract.objects.filter(
        status=ContractStatus.FORMED, pay_before__gt=at, pay_before__lte=at + BEFORE_LAPSE,
        formed_at__lt=at - timedelta(hours=1),
    )  # fmt: skip
    for contract in waiting.select_related("owner"):
        language = contract.owner.language
        limit = contract.pay_before.astimezone(insurer_zone())
        total = spaced(first_sum(contract))
        words = {
            "reference": contract.reference,
            "product": product_of(contract.product_code).name(language),
            "total": f"{total['amount']} {total['currency']}",
            "pay_before": format_datetime(limit, "d MMMM y, HH:mm (ZZZZ)", locale=language),
            "link": _portal("contract", contract.pk),
        }
        yield Due("draft_unpaid", f"draft_unpaid:{contract.pk}", contract.owner, words)


def _policy_words(policy: Policy, link: str) -> dict[str, str]:
    language = policy.insured.contract.owner.language
    return {
        "number": str(policy),
        "name": policy.facts["insured"]["name_latin"],
        "first_day": spelt(policy.first_day, language),
        "last_day": spelt(policy.last_day, language),
        "link": link,
    }


def starting(at: datetime) -> Iterator[Due]:
    """Cover that starts tomorrow; who bought it today has just had the policy."""
    for policy in queries.policies_that(start=day_of(at) + BEFORE_START):
        if day_of(policy.issued_at) < day_of(at):
            words = _policy_words(policy, _portal("policies"))
            yield Due("cover_starts", f"cover_starts:{policy.pk}", policy.insured.contract.owner, words)


def ending(at: datetime) -> Iterator[Due]:
    """Cover that ends in three days, unless it was bought for so few, or just now."""
    today = day_of(at)
    for policy in queries.policies_that(end=(today + LAST_CALL, today + BEFORE_END)):
        contract = policy.insured.contract
        if policy.period.days > BEFORE_END.days and day_of(policy.issued_at) < today:
            words = _policy_words(policy, _portal("contract", contract.pk))
            yield Due("cover_ends", f"cover_ends:{policy.pk}", contract.owner, words)


def running_out(at: datetime) -> Iterator[Due]:
    """Saved passports that end in a month and a half."""
    last = day_of(at) + BEFORE_EXPIRY
    for person in queries.passports_that_expire((last - CAUGHT_UP, last)):
        if person.expires_on is None:
            continue
        words = {
            "name": str(person),
            "expires_on": spelt(person.expires_on, person.owner.language),
            "link": _portal("profile_passport") if person.is_self else _portal("person_edit", person.pk),
        }
        key = f"passport_expires:{person.pk}:{person.expires_on}"
        yield Due("passport_expires", key, person.owner, words)

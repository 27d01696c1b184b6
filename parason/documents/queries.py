"""Questions about papers: whose policies, which file, which keys, what today's status is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from parason.accounts.models import Person, User
from parason.contracts.models import Contract
from parason.documents.models import (
    SENT_AGAIN,
    Letter,
    LetterEvent,
    Look,
    Policy,
    PolicyFile,
    Revocation,
    SealKey,
)
from parason.documents.seal import Jwk, plain_number
from parason.documents.states import KeyStatus, LetterStatus, PolicyStatus, Verdict, verdict
from parason.kernel.clock import day_of


def policies_of(owner: User) -> QuerySet[Policy]:
    """All policies of a customer with their contracts, newest first; replaced ones left out."""
    return (
        Policy.objects.filter(insured__contract__owner=owner)
        .exclude(status=PolicyStatus.REPLACED)
        .select_related("insured__contract")
        .order_by("-first_day", "-issued_at")
    )


def policy_of(owner: User, policy_id: uuid.UUID) -> Policy | None:
    """One policy of a customer; nobody else's is found."""
    mine = Policy.objects.filter(insured__contract__owner=owner, pk=policy_id)
    return mine.select_related("insured__contract").first()


def policies_of_contract(contract: Contract) -> list[Policy]:
    """Policies of a contract in the order of the insured, with what they replaced."""
    return list(Policy.objects.filter(insured__contract=contract).order_by("insured__position", "issued_at"))


def policies_of_contracts(contracts: Iterable[Contract]) -> QuerySet[Policy]:
    """The policies of several contracts that were not replaced, with what a list shows of them."""
    shown = ("insured_id", "series", "number", "status")
    found = Policy.objects.filter(insured__contract__in=list(contracts)).only(*shown)
    return found.exclude(status=PolicyStatus.REPLACED).order_by()


def file_of(policy: Policy, kind: str = "certificate") -> PolicyFile:
    """The bytes as issued."""
    return PolicyFile.objects.get(policy=policy, kind=kind)


def files_of(policies: Iterable[Policy], kind: str = "certificate") -> list[PolicyFile]:
    """The files of several policies, in their order."""
    files = {one.policy_id: one for one in PolicyFile.objects.filter(policy__in=policies, kind=kind)}
    return [files[policy.pk] for policy in policies]


# --- checking


def public_keys() -> list[Jwk]:
    """The keys whose seals hold: active and retired ones, newest first."""
    return [dict(row.public) for row in SealKey.objects.exclude(status=KeyStatus.REVOKED)]


def revoked_keys() -> list[str]:
    """Ids of the keys whose seals are void."""
    return list(SealKey.objects.filter(status=KeyStatus.REVOKED).values_list("key_id", flat=True))


def revocations(after: int = 0) -> list[tuple[int, str, str]]:
    """Serial number, short hash and kind of each entry after a serial number, in order."""
    return list(Revocation.objects.filter(pk__gt=after).values_list("pk", "short", "kind"))


def status_of(lookup: str) -> str | None:
    """Inner status of the policy whose seal has this hash; None for a hash that we never issued."""
    return Policy.objects.filter(lookup=lookup).values_list("status", flat=True).first()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a checker by hand learns: the verdict, and the facts that stand on the paper anyway."""

    policy: Policy
    verdict: Verdict

    @property
    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = self.policy.facts
        return found

    @property
    def newer(self) -> str:
        """The number of the policy that replaced it."""
        return str(getattr(self.policy, "replaced_by", ""))


def by_number(text: str) -> Policy | None:
    """The policy of a series and number as somebody types them: spaces, dashes and case do not matter."""
    series = plain_number(text).rstrip("0123456789")
    number = plain_number(text)[len(series) :]
    if not number:
        return None
    return Policy.objects.filter(series=series, number=number).select_related("replaced_by").first()


def check(*, number: str, birth_date: date | None, document: str, at: datetime) -> Checked | None:
    """The policy when number and birth date, or number and document number, both fit; else None."""
    policy = by_number(number)
    if policy is None or not _second_fact_fits(policy, birth_date, document):
        return None
    return judged(policy, at)


def _second_fact_fits(policy: Policy, birth_date: date | None, document: str) -> bool:
    if birth_date is not None:
        return policy.birth_date == birth_date
    asked = plain_number(document)
    return len(asked) >= 4 and asked == policy.document_number


def judged(policy: Policy, at: datetime) -> Checked:
    """The policy with its verdict on the insurer's day of `at`."""
    return Checked(policy, verdict(policy.status, policy.period, day_of(at)))


def by_document(number: str) -> list[Policy]:
    """The desk's search: every policy of a document number, the latest first."""
    asked = plain_number(number)
    if len(asked) < 4:
        return []
    return list(Policy.objects.filter(document_number=asked).select_related("replaced_by")[:20])


def by_lookup(lookup: str) -> Policy | None:
    """The policy of a scanned seal."""
    return Policy.objects.filter(lookup=lookup).select_related("replaced_by").first()


def looks_of(policy: Policy) -> QuerySet[Look]:
    """Who looked this policy up, latest first."""
    return policy.looks.select_related("user")


# --- letters


def letters_of(user: User) -> QuerySet[Letter]:
    """A customer's letters, newest first, with the names of their files."""
    files = Prefetch("attachments", to_attr="files")
    return Letter.objects.filter(user=user).defer("html", "text").prefetch_related(files)


def letter_of(user: User, letter_id: int) -> Letter | None:
    """One letter of a customer; nobody else's is found."""
    return Letter.objects.filter(user=user, pk=letter_id).first()


def refused_lately(user: User, at: datetime) -> bool:
    """Whether the customer's own address refused or sent back its latest letter within a month."""
    latest = Letter.objects.filter(user=user, to__iexact=user.email).only("status", "created_at").first()
    failed = (LetterStatus.REFUSED, LetterStatus.BOUNCED)
    return bool(latest and latest.status in failed and latest.created_at > at - timedelta(days=30))


def letters_about(*things: Contract | Policy) -> QuerySet[Letter]:
    """Letters whose event names one of the things, or that bring one of the policies."""
    wanted = Q(attachments__file__policy__in=[one for one in things if isinstance(one, Policy)])
    for one in things:
        wanted |= Q(key__contains=str(one.pk))
    return Letter.objects.filter(wanted).defer("html").distinct()


def letters_that_wait() -> QuerySet[Letter]:
    """Letters that did not arrive, or perhaps not, and of which no copy went out since."""
    failed = (LetterStatus.UNSURE, LetterStatus.REFUSED, LetterStatus.BOUNCED)
    again = LetterEvent.objects.filter(subject=OuterRef("pk"), name=SENT_AGAIN)
    return Letter.objects.filter(~Exists(again), status__in=failed)


# --- reminders


def policies_that(*, start: date | None = None, end: date | None = None) -> QuerySet[Policy]:
    """Policies in force by status whose cover starts, or ends, on a day."""
    issued = Policy.objects.filter(status=PolicyStatus.ISSUED).select_related("insured__contract__owner")
    if start is not None:
        issued = issued.filter(first_day=start)
    return issued.filter(last_day=end) if end is not None else issued


def passports_that_expire(on: date) -> QuerySet[Person]:
    """Saved persons whose travel document ends on a day."""
    return Person.objects.filter(expires_on=on).select_related("owner")


def list_date(at: datetime) -> str:
    """The moment of a list, to the second, UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

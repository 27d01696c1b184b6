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
from parason.documents.states import (
    NOT_ARRIVED,
    KeyStatus,
    LetterStatus,
    PolicyStatus,
    Verdict,
    verdict,
)
from parason.kernel.clock import day_of
from parason.kernel.prepared import Prepared

Days = tuple[date, date]  # the first and the last, both counted


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
    found: Policy | None = _policy_of.instance(pk=policy_id, owner=owner.pk)
    return found


_policy_of = Prepared(
    lambda pk, owner: Policy.objects.filter(insured__contract__owner_id=owner, pk=pk).select_related(
        "insured__contract"
    ),
    pk=uuid.UUID(int=0),
    owner=-1,
)


def policies_of_contract(contract: Contract) -> list[Policy]:
    """Policies of a contract in the order of the insured, with what they replaced."""
    return list(Policy.objects.filter(insured__contract=contract).order_by("insured__position", "issued_at"))


def policies_of_contracts(contracts: Iterable[Contract]) -> list[Policy]:
    """The policies of several contracts that were not replaced, with what a list shows of them."""
    return _policies_of.instances(contracts=[contract.pk for contract in contracts])


_policies_of = Prepared(
    lambda contracts: (
        Policy.objects.filter(insured__contract__any_of=contracts)
        .only("insured_id", "series", "number", "status")
        .exclude(status=PolicyStatus.REPLACED)
        .order_by()
    ),
    contracts=[uuid.UUID(int=0)],
)


def file_of(policy: Policy, kind: str = "certificate") -> PolicyFile:
    """The bytes as issued."""
    found: PolicyFile | None = _file.instance(policy=policy.pk, kind=kind)
    if found is None:
        raise PolicyFile.DoesNotExist
    return found


_file = Prepared(
    lambda policy, kind: PolicyFile.objects.filter(policy_id=policy, kind=kind),
    policy=uuid.UUID(int=0),
    kind="sample",
)


def files_of(policies: Iterable[Policy], kind: str = "certificate") -> list[PolicyFile]:
    """The files of several policies, in their order; their bytes are read when they are asked for."""
    found = _files.instances(policies=[policy.pk for policy in policies], kind=kind)
    files = {one.policy_id: one for one in found}
    return [files[policy.pk] for policy in policies]


_files = Prepared(
    lambda policies, kind: PolicyFile.objects.filter(policy__any_of=policies, kind=kind).defer("content"),
    policies=[uuid.UUID(int=0)],
    kind="sample",
)


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
    found = _status.first(lookup=lookup)
    return found[0] if found else None


_status = Prepared(
    # Without an order: the index alone has the answer.
    lambda lookup: Policy.objects.filter(lookup=lookup).order_by().values_list("status"),
    lookup="sample",
)


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


def by_number(text: str, **more: Any) -> Policy | None:
    """The policy of a series and number as somebody types them: spaces, dashes and case do not matter.

    `more` must fit too, and the database compares it: a number with a wrong second fact costs as none does.
    """
    series = plain_number(text).rstrip("0123456789")
    number = plain_number(text)[len(series) :]
    found = Policy.objects.filter(series=series, number=number, **more)
    return found.select_related("replaced_by").first()


def check(*, number: str, birth_date: date | None, document: str, at: datetime) -> Checked | None:
    """The policy when number and birth date, or number and document number, both fit; else None."""
    if birth_date is not None:
        policy = by_number(number, birth_date=birth_date)
    else:
        asked = plain_number(document)
        policy = by_number(number, document_number=asked) if len(asked) >= 4 else None
    return judged(policy, at) if policy else None


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
    again = LetterEvent.objects.filter(subject=OuterRef("pk"), name=SENT_AGAIN)
    return Letter.objects.filter(~Exists(again), status__in=NOT_ARRIVED)


# --- reminders


def policies_that(*, start: date | None = None, end: Days | None = None) -> QuerySet[Policy]:
    """Policies in force by status whose cover starts on a day, or ends within some days."""
    issued = Policy.objects.filter(status=PolicyStatus.ISSUED).select_related("insured__contract__owner")
    if start is not None:
        issued = issued.filter(first_day=start)
    return issued.filter(last_day__range=end) if end is not None else issued


def passports_that_expire(within: Days) -> QuerySet[Person]:
    """Saved persons whose travel document ends within some days."""
    return Person.objects.filter(expires_on__range=within).select_related("owner")


def written_of(keys: Iterable[str]) -> set[str]:
    """Those of the keys under which a letter was written."""
    return set(Letter.objects.filter(key__in=list(keys)).values_list("key", flat=True))


def list_date(at: datetime) -> str:
    """The moment of a list, to the second, UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

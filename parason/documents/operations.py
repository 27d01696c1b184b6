"""Acts on papers: number and issue a policy, withdraw or replace it, make and end the seal's keys."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from parason.accounts.models import User
from parason.contracts.models import Contract, Insured
from parason.documents import seal
from parason.documents.facts import PolicyFacts, policy_facts
from parason.documents.models import (
    Look,
    Policy,
    PolicyEvent,
    PolicyFile,
    Revocation,
    SealKey,
    Try,
)
from parason.documents.papers import certificate, memo, terms
from parason.documents.states import MOVES, KeyStatus, PolicyStatus
from parason.kernel.errors import DomainError
from parason.kernel.insurer import insurer
from parason.kernel.moves import move
from parason.kernel.prepared import Prepared
from parason.kernel.transactions import in_transaction
from parason.products.queries import product as product_of

log = logging.getLogger(__name__)
KEY_LOCK = 7_202_601  # advisory lock: two workers make one first key
# Two limits at once: an address cannot try many policies, many addresses cannot try one policy.
LIMITS = {"address": (20, 600), "policy": (10, 3600), "desk": (120, 600), "desk address": (600, 600)}
# A new key is published this long before it signs: published keys are kept for a minute by each process.
PUBLISHED_FIRST = timedelta(minutes=2)


class NoSuchKey(DomainError):
    """No seal key has that id, or it cannot make that step."""

    message = _("There is no such key in use.")


@in_transaction
def take_number(*, series: str, width: int) -> str:
    """The next number of a series, padded; its row stays locked to the end: no gap, no double."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_numberseries (series, next_number) VALUES (%s, 2) ON CONFLICT (series)"
            " DO UPDATE SET next_number = documents_numberseries.next_number + 1 RETURNING next_number - 1",
            [series],
        )
        number: int = cursor.fetchone()[0]
    return str(number).zfill(width)


@in_transaction
def issue_policy(
    *,
    contract: Contract,
    insured: Insured,
    at: datetime,
    facts: PolicyFacts | None = None,
    replaces: Policy | None = None,
) -> Policy:
    """Number, seal and print the policy of one insured; a second call finds the first one's.

    A product with one policy per contract has it for the first insured, with a schedule of all.
    With `replaces`, the old policy is marked as replaced in the same transaction.
    """
    if product_of(contract.product_code).one_policy_per == "contract":
        insured = min(contract.insured.all(), key=lambda one: one.position)
    _lock.first(pk=insured.pk)
    done: Policy | None = _issued.instance(insured=insured.pk)
    if done is not None and (replaces is None or done.pk != replaces.pk):
        return done
    if replaces is not None:
        _end(replaces, to=PolicyStatus.REPLACED, kind="r", at=at)
    given = facts or policy_facts(contract=contract, insured=insured, at=at)
    given = {**given, "replaces": str(replaces) if replaces else given["replaces"]}
    return _issue(contract=contract, insured=insured, facts=given, replaces=replaces, at=at)


_lock = Prepared(lambda pk: Insured.objects.select_for_update().filter(pk=pk).values_list("pk"), pk=-1)
_issued = Prepared(
    lambda insured: Policy.objects.filter(insured_id=insured, status=PolicyStatus.ISSUED), insured=-1
)
_active_keys = Prepared(lambda: SealKey.objects.filter(status=KeyStatus.ACTIVE))


def _issue(
    *, contract: Contract, insured: Insured, facts: PolicyFacts, replaces: Policy | None, at: datetime
) -> Policy:
    product = product_of(contract.product_code)
    series = product.numbering.series
    facts = {**facts, "series": series, "number": take_number(series=series, width=product.numbering.width)}
    key = active_key(at=at)
    token = seal.sign(seal.claims_of(facts, issuer=insurer().code), key)
    policy = Policy.objects.create(
        insured=insured, series=series, number=facts["number"], issued_at=at, facts=facts,
        first_day=contract.first_day, last_day=contract.last_day,
        birth_date=facts["insured"]["birth_date"] or None,
        document_number=seal.plain_number(facts["insured"]["document"]["number"])[:32],
        seal=token, key_id=key["kid"], lookup=seal.lookup_of(token), replaces=replaces,
    )  # fmt: skip
    PolicyEvent.objects.create(subject=policy, name="issued", before="", after=policy.status, at=at)
    content = certificate(facts=facts, token=token, template=product.template, at=at)
    name = f"{series}{facts['number']}.pdf"
    keep_file(policy=policy, kind="certificate", name=name, content=content, at=at)
    return policy


def keep_file(*, policy: Policy, kind: str, name: str, content: bytes, at: datetime) -> PolicyFile:
    """Store bytes as issued, with their SHA-256."""
    digest = hashlib.sha256(content).hexdigest()
    return PolicyFile.objects.create(
        policy=policy, kind=kind, name=name, content=content, sha256=digest, made_at=at
    )


@transaction.atomic
def other_paper(*, policy: Policy, kind: str, language: str, at: datetime) -> PolicyFile:
    """The memo or the terms of a policy: made when they are first asked for, the same bytes ever after."""
    name = kind if kind == "memo" else f"{kind}-{language}"
    done = PolicyFile.objects.filter(policy=policy, kind=name).first()
    if done is not None:
        return done
    Policy.objects.select_for_update().get(pk=policy.pk)
    done = PolicyFile.objects.filter(policy=policy, kind=name).first()
    return done or keep_file(
        policy=policy, kind=name, name=f"{policy.series}{policy.number}-{name}.pdf", at=at,
        content=_other_content(policy, kind, language, at),
    )  # fmt: skip


def _other_content(policy: Policy, kind: str, language: str, at: datetime) -> bytes:
    if kind == "memo":
        return memo(facts=policy.facts, at=at)
    product = product_of(policy.facts["product"]["code"])
    return terms(text=product.terms(language), language=language, foot=str(policy), at=at)


@transaction.atomic
def withdraw_policy(*, policy: Policy, at: datetime, by: User | None = None, reason: str = "") -> None:
    """The policy holds no more; the public list says so. Raises ForbiddenMove when it is not in force."""
    _end(policy, to=PolicyStatus.WITHDRAWN, kind="w", at=at, by=by, reason=reason)


def _end(
    policy: Policy, *, to: str, kind: str, at: datetime, by: User | None = None, reason: str = ""
) -> None:
    move(policy, to=to, moves=MOVES, events=PolicyEvent, at=at, by=by, data={"reason": reason})
    Revocation.objects.create(policy=policy, short=policy.lookup[:8], kind=kind, at=at)


@in_transaction
def active_key(*, at: datetime) -> seal.Jwk:
    """The private key that signs now: the newest active one; the portal's first is made when it is needed."""
    key = _usable_key(at)
    if key is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEY_LOCK])
        key = _usable_key(at) or _unlocked(new_key(at=at))
    return key


def _unlocked(row: SealKey) -> seal.Jwk:
    return seal.unlocked(row.private, row.key_id, settings.SECRET_KEY)


def _usable_key(at: datetime) -> seal.Jwk | None:
    """The newest active key that is published long enough, else the oldest, that the present secret opens.

    After a change of SECRET_KEY the older ones sign no more: they are retired, so that their seals hold.
    """
    since = at - PUBLISHED_FIRST
    active: list[SealKey] = _active_keys.instances()
    young = [row for row in active if row.created_at > since]
    for row in (*(row for row in active if row.created_at <= since), *reversed(young)):
        try:
            return _unlocked(row)
        except seal.NotUnlocked:
            log.warning("Seal key %s is retired: SECRET_KEY is not the one it was locked with.", row.key_id)
            SealKey.objects.filter(pk=row.pk).update(
                status=KeyStatus.RETIRED, ended_at=at, reason="SECRET_KEY was changed"
            )
    return None


@transaction.atomic
def new_key(*, at: datetime) -> SealKey:
    """Make a key pair; in two minutes it signs, and older active keys only verify until they are retired."""
    key = seal.new_key()
    while SealKey.objects.filter(key_id=key["kid"]).exists():
        key = seal.new_key()
    private = seal.locked(key, settings.SECRET_KEY)
    return SealKey.objects.create(key_id=key["kid"], public=seal.public(key), private=private, created_at=at)


@transaction.atomic
def end_key(*, key_id: str, to: KeyStatus, reason: str, at: datetime) -> SealKey:
    """Retire a key (its seals hold) or revoke it (they do not); another one signs on. Raises NoSuchKey."""
    allowed = {
        KeyStatus.RETIRED: [KeyStatus.ACTIVE],
        KeyStatus.REVOKED: [KeyStatus.ACTIVE, KeyStatus.RETIRED],
    }
    changed = SealKey.objects.filter(key_id=key_id, status__in=allowed.get(to, [])).update(
        status=to, ended_at=at, reason=reason
    )
    if changed != 1:
        raise NoSuchKey
    active_key(at=at)  # sales and the list go on: the last one that ends is followed by a new one
    return SealKey.objects.get(key_id=key_id)


def record_look(*, door: str, asked: str, outcome: str, at: datetime, **who: Any) -> Look:
    """Write down that somebody looked. `who`: address, user, policy."""
    return Look.objects.create(door=door, asked=asked[:60], outcome=outcome, at=at, **who)


def count_try(*, kind: str, name: str, at: datetime) -> int:
    """Count one try of an address or on a policy; by how many it is over the limit of all workers, 0 within.

    The counter is a row of the database that is added to in one statement, so that no race lets one more in.
    """
    most, seconds = LIMITS[kind]
    window = int(at.timestamp()) // seconds * seconds  # its first second
    key = hashlib.sha256(f"{kind}:{name}".encode()).hexdigest()[:40]
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO documents_try (key, "window", count) VALUES (%s, %s, 1)'
            " ON CONFLICT (key) DO UPDATE SET"
            " count = CASE WHEN documents_try.window = EXCLUDED.window"
            "  THEN documents_try.count + 1 ELSE 1 END,"
            ' "window" = EXCLUDED.window RETURNING count',
            [key, window],
        )
        count: int = cursor.fetchone()[0]
    return max(0, count - most)


@transaction.atomic
def forget_tries(*, at: datetime) -> int:
    """Remove counters of windows that are over; how many."""
    oldest = int(at.timestamp()) - 86_400
    return Try.objects.filter(window__lt=oldest).delete()[0]

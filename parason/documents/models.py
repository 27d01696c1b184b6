"""Issued policies and their files, the seal's keys, revocations, looks, letters."""

from __future__ import annotations

import uuid
from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from parason.documents.states import (
    LETTER_MOVES,
    MOVES,
    NOT_ARRIVED,
    KeyStatus,
    LetterStatus,
    PolicyStatus,
)
from parason.kernel.moves import Event, never_change, refuse_other_moves
from parason.kernel.periods import Period


class NumberSeries(models.Model):
    """The next number of a series; taken under a lock, in the transaction that uses it: no gaps."""

    series = models.CharField(max_length=10, unique=True)
    next_number = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.series} {self.next_number}"


class Policy(models.Model):
    """An issued policy: one insured person or object. Only its status ever changes.

    `facts` is what the paper says, `seal` the signed token of its code, `lookup` the token's hash by which
    whoever holds the code, and nobody else, may ask for today's status.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    insured = models.ForeignKey("contracts.Insured", models.PROTECT, related_name="policies")
    series = models.CharField(max_length=10)
    number = models.CharField(max_length=16)
    status = models.CharField(max_length=20, choices=PolicyStatus, default=PolicyStatus.ISSUED)
    issued_at = models.DateTimeField()
    first_day = models.DateField()
    last_day = models.DateField()
    birth_date = models.DateField(null=True, blank=True)
    document_number = models.CharField(max_length=32, blank=True)  # capitals and digits only, for searching
    facts = models.JSONField()
    seal = models.TextField()
    key_id = models.CharField(max_length=16)
    lookup = models.CharField(max_length=22)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta:
        ordering = ["-issued_at"]
        verbose_name_plural = "policies"
        indexes = [models.Index("document_number", name="policy_by_document")]
        constraints = [
            models.UniqueConstraint("series", "number", name="policy_number_once"),
            # With the status in it, the question that every scan asks is answered without the row itself.
            models.UniqueConstraint(fields=["lookup"], include=["status"], name="policy_lookup_once"),
            models.UniqueConstraint(
                "insured", condition=Q(status=PolicyStatus.ISSUED), name="policy_one_live_per_insured"
            ),
            models.CheckConstraint(condition=Q(status__in=PolicyStatus.values), name="policy_status_known"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="policy_ends_after_start"),
        ]
        triggers = [
            refuse_other_moves("policy_moves", MOVES),
            pgtrigger.ReadOnly(name="policy_only_status_moves", exclude=["status"]),
            pgtrigger.Protect(name="policy_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.number}"

    @property
    def period(self) -> Period:
        """The days of cover, both ends included."""
        return Period(self.first_day, self.last_day)

    def covers(self, day: date) -> bool:
        return self.status == PolicyStatus.ISSUED and day in self.period


class PolicyEvent(Event):
    """What happened to a policy; cannot be changed."""

    subject = models.ForeignKey(Policy, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        triggers = [never_change("policy_events_stay")]


class PolicyFile(models.Model):
    """The bytes issued, for ever: read, mailed and printed, never rendered anew."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="files")
    kind = models.CharField(max_length=20, default="certificate")
    name = models.CharField(max_length=80)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("policy", "kind", name="policy_file_kind_once")]
        triggers = [never_change("policy_files_stay")]

    def __str__(self) -> str:
        return self.name


class SealKey(models.Model):
    """A key pair of the seal (ES256). The private half is encrypted with the portal's secret."""

    key_id = models.CharField(max_length=16, unique=True)
    public = models.JSONField()  # JWK without `d`
    private = models.TextField()
    status = models.CharField(max_length=10, choices=KeyStatus, default=KeyStatus.ACTIVE)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=KeyStatus.values), name="seal_key_status_known"),
            models.CheckConstraint(
                condition=Q(status=KeyStatus.ACTIVE) | Q(ended_at__isnull=False), name="seal_key_ended_when"
            ),
        ]

    def __str__(self) -> str:
        return self.key_id


class Revocation(models.Model):
    """One entry of the public list, in the order of its serial number: the list only grows."""

    policy = models.OneToOneField(Policy, models.PROTECT, related_name="revocation")
    short = models.CharField(max_length=8, unique=True)
    kind = models.CharField(max_length=1)  # w withdrawn, r replaced
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=["w", "r"]), name="revocation_kind_known")]
        triggers = [never_change("revocations_stay")]

    def __str__(self) -> str:
        return self.short


class Look(models.Model):
    """Somebody looked a policy up: where, who, what was asked, what came out. Read by the auditor."""

    at = models.DateTimeField(db_index=True)
    door = models.CharField(max_length=10)  # public, desk
    address = models.GenericIPAddressField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="looks")
    policy = models.ForeignKey(Policy, models.PROTECT, null=True, related_name="looks")
    asked = models.CharField(max_length=60)
    outcome = models.CharField(max_length=12)  # a verdict, nothing, limited

    class Meta:
        ordering = ["-pk"]
        triggers = [never_change("looks_stay")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.asked}: {self.outcome}"


class Try(models.Model):
    """How often an address, or anybody on one policy, has tried a check within the present window of time."""

    key = models.CharField(max_length=40, primary_key=True)  # a hash: no address is kept
    window = models.BigIntegerField()  # its first second, since 1970
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.count}"


class Letter(models.Model):
    """A letter: what it said, to whom it went, and how far it came. Written before anything is sent."""

    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=120, unique=True)  # of the event: the same event never writes twice
    to = models.EmailField(max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="letters"
    )
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    message_id = models.CharField(max_length=120, unique=True)
    status = models.CharField(max_length=10, choices=LetterStatus, default=LetterStatus.QUEUED)
    created_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="letter_of_user"),
            models.Index("id", condition=Q(status__in=NOT_ARRIVED), name="letter_not_arrived"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=LetterStatus.values), name="letter_status_known"),
            models.CheckConstraint(
                condition=~Q(status=LetterStatus.SENT) | Q(sent_at__isnull=False), name="letter_sent_when"
            ),
        ]
        triggers = [refuse_other_moves("letter_moves", LETTER_MOVES)]

    def __str__(self) -> str:
        return f"{self.kind} {self.to}"


SENT_AGAIN = "sent again"  # the event of a letter of which a copy went out


class LetterEvent(Event):
    """What happened to a letter."""

    subject = models.ForeignKey(Letter, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        triggers = [never_change("letter_events_stay")]


class Attachment(models.Model):
    """A file that goes with a letter: an issued policy's, or bytes of its own."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=80)
    media_type = models.CharField(max_length=60)
    file = models.ForeignKey(PolicyFile, models.PROTECT, null=True, related_name="+")
    content = models.BinaryField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file__isnull=False) ^ Q(content__isnull=False), name="attachment_has_one_source"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def data(self) -> bytes:
        """The bytes to attach."""
        return bytes(self.file.content if self.file is not None else self.content or b"")

"""Contracts, what and whom they insure, and their events."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from parason.contracts.plans import follows_its_plan
from parason.contracts.states import MOVES, PART_MOVES, ContractStatus, PartStatus
from parason.kernel.money import Money
from parason.kernel.moves import Event, never_change, refuse_other_moves
from parason.kernel.periods import Period


class Contract(models.Model):
    """An agreement, with everything that was agreed copied into it at that moment.

    `policyholder` is the facts of the policyholder as `accounts.rules.facts()` gives them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)  # spoken of before there is a policy: A-000123
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="contracts")
    application = models.OneToOneField("quotes.Application", models.PROTECT, related_name="contract")
    quote = models.OneToOneField("quotes.Quote", models.PROTECT, related_name="contract")
    product_code = models.CharField(max_length=40)
    status = models.CharField(max_length=20, choices=ContractStatus, default=ContractStatus.FORMED)
    first_day = models.DateField()
    last_day = models.DateField()
    answers = models.JSONField(default=dict)
    policyholder = models.JSONField()
    premium_minor = models.BigIntegerField()
    premium_currency = models.CharField(max_length=3)
    payable_minor = models.BigIntegerField()
    payable_currency = models.CharField(max_length=3)
    parts = models.PositiveSmallIntegerField(default=1)  # of the premium; rows of `plan` where there are more
    statement = models.TextField()  # accepted word for word
    statement_language = models.CharField(max_length=8)
    statement_version = models.CharField(max_length=120)
    formed_at = models.DateTimeField()
    pay_before = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-formed_at"]
        indexes = [models.Index("owner", "status", name="contract_of_owner_by_status")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ContractStatus.values), name="contract_status_known"
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="contract_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(premium_minor__gte=0) & Q(payable_minor__gte=0), name="contract_sums_not_negative"
            ),
            models.CheckConstraint(condition=Q(parts__gte=1), name="contract_has_a_part"),
        ]
        triggers = [
            refuse_other_moves("contract_moves", MOVES),
            follows_its_plan("contract_follows_its_plan", contract="NEW.id", only="NEW.parts > 1"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def period(self) -> Period:
        """The days of cover, both ends included."""
        return Period(self.first_day, self.last_day)

    @property
    def premium(self) -> Money:
        return Money(self.premium_minor, self.premium_currency)

    @property
    def payable(self) -> Money:
        return Money(self.payable_minor, self.payable_currency)


class Part(models.Model):
    """One part of a premium that is paid in parts. A contract that is paid at once has none.

    `payable_minor` is known where premium and payment have one currency, and of the first part; of others it
    is the sum at the official rate of the day on which the part is paid.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="plan")
    number = models.PositiveSmallIntegerField()  # from 1
    due_on = models.DateField()
    pay_until = models.DateField()  # the last day on which it is taken, with the days of grace
    premium_minor = models.BigIntegerField()
    payable_minor = models.BigIntegerField(null=True)
    status = models.CharField(max_length=20, choices=PartStatus, default=PartStatus.DUE)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["contract", "number"]
        indexes = [models.Index("due_on", condition=Q(status="DUE"), name="part_due")]
        constraints = [
            models.UniqueConstraint("contract", "number", name="part_number_once"),
            models.CheckConstraint(condition=Q(status__in=PartStatus.values), name="part_status_known"),
            models.CheckConstraint(condition=Q(number__gte=1), name="part_numbers_begin_with_one"),
            models.CheckConstraint(condition=Q(pay_until__gte=F("due_on")), name="part_grace_not_negative"),
            models.CheckConstraint(condition=Q(premium_minor__gt=0), name="part_positive"),
            models.CheckConstraint(
                condition=~Q(status="PAID") | Q(payable_minor__gt=0, paid_at__isnull=False),
                name="part_paid_with_sum_and_moment",
            ),
        ]
        triggers = [
            refuse_other_moves("part_moves", PART_MOVES),
            pgtrigger.ReadOnly(
                name="part_stays_as_agreed",
                fields=["contract", "number", "due_on", "pay_until", "premium_minor"],
            ),
            pgtrigger.Protect(name="part_stays", operation=pgtrigger.Delete),
            follows_its_plan("part_follows_its_plan", contract="NEW.contract_id"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.number}"

    @property
    def premium(self) -> Money:
        return Money(self.premium_minor, self.contract.premium_currency)

    @property
    def payable(self) -> Money | None:
        """In the currency in which it is paid; None while that depends on the day."""
        if self.payable_minor is None:
            return None
        return Money(self.payable_minor, self.contract.payable_currency)


class PartEvent(Event):
    """What happened to a part; cannot be changed."""

    subject = models.ForeignKey(Part, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        triggers = [never_change("part_events_stay")]


class Insured(models.Model):
    """One insured person (or vehicle, or building) of a contract, with the facts as agreed."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="insured")
    position = models.PositiveSmallIntegerField()  # from 1
    kind = models.CharField(max_length=10, default="person")  # person, vehicle, building, event
    facts = models.JSONField()
    premium_minor = models.BigIntegerField()

    class Meta:
        ordering = ["contract", "position"]
        constraints = [
            models.UniqueConstraint("contract", "position", name="insured_position_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["person", "vehicle", "building", "event"]), name="insured_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}/{self.position}"


class ContractEvent(Event):
    """What happened to a contract; cannot be changed."""

    subject = models.ForeignKey(Contract, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        triggers = [never_change("contract_events_stay")]

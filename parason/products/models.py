"""Tariff versions, the base unit's values, and stops of sale."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from parason.kernel.moves import Event, never_change, refuse_other_moves
from parason.products.states import MOVES, TariffStatus


class TariffVersion(models.Model):
    """Steps and tables of one product from a calendar date on. Its content never changes; a new one gets a
    new name.

    The version in force on a day is the approved one with the latest `valid_from` not after that day.
    """

    product_code = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    unit = models.CharField(max_length=10)  # ISO 4217 code, or BASE_UNIT
    act = models.CharField(max_length=300)
    act_link = models.URLField(blank=True)
    note = models.JSONField(default=dict, blank=True)  # by language
    verified = models.BooleanField(default=False)  # somebody compared it with the act
    status = models.CharField(max_length=10, choices=TariffStatus.choices, default=TariffStatus.PROPOSED)
    steps = models.JSONField(default=list)
    specs = models.JSONField(default=dict)  # keys and values of each table
    tables = models.JSONField(default=dict)  # cells as text: {"premium": {"columns": […], "rows": [[…]]}}
    sums_insured = models.JSONField(default=list)  # where they differ from the product's
    digest = models.CharField(max_length=64)  # of what the price depends on
    from_catalogue = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["product_code", "valid_from"]
        constraints = [
            models.UniqueConstraint("product_code", "version", name="tariff_version_once"),
            models.UniqueConstraint(
                "product_code",
                "valid_from",
                condition=Q(status=TariffStatus.APPROVED),
                name="tariff_one_approved_from_a_day",
            ),
            models.CheckConstraint(condition=Q(status__in=TariffStatus.values), name="tariff_status_known"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="tariff_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(status=TariffStatus.APPROVED)
                | Q(from_catalogue=True)
                | Q(approved_by__isnull=False),
                name="tariff_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(proposed_by=None) | ~Q(approved_by=F("proposed_by")),
                name="tariff_approved_by_another",
            ),
        ]
        permissions = [
            ("propose_tariffversion", "May propose and import tariff versions"),
            ("approve_tariffversion", "May approve and withdraw tariff versions"),
        ]
        triggers = [
            refuse_other_moves("tariff_moves", MOVES),
            pgtrigger.ReadOnly(name="tariff_content_fixed", exclude=["status", "approved_by"]),
            pgtrigger.Protect(name="tariff_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.product_code} {self.version}"


class TariffEvent(Event):
    """Who proposed, approved or withdrew a tariff version, and when."""

    subject = models.ForeignKey(TariffVersion, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        triggers = [never_change("tariff_events_stay")]


class BaseUnit(models.Model):
    """What the base unit is worth from a day on, until the next row."""

    valid_from = models.DateField(unique=True)
    value = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, default="BYN")
    act = models.CharField(max_length=200)

    class Meta:
        ordering = ["valid_from"]
        constraints = [models.CheckConstraint(condition=Q(value__gt=0), name="base_unit_above_zero")]

    def __str__(self) -> str:
        return f"{self.value} {self.currency} from {self.valid_from}"


class SalesStop(models.Model):
    """A product is not sold between two days (both included), everywhere or in one territory."""

    product_code = models.CharField(max_length=40)
    territory = models.CharField(
        max_length=40, blank=True
    )  # an answer to the product's territory question; blank: all
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    stopped_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    stopped_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-stopped_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="sales_stop_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_code} {self.territory} from {self.first_day}"

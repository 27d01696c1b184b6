"""The tables of exchange rates: official ones, and those entered by hand."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from parason.kernel.moves import Event, never_change, refuse_other_moves
from parason.payments.states import RATE_MOVES, RateStatus


class ExchangeRate(models.Model):
    """An official rate: `scale` units of `currency` cost `rate` BYN on `date`."""

    currency = models.CharField(max_length=3)
    date = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=6)
    scale = models.PositiveIntegerField()
    source = models.CharField(max_length=40)

    class Meta:
        ordering = ["-date", "currency"]
        constraints = [
            models.UniqueConstraint("currency", "date", name="rate_once_per_day"),
            models.CheckConstraint(condition=Q(rate__gt=0) & Q(scale__gt=0), name="rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.scale} {self.currency} = {self.rate} BYN on {self.date}"


class RateEntry(models.Model):
    """A rate that one person entered by hand; it counts once another has confirmed it."""

    currency = models.CharField(max_length=3)
    date = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=6)
    scale = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)  # where it was read, and why it is not here by itself
    status = models.CharField(max_length=10, choices=RateStatus, default=RateStatus.ENTERED)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "rate entries"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RateStatus.values), name="rate_entry_status_known"),
            models.CheckConstraint(condition=Q(rate__gt=0) & Q(scale__gt=0), name="rate_entry_positive"),
            models.UniqueConstraint(
                "currency", "date", condition=Q(status=RateStatus.ENTERED), name="rate_entry_waits_once"
            ),
            models.CheckConstraint(
                condition=~Q(status=RateStatus.CONFIRMED)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("entered_by"))),
                name="rate_entry_confirmed_by_another",
            ),
        ]
        triggers = [refuse_other_moves("rate_entry_moves", RATE_MOVES)]

    def __str__(self) -> str:
        return f"{self.scale} {self.currency} = {self.rate} BYN on {self.date}"


class RateEntryEvent(Event):
    """Who entered a rate, who confirmed or refused it."""

    subject = models.ForeignKey(RateEntry, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        triggers = [never_change("rate_entry_events_stay")]

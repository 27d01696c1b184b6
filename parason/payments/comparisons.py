"""What other books say: gateways' reports, the bank's statements."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from parason.kernel.money import Money


class Reconciliation(models.Model):
    """One comparison of our books with a gateway's own report."""

    gateway = models.CharField(max_length=20)
    shop_id = models.CharField(max_length=60)
    since = models.DateTimeField()
    until = models.DateTimeField()
    at = models.DateTimeField()
    compared = models.PositiveIntegerField(default=0)
    complete = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.gateway} {self.since:%Y-%m-%d %H:%M} – {self.until:%Y-%m-%d %H:%M}"


class DifferenceKind(models.TextChoices):
    UNKNOWN_TO_US = "unknown_to_us"
    OTHER_STATUS = "other_status"
    OTHER_AMOUNT = "other_amount"
    UNKNOWN_TO_GATEWAY = "unknown_to_gateway"


class Difference(models.Model):
    """What a gateway's report said otherwise than our books, and what came of it."""

    reconciliation = models.ForeignKey(Reconciliation, models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=20, choices=DifferenceKind)
    uid = models.CharField(max_length=255)
    our_ref = models.CharField(max_length=255, blank=True)
    ours = models.CharField(max_length=100, blank=True)
    theirs = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DifferenceKind.values), name="difference_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class Statement(models.Model):
    """A statement of our account that somebody imported; the same file is taken in once."""

    digest = models.CharField(max_length=64, unique=True)
    message_id = models.CharField(max_length=100, blank=True)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.message_id or self.digest[:12]


class LineStatus(models.TextChoices):
    MATCHED = "matched"  # it paid a payment
    PAYOUT = "payout"  # a gateway's payout
    WAITING = "waiting"  # a person must say what it is
    SET_ASIDE = "set_aside"  # a person said: nothing of ours


class StatementLine(models.Model):
    """Money that came to our account. `reference` is the bank's own and comes once."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    reference = models.CharField(max_length=100, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    booked_on = models.DateField(null=True)
    payer = models.CharField(max_length=200, blank=True)
    payer_numbers = models.JSONField(default=list, blank=True)  # of an organisation: tax number, register
    account = models.CharField(max_length=40, blank=True)  # the payer's, where money is sent back to
    words = models.TextField(max_length=600, blank=True)
    status = models.CharField(max_length=10, choices=LineStatus, default=LineStatus.WAITING)
    payment = models.ForeignKey("payments.Payment", models.PROTECT, null=True, related_name="statement_lines")
    settlement = models.ForeignKey(
        "payments.Settlement", models.PROTECT, null=True, related_name="statement_lines"
    )
    outcome = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settlement=None) | Q(status=LineStatus.PAYOUT),
                name="line_of_settlement_is_payout",
            ),
            models.CheckConstraint(condition=Q(status__in=LineStatus.values), name="line_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="line_positive"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

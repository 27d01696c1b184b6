"""Transfers that our staff make by hand: the evidence that money was sent back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class SentTransfer(models.Model):
    """Somebody says that a refund was sent, with the bank's reference; above the limit somebody else
    confirms it.
    """

    refund = models.ForeignKey("payments.Refund", models.PROTECT, related_name="sendings")
    reference = models.CharField(max_length=100)
    sent_on = models.DateField()
    needs_second_person = models.BooleanField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("refund", condition=Q(decided_at=None), name="sending_one_open"),
            # One transfer at the bank sends one refund.
            models.UniqueConstraint(
                "reference", condition=Q(accepted=None) | Q(accepted=True), name="sending_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(accepted=None)
                | Q(accepted=False)
                | Q(needs_second_person=False)
                | ~Q(decided_by=F("recorded_by")),
                name="sending_accepted_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id}: {self.reference}"

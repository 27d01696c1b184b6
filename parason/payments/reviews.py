"""Decisions about money that a person had to look at: accepting it needs two."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Review(models.Model):
    """Somebody proposes to count money under review as the payment; somebody else confirms or refuses."""

    attempt = models.ForeignKey("payments.Attempt", models.PROTECT, related_name="reviews")
    reason = models.CharField(max_length=255)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("attempt", condition=Q(decided_at=None), name="review_one_open"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")) | Q(accepted=False),
                name="review_accepted_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.reason}"

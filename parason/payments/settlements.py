"""What gateways pay out: their report of a day, line by line, and the transfer that brings it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from parason.kernel.money import Money
from parason.kernel.moves import Event, never_change, refuse_other_moves
from parason.payments.states import SETTLEMENT_MOVES, SettlementStatus


class Settlement(models.Model):
    """What a gateway says it paid out for a day, in one currency. Its sums are those of its lines.

    Several days may come in one transfer: the first of them is then the `head` of the others.
    """

    gateway = models.CharField(max_length=20)
    shop_id = models.CharField(max_length=60)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=SettlementStatus, default=SettlementStatus.TOLD)
    told_at = models.DateTimeField()
    head = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="others")

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=SettlementStatus.values), name="settlement_status_known"
            ),
            # What comes later for a day that has arrived already is a settlement of its own.
            models.UniqueConstraint(
                "gateway",
                "shop_id",
                "day",
                "currency",
                condition=Q(status="TOLD"),
                name="settlement_one_open",
            ),
        ]
        triggers = [refuse_other_moves("settlement_moves", SETTLEMENT_MOVES)]

    def __str__(self) -> str:
        return f"{self.gateway} {self.day} {self.currency}"


class SettlementEvent(Event):
    """What happened to a settlement; cannot be changed."""

    subject = models.ForeignKey(Settlement, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        triggers = [never_change("settlement_events_stay")]


class LineProblem(models.TextChoices):
    OTHER_AMOUNT = "other_amount"  # our books have another sum
    OTHER_STATUS = "other_status"  # with us it did not succeed
    NO_FEE = "no_fee"  # the report does not say what was kept


class SettlementLine(models.Model):
    """One transaction in a payout. `amount_minor` is below zero when money went back to a payer."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="lines")
    transaction = models.OneToOneField(
        "payments.GatewayTransaction", models.PROTECT, related_name="settlement_line"
    )
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=20, choices=LineProblem, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(problem__in=["", *LineProblem.values]), name="settlement_line_problem_known"
            ),
        ]
        triggers = [never_change("settlement_lines_stay")]

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.amount_minor}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.settlement.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.settlement.currency)

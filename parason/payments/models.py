"""Money: payments, attempts at gateways, what gateways said, refunds, the ledger, exchange rates."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from parason.kernel.money import Money
from parason.kernel.moves import Event, never_change, refuse_other_moves
from parason.payments.books import Account as Account
from parason.payments.books import Entry as Entry
from parason.payments.comparisons import Difference as Difference
from parason.payments.comparisons import DifferenceKind as DifferenceKind
from parason.payments.comparisons import LineStatus as LineStatus
from parason.payments.comparisons import Reconciliation as Reconciliation
from parason.payments.comparisons import Statement as Statement
from parason.payments.comparisons import StatementLine as StatementLine
from parason.payments.exchange import ExchangeRate as ExchangeRate
from parason.payments.exchange import RateEntry as RateEntry
from parason.payments.exchange import RateEntryEvent as RateEntryEvent
from parason.payments.reviews import Review as Review
from parason.payments.sendings import SentTransfer as SentTransfer
from parason.payments.settlements import LineProblem as LineProblem
from parason.payments.settlements import Settlement as Settlement
from parason.payments.settlements import SettlementEvent as SettlementEvent
from parason.payments.settlements import SettlementLine as SettlementLine
from parason.payments.states import (
    LIVE,
    MOVES,
    PAYMENT_MOVES,
    REFUND_MOVES,
    AttemptStatus,
    PaymentStatus,
    RefundStatus,
)
from parason.payments.states import RefundOrigin as RefundOrigin


def new_ref() -> str:
    """128 random bits: what we call an attempt when we speak to a gateway. Never guessable, never reused."""
    return secrets.token_hex(16)


class Payment(models.Model):
    """What an order has to bring in; one for each order, fixed with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.OneToOneField("checkout.Order", models.PROTECT, related_name="payment")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=20, choices=PaymentStatus, default=PaymentStatus.UNPAID)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=PaymentStatus.values), name="payment_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_amount_positive"),
        ]
        triggers = [refuse_other_moves("payment_moves", PAYMENT_MOVES)]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def number(self) -> str:
        """Short enough to be read out on the telephone."""
        return self.pk.hex[:8].upper()


class Attempt(models.Model):
    """One try at one gateway. The only thing that a gateway and we both know is `our_ref`."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="attempts")
    our_ref = models.CharField(max_length=32, unique=True, default=new_ref, editable=False)
    gateway = models.CharField(max_length=20)
    shop_id = models.CharField(max_length=60)
    status = models.CharField(max_length=20, choices=AttemptStatus, default=AttemptStatus.NEW)
    external_id = models.CharField(max_length=255, blank=True)  # the gateway's token, session or bill
    redirect_url = models.TextField(blank=True)
    instructions = models.JSONField(default=dict)  # for payers without a page: code, tree, picture
    tries = models.PositiveSmallIntegerField(default=3)
    declines = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)  # why it was declined or put to review
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    asks = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    next_ask_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index("next_ask_at", condition=Q(next_ask_at__isnull=False), name="attempt_to_ask"),
            models.Index("claimed_at", condition=Q(status="OPENING"), name="attempt_opening"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=AttemptStatus.values), name="attempt_status_known"),
            models.UniqueConstraint("payment", condition=Q(status__in=LIVE), name="payment_one_live_attempt"),
            models.UniqueConstraint(
                "gateway", "external_id", condition=~Q(external_id=""), name="attempt_external_id_once"
            ),
        ]
        triggers = [refuse_other_moves("attempt_moves", MOVES)]

    def __str__(self) -> str:
        return f"{self.gateway} {self.our_ref}"


class AttemptEvent(Event):
    """What happened to an attempt; cannot be changed."""

    subject = models.ForeignKey(Attempt, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        triggers = [never_change("attempt_events_stay")]


class PaymentEvent(Event):
    """What happened to a payment; cannot be changed."""

    subject = models.ForeignKey(Payment, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        triggers = [never_change("payment_events_stay")]


class Notification(models.Model):
    """What a gateway sent us, byte for byte, after its signature was checked and before it is judged."""

    gateway = models.CharField(max_length=20)
    shop_id = models.CharField(max_length=60)
    our_ref = models.CharField(max_length=64, blank=True, db_index=True)  # a hint to find it by
    raw = models.BinaryField()
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index("received_at", condition=Q(processed_at__isnull=True), name="notification_to_judge"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.received_at:%Y-%m-%d %H:%M:%S}"


class ForgedCount(models.Model):
    """How many messages of a day did not prove their sender. Nothing of their content is kept."""

    gateway = models.CharField(max_length=20)
    day = models.DateField()
    reason = models.CharField(max_length=40)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day", "gateway"]
        constraints = [models.UniqueConstraint("gateway", "day", "reason", name="forged_count_once")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.day} {self.reason}: {self.count}"


class GatewayTransaction(models.Model):
    """One movement at a gateway as it last told us: a payment, a refund or a chargeback."""

    gateway = models.CharField(max_length=20)
    shop_id = models.CharField(max_length=60)
    uid = models.CharField(max_length=255)
    kind = models.CharField(max_length=12)
    parent_uid = models.CharField(max_length=255, blank=True)
    our_ref = models.CharField(max_length=255, blank=True)
    attempt = models.ForeignKey(Attempt, models.PROTECT, null=True, related_name="transactions")
    status = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    test = models.BooleanField(null=True)
    code = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=300, blank=True)
    method = models.CharField(max_length=30, blank=True)
    card = models.CharField(max_length=40, blank=True)
    occurred_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index("parent_uid", condition=~Q(parent_uid=""), name="transaction_by_parent")]
        constraints = [
            models.UniqueConstraint("gateway", "shop_id", "uid", name="transaction_uid_once_per_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"

    @property
    def amount(self) -> Money | None:
        """None where the gateway told no sum, or none that can be one."""
        if self.amount_minor is None or len(self.currency) != 3 or not self.currency.isupper():
            return None
        return Money(self.amount_minor, self.currency)


class Refund(models.Model):
    """Money on its way back, to where it came from."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    transaction = models.ForeignKey(GatewayTransaction, models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=20, choices=RefundStatus, default=RefundStatus.REQUESTED)
    origin = models.CharField(max_length=12, choices=RefundOrigin)
    # True: money that never counted as the payment (late, double): it does not touch the payment's status.
    aside = models.BooleanField(default=False)
    reason = models.CharField(max_length=255)
    key = models.CharField(max_length=64, unique=True, default=new_ref, editable=False)  # for the gateway
    uid = models.CharField(max_length=255, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    needs_second_person = models.BooleanField(default=False)
    requested_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    asks = models.PositiveSmallIntegerField(default=0)
    next_ask_at = models.DateTimeField(null=True, blank=True)
    message = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index("next_ask_at", condition=Q(next_ask_at__isnull=False), name="refund_to_ask")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RefundStatus.values), name="refund_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(requested_by__isnull=True)
                | ~Q(approved_by=F("requested_by")),
                name="refund_approved_by_another",
            ),
            models.UniqueConstraint(
                "transaction", "uid", condition=~Q(uid=""), name="refund_uid_once_per_transaction"
            ),
        ]
        triggers = [refuse_other_moves("refund_moves", REFUND_MOVES)]

    def __str__(self) -> str:
        return f"{self.amount} {self.status}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class RefundEvent(Event):
    """What happened to a refund; cannot be changed."""

    subject = models.ForeignKey(Refund, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        triggers = [never_change("refund_events_stay")]

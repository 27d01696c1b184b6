"""The ledger: every movement of money as one row between two accounts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from parason.kernel.money import Money
from parason.kernel.moves import never_change


class Account(models.TextChoices):
    """The accounts of the ledger."""

    CUSTOMERS = "customers"  # what customers owe for concluded contracts
    PREMIUMS = "premiums"  # what they were concluded for
    GATEWAY = "gateway"  # money held for us by a gateway
    ASIDE = "aside"  # money that belongs to somebody else: late, double, wrong, unmatched
    REFUNDS = "refunds"  # what we owe back
    BANK = "bank"  # our own account at a bank
    FEES = "fees"  # what gateways keep for their service
    ROUNDING = "rounding"  # small differences of payouts that nobody can explain
    DISPUTED = "disputed"  # taken back by a payer's bank


class Entry(models.Model):
    """One movement from one account to another: a row balances by its very form. Never changed.

    `key` makes writing it twice impossible; `words` explain it.
    """

    key = models.CharField(max_length=200, unique=True)
    debit = models.CharField(max_length=12, choices=Account)
    credit = models.CharField(max_length=12, choices=Account)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    payment = models.ForeignKey("payments.Payment", models.PROTECT, null=True, related_name="entries")
    gateway = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    words = models.CharField(max_length=300)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="entry_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="entry_between_two_accounts"),
            models.CheckConstraint(
                condition=Q(debit__in=Account.values, credit__in=Account.values), name="entry_accounts_known"
            ),
        ]
        triggers = [never_change("entries_stay")]

    def __str__(self) -> str:
        return f"{self.debit} ← {self.credit} {self.amount}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

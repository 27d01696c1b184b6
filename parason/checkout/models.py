"""The cart and the orders that it becomes."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from parason.kernel.money import Money


class CartItem(models.Model):
    """A contract that its owner means to pay next: a formed one, or a later part of one that is paid in
    parts.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="cart")
    contract = models.ForeignKey("contracts.Contract", models.CASCADE, related_name="cart_items")
    part = models.PositiveSmallIntegerField(default=1)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("contract", "part", name="cart_item_once")]

    def __str__(self) -> str:
        return str(self.contract_id)


class Order(models.Model):
    """What is paid in one go: contracts and their sums, fixed when the customer presses “Pay”."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders")
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)  # paid or given up: its contracts are free again

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=Q(total_minor__gt=0), name="order_total_positive")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


class OrderLine(models.Model):
    """One part of one contract. `live` while the order is open: a part is in one open order at most. Whoever
    pays at once pays part 1.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    contract = models.ForeignKey("contracts.Contract", models.PROTECT, related_name="order_lines")
    part = models.PositiveSmallIntegerField(default=1)
    amount_minor = models.BigIntegerField()
    live = models.BooleanField(default=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "contract", "part", condition=Q(live=True), name="part_in_one_open_order"
            ),
            models.UniqueConstraint("order", "contract", "part", name="order_line_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="order_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.contract_id}"

    @property
    def words(self) -> str:
        """The contract's reference, with the part where there are several: “A-0123 (2/4)”."""
        of = self.contract.parts
        return self.contract.reference if of == 1 else f"{self.contract.reference} ({self.part}/{of})"

    @property
    def amount(self) -> Money:
        """What it costs, in the currency of its order and contract."""
        return Money(self.amount_minor, self.contract.payable_currency)

"""The world of the simulation: customers, a portal, a bank that misbehaves, one clock; and its auditor."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Sum

from parason.checkout import operations as checkout
from parason.contracts.models import Contract
from parason.documents.models import Letter, Policy
from parason.journeys import buy, issue
from parason.journeys import payments as journey
from parason.journeys.payments import BUYING
from parason.kernel.clock import now
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.payments import operations
from parason.payments.gateways.interface import GatewayError
from parason.payments.models import Attempt, Entry, Notification, Payment, Refund
from tests.payments.purchases import Shop, make_contract
from tests.sandbox_bank.bank import SandboxBank

# What the bank may do to us; amounts stay right, for wrong ones end with a person.
FAULTS = (
    {"name": "drop"},
    {"name": "double", "times_sent": 3},
    {"name": "delay", "seconds": 90},
    {"name": "reorder", "count": 2, "seconds": 60},
    {"name": "corrupt_signature", "mode": "flip"},
    {"name": "reencode"},
    {"name": "hang_after_charge", "seconds": 1},
    {"name": "null_amount", "shown_in": "notification"},
    {"name": "unknown_status", "status": "frozen", "shown_in": "notification"},
    {"name": "unknown_tracking_id", "shown_in": "notification"},
    {"name": "server_error", "on": "create", "when": "before"},
    {"name": "server_error", "on": "create", "when": "after"},
    {"name": "server_error", "on": "query", "when": "before"},
    {"name": "server_error", "on": "refund", "when": "before"},
    {"name": "server_error", "on": "refund", "when": "after"},
    {"name": "garbage", "on": "create"},
    {"name": "no_redirect_url"},
    {"name": "refund_pending", "seconds": 600},
)


@dataclass
class World:
    bank: SandboxBank
    offset: timedelta = timedelta(0)
    shops: list[Shop] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    steps: int = 0

    @property
    def at(self) -> datetime:
        return now() + self.offset

    def customer(self) -> Shop:
        self.shops.append(Shop.open(self.bank, "sim"))
        return self.shops[-1]

    def puts_in_cart(self, shop: Shop) -> None:
        contract = make_contract(shop.owner, payable=1000 + self.steps, at=self.at, starts_in=60)
        checkout.add(owner=shop.owner, contract=contract, at=self.at)

    def presses_pay(self, shop: Shop) -> None:
        try:
            attempt = shop.press_pay(at=self.at)
        except DomainError:
            return
        if all(attempt.pk != known.pk for known in self.attempts):
            self.attempts.append(attempt)

    def pays(self, attempt: Attempt, card: str) -> None:
        try:
            self.bank.pay(attempt.external_id, card)
        except AssertionError:
            return  # the bank says no: expired, or paid already

    def withdraws(self, shop: Shop) -> None:
        for contract in Contract.objects.filter(owner=shop.owner, status="FORMED")[:1]:
            try:
                buy.withdraw(contract=contract, owner=shop.owner, at=self.at)
            except DomainError:
                return

    def wants_money_back(self, attempt: Attempt, share: int) -> None:
        payment = Payment.objects.get(pk=attempt.payment_id)
        amount = Money(max(payment.amount_minor * share // 100, 1), payment.currency)
        try:
            refund = operations.request_refund(
                payment=payment, amount=amount, reason="sim", by=None, at=self.at
            )
        except DomainError:
            return
        journey.send_refund(refund_id=refund.pk, at=self.at)

    def worker(self, chance: random.Random) -> None:
        """Judge what lies there, in any order, and issue what is paid for."""
        waiting = list(Notification.objects.filter(processed_at=None).values_list("pk", flat=True))
        chance.shuffle(waiting)
        for key in waiting:
            journey.judge_notification(notification_id=key, at=self.at)
        self.issue()

    def issue(self) -> None:
        owners = [shop.owner.pk for shop in self.shops]
        paid = Payment.objects.filter(order__owner__in=owners).exclude(status="UNPAID")
        for order_id in paid.values_list("order_id", flat=True):
            issue.issue(order_id=order_id, at=self.at)

    def time_passes(self, seconds: int) -> None:
        self.offset += timedelta(seconds=seconds)
        self.bank.advance(seconds)
        journey.sweep(at=self.at)

    def comes_to_rest(self) -> None:
        """No more faults, and as much time as the plans need."""
        self.bank.clear_faults()
        self.bank.settle()
        for seconds in (120, 1900, 1200, 1200, 25 * 3600):
            self.worker(random.Random(0))
            self.time_passes(seconds)
        try:
            operations.reconcile(
                gateway_code="begateway", since=self.at - timedelta(days=3), until=self.at,
                consequences=BUYING, at=self.at,
            )  # fmt: skip
        except GatewayError:
            raise AssertionError("the bank gave no report") from None
        self.worker(random.Random(0))
        self.time_passes(700)
        self.worker(random.Random(0))

    def audit(self) -> None:
        """What the bank truly holds, what we hold, what was issued and what was written must agree."""
        owners = [shop.owner.pk for shop in self.shops]
        for payment in Payment.objects.filter(order__owner__in=owners):
            self._audit_payment(payment)
        for contract in Contract.objects.filter(owner__in=owners):
            policies = Policy.objects.filter(insured__contract=contract).count()
            assert policies == int(contract.status == "ISSUED"), (contract, contract.status, policies)
            assert contract.status != "PAID", f"{contract} is paid and not issued"
            letters = Letter.objects.filter(key__startswith=f"policy_issued:{contract.pk}:").count()
            assert letters == policies, f"{contract}: {letters} letters"
            lines = contract.order_lines.exclude(order__payment__status="UNPAID")
            paid = lines.filter(order__payment__isnull=False).count()
            assert paid == policies, f"{contract} is paid for {paid} times"

    def _audit_payment(self, payment: Payment) -> None:
        kept = sum(self.bank.money(one.our_ref)["kept"] for one in payment.attempts.all())
        returned = Refund.objects.filter(payment=payment, aside=False, status="SUCCEEDED")
        back = returned.aggregate(sum=Sum("amount_minor"))["sum"] or 0
        expected = 0 if payment.status == "UNPAID" else payment.amount_minor - back
        where = list(payment.attempts.values_list("our_ref", "status"))
        assert kept == expected, f"the bank keeps {kept}, we hold {expected}: {payment.status} {where}"
        held = sum(
            entry.amount_minor * ((entry.debit == "gateway") - (entry.credit == "gateway"))
            for entry in Entry.objects.filter(payment=payment)
        )
        assert held == kept, f"the ledger holds {held}, the bank keeps {kept}"
        live = payment.attempts.filter(status__in=["OPENING", "OPEN_UNKNOWN", "REFUNDING", "LATE_PAID"])
        assert not live.exists() or payment.attempts.filter(status="OPEN_UNKNOWN").exists(), where

"""Our books against the bank's own report: what was lost is found, what is denied is corrected."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from parason.contracts.models import Contract
from parason.documents.models import Letter, Policy
from parason.journeys import issue
from parason.journeys import payments as journey
from parason.journeys.payments import BUYING
from parason.kernel.clock import now
from parason.payments import operations
from parason.payments.models import (
    Attempt,
    GatewayTransaction,
    Notification,
    Payment,
    Reconciliation,
)
from tests.factories import make_user
from tests.payments.purchases import SUM, Shop, books_balance, charges, fresh, make_order, run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
MANY = int(os.environ.get("PARASON_MANY", "1000"))


def compare(shop: Shop) -> Reconciliation:
    """Today's report against our books."""
    at = now()
    return operations.reconcile(
        gateway_code="begateway",
        since=at - timedelta(days=1),
        until=at + timedelta(days=1),
        consequences=BUYING,
        at=at,
    )


def test_a_payment_that_nobody_told_us_of_is_found_in_the_report(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("drop", times="always")
    shop.pay(attempt)
    run = compare(shop)
    (found,) = run.differences.all()
    assert (found.kind, found.outcome, found.our_ref) == ("unknown_to_us", "paid", attempt.our_ref)
    run_jobs()
    assert Policy.objects.count() == 1
    assert not compare(shop).differences.exists()


def test_books_that_agree_have_no_differences(shop: Shop) -> None:
    shop.fill_cart()
    shop.pay(shop.press_pay())
    run_jobs()
    run = compare(shop)
    assert (run.compared, run.complete, run.differences.count()) == (1, True, 0)


def test_a_refund_and_a_chargeback_that_nobody_told_us_of_are_found(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    run_jobs()
    shop.bank.fault("drop", times="always")
    (charge,) = charges(attempt)
    shop.bank.refund(charge.uid, 1000)
    shop.bank.settle()
    assert [one.outcome for one in compare(shop).differences.all()] == ["refund made at the gateway"]
    assert fresh(attempt).payment.status == "PARTLY_REFUNDED"
    assert not compare(shop).differences.exists()


def test_a_success_that_the_gateway_denies_is_corrected_and_alarmed(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt, "declined")
    run_jobs()
    (declined,) = GatewayTransaction.objects.all()
    # As if a mistake of ours had called it paid.
    GatewayTransaction.objects.filter(pk=declined.pk).update(status="SUCCEEDED", amount_minor=SUM)
    Attempt.objects.filter(pk=attempt.pk).update(status="PAID")
    Payment.objects.update(status="PAID", paid_at=now())
    (found,) = compare(shop).differences.all()
    assert found.kind == "unknown_to_gateway"
    assert fresh(attempt).status == "DECLINED"
    assert fresh(attempt).payment.status == "UNPAID"
    names = fresh(attempt).events.values_list("name", flat=True)
    assert "corrected" in names


def test_without_a_report_nothing_is_believed(shop: Shop) -> None:
    shop.bank.fault("server_error", on="report", when="before", times="always")
    assert journey.reconcile(at=now()) == 0
    assert not Reconciliation.objects.exists()


def opened(shop: Shop, many: int) -> list[Attempt]:
    """A page at the bank for each of many customers, every one with a sum of his own."""
    orders = [make_order(make_user(f"customer{n}@example.com"), payable=1000 + n) for n in range(many)]
    how: dict[str, Any] = {"gateway_code": "begateway", "customer": {}, "language": "en", "urls": shop.urls}
    return [operations.start(order=order, at=now(), **how) for order in orders]


def unlucky(shop: Shop, attempts: list[Attempt], chance: random.Random) -> list[Attempt]:
    """Of 5 % nothing is told, of 5 % twice, of 5 % a success before the failure that it followed."""
    part = len(attempts) // 20
    found = chance.sample(attempts, 3 * part)
    lost, doubled, reordered = found[:part], found[part : 2 * part], found[2 * part :]
    faults: list[dict[str, Any]] = [
        {"name": "drop", "times": "always", "tracking_id": one.our_ref} for one in lost
    ]
    faults += [{"name": "double", "tracking_id": one.our_ref} for one in doubled]
    faults += [{"name": "reorder", "count": 2, "tracking_id": one.our_ref} for one in reordered]
    shop.bank.control("faults", faults=faults)
    for one in reordered:
        shop.bank.pay(one.external_id, "declined")
    return found


def test_many_payments_with_lost_doubled_and_reordered_notifications(shop: Shop) -> None:
    """1,000 payments (PARASON_MANY): after one comparison nothing differs, and every payment counts once."""
    chance = random.Random(20261122)
    attempts = opened(shop, MANY)
    hit = unlucky(shop, attempts, chance)
    for attempt in attempts:
        shop.bank.pay(attempt.external_id)
    shop.bank.settle()
    told = list(Notification.objects.filter(processed_at=None).values_list("pk", flat=True))
    assert len(told) == MANY + len(hit) // 3  # one less for the lost, one more for the others
    chance.shuffle(told)
    for key in told:
        journey.judge_notification(notification_id=key, at=now())
    found = compare(shop)
    assert found.differences.count() == len(hit) // 3
    assert not compare(shop).differences.exists()
    assert not Attempt.objects.exclude(status="PAID").exists()
    assert not Contract.objects.exclude(status="PAID").exists()
    money = shop.bank.state()["money"]
    assert [money[one.our_ref]["charges"] for one in attempts] == [1] * MANY
    total = sum(1000 + number for number in range(MANY))
    assert books_balance() == {"premiums": -total, "gateway": total}
    # Each is to be issued by one job; those of the unlucky are issued here.
    due = ProcrastinateJob.objects.filter(task_name__endswith="issue_policies")
    assert sorted(job.args["order_id"] for job in due) == sorted(
        str(one.payment.order_id) for one in attempts
    )
    for one in hit:
        issue.issue(order_id=one.payment.order_id, at=now())
    assert Policy.objects.count() == Letter.objects.filter(kind="policy_issued").count() == len(hit)

"""Our books against the bank's own report: what was lost is found, what is denied is corrected."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from parason.contracts.models import Contract
from parason.documents.models import Letter, Policy
from parason.journeys import payments as journey
from parason.journeys.payments import BUYING
from parason.kernel.clock import now
from parason.payments import operations
from parason.payments.models import (
    Attempt,
    Difference,
    GatewayTransaction,
    Notification,
    Payment,
    Reconciliation,
)
from tests.factories import make_user
from tests.payments.purchases import SUM, Shop, books_balance, charges, fresh, make_order, run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


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


def test_many_payments_with_lost_doubled_and_reordered_notifications(shop: Shop) -> None:
    """1,000 payments at night (PARASON_MANY=1000); 60 here. 5 % lost, 5 % doubled, 5 % reordered."""
    import os

    many = int(os.environ.get("PARASON_MANY", "60"))
    chance = random.Random(20261122)
    attempts = []
    for _ in range(many):
        owner = make_user(f"customer{len(attempts)}@example.com")
        order = make_order(owner, payable=1000 + len(attempts))
        attempts.append(
            operations.start(
                order=order, gateway_code="begateway", customer={}, language="en", urls=shop.urls, at=now()
            )
        )
    for attempt in attempts:
        fault = chance.random()
        if fault < 0.05:
            shop.bank.fault("drop", times="always", tracking_id=attempt.our_ref)
        elif fault < 0.10:
            shop.bank.fault("double", tracking_id=attempt.our_ref)
        elif fault < 0.15:
            shop.bank.pay(attempt.external_id, "declined")
            shop.bank.fault("delay", seconds=1, tracking_id=attempt.our_ref)
        shop.bank.pay(attempt.external_id)
    shop.bank.advance(300)
    told = list(Notification.objects.filter(processed_at=None).values_list("pk", flat=True))
    chance.shuffle(told)
    for key in told:
        journey.judge_notification(notification_id=key, at=now())
    compare(shop)
    run_jobs()
    assert not compare(shop).differences.exists()
    assert set(Contract.objects.values_list("status", flat=True)) == {"ISSUED"}
    assert Policy.objects.count() == Letter.objects.filter(kind="policy_issued").count() == many
    assert Payment.objects.filter(status="PAID").count() == many
    assert all(shop.bank.money(one.our_ref)["charges"] == 1 for one in attempts)
    total = sum(1000 + number for number in range(many))
    assert books_balance() == {"premiums": -total, "gateway": total}
    assert Difference.objects.count() >= 1

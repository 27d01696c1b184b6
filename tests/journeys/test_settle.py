"""Money arrives: contracts paid, order closed, cart empty, policies issued and sent; or none of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction

from parason.accounts.models import User
from parason.checkout.models import CartItem
from parason.contracts import operations as contracts
from parason.contracts.models import Contract
from parason.documents.models import Letter, Policy
from parason.journeys import buy, issue, lapse
from parason.kernel.moves import ForbiddenMove
from parason.payments.models import Attempt, Payment
from tests.factories import NOON
from tests.journeys import acts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stock(db: None) -> None:
    acts.stock()


@pytest.fixture(autouse=True)
def _no_jobs_of_other_tests(db: None) -> None:
    """Jobs are in tables that Django does not own, so it leaves them behind tests with real transactions."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def deferred(task: str) -> list[dict[str, object]]:
    """The jobs of a task that wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task])
        return [json.loads(args) for (args,) in cursor.fetchall()]


def test_money_pays_the_contracts_empties_the_cart_and_defers_the_issue(anna: User) -> None:
    first, second = acts.make_contract(anna), acts.make_contract(anna)
    order = acts.order_of(anna, first, second)
    acts.pay(order)
    assert {contract.status for contract in Contract.objects.all()} == {"PAID"}
    assert not CartItem.objects.exists()
    order.refresh_from_db()
    assert order.closed_at == NOON
    assert deferred("parason.journeys.jobs.issue_policies") == [{"order_id": str(order.pk)}]


def test_every_insured_gets_a_policy_and_the_owner_one_letter_for_each_contract(anna: User) -> None:
    contract = acts.make_contract(anna)
    order = acts.order_of(anna, contract)
    acts.pay(order)
    policies = issue.issue(order_id=order.pk, at=NOON)
    contract.refresh_from_db()
    assert contract.status == "ISSUED"
    assert [policy.insured.contract for policy in policies] == [contract]
    letter = Letter.objects.get(kind="policy_issued")
    assert letter.to == anna.email
    assert [one.name for one in letter.attachments.all()] == [f"OM{policies[0].number}.pdf"]


def test_issuing_again_changes_nothing(anna: User) -> None:
    contract = acts.make_contract(anna)
    order = acts.order_of(anna, contract)
    acts.pay(order)
    issue.issue(order_id=order.pk, at=NOON)
    assert issue.issue(order_id=order.pk, at=NOON) == []
    assert Policy.objects.count() == Letter.objects.count() == 1


def test_a_failed_issue_leaves_neither_policy_nor_number(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = acts.make_contract(anna)
    order = acts.order_of(anna, contract)
    acts.pay(order)

    def full_disk(**_given: object) -> bytes:
        raise OSError("no space left on device")

    monkeypatch.setattr("parason.documents.operations.certificate", full_disk)
    with pytest.raises(OSError, match="no space"), transaction.atomic():
        issue.issue(order_id=order.pk, at=NOON)
    contract.refresh_from_db()
    assert contract.status == "PAID"
    assert not Policy.objects.exists()
    monkeypatch.undo()
    (policy,) = issue.issue(order_id=order.pk, at=NOON)
    assert int(policy.number) == 1


def test_a_contract_that_was_given_up_cannot_be_settled(anna: User) -> None:
    contract = acts.make_contract(anna)
    order = acts.order_of(anna, contract)
    buy.withdraw(contract=contract, owner=anna, at=NOON)
    payment = Payment.objects.create(
        order=order, amount_minor=order.total_minor, currency=order.currency, created_at=NOON
    )
    assert not buy.may_be_honoured(payment=payment, at=NOON)
    with pytest.raises(ForbiddenMove):
        buy.settle(payment=payment, at=NOON)
    assert deferred("parason.journeys.jobs.issue_policies") == []


def test_late_money_is_honoured_until_the_first_day_is_over(anna: User) -> None:
    contract = acts.make_contract(anna)
    order = acts.order_of(anna, contract)
    payment = Payment.objects.create(
        order=order, amount_minor=order.total_minor, currency=order.currency, created_at=NOON
    )
    contracts.lapse(contract=contract, at=NOON)
    assert buy.may_be_honoured(payment=payment, at=NOON + timedelta(days=1))
    assert not buy.may_be_honoured(payment=payment, at=NOON + timedelta(days=2))
    buy.settle(payment=payment, at=NOON + timedelta(days=1))
    contract.refresh_from_db()
    assert contract.status == "PAID"


def test_unpaid_contracts_lapse_at_their_time_and_leave_the_cart(anna: User) -> None:
    contract = acts.make_contract(anna)
    order = acts.order_of(anna, contract)
    assert lapse.lapse_overdue(at=contract.pay_before) == 0
    assert lapse.lapse_overdue(at=contract.pay_before + timedelta(seconds=1)) == 1
    contract.refresh_from_db()
    order.refresh_from_db()
    assert contract.status == "LAPSED"
    assert order.closed_at is not None
    assert not CartItem.objects.exists()


def test_what_is_being_paid_neither_lapses_nor_can_be_withdrawn(anna: User) -> None:
    contract = acts.make_contract(anna)
    order = acts.order_of(anna, contract)
    payment = Payment.objects.create(
        order=order, amount_minor=order.total_minor, currency=order.currency, created_at=NOON
    )
    Attempt.objects.create(
        payment=payment, gateway="begateway", shop_id="1", status="OPEN", created_at=NOON,
        expires_at=NOON + timedelta(minutes=30),
    )  # fmt: skip
    assert lapse.lapse_overdue(at=contract.pay_before + timedelta(days=1)) == 0
    with pytest.raises(buy.BeingPaid):
        buy.withdraw(contract=contract, owner=anna, at=NOON)
    contract.refresh_from_db()
    assert contract.status == "FORMED"


def test_money_for_a_closed_order_closes_the_newer_one(anna: User) -> None:
    first, second = acts.make_contract(anna), acts.make_contract(anna)
    old = acts.order_of(anna, first)
    new = acts.order_of(anna, second)
    acts.pay(old)
    new.refresh_from_db()
    assert new.closed_at is not None
    second.refresh_from_db()
    assert second.status == "FORMED"


def test_the_bank_is_told_no_more_than_its_page_shows(anna: User) -> None:
    acts.make_contract(anna)
    assert buy.customer_of(anna) == {"email": anna.email, "first_name": "ANNA", "last_name": "KOWALSKA"}

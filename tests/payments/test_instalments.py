"""Parts of a premium, paid at the sandbox bank: once each, and what comes too late goes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections

from parason.checkout import operations as checkout
from parason.contracts import queries as agreed
from parason.contracts.models import Contract, Part
from parason.documents.models import Letter, Policy
from parason.journeys import instalments, terminate
from parason.kernel.clock import day_of, now
from parason.payments import operations
from parason.payments.models import Account, Attempt, Entry, Payment
from tests.journeys import acts, parts
from tests.payments.purchases import Shop, books_balance, fresh, refunds, run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def contract(shop: Shop) -> Contract:
    """A home in four parts; the first is paid at the bank, and the policy issued."""
    acts.stock(at=now())
    contract = parts.home(shop.owner, at=now())
    checkout.add(owner=shop.owner, contract=contract, at=now())
    shop.pay(shop.press_pay())
    run_jobs()
    contract.refresh_from_db()
    assert contract.status == "ISSUED"
    return contract


def part(contract: Contract, number: int) -> Part:
    return agreed.plan_of(contract)[number - 1]


def press_pay_part(shop: Shop, contract: Contract, number: int) -> Attempt:
    checkout.add(owner=shop.owner, contract=contract, part=number, at=now())
    return shop.press_pay()


def grace_is_over(contract: Contract, number: int) -> datetime:
    """A moment after the last day on which a part is taken."""
    return now() + (part(contract, number).pay_until - day_of(now())) + timedelta(days=1)


def test_a_part_is_paid_at_the_bank_and_the_books_know_each(shop: Shop, contract: Contract) -> None:
    shop.pay(press_pay_part(shop, contract, 2))
    run_jobs()
    assert [one.status for one in agreed.plan_of(contract)] == ["PAID", "PAID", "DUE", "DUE"]
    due = [entry.amount_minor for entry in Entry.objects.filter(key__startswith="due:").order_by("pk")]
    assert due == [part(contract, 1).premium_minor, part(contract, 2).premium_minor]
    paid = sum(due)
    assert books_balance() == {Account.GATEWAY: paid, Account.PREMIUMS: -paid}
    assert Policy.objects.count() == 1
    assert Letter.objects.filter(kind="part_paid").count() == 1


def test_two_clicks_on_one_part_get_one_page_at_the_bank(shop: Shop, contract: Contract) -> None:
    def click(_number: int) -> str:
        try:
            return press_pay_part(shop, contract, 2).our_ref
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(click, range(2))
    assert first == second
    shop.pay(Attempt.objects.get(our_ref=first))
    run_jobs()
    assert Payment.objects.filter(status="PAID").count() == 2
    with pytest.raises(checkout.NotPayable):
        checkout.add(owner=shop.owner, contract=contract, part=2, at=now())
    with pytest.raises(checkout.CartEmpty):
        shop.press_pay()


def test_one_part_paid_on_two_pages_counts_once_and_goes_back_once(shop: Shop, contract: Contract) -> None:
    old = press_pay_part(shop, contract, 2)
    new = press_pay_part(shop, contract, 3)  # the cart has changed: another order with both parts
    assert old.payment_id != new.payment_id
    shop.pay(old)
    run_jobs()
    shop.pay(new)
    run_jobs()
    assert [one.status for one in agreed.plan_of(contract)] == ["PAID", "PAID", "DUE", "DUE"]
    assert fresh(new).status in ("REFUNDING", "REFUNDED")
    shop.sweep()
    run_jobs()
    assert [refund.status for refund in refunds(new)] == ["SUCCEEDED"]
    paid = part(contract, 1).premium_minor + part(contract, 2).premium_minor
    assert books_balance() == {Account.GATEWAY: paid, Account.PREMIUMS: -paid}


def test_money_that_comes_after_the_contract_ended_goes_back(shop: Shop, contract: Contract) -> None:
    attempt = press_pay_part(shop, contract, 2)
    after = grace_is_over(contract, 2)
    assert instalments.end_unpaid(at=after) == 0, "a page is open at the bank"
    operations.cancel(order=attempt.payment.order, at=now())
    assert instalments.end_unpaid(at=after) == 1
    shop.pay(attempt)
    run_jobs()
    shop.sweep()
    run_jobs()
    contract.refresh_from_db()
    assert contract.status == "TERMINATED"
    assert fresh(attempt).status == "REFUNDED"
    assert part(contract, 2).status == "DROPPED"
    assert Policy.objects.get().status == "WITHDRAWN"
    kinds = set(Letter.objects.values_list("kind", flat=True))
    assert {"contract_ended_unpaid", "money_goes_back"} <= kinds
    assert "part_paid" not in kinds
    first = part(contract, 1).premium_minor
    assert books_balance() == {Account.GATEWAY: first, Account.PREMIUMS: -first}


def test_late_money_for_a_contract_that_goes_on_counts(shop: Shop, contract: Contract) -> None:
    attempt = press_pay_part(shop, contract, 2)
    operations.cancel(order=attempt.payment.order, at=now())
    shop.pay(attempt)
    run_jobs()
    assert fresh(attempt).status == "PAID"
    assert part(contract, 2).status == "PAID"
    assert instalments.end_unpaid(at=grace_is_over(contract, 2)) == 0


def test_the_paid_parts_are_returned_at_the_bank_when_the_owner_ends_early(
    shop: Shop, contract: Contract
) -> None:
    shop.pay(press_pay_part(shop, contract, 2))
    run_jobs()
    due = terminate.due_back(contract, at=now())
    terminate.terminate(contract=contract, owner=shop.owner, seen=due, reason="moved away", at=now())
    for _round in range(3):
        run_jobs()
        shop.sweep(timedelta(minutes=10))
    assert books_balance() == {}
    assert {payment.status for payment in Payment.objects.all()} == {"REFUNDED"}

"""The cart and the orders that it becomes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from parason.accounts.models import User
from parason.checkout import operations as checkout
from parason.checkout import queries as carts
from parason.checkout.models import CartItem, Order, OrderLine
from parason.contracts import operations as contracts
from tests.factories import NOON
from tests.journeys import acts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stock(db: None) -> None:
    acts.stock()


def test_a_contract_goes_into_the_cart_once(anna: User) -> None:
    contract = acts.make_contract(anna)
    checkout.add(owner=anna, contract=contract, at=NOON)
    checkout.add(owner=anna, contract=contract, at=NOON)
    assert carts.cart_count(anna) == 1


def test_somebody_elses_contract_does_not_go_into_the_cart(anna: User, stranger: User) -> None:
    contract = acts.make_contract(anna)
    with pytest.raises(checkout.NotPayable):
        checkout.add(owner=stranger, contract=contract, at=NOON)


def test_what_is_paid_withdrawn_or_overdue_does_not_go_into_the_cart(anna: User) -> None:
    paid, withdrawn, overdue = (acts.make_contract(anna) for _each in range(3))
    contracts.mark_paid(contract=paid, at=NOON)
    contracts.withdraw(contract=withdrawn, by=anna, at=NOON)
    for contract, at in ((paid, NOON), (withdrawn, NOON), (overdue, NOON + timedelta(hours=24))):
        with pytest.raises(checkout.NotPayable):
            checkout.add(owner=anna, contract=contract, at=at)


def test_the_same_cart_gives_the_same_order(anna: User) -> None:
    first, second = acts.make_contract(anna), acts.make_contract(anna)
    order = acts.order_of(anna, first, second)
    assert checkout.place_order(owner=anna, at=NOON) == order
    assert order.total_minor == first.payable_minor + second.payable_minor
    assert Order.objects.count() == 1


def test_a_changed_cart_closes_the_old_order(anna: User) -> None:
    first, second = acts.make_contract(anna), acts.make_contract(anna)
    old = acts.order_of(anna, first)
    new = acts.order_of(anna, second)
    old.refresh_from_db()
    assert new != old
    assert old.closed_at == NOON
    assert {line.contract_id for line in carts.lines_of(new.pk)} == {first.pk, second.pk}


def test_a_contract_stands_in_one_open_order_at_most(anna: User) -> None:
    contract = acts.make_contract(anna)
    acts.order_of(anna, contract)
    other = Order.objects.create(owner=anna, total_minor=1, currency="BYN", created_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.create(order=other, contract=contract, amount_minor=1)


def test_an_empty_cart_makes_no_order(anna: User) -> None:
    with pytest.raises(checkout.CartEmpty):
        checkout.place_order(owner=anna, at=NOON)


def test_an_overdue_contract_is_not_ordered(anna: User) -> None:
    contract = acts.make_contract(anna)
    checkout.add(owner=anna, contract=contract, at=NOON)
    with pytest.raises(checkout.CartEmpty):
        checkout.place_order(owner=anna, at=contract.pay_before)


def test_what_is_removed_stays_a_draft(anna: User) -> None:
    contract = acts.make_contract(anna)
    checkout.add(owner=anna, contract=contract, at=NOON)
    checkout.remove(owner=anna, contract=contract)
    assert not CartItem.objects.exists()
    contract.refresh_from_db()
    assert contract.status == "FORMED"


def test_an_order_without_lines_takes_nothing_out_of_a_cart(anna: User) -> None:
    checkout.add(owner=anna, contract=acts.make_contract(anna), at=NOON)
    checkout.take_out(lines=[])
    assert carts.cart_count(anna) == 1

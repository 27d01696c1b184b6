"""Two at the same time, really in parallel: one contract, one order, one settlement, one policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from parason.accounts.models import User
from parason.checkout import operations as checkout
from parason.checkout.models import Order
from parason.contracts.models import Contract, ContractEvent
from parason.documents.models import Letter, NumberSeries, Policy
from parason.journeys import buy, issue
from parason.kernel.moves import ForbiddenMove, MovedMeanwhile
from parason.payments.models import Payment
from parason.quotes import operations as quotes
from parason.quotes.models import Application
from tests.crowd import AT_ONCE, Crowd
from tests.factories import NOON
from tests.journeys import acts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _stock(transactional_db: None) -> None:
    acts.stock()


def test_a_double_click_makes_one_contract(anna: User, crowd: Crowd) -> None:
    application = acts.make_application(anna)

    def click() -> Contract:
        fresh = Application.objects.select_related("owner").get(pk=application.pk)
        return acts.conclude(fresh)

    done = crowd.at_once([click] * AT_ONCE)
    assert {type(one) for one in done} == {Contract}, done
    assert len({one.pk for one in done}) == 1
    assert Contract.objects.count() == 1
    assert ContractEvent.objects.count() == 1


def test_two_clicks_on_pay_make_one_order(anna: User, crowd: Crowd) -> None:
    contract = acts.make_contract(anna)
    checkout.add(owner=anna, contract=contract, at=NOON)
    done = crowd.at_once([lambda: checkout.place_order(owner=anna, at=NOON)] * AT_ONCE)
    assert len({one.pk for one in done}) == 1, done
    assert Order.objects.count() == 1


def test_two_tabs_cannot_both_save(anna: User, crowd: Crowd) -> None:
    application = acts.make_application(anna)
    done = crowd.at_once(
        [lambda: quotes.save(application=application, revision=0, at=NOON, people=2)] * AT_ONCE
    )
    assert sorted(type(one).__name__ for one in done) == ["Application"] + ["ChangedElsewhere"] * (
        AT_ONCE - 1
    )


def test_two_notifications_settle_once(anna: User, crowd: Crowd) -> None:
    contract = acts.make_contract(anna)
    order = acts.order_of(anna, contract)
    payment = Payment.objects.create(
        order=order, amount_minor=order.total_minor, currency=order.currency, created_at=NOON
    )
    done = crowd.at_once([lambda: buy.settle(payment=payment, at=NOON)] * AT_ONCE)
    assert done.count(None) == 1
    assert all(isinstance(one, ForbiddenMove | MovedMeanwhile) for one in done if one is not None), done
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%%issue_policies'")
        assert cursor.fetchone() == (1,)


def test_two_workers_issue_one_policy_and_one_letter(anna: User, crowd: Crowd) -> None:
    contract = acts.make_contract(anna)
    order = acts.order_of(anna, contract)
    acts.pay(order)
    done = crowd.at_once([lambda: issue.issue(order_id=order.pk, at=NOON)] * AT_ONCE)
    assert sorted(len(one) for one in done) == [0] * (AT_ONCE - 1) + [1], done
    assert Policy.objects.count() == Letter.objects.count() == 1
    assert NumberSeries.objects.get().next_number == 2


def test_numbers_have_no_gap_when_many_orders_are_issued_at_once(anna: User, crowd: Crowd) -> None:
    orders = []
    for _each in range(4):
        contract = acts.make_contract(anna)
        orders.append(acts.order_of(anna, contract))
        acts.pay(orders[-1])
    waiting = iter(orders)
    done = crowd.at_once([lambda: issue.issue(order_id=next(waiting).pk, at=NOON)] * 4)
    assert all(isinstance(one, list) for one in done), done
    assert sorted(int(policy.number) for policy in Policy.objects.all()) == [1, 2, 3, 4]


def test_withdrawing_and_paying_at_once_ends_in_one_of_the_two(anna: User, crowd: Crowd) -> None:
    contract = acts.make_contract(anna)
    order = acts.order_of(anna, contract)
    payment = Payment.objects.create(
        order=order, amount_minor=order.total_minor, currency=order.currency, created_at=NOON
    )
    acts_left: list[Callable[[], None]] = [
        lambda: buy.settle(payment=payment, at=NOON),
        lambda: buy.withdraw(contract=Contract.objects.get(pk=contract.pk), owner=anna, at=NOON),
    ]
    done = crowd.at_once([lambda: acts_left.pop()()] * 2)
    assert done.count(None) == 1, done
    contract.refresh_from_db()
    assert contract.status in ("PAID", "WITHDRAWN")

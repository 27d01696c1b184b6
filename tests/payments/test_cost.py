"""What the hot path costs: statements for each step of a payment, and for each page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parason.accounts.models import User
from parason.checkout.models import CartItem
from parason.journeys import payments as journey
from parason.kernel.clock import now
from parason.payments import operations
from parason.payments.models import Attempt, Notification, Payment
from tests.factories import browser_of
from tests.payments.purchases import Shop, make_order

pytestmark = pytest.mark.django_db(transaction=True)


def statements(act: Callable[[], Any]) -> int:
    """How many statements it takes; BEGIN, COMMIT and savepoints count too."""
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


def test_the_way_of_a_payment_takes_few_statements(shop: Shop) -> None:
    order = shop.fill_cart()
    opened: list[Attempt] = []

    def open_page() -> None:
        opened.append(
            operations.start(
                order=order, gateway_code="begateway", customer={}, language="en", urls=shop.urls, at=now()
            )
        )

    taken = {"open": statements(open_page)}
    shop.pay(opened[0])
    (told,) = Notification.objects.all()
    raw = bytes(told.raw)
    taken["keep"] = statements(
        lambda: operations.keep(gateway_code="begateway", shop_id="90001", raw=raw, at=now())
    )
    taken["judge"] = statements(lambda: journey.judge_notification(notification_id=told.pk, at=now()))
    taken["double"] = statements(lambda: journey.judge_notification(notification_id=told.pk + 1, at=now()))
    most = {"open": 13, "keep": 4, "judge": 33, "double": 8}
    assert {step: count for step, count in taken.items() if count > most[step]} == {}, taken


def rows(shop: Shop, count: int) -> None:
    """Payments of a customer, each with a declined page."""
    for _ in range(count):
        order = make_order(shop.owner)
        shop.press_pay()
        operations.cancel(order=order, at=now())
        CartItem.objects.all().delete()


@pytest.mark.parametrize("page", ["payments", "payment"])
def test_pages_take_few_statements_whatever_they_list(shop: Shop, page: str) -> None:
    rows(shop, 1)
    client = browser_of(shop.owner)
    address = (
        reverse("payments") if page == "payments" else reverse("payment", args=[Payment.objects.get().pk])
    )
    client.get(address)
    few = statements(lambda: client.get(address))
    rows(shop, 49)
    many = statements(lambda: client.get(address))
    assert few == many <= 12


def test_a_stranger_sees_nothing_of_a_payment(shop: Shop, stranger: User) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    client = browser_of(stranger)
    for name in ("payment", "receipt"):
        assert client.get(reverse(name, args=[attempt.payment_id])).status_code == 404
    assert str(attempt.payment_id) not in client.get(reverse("payments")).content.decode()
    assert Client().get(reverse("payment", args=[attempt.payment_id])).status_code == 302

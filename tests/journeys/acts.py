"""What a buyer does, as calls: the shop with goods on its shelf, applications, contracts, orders."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from parason.accounts.models import User
from parason.checkout import operations as checkout
from parason.checkout.models import Order
from parason.contracts.models import Contract
from parason.journeys import apply, buy
from parason.kernel.clock import day_of
from parason.payments.models import ExchangeRate, Payment
from parason.products.operations import load_catalogue
from parason.quotes import operations as quotes
from parason.quotes import queries as applications
from parason.quotes.models import Application
from tests.factories import NOON, make_person


def stock(*days: date, at: datetime = NOON) -> None:
    """The catalogue on the shelf, and an official rate for each day: 1 EUR = 3.5 BYN."""
    load_catalogue(at=at)
    for day in {day_of(at), *days}:
        ExchangeRate.objects.get_or_create(
            currency="EUR", date=day, defaults={"rate": Decimal("3.5"), "scale": 1, "source": "test"}
        )


def make_application(owner: User, *, at: datetime = NOON, days: int = 30, **fields: Any) -> Application:
    """An application for medical insurance from tomorrow on, for the owner."""
    if not owner.persons.filter(is_self=True).exists():
        make_person(owner)
    first = day_of(at) + timedelta(days=1)
    given: dict[str, Any] = {
        "product_code": "oms",
        "first_day": first,
        "last_day": first + timedelta(days=days - 1),
        "answers": {},
    }
    return quotes.start(owner=owner, browser_key="", at=at, **{**given, **fields})


def conclude(application: Application, *, at: datetime = NOON, language: str = "en") -> Contract:
    """Check and conclude, as the buyer who saw the price does."""
    _policyholder, persons = applications.people_of(application)
    quote = apply.quote_application(application=application, persons=persons, at=at)
    return buy.conclude(
        application=application,
        revision=application.revision,
        seen_total=quote.payable,
        statement_accepted=True,
        language=language,
        at=at,
    )


def make_contract(owner: User, *, at: datetime = NOON, **fields: Any) -> Contract:
    """A formed contract of the owner."""
    return conclude(make_application(owner, at=at, **fields), at=at)


def order_of(owner: User, *contracts: Contract, at: datetime = NOON) -> Order:
    """An order for these contracts, through the cart."""
    for contract in contracts:
        checkout.add(owner=owner, contract=contract, at=at)
    return checkout.place_order(owner=owner, at=at)


def pay(order: Order, *, at: datetime = NOON) -> Payment:
    """The money of an order arrives."""
    payment = Payment.objects.create(
        order=order, amount_minor=order.total_minor, currency=order.currency, created_at=at
    )
    buy.settle(payment=payment, at=at)
    return payment

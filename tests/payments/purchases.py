"""Orders that are ready to be paid, and a portal whose bank is the sandbox bank."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from procrastinate.contrib.django import app
from psycopg_pool import PoolTimeout

from parason.accounts.models import User
from parason.checkout import operations as checkout
from parason.checkout.models import Order
from parason.contracts.models import Contract, Insured
from parason.contracts.states import ContractStatus
from parason.journeys import buy
from parason.journeys import payments as journey
from parason.kernel.clock import day_of, now
from parason.payments.models import Attempt, Entry, GatewayTransaction, Payment, Refund
from parason.payments.operations import Urls
from parason.products import operations as products
from parason.products.models import TariffVersion
from parason.quotes.models import Application, Quote
from parason.website.views.payments import gateway_urls
from tests.documents.papers import PERSON
from tests.factories import make_user
from tests.sandbox_bank.bank import SandboxBank

_numbers = count(1)
SUM = 10754


def make_contract(
    owner: User, *, payable: int = SUM, at: datetime | None = None, starts_in: int = 10
) -> Contract:
    """A concluded contract that waits to be paid."""
    at = at or now()
    if not TariffVersion.objects.filter(product_code="oms").exists():
        products.load_catalogue(at=at)
    first = day_of(at) + timedelta(days=starts_in)
    last = first + timedelta(days=29)
    application = Application.objects.create(
        owner=owner,
        product_code="oms",
        first_day=first,
        last_day=last,
        created_at=at,
        updated_at=at,
        concluded_at=at,
    )
    sums = {
        "premium_minor": 3100, "premium_currency": "EUR", "payable_minor": payable, "payable_currency": "BYN",
    }  # fmt: skip
    quote = Quote.objects.create(
        application=application,
        application_revision=0,
        calculation={},
        created_at=at,
        expires_at=at + timedelta(days=1),
        tariff=TariffVersion.objects.filter(product_code="oms").latest("pk"),
        **sums,
    )
    contract = Contract.objects.create(
        reference=f"P-{next(_numbers):06d}",
        owner=owner,
        application=application,
        quote=quote,
        product_code="oms",
        status=ContractStatus.FORMED,
        first_day=first,
        last_day=last,
        policyholder=PERSON,
        statement="All true.",
        statement_language="en",
        statement_version="1",
        formed_at=at,
        pay_before=at + timedelta(days=3),
        **sums,
    )
    Insured.objects.create(contract=contract, position=1, facts=PERSON, premium_minor=3100)
    return contract


def make_order(owner: User, *, contracts: int = 1, payable: int = SUM, at: datetime | None = None) -> Order:
    """A cart of concluded contracts, made into an order."""
    at = at or now()
    for _ in range(contracts):
        checkout.add(owner=owner, contract=make_contract(owner, payable=payable, at=at), at=at)
    return checkout.place_order(owner=owner, at=at)


def run_jobs() -> None:
    """Do everything that has been deferred, as the worker would, until nothing is left."""
    try:
        _run_worker()
    except PoolTimeout:  # a busy machine had no connection for it within thirty seconds: nothing was done
        _run_worker()


def _run_worker() -> None:
    connector = app.connector.get_worker_connector()
    with app.replace_connector(connector) as here:
        # In a thread of its own: a browser's session keeps this one's event loop.
        options = {"wait": False, "install_signal_handlers": False, "listen_notify": False, "concurrency": 1}
        with ThreadPoolExecutor(1) as thread:
            thread.submit(here.run_worker, **options).result()


@dataclass
class Shop:
    """A customer, the portal and the bank, for one story."""

    bank: SandboxBank
    owner: User

    @classmethod
    def open(cls, bank: SandboxBank, name: str = "payer") -> Shop:
        return cls(bank, make_user(f"{name}{next(_numbers)}@example.com"))

    def fill_cart(self, **how: Any) -> Order:
        return make_order(self.owner, **how)

    def press_pay(self, *, at: datetime | None = None, method: str = "begateway") -> Attempt:
        return buy.pay(owner=self.owner, method=method, language="en", urls=self.urls, at=at or now())

    @property
    def urls(self) -> Urls:
        return gateway_urls()

    def pay(self, attempt: Attempt, card: str = "ok", **how: Any) -> dict[str, Any]:
        """The customer pays at the bank; all that the bank then has to say is said."""
        answer = self.bank.pay(attempt.external_id, card, **how)
        self.bank.settle()
        return answer

    def sweep(self, later: timedelta = timedelta(0)) -> None:
        """What the worker does every minute, `later` from now, by both clocks."""
        journey.sweep(at=now() + later)


def fresh(attempt: Attempt) -> Attempt:
    """The attempt as the database has it."""
    return Attempt.objects.select_related("payment__order").get(pk=attempt.pk)


def books_balance(payment: Payment | None = None) -> dict[str, int]:
    """Balances by account; all of them together must come to nothing."""
    found: dict[str, int] = {}
    entries = Entry.objects.filter(payment=payment) if payment else Entry.objects.all()
    for entry in entries:
        found[entry.debit] = found.get(entry.debit, 0) + entry.amount_minor
        found[entry.credit] = found.get(entry.credit, 0) - entry.amount_minor
    assert sum(found.values()) == 0
    return {account: minor for account, minor in found.items() if minor}


def charges(attempt: Attempt) -> list[GatewayTransaction]:
    """Payments that succeeded at the gateway for an attempt."""
    return list(GatewayTransaction.objects.filter(attempt=attempt, kind="payment", status="SUCCEEDED"))


def refunds(attempt: Attempt) -> list[Refund]:
    """Refunds of an attempt's charges."""
    return list(Refund.objects.filter(transaction__attempt=attempt))

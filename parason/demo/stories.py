"""What happened to the sample customer: real operations and journeys, at moments in the past."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Any

import httpx
from django.conf import settings

from parason.accounts.models import Person, User
from parason.accounts.operations import save_organisation, save_person
from parason.accounts.queries import self_of
from parason.checkout import operations as checkout
from parason.contracts import operations as contracts
from parason.contracts.models import Contract
from parason.contracts.states import ContractStatus
from parason.demo.people import CUSTOMER, FAMILY, HOME, ORGANISATION
from parason.journeys import apply, buy, issue, lapse
from parason.journeys import payments as paying
from parason.kernel.clock import day_of
from parason.payments import operations as payments
from parason.payments.models import ExchangeRate
from parason.payments.operations import store_rates
from parason.payments.queries import RateSnapshot, rate_on
from parason.products.queries import product
from parason.quotes import operations as quotes
from parason.quotes import queries as applications
from parason.quotes.models import Application
from parason.website.views.payments import gateway_urls

PRODUCT = "oms"
log = logging.getLogger(__name__)


def household(customer: User, *, at: datetime) -> None:
    """The customer's own data and a saved family."""
    if self_of(customer) is not None:
        return
    save_person(owner=customer, person_id=None, is_self=True, revision=0, data=CUSTOMER, at=at)
    for facts in FAMILY:
        save_person(owner=customer, person_id=None, is_self=False, revision=0, data=facts, at=at)
    save_organisation(owner=customer, organisation_id=None, revision=0, data=ORGANISATION, at=at)


def past(customer: User, *, at: datetime) -> None:
    """Policies that are over, in force and to come; contracts given up, forgotten, and terminated."""
    if Contract.objects.filter(owner=customer).exists():
        return
    family = list(Person.objects.filter(owner=customer, is_self=False))
    bought(customer, ago=75, days=15, at=at)
    bought(customer, ago=12, days=30, insured=family, at=at)
    bought(customer, ago=2, days=90, starts_in=16, at=at)
    home(customer, ago=80, at=at)
    given_up = concluded(customer, ago=50, days=10, at=at)
    buy.withdraw(contract=given_up, owner=customer, at=at - timedelta(days=50))
    concluded(customer, ago=40, days=20, at=at)
    lapse.lapse_overdue(at=at)
    ended_early = bought(customer, ago=100, days=200, at=at)
    if ended_early.status == ContractStatus.ISSUED:
        contracts.terminate(
            contract=ended_early, by=customer, at=at - timedelta(days=20), reason="left early"
        )


def home(customer: User, *, ago: int, at: datetime) -> Contract:
    """A home insured for a year and paid in parts: the first is paid, the second is due soon."""
    sold = product("home")
    first = day_of(at - timedelta(days=ago)) + timedelta(days=1)
    answers = {question.code: question.default for question in sold.contract_questions}
    return bought(
        customer, ago=ago, days=sold.term.period(first, 1).days, at=at,
        code="home", answers=answers, objects_insured=[HOME], parts=4,
    )  # fmt: skip


def present(customer: User, *, at: datetime) -> None:
    """A contract to be paid, one in the cart, an application half way; they lapse, so they are renewed."""
    unpaid = Contract.objects.filter(owner=customer, status=ContractStatus.FORMED)
    if not unpaid.filter(cart_items=None).exists():
        concluded(customer, ago=0, days=30, starts_in=30, at=at)
    if not unpaid.exclude(cart_items=None).exists():
        checkout.add(owner=customer, contract=concluded(customer, ago=0, days=60, starts_in=5, at=at), at=at)
    if not Application.objects.filter(owner=customer, concluded_at=None).exists():
        begun(customer, first=day_of(at) + timedelta(days=40), days=7, at=at)


def begun(
    customer: User, *, first: date, days: int, at: datetime, code: str = PRODUCT, **fields: Any
) -> Application:
    """An application with its dates."""
    return quotes.start(
        product_code=code,
        owner=customer,
        browser_key="",
        first_day=first,
        last_day=first + timedelta(days=days - 1),
        at=at,
        **{"answers": {}, **fields},
    )


def concluded(
    customer: User,
    *,
    ago: int,
    days: int,
    at: datetime,
    starts_in: int = 1,
    insured: list[Person] | None = None,
    **fields: Any,
) -> Contract:
    """A contract that was concluded `ago` days before `at`, for the customer alone or for others."""
    then = at - timedelta(days=ago)
    _know_rates(then)
    if insured:
        fields |= {"policyholder_is_insured": False, "person_ids": [person.pk for person in insured]}
    application = begun(
        customer, first=day_of(then) + timedelta(days=starts_in), days=days, at=then, **fields
    )
    _holder, persons = applications.people_of(application)
    quote = apply.quote_application(application=application, persons=persons, at=then)
    return buy.conclude(
        application=application,
        revision=application.revision,
        seen_total=quote.payable,
        statement_accepted=True,
        language=customer.language,
        at=then,
    )


def bought(customer: User, *, ago: int, at: datetime, **what: Any) -> Contract:
    """A contract that was paid at the sandbox bank and whose policies were issued."""
    contract = concluded(customer, ago=ago, at=at, **what)
    then = at - timedelta(days=ago)
    checkout.add(owner=customer, contract=contract, at=then)
    order = checkout.place_order(owner=customer, at=then)
    # The bank lives today: its page is opened now, and what it brings counts from then.
    attempt = payments.start(
        order=order,
        gateway_code="begateway",
        customer=buy.customer_of(customer),
        language=customer.language,
        urls=gateway_urls(),
        at=at,
    )
    _pay_at_sandbox(attempt.external_id)
    paying.ask_attempt(attempt=attempt, at=then)
    issue.issue(order_id=attempt.payment.order_id, at=then)
    contract.refresh_from_db()
    return contract


def _pay_at_sandbox(token: str) -> None:
    desk = f"{settings.PARASON_BEGATEWAY['checkout_url']}/control/pay"
    httpx.post(desk, json={"token": token, "card": "ok"}, timeout=30).raise_for_status()


def _know_rates(then: datetime) -> None:
    """The demo's rates end some day; a purchase before that day takes the last known ones."""
    day = day_of(then)
    latest = ExchangeRate.objects.order_by("currency", "-date").distinct("currency")
    if not ExchangeRate.objects.filter(date=day).exists():
        store_rates(rates=[RateSnapshot(r.currency, r.rate, r.scale, day, r.source) for r in latest])
    rate_on("EUR", day)

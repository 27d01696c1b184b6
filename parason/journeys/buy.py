"""The story of a purchase: from the first answer to the paid contract (its policies: issue.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from parason.accounts.models import Person, User
from parason.accounts.queries import self_of
from parason.accounts.rules import PersonFacts
from parason.checkout import operations as checkout
from parason.checkout import queries as carts
from parason.checkout.models import OrderLine
from parason.contracts import operations as contracts
from parason.contracts import queries as agreed
from parason.contracts.models import Contract
from parason.contracts.states import ContractStatus
from parason.journeys import instalments, open_orders
from parason.journeys.apply import insured_facts, quote_application
from parason.journeys.open_orders import BeingPaid as BeingPaid
from parason.journeys.ready import check_ready
from parason.kernel.clock import day_of
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.kernel.transactions import in_transaction
from parason.payments import operations as payments
from parason.payments.models import Attempt, Payment
from parason.payments.operations import Urls
from parason.products import queries as products
from parason.products.definition.questions import say
from parason.products.queries import Definition
from parason.quotes import operations as quotes
from parason.quotes import queries as applications
from parason.quotes.models import Application, Quote
from parason.quotes.operations import ChangedElsewhere


class StatementNotAccepted(DomainError):
    """The box above “Enter into a contract” is not ticked."""

    message = _("Tick the box to confirm that the data are correct.")


class PriceChanged(DomainError):
    """The price is no longer the one that the buyer saw; `quote` is the new offer."""

    message = _(
        "The price has changed since you saw it. Nothing has been concluded. Check the new price below."
    )

    def __init__(self, quote: Quote) -> None:
        self.quote = quote
        super().__init__()


def adopt(*, user: User, browser_key: str, at: datetime) -> int:
    """What was begun before logging in becomes the user's; how many applications."""
    return quotes.adopt(owner=user, browser_key=browser_key, at=at)


def conclude(
    *,
    application: Application,
    revision: int,
    seen_total: Money,
    statement_accepted: bool,
    language: str,
    at: datetime,
) -> Contract:
    """Conclude the contract that the buyer checked; a second click gets the same contract.

    `seen_total` is the payable sum on the page that was clicked. Raises StatementNotAccepted,
    ChangedElsewhere,
    NotReady, WrongDates, PriceChanged (whose new quote stays offered).
    """
    if not statement_accepted:
        raise StatementNotAccepted
    done = _conclude(
        application=application, revision=revision, seen_total=seen_total, language=language, at=at
    )
    if isinstance(done, Quote):
        raise PriceChanged(done)
    return done


@in_transaction
def _conclude(
    *, application: Application, revision: int, seen_total: Money, language: str, at: datetime
) -> Contract | Quote:
    locked = applications.lock(application)
    if locked.concluded_at is not None:
        return locked.contract
    if locked.revision != revision:
        raise ChangedElsewhere
    policyholder, persons = applications.people_of(locked)
    product = products.product(locked.product_code)
    holder = check_ready(locked, product=product, policyholder=policyholder, persons=persons, at=at)
    quote = quote_application(application=locked, persons=persons, at=at)
    if quote.payable != seen_total:
        return quote
    return _form(
        locked, quote=quote, product=product, policyholder=holder, persons=persons, language=language, at=at
    )


def statements_of(product: Definition, language: str) -> tuple[list[str], str]:
    """What the policyholder accepts, word for word, in order; and the version of these words."""
    texts = [say(statement.text, language) for statement in product.statements]
    return texts, "+".join(dict.fromkeys(statement.version for statement in product.statements))


def _form(
    application: Application,
    *,
    quote: Quote,
    product: Definition,
    policyholder: PersonFacts,
    persons: Sequence[Person],
    language: str,
    at: datetime,
) -> Contract:
    texts, version = statements_of(product, language)
    plan = instalments.plan_chosen(application, product, total=quote.premium, at=at)
    contract = contracts.form(
        application=application,
        quote=quote,
        policyholder=policyholder,
        insured=insured_facts(application=application, persons=persons),
        premiums=applications.premiums(quote),
        kind=product.insured_kind,
        statement=("\n".join(texts), version, language),
        plan=instalments.priced(plan, quote),
        at=at,
    )
    quotes.conclude(application=application, at=at)
    return contract


@in_transaction
def withdraw(*, contract: Contract, owner: User, at: datetime) -> None:
    """Give up a contract that is not paid; it leaves the cart and its open order. Raises BeingPaid,
    ForbiddenMove."""
    agreed.locked([contract.pk])
    open_orders.leave(contract, at=at)
    contracts.withdraw(contract=contract, by=owner, at=at)


def pay(*, owner: User, method: str, language: str, urls: Urls, at: datetime) -> Attempt:
    """Begin to pay the whole cart; the buyer is sent to the attempt's page next.

    The call to the bank happens outside of any transaction. Two clicks get the same attempt.
    """
    order = checkout.place_order(owner=owner, at=at, price=instalments.price_on(at))
    return payments.start(
        order=order, gateway_code=method, customer=customer_of(owner), language=language, urls=urls, at=at
    )


def customer_of(owner: User) -> dict[str, str]:
    """What the bank is told about the payer: no more than its page shows."""
    person = self_of(owner)
    found = {"email": owner.email}
    if person is not None:
        found |= {"first_name": person.first_name_latin, "last_name": person.last_name_latin}
    return {key: value for key, value in found.items() if value}


def may_be_honoured(*, payment: Payment, at: datetime) -> bool:
    """Whether money that comes late still buys what it was meant for: unpaid, not given up, first day not
    past; a later part for as long as its contract goes on.
    """
    today = day_of(at)
    waiting = (ContractStatus.FORMED, ContractStatus.LAPSED)
    lines = carts.lines_of(payment.order_id)
    later = [line for line in lines if line.part > 1]
    return (
        bool(lines)
        and all(
            line.contract.status in waiting and line.contract.first_day >= today
            for line in lines
            if line.part == 1
        )
        and instalments.may_be_honoured(later)
    )


@in_transaction
def settle(*, payment: Payment, at: datetime) -> None:
    """The money of an order is here: called in the transaction that marks its payment as paid.

    The job that issues the policies is deferred in it too, so that both happen or neither.
    """
    lines = carts.lines_of(payment.order_id)
    found = {contract.pk: contract for contract in agreed.locked([line.contract_id for line in lines])}
    checkout.take_out(lines=lines)  # before the orders: whoever places one locks in this order too
    for line in lines:
        contract = found[line.contract_id]
        _leave_other_orders(line, at=at)
        if line.part == 1:
            contracts.mark_paid(contract=contract, at=at)
        if contract.parts > 1:
            instalments.settle(contract=contract, line=line, at=at)
    checkout.close(order=payment.order, at=at)
    if any(line.part == 1 for line in lines):
        queue.configure_task("parason.journeys.jobs.issue_policies").defer(order_id=str(payment.order_id))


def _leave_other_orders(paid: OrderLine, *, at: datetime) -> None:
    # Late money for a closed order: the part may stand in a newer open one by now, which must not be
    # paid as well.
    for line in carts.live_lines([paid.contract]):
        if line.order_id != paid.order_id and line.part == paid.part:
            checkout.close(order=line.order, at=at)

"""A home that is insured for a year and paid in parts; a cover in euro that is paid in parts too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from parason.accounts.models import User
from parason.checkout import operations as checkout
from parason.contracts.models import Contract
from parason.journeys import instalments, issue
from parason.kernel.clock import day_of
from parason.payments.models import Attempt, GatewayTransaction, Payment
from parason.products import shelf
from parason.products.definition.parts import Instalments
from parason.products.queries import product
from tests.factories import NOON
from tests.journeys import acts

THING = {"address": "Minsk, Niamiha 1-7", "built_in": "1985", "area": "54"}


def home(owner: User, *, parts: int | None = 4, at: datetime = NOON, **fields: Any) -> Contract:
    """A formed contract on a home from tomorrow on."""
    return acts.conclude(apply_for_home(owner, parts=parts, at=at, **fields), at=at)


def apply_for_home(owner: User, *, parts: int | None = None, at: datetime = NOON, **fields: Any) -> Any:
    """An application for a home from tomorrow on, with everything that is asked."""
    own = product("home")
    first = day_of(at) + timedelta(days=1)
    answers = {question.code: question.default for question in own.contract_questions}
    given: dict[str, Any] = {
        "product_code": "home",
        "first_day": first,
        "last_day": own.term.period(first, 1).last,
        "answers": answers,
        "objects_insured": [THING],
        "parts": parts,
    }
    return acts.make_application(owner, at=at, **{**given, **fields})


@contextmanager
def monthly(code: str = "oms", counts: tuple[int, ...] = (1, 2, 3)) -> Iterator[None]:
    """Inside, this product is also paid in up to three parts, a month apart."""
    on_shelf = shelf.shelf().healthy
    before = on_shelf[code]
    rule = Instalments(counts=counts, every_months=1, grace_days=5, unpaid="terminate")
    on_shelf[code] = before.model_copy(update={"instalments": rule})
    try:
        yield
    finally:
        on_shelf[code] = before


def pay_by_card(owner: User, *, at: datetime) -> Payment:
    """What the cart holds is paid, with all that a card leaves in the books."""
    order = checkout.place_order(owner=owner, at=at, price=instalments.price_on(at))
    payment = acts.pay(order, at=at)
    Payment.objects.filter(pk=payment.pk).update(status="PAID", paid_at=at)
    attempt = Attempt.objects.create(
        payment=payment, gateway="begateway", shop_id="1", status="PAID", created_at=at
    )
    GatewayTransaction.objects.create(
        gateway="begateway", shop_id="1", uid=f"u-{attempt.pk}", kind="payment", attempt=attempt,
        status="SUCCEEDED", amount_minor=payment.amount_minor, currency="BYN", seen_at=at,
        our_ref=attempt.our_ref,
    )  # fmt: skip
    issue.issue(order_id=order.pk, at=at)
    return payment


def buy_first_part(owner: User, contract: Contract, *, at: datetime = NOON) -> Contract:
    """The first part is paid and the policy issued."""
    checkout.add(owner=owner, contract=contract, at=at)
    pay_by_card(owner, at=at)
    contract.refresh_from_db()
    return contract


def pay_part(owner: User, contract: Contract, *numbers: int, at: datetime) -> Payment:
    """Later parts, in one go."""
    for number in numbers:
        checkout.add(owner=owner, contract=contract, part=number, at=at)
    return pay_by_card(owner, at=at)

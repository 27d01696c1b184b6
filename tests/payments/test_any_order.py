"""Any order, loss and doubling of what a gateway tells about one payment ends in the same state."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parason.accounts.models import User
from parason.contracts.models import Contract
from parason.journeys.payments import BUYING
from parason.kernel.clock import now
from parason.payments.gateways.begateway.adapter import BeGateway
from parason.payments.gateways.begateway.config import read
from parason.payments.gateways.interface import Kind, Observation, Status
from parason.payments.models import Attempt, Entry, GatewayTransaction, Payment, Refund
from parason.payments.operations import observe
from tests.payments.purchases import SUM, make_order
from tests.payments.test_begateway import VALUES

pytestmark = pytest.mark.django_db

PLAIN = settings(
    max_examples=int(os.environ.get("PARASON_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ADAPTER = BeGateway(read(VALUES))
SAID = Observation(
    Kind.PAYMENT, Status.PENDING, shop_id="90001", our_ref="", amount_minor=SUM, currency="BYN", test=False,
    external_id="token", uid="u1",
)  # fmt: skip
REFUND = replace(SAID, kind=Kind.REFUND, uid="r1", parent_uid="u2", amount_minor=1000, external_id="")
PAGE = Observation(Kind.CHECKOUT, Status.EXPIRED, shop_id="90001", external_id="token")

STORIES: dict[str, tuple[list[Observation], dict[str, Any]]] = {
    "declined, then paid": (
        [
            SAID,
            replace(SAID, status=Status.DECLINED),
            replace(SAID, uid="u2", status=Status.ACTION_REQUIRED),
            replace(SAID, uid="u2", status=Status.SUCCEEDED),
            replace(PAGE, status=Status.OPEN),
        ],
        {"attempt": "PAID", "payment": "PAID", "contract": "PAID", "gateway": SUM},
    ),
    "paid and partly returned": (
        [
            replace(SAID, uid="u2", status=Status.SUCCEEDED),
            replace(REFUND, status=Status.PENDING),
            replace(REFUND, status=Status.SUCCEEDED),
        ],
        {"attempt": "PAID", "payment": "PARTLY_REFUNDED", "contract": "PAID", "gateway": SUM - 1000},
    ),
    "paid, and told expired": (
        [replace(SAID, status=Status.SUCCEEDED), PAGE, SAID],
        {"attempt": "PAID", "payment": "PAID", "contract": "PAID", "gateway": SUM},
    ),
    "declined three times": (
        [replace(SAID, uid=f"u{n}", status=Status.DECLINED) for n in range(3)],
        {"attempt": "DECLINED", "payment": "UNPAID", "contract": "FORMED", "gateway": 0},
    ),
    "declined once, then expired": (
        [SAID, replace(SAID, status=Status.DECLINED), PAGE],
        {"attempt": "EXPIRED", "payment": "UNPAID", "contract": "FORMED", "gateway": 0},
    ),
    "charged twice on one page": (
        [
            replace(SAID, uid="u1", status=Status.SUCCEEDED),
            replace(SAID, uid="u2", status=Status.SUCCEEDED),
        ],
        {"attempt": "PAID", "payment": "PAID", "contract": "PAID", "gateway": 2 * SUM},
    ),
    "other money": (
        [SAID, replace(SAID, status=Status.SUCCEEDED, amount_minor=SUM + 1), PAGE],
        {"attempt": "REVIEW", "payment": "UNPAID", "contract": "FORMED", "gateway": SUM + 1},
    ),
    "paid and charged back": (
        [
            replace(SAID, uid="u2", status=Status.SUCCEEDED),
            replace(REFUND, kind=Kind.CHARGEBACK, uid="c1", amount_minor=SUM, status=Status.SUCCEEDED),
        ],
        {"attempt": "CHARGEBACK", "payment": "PAID", "contract": "PAID", "gateway": 0},
    ),
}


@pytest.fixture
def attempt(anna: User) -> Attempt:
    """A page that Anna may pay at."""
    payment = Payment.objects.create(
        order=make_order(anna), amount_minor=SUM, currency="BYN", created_at=now()
    )
    return Attempt.objects.create(
        payment=payment, gateway="begateway", shop_id="90001", status="OPEN", external_id="token",
        created_at=now(), opened_at=now(), expires_at=now() + timedelta(minutes=30),
    )  # fmt: skip


def told(attempt: Attempt, said: list[Observation]) -> dict[str, Any]:
    """Take all of it in, one after another; where that leads."""
    for one in said:
        this = replace(one, our_ref=attempt.our_ref)
        observe(observation=this, adapter=ADAPTER, consequences=BUYING, at=now())
    held = sum(
        entry.amount_minor * ((entry.debit == "gateway") - (entry.credit == "gateway"))
        for entry in Entry.objects.all()
    )
    assert Entry.objects.filter(key__startswith="due:").count() <= 1
    assert Refund.objects.filter(aside=True).count() <= 1
    return {
        "attempt": Attempt.objects.get().status,
        "payment": Payment.objects.get().status,
        "contract": Contract.objects.get().status,
        "gateway": held,
    }


@pytest.mark.parametrize("story", STORIES)
@given(data=st.data())
@PLAIN
def test_any_order_with_doubles_and_losses_ends_the_same(
    story: str, data: st.DataObject, attempt: Attempt
) -> None:
    said, end = STORIES[story]
    heard = data.draw(st.lists(st.sampled_from(said), max_size=2 * len(said)), label="heard")
    # What was lost is learnt by asking later; the gateway then tells all of it, in any order again.
    later = data.draw(st.permutations(said), label="asked")
    with transaction.atomic():
        assert told(attempt, [*heard, *later]) == end
        known = GatewayTransaction.objects.count()
        assert told(attempt, said) == end  # and once more changes nothing
        assert GatewayTransaction.objects.count() == known
        transaction.set_rollback(True)

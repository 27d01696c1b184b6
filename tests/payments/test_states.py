"""The tables of moves: every pair tried, through our own code and through raw SQL."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from parason.accounts.models import User
from parason.kernel.clock import now
from parason.kernel.moves import Event, ForbiddenMove, MovedMeanwhile, move
from parason.payments.models import (
    Attempt,
    AttemptEvent,
    Entry,
    GatewayTransaction,
    Payment,
    PaymentEvent,
    Refund,
    RefundEvent,
    Settlement,
    SettlementEvent,
)
from parason.payments.states import (
    LIVE,
    MOVES,
    PAYMENT_MOVES,
    REFUND_MOVES,
    SETTLEMENT_MOVES,
    AttemptStatus,
    PaymentStatus,
    RefundStatus,
    SettlementStatus,
    outward,
)
from tests.payments.purchases import make_order

pytestmark = pytest.mark.django_db

THINGS: dict[str, tuple[type[Model], type[Event], Any, Any]] = {
    "attempt": (Attempt, AttemptEvent, AttemptStatus, MOVES),
    "payment": (Payment, PaymentEvent, PaymentStatus, PAYMENT_MOVES),
    "refund": (Refund, RefundEvent, RefundStatus, REFUND_MOVES),
    "settlement": (Settlement, SettlementEvent, SettlementStatus, SETTLEMENT_MOVES),
}
PAIRS = [
    (name, before, after)
    for name, (_, _, statuses, _) in THINGS.items()
    for before, after in product(statuses.values, repeat=2)
    if before != after
]


def run(statement: str, *values: object) -> None:
    """Raw SQL, which knows nothing of our code."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def make(name: str, owner: User, status: str) -> Any:
    """A row that was born in that status."""
    if name == "settlement":
        return Settlement.objects.create(
            gateway="begateway", shop_id="1", day=now().date(), currency="BYN", status=status, told_at=now()
        )
    order = make_order(owner)
    common = {"amount_minor": 10754, "currency": "BYN"}
    payment = Payment.objects.create(
        order=order, created_at=now(), status=status if name == "payment" else "UNPAID", **common
    )
    if name == "payment":
        return payment
    attempt = Attempt.objects.create(
        payment=payment, gateway="begateway", shop_id="1", created_at=now(),
        status=status if name == "attempt" else AttemptStatus.PAID,
    )  # fmt: skip
    if name == "attempt":
        return attempt
    charge = GatewayTransaction.objects.create(
        gateway="begateway", shop_id="1", uid="u", kind="payment", status="SUCCEEDED", attempt=attempt,
        seen_at=now(), **common,
    )  # fmt: skip
    return Refund.objects.create(
        payment=payment, transaction=charge, status=status, origin="staff", reason="r", requested_at=now(),
        **common,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "before", "after"), PAIRS)
def test_only_moves_of_the_table_are_possible(name: str, before: str, after: str, anna: User) -> None:
    model, events, _, moves = THINGS[name]
    thing = make(name, anna, before)
    table = model._meta.db_table
    if (before, after) in moves:
        move(thing, to=after, moves=moves, events=events, at=now())
        event = events._default_manager.get(subject=thing)  # type: ignore[misc]
        assert (event.name, event.before, event.after) == (moves[before, after], before, after)
        return
    with pytest.raises(ForbiddenMove):
        move(thing, to=after, moves=moves, events=events, at=now())
    with pytest.raises(IntegrityError, match="forbidden move"):
        run(f'UPDATE "{table}" SET status = %s WHERE id = %s', after, thing.pk)  # noqa: S608
    assert not events._default_manager.filter(subject=thing).exists()  # type: ignore[misc]


@pytest.mark.parametrize("name", THINGS)
def test_the_tables_name_every_status_and_no_other(name: str, anna: User) -> None:
    _, _, statuses, moves = THINGS[name]
    named = {status for pair in moves for status in pair}
    assert named == set(statuses.values)
    with pytest.raises(IntegrityError, match=f"{name}_status_known"), transaction.atomic():
        make(name, anna, "DREAMED")


def test_every_status_can_be_reached() -> None:
    for start, (_, _, statuses, moves) in {
        "NEW": THINGS["attempt"], "UNPAID": THINGS["payment"], "REQUESTED": THINGS["refund"]
    }.items():  # fmt: skip
        reached, grown = {start}, True
        while grown:
            more = {after for before, after in moves if before in reached} - reached
            reached, grown = reached | more, bool(more)
        assert reached == set(statuses.values)


@pytest.mark.parametrize("model", [AttemptEvent, PaymentEvent, RefundEvent, SettlementEvent, Entry])
def test_what_was_written_about_money_cannot_be_changed(model: Any, anna: User) -> None:
    if model is Entry:
        row = Entry.objects.create(
            key="k", debit="gateway", credit="aside", amount_minor=1, currency="BYN", at=now(), words="w"
        )
        change = "UPDATE payments_entry SET amount_minor = 2"
    else:
        name, (_, _, _, moves) = next((name, told) for name, told in THINGS.items() if told[1] is model)
        thing = make(name, anna, next(iter(moves))[0])
        row = model.objects.create(subject=thing, name="n", before="a", after="b", at=now())
        change = f"UPDATE {model._meta.db_table} SET name = 'x'"  # noqa: S608
    for statement in (change, f"DELETE FROM {model._meta.db_table}"):  # noqa: S608
        with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"):
            run(statement)
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(("first", "second"), list(product(LIVE, repeat=2)))
def test_a_payment_has_one_live_attempt(first: str, second: str, anna: User) -> None:
    attempt = make("attempt", anna, first)
    with pytest.raises(IntegrityError, match="payment_one_live_attempt"), transaction.atomic():
        Attempt.objects.create(
            payment=attempt.payment, gateway="begateway", shop_id="1", created_at=now(), status=second
        )


def test_a_row_that_moved_meanwhile_is_not_moved_again(anna: User) -> None:
    attempt = make("attempt", anna, "OPEN")
    stale = Attempt.objects.get(pk=attempt.pk)
    move(attempt, to="PAID", moves=MOVES, events=AttemptEvent, at=now())
    with pytest.raises(MovedMeanwhile):
        move(stale, to="EXPIRED", moves=MOVES, events=AttemptEvent, at=now())
    assert Attempt.objects.get(pk=attempt.pk).status == "PAID"


@pytest.mark.parametrize("payment", PaymentStatus.values)
@pytest.mark.parametrize("attempt", [*AttemptStatus.values, None])
def test_every_pair_of_statuses_has_an_outward_word(payment: str, attempt: str | None) -> None:
    assert str(outward(payment, attempt).label)

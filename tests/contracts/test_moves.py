"""The states of a contract: the table of moves, held by the code and by the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction

from parason.accounts.models import User
from parason.contracts import operations as contracts
from parason.contracts.models import Contract, ContractEvent
from parason.contracts.rules import expires_too_early, full_name, pay_before
from parason.contracts.states import MOVES, ContractStatus, Outward, outward
from parason.kernel.clock import insurer_zone
from parason.kernel.moves import ForbiddenMove, MovedMeanwhile
from parason.kernel.periods import Period
from tests.factories import NOON
from tests.journeys import acts

PAIRS = [pair for pair in product(ContractStatus.values, repeat=2) if pair[0] != pair[1]]
FORBIDDEN = [pair for pair in PAIRS if pair not in MOVES]


@pytest.fixture
def contract(anna: User) -> Contract:
    acts.stock()
    return acts.make_contract(anna)


def put_into(contract: Contract, status: str) -> None:
    """Bring a contract into a state along the table's moves."""
    for step in PATHS[status]:
        contracts._move(contract, to=step, at=NOON)


PATHS: dict[str, list[str]] = {
    "FORMED": [], "PAID": ["PAID"], "ISSUED": ["PAID", "ISSUED"], "WITHDRAWN": ["WITHDRAWN"],
    "LAPSED": ["LAPSED"],
    "TERMINATED": ["PAID", "TERMINATED"],
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), FORBIDDEN)
def test_a_move_outside_the_table_is_refused(contract: Contract, before: str, after: str) -> None:
    put_into(contract, before)
    with pytest.raises(ForbiddenMove):
        contracts._move(contract, to=after, at=NOON)
    contract.refresh_from_db()
    assert contract.status == before


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), FORBIDDEN)
def test_raw_sql_cannot_make_a_move_outside_the_table(contract: Contract, before: str, after: str) -> None:
    put_into(contract, before)
    with (
        pytest.raises(DatabaseError, match="forbidden move"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE contracts_contract SET status = %s WHERE id = %s", [after, contract.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["", "NOBODY_KNOWS", "formed"])
def test_an_unknown_status_is_refused_by_the_database(contract: Contract, status: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE contracts_contract SET status = %s WHERE id = %s", [status, contract.pk])


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), sorted(MOVES))
def test_a_move_of_the_table_leaves_its_event(contract: Contract, before: str, after: str) -> None:
    put_into(contract, before)
    contracts._move(contract, to=after, at=NOON)
    event = ContractEvent.objects.latest("pk")
    assert (event.name, event.before, event.after, event.at) == (MOVES[before, after], before, after, NOON)


@pytest.mark.django_db
def test_whoever_moves_second_is_told(contract: Contract) -> None:
    copy = Contract.objects.get(pk=contract.pk)
    contracts.mark_paid(contract=contract, at=NOON)
    with pytest.raises(MovedMeanwhile):
        contracts.lapse(contract=copy, at=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act", ["UPDATE contracts_contractevent SET name = 'other'", "DELETE FROM contracts_contractevent"]
)
def test_events_cannot_be_changed(contract: Contract, act: str) -> None:
    assert contract.events.exists()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)


def test_outside_a_contract_has_the_status_of_the_day() -> None:
    period = Period(date(2026, 6, 10), date(2026, 6, 12))
    seen = {day: outward("ISSUED", period, date(2026, 6, day)) for day in (9, 10, 12, 13)}
    assert seen == {9: Outward.STARTS_LATER, 10: Outward.IN_FORCE, 12: Outward.IN_FORCE, 13: Outward.ENDED}
    assert outward("FORMED", period, date(2026, 6, 11)) is Outward.TO_BE_PAID


def test_there_is_a_day_to_pay_but_never_longer_than_the_first_day_of_cover() -> None:
    zone = insurer_zone()
    week_ahead = pay_before(formed_at=NOON, first_day=date(2026, 6, 8), hours=24, zone=zone)
    same_day = pay_before(formed_at=NOON, first_day=date(2026, 6, 1), hours=24, zone=zone)
    assert week_ahead == NOON + timedelta(hours=24)
    assert same_day == datetime(2026, 6, 1, 21, tzinfo=UTC)  # midnight in Minsk


def test_a_document_that_ends_before_the_cover_begins_is_noticed() -> None:
    assert expires_too_early({"expires_on": "2026-06-01"}, date(2026, 6, 2))
    assert not expires_too_early({"expires_on": "2026-06-02"}, date(2026, 6, 2))
    assert not expires_too_early({"expires_on": None}, date(2026, 6, 2))


def test_a_name_is_written_as_in_the_passport() -> None:
    assert full_name({"last_name_latin": "KOWALSKA", "first_name_latin": "ANNA"}) == "KOWALSKA ANNA"
    assert full_name({"last_name_latin": "SUHARTO", "first_name_latin": None}) == "SUHARTO"

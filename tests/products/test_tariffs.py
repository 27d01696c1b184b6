"""Tariff versions in the database: chosen by the contract's day, changed by two persons, never rewritten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, IntegrityError, transaction

from parason.kernel.clock import day_of
from parason.kernel.money import Money
from parason.kernel.moves import ForbiddenMove, MovedMeanwhile
from parason.kernel.periods import Period
from parason.products import operations, queries, states
from parason.products.errors import (
    AlreadyInForce,
    BadProposal,
    BadTable,
    NotAllowed,
    NotSold,
    OwnProposal,
    UnknownProduct,
)
from parason.products.models import BaseUnit, SalesStop, TariffEvent, TariffVersion
from parason.products.rating import TableData
from parason.products.states import TariffStatus
from tests.database import without_triggers
from tests.factories import make_user

AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
JUNE = date(2026, 6, 1)
PROPOSE, APPROVE = "propose_tariffversion", "approve_tariffversion"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    operations.load_catalogue(at=AT)


def staff_with(email: str, *rights: str) -> Any:
    """A member of the staff with exactly these rights."""
    user = make_user(email, is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=rights, content_type__app_label="products")
    )
    return user


@pytest.fixture
def pavel(db: None) -> Any:
    """The product manager, who proposes."""
    return staff_with("pavel@example.com", PROPOSE)


@pytest.fixture
def alesya(db: None) -> Any:
    """The actuary, who approves."""
    return staff_with("alesya@example.com", APPROVE, PROPOSE)


def doubled() -> dict[str, TableData]:
    """Table B with every premium doubled."""
    data = queries.product("oms").table_data["B"]["premium"]
    return {"premium": TableData(data.columns, tuple((a, b, str(2 * int(p))) for a, b, p in data.rows))}


def propose(by: Any, **changes: Any) -> TariffVersion:
    """A proposal of a doubled tariff from July."""
    given: dict[str, Any] = {
        "version": "2026-07", "valid_from": date(2026, 7, 1), "act": "Decree 1 of 2026", "tables": doubled(),
    }  # fmt: skip
    return operations.propose_tariff(product=queries.product("oms"), by=by, at=AT, **{**given, **changes})


def year_price(on: date) -> Money:
    """What a year costs when it is concluded on a day."""
    return queries.price(
        product=queries.product("oms"), period=Period.of_days(on, 365), answers={}, insured=[{}], on=on
    ).total


# --- loading ------------------------------------------------------------------------------------------------


def test_loading_the_catalogue_twice_adds_nothing_the_second_time() -> None:
    before = TariffVersion.objects.count(), TariffEvent.objects.count(), BaseUnit.objects.count()
    again = operations.load_catalogue(at=AT + timedelta(days=1))
    assert (again.added, again.differing) == ([], [])
    assert (TariffVersion.objects.count(), TariffEvent.objects.count(), BaseUnit.objects.count()) == before


def test_a_version_whose_folder_changed_keeps_its_content_and_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from parason.products import shelf

    stand = shelf.shelf()
    own = stand.healthy["oms"]
    changed = own.model_copy(update={"table_data": {**own.table_data, "B": doubled()}})
    monkeypatch.setattr(shelf, "shelf", lambda: shelf.Shelf({**stand.healthy, "oms": changed}, {}))
    assert operations.load_catalogue(at=AT).differing == ["oms B"]
    assert year_price(JUNE) == Money(17_000, "EUR")


def test_outside_the_demo_an_unverified_version_is_only_proposed(settings: Any) -> None:
    settings.PARASON_DEMO = False
    with transaction.atomic():
        _forget_versions()
        operations.load_catalogue(at=AT)
        approved = TariffVersion.objects.filter(status=TariffStatus.APPROVED)
        assert [str(version) for version in approved] == ["oms A"]
        with pytest.raises(NotSold):
            year_price(JUNE)


def _forget_versions() -> None:
    with without_triggers():
        TariffEvent.objects.all().delete()
        TariffVersion.objects.all().delete()


# --- which version ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2010, 1, 1), Money(8_500, "EUR")),
        (date(2014, 6, 30), Money(8_500, "EUR")),
        (date(2014, 7, 1), Money(17_000, "EUR")),
        (date(2026, 11, 22), Money(17_000, "EUR")),
    ],
)
def test_the_version_is_chosen_by_the_contracts_day(on: date, expected: Money) -> None:
    assert year_price(on) == expected


def test_the_sum_insured_goes_with_the_version() -> None:
    old = queries.price(
        product=queries.product("oms"),
        period=Period.of_days(JUNE, 5),
        answers={},
        insured=[{}],
        on=date(2012, 1, 1),
    )
    assert old.sum_insured == Money(500_000, "EUR")


def test_before_the_first_version_nothing_is_sold() -> None:
    with pytest.raises(NotSold):
        year_price(date(2000, 1, 1))


def test_a_tariff_that_changes_at_midnight_in_minsk_changes_there_and_not_in_greenwich(
    pavel: Any, alesya: Any
) -> None:
    operations.approve_tariff(version=propose(pavel), by=alesya, at=AT)
    before = datetime(2026, 6, 30, 20, 59, 59, tzinfo=UTC)  # 23:59:59 in Minsk
    after = datetime(2026, 6, 30, 21, 0, tzinfo=UTC)
    assert year_price(day_of(before)) == Money(17_000, "EUR")
    assert year_price(day_of(after)) == Money(34_000, "EUR")


def test_a_pinned_version_gives_its_price_whatever_the_day(pavel: Any, alesya: Any) -> None:
    product = queries.product("oms")
    period = Period.of_days(date(2026, 7, 5), 365)
    quoted = queries.price(product=product, period=period, answers={}, insured=[{}], on=JUNE)
    operations.approve_tariff(version=propose(pavel), by=alesya, at=AT)
    pinned = TariffVersion.objects.get(pk=quoted.tariff_id)
    assert queries.price_by(pinned, product=product, period=period, answers={}, insured=[{}]) == quoted
    assert year_price(date(2026, 7, 2)) == Money(34_000, "EUR")


def test_a_version_in_base_units_is_priced_by_the_unit_of_the_contracts_day(alesya: Any) -> None:
    version = TariffVersion.objects.get(product_code="oms", version="C")
    operations.approve_tariff(version=version, by=alesya, at=AT)
    boss = staff_with("boss@example.com", "add_baseunit")
    operations.add_base_unit(valid_from=date(2028, 1, 1), value=Decimal(50), act="CoM 1", by=boss)
    assert year_price(date(2027, 12, 31)) == Money(56_075, "BYN")  # 12.461 base units of 45
    assert year_price(date(2028, 1, 1)) == Money(62_305, "BYN")


def test_a_warm_price_costs_one_query(django_assert_num_queries: Any) -> None:
    year_price(JUNE)
    with django_assert_num_queries(1):
        year_price(JUNE + timedelta(days=1))


def test_an_unknown_product_is_refused() -> None:
    with pytest.raises(UnknownProduct):
        queries.product("moon")


# --- two persons --------------------------------------------------------------------------------------------


def test_a_tariff_takes_two_persons_and_leaves_a_trail(pavel: Any, alesya: Any) -> None:
    version = propose(pavel)
    assert year_price(date(2026, 7, 1)) == Money(17_000, "EUR"), "a proposal changes nothing yet"
    operations.approve_tariff(version=version, by=alesya, at=AT)
    assert year_price(date(2026, 7, 1)) == Money(34_000, "EUR")
    trail = list(version.events.values_list("name", "by__email"))
    assert trail == [("proposed", "pavel@example.com"), ("approved", "alesya@example.com")]


def test_nobody_approves_his_own_proposal(alesya: Any) -> None:
    version = propose(alesya)
    with pytest.raises(OwnProposal):
        operations.approve_tariff(version=version, by=alesya, at=AT)
    with pytest.raises(IntegrityError, match="tariff_approved_by_another"), transaction.atomic():
        TariffVersion.objects.filter(pk=version.pk).update(status=TariffStatus.APPROVED, approved_by=alesya)
    version.refresh_from_db()
    assert version.status == TariffStatus.PROPOSED


def test_without_the_right_nothing_is_proposed_approved_or_withdrawn(
    pavel: Any, boris: Any, alesya: Any
) -> None:
    with pytest.raises(NotAllowed):
        propose(boris)
    version = propose(alesya)
    for act in (operations.approve_tariff, operations.withdraw_tariff):
        for person in (boris, pavel):
            with pytest.raises(NotAllowed):
                act(version=version, by=person, at=AT)
    assert version.events.count() == 1


def test_a_proposal_is_withdrawn_by_its_author_and_an_approved_one_before_its_first_day(
    pavel: Any, alesya: Any
) -> None:
    mine = propose(pavel)
    operations.withdraw_tariff(version=mine, by=pavel, at=AT)
    other = propose(pavel, version="other")
    operations.approve_tariff(version=other, by=alesya, at=AT)
    operations.withdraw_tariff(version=other, by=alesya, at=AT, reason="a misprint")
    assert year_price(date(2026, 7, 1)) == Money(17_000, "EUR")
    assert other.events.last().data == {"reason": "a misprint"}  # type: ignore[union-attr]


def test_a_tariff_that_has_begun_stays(pavel: Any, alesya: Any) -> None:
    version = propose(pavel)
    operations.approve_tariff(version=version, by=alesya, at=AT)
    begun = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    with pytest.raises(AlreadyInForce):
        operations.withdraw_tariff(version=version, by=alesya, at=begun)


def test_a_proposal_whose_day_has_come_is_not_approved_any_more(pavel: Any, alesya: Any) -> None:
    version = propose(pavel)
    with pytest.raises(BadProposal) as refused:
        operations.approve_tariff(version=version, by=alesya, at=datetime(2026, 7, 1, tzinfo=UTC))
    assert refused.value.field == "valid_from"


def test_two_approvals_at_once_make_one(pavel: Any, alesya: Any) -> None:
    version = propose(pavel)
    same = TariffVersion.objects.get(pk=version.pk)
    operations.approve_tariff(version=version, by=alesya, at=AT)
    with pytest.raises((MovedMeanwhile, BadProposal)):
        operations.approve_tariff(version=same, by=alesya, at=AT)
    assert version.events.filter(name="approved").count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_from": JUNE}, "valid_from"),
        ({"valid_to": date(2026, 6, 30)}, "valid_to"),
        ({"version": "B"}, "version"),
        ({"act": " "}, "act"),
        ({"act": "x" * 301}, "act"),
        ({"act_link": "javascript:alert(1)"}, "act_link"),
        ({"version": "v" * 41}, "version"),
        ({"version": ""}, "version"),
        ({"tables": {"moon": TableData((), ())}}, "tables"),
        ({"unit": "BASE_UNIT"}, ""),
    ],
)
def test_a_proposal_with_a_fault_names_the_field(pavel: Any, changes: dict[str, Any], field: str) -> None:
    if not field:
        assert propose(pavel, **changes).unit == "BASE_UNIT"
        return
    count = TariffVersion.objects.count()
    with pytest.raises(BadProposal) as refused:
        propose(pavel, **changes)
    assert refused.value.field == field
    assert TariffVersion.objects.count() == count


def test_a_proposal_with_a_bad_table_keeps_nothing(pavel: Any) -> None:
    count = TariffVersion.objects.count()
    table = TableData(("days_from", "days_to", "premium"), (("1", "5", "1"), ("7", "365", "2")))
    with pytest.raises(BadTable) as refused:
        propose(pavel, tables={"premium": table})
    assert "Nothing covers 6" in str(refused.value.faults[0])
    assert TariffVersion.objects.count() == count


def test_tables_that_are_not_given_stay_as_they_are(pavel: Any) -> None:
    version = operations.propose_tariff(
        product=queries.product("travel"),
        version="next",
        valid_from=date(2026, 7, 1),
        act="Order 5",
        tables={},
        by=pavel,
        at=AT,
    )
    assert version.tables == TariffVersion.objects.get(product_code="travel", version="2026").tables


# --- the database itself ------------------------------------------------------------------------------------


def test_the_content_of_a_version_cannot_be_rewritten_even_by_sql() -> None:
    version = TariffVersion.objects.get(product_code="oms", version="B")
    for change in ({"tables": {}}, {"valid_from": JUNE}, {"unit": "BYN"}, {"verified": True}):
        with pytest.raises(DatabaseError), transaction.atomic():
            TariffVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


def test_the_trail_cannot_be_rewritten() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        TariffEvent.objects.all().update(name="nothing")


@pytest.mark.parametrize("before", TariffStatus.values)
@pytest.mark.parametrize("after", TariffStatus.values)
def test_every_move_outside_the_table_is_refused(pavel: Any, alesya: Any, before: str, after: str) -> None:
    from parason.kernel.moves import move

    if (before, after) in states.MOVES or before == after:
        return
    version = propose(pavel)
    if before == TariffStatus.APPROVED:
        operations.approve_tariff(version=version, by=alesya, at=AT)
    if before == TariffStatus.WITHDRAWN:
        operations.withdraw_tariff(version=version, by=pavel, at=AT)
    with pytest.raises(ForbiddenMove):
        move(version, to=after, moves=states.MOVES, events=TariffEvent, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        TariffVersion.objects.filter(pk=version.pk).update(status=after)


def test_a_version_without_an_approver_is_not_approved() -> None:
    with pytest.raises(IntegrityError, match="tariff_approved_by_somebody"), transaction.atomic():
        TariffVersion.objects.create(
            product_code="oms", version="x", valid_from=JUNE, unit="EUR", act="none", created_at=AT,
            status=TariffStatus.APPROVED,
        )  # fmt: skip


# --- stops, checks ------------------------------------------------------------------------------------------


def test_a_stop_of_sale_holds_for_its_days_and_is_lifted() -> None:
    boss = staff_with("boss@example.com", "add_salesstop", "change_salesstop")
    stop = operations.stop_sales(
        product_code="oms",
        first_day=JUNE,
        last_day=date(2026, 6, 10),
        reason="Awaiting the new act",
        by=boss,
        at=AT,
    )
    with pytest.raises(NotSold, match="Awaiting the new act"):
        year_price(JUNE)
    assert year_price(date(2026, 5, 31)) == year_price(date(2026, 6, 11)) == Money(17_000, "EUR")
    operations.lift_stop(stop=stop, by=boss, at=AT)
    assert year_price(JUNE) == Money(17_000, "EUR")


def test_a_stop_for_one_territory_leaves_the_others() -> None:
    boss = staff_with("boss@example.com", "add_salesstop")
    operations.stop_sales(
        product_code="travel", territory="world", first_day=JUNE, reason="War", by=boss, at=AT
    )
    product = queries.product("travel")
    answers = {"trips": "single", "activity": "rest", "chronic": False, "sum_insured": "30000"}
    arguments: Any = {"product": product, "period": Period.of_days(JUNE, 5), "insured": [{}], "on": JUNE}
    assert queries.price(answers={**answers, "zone": "europe"}, **arguments).total.minor > 0
    with pytest.raises(NotSold):
        queries.price(answers={**answers, "zone": "world"}, **arguments)


@pytest.mark.parametrize(
    ("changes", "field"), [({"reason": " "}, "reason"), ({"last_day": date(2026, 5, 1)}, "last_day")]
)
def test_a_stop_with_a_fault_names_the_field(changes: dict[str, Any], field: str) -> None:
    boss = staff_with("boss@example.com", "add_salesstop")
    with pytest.raises(BadProposal) as refused:
        operations.stop_sales(
            **{"product_code": "oms", "first_day": JUNE, "reason": "x", "by": boss, "at": AT, **changes}
        )
    assert refused.value.field == field
    assert not SalesStop.objects.exists()


def test_nobody_without_the_right_stops_sales_or_sets_the_base_unit(pavel: Any) -> None:
    with pytest.raises(NotAllowed):
        operations.stop_sales(product_code="oms", first_day=JUNE, reason="x", by=pavel, at=AT)
    with pytest.raises(NotAllowed):
        operations.add_base_unit(valid_from=JUNE, value=Decimal(1), act="x", by=pavel)


@pytest.mark.parametrize(
    ("on", "value"), [(date(2016, 7, 1), 21), (date(2025, 12, 31), 42), (date(2026, 1, 1), 45)]
)
def test_the_base_unit_is_that_of_the_day(on: date, value: int) -> None:
    found = queries.offer(product=queries.product("oms"), on=on).unit
    assert found is not None
    assert found.value == value


def test_outside_the_demo_an_unverified_tariff_is_refused_by_the_price_and_by_the_system_check(
    settings: Any,
) -> None:
    call_command("check", databases=["default"])
    settings.PARASON_DEMO = False
    with pytest.raises(NotSold):
        year_price(JUNE)
    assert year_price(date(2012, 1, 1)) == Money(8_500, "EUR"), "a verified version is sold"
    with pytest.raises(SystemCheckError, match=r"products\.E001"):
        call_command("check", databases=["default"])


def test_outside_the_demo_nobody_approves_an_unverified_tariff(
    settings: Any, pavel: Any, alesya: Any
) -> None:
    settings.PARASON_DEMO = False
    with pytest.raises(BadProposal) as refused:
        operations.approve_tariff(version=propose(pavel), by=alesya, at=AT)
    assert refused.value.field == "verified"
    operations.approve_tariff(version=propose(pavel, version="v", verified=True), by=alesya, at=AT)

"""Rates by hand take two persons; the base unit takes an act."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from parason.accounts.models import AuditEntry, User
from parason.kernel.clock import day_of, now
from parason.kernel.moves import ForbiddenMove, MovedMeanwhile
from parason.payments import operations, queries
from parason.payments.errors import OwnRate, RateMissing, RateNotAllowed
from parason.payments.models import ExchangeRate, RateEntry, RateEntryEvent
from parason.payments.states import RATE_MOVES, RateStatus
from parason.products.models import BaseUnit
from tests.backoffice.people import at_work, member
from tests.factories import browser_of


def today() -> date:
    return day_of(now())


def given(**changes: str) -> dict[str, str]:
    usual = {
        "currency": "usd",
        "date": today().isoformat(),
        "scale": "1",
        "rate": "3.2145",
        "reason": "the site",
    }
    return {**usual, **changes}


@pytest.fixture
def kira(db: None) -> User:
    """The cashier."""
    return member("cashier", "kira@example.com")


@pytest.fixture
def olga(db: None) -> User:
    """Another cashier."""
    return member("cashier", "olga@example.com")


def test_a_rate_counts_once_another_person_has_confirmed_it(kira: User, olga: User) -> None:
    assert browser_of(kira).post("/backoffice/rates/enter", given()).status_code == 302
    entry = RateEntry.objects.get()
    with pytest.raises(RateMissing):
        queries.rate_on("USD", today())
    answer = browser_of(kira).post(f"/backoffice/rates/{entry.pk}/confirm")
    assert (answer.status_code, "by another person" in answer.content.decode()) == (403, True)
    assert not ExchangeRate.objects.exists()
    assert browser_of(olga).post(f"/backoffice/rates/{entry.pk}/confirm").status_code == 302
    rate = queries.rate_on("USD", today())
    assert (rate.rate, rate.scale, rate.source) == (Decimal("3.2145"), 1, "by hand")
    assert list(entry.events.values_list("name", "by__email")) == [
        ("entered", "kira@example.com"), ("confirmed", "olga@example.com"),
    ]  # fmt: skip
    acts = AuditEntry.objects.filter(subject=f"rate entry {entry.pk}").order_by("pk")
    assert [(line.act, line.who) for line in acts] == [
        ("rate.enter", "kira@example.com"), ("rate.refused", "kira@example.com"),
        ("rate.confirm", "olga@example.com"),
    ]  # fmt: skip


def test_a_refused_rate_never_counts_and_the_day_is_free_again(kira: User, olga: User) -> None:
    browser_of(kira).post("/backoffice/rates/enter", given())
    entry = RateEntry.objects.get()
    client = browser_of(olga)
    assert client.post(f"/backoffice/rates/{entry.pk}/refuse").status_code == 302
    answer = client.post(f"/backoffice/rates/{entry.pk}/confirm")
    assert (answer.status_code, "Somebody else has decided first" in answer.content.decode()) == (422, True)
    assert not ExchangeRate.objects.exists()
    assert browser_of(kira).post("/backoffice/rates/enter", given()).status_code == 302


def test_the_banks_own_rate_is_never_replaced(kira: User, olga: User) -> None:
    browser_of(kira).post("/backoffice/rates/enter", given())
    ExchangeRate.objects.create(currency="USD", date=today(), rate="3.3", scale=1, source="NBRB")
    entry = RateEntry.objects.get()
    answer = browser_of(olga).post(f"/backoffice/rates/{entry.pk}/confirm")
    assert (answer.status_code, "is here already" in answer.content.decode()) == (422, True)
    assert ExchangeRate.objects.get().rate == Decimal("3.3")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"currency": "BYN"}, "currency"), ({"currency": "ЕВР"}, "currency"), ({"currency": "E"}, "currency"),
        ({"rate": "0"}, "rate"), ({"rate": "-3"}, "rate"), ({"rate": "3,2x"}, "rate"),
        ({"rate": "NaN"}, "rate"), ({"rate": "1e9"}, "rate"), ({"rate": "32.1"}, "rate"),
        ({"scale": "7"}, "scale"), ({"scale": "0"}, "scale"),
        ({"date": "2999-01-01"}, "date"), ({"date": "01.06.2026"}, "date"), ({"reason": " "}, "reason"),
    ],
)  # fmt: skip
def test_a_bad_rate_is_told_at_its_field(kira: User, changes: dict[str, str], field: str) -> None:
    before = today() - timedelta(days=1)
    ExchangeRate.objects.create(currency="USD", date=before, rate="3.21", scale=1, source="NBRB")
    answer = browser_of(kira).post("/backoffice/rates/enter", given(**changes))
    assert answer.status_code == 422
    assert field in answer.context["rate_form"].errors
    assert not RateEntry.objects.exists()


def test_one_rate_of_a_day_waits_at_a_time(kira: User) -> None:
    client = browser_of(kira)
    client.post("/backoffice/rates/enter", given())
    answer = client.post("/backoffice/rates/enter", given(rate="3.3"))
    assert (answer.status_code, RateEntry.objects.count()) == (422, 1)


def entry_of(by: User, **changes: Any) -> RateEntry:
    facts: dict[str, Any] = {"currency": "USD", "date": today(), "rate": Decimal("3.2"), "scale": 1}
    return operations.enter_rate(**{**facts, **changes}, reason="the site", by=by, at=now())


def test_the_operations_ask_for_the_right_themselves(kira: User, anna: User) -> None:
    with pytest.raises(RateNotAllowed):
        entry_of(anna)
    entry = entry_of(kira)
    for act in (operations.confirm_rate, operations.refuse_rate):
        with pytest.raises(RateNotAllowed):
            act(entry=entry, by=anna, at=now())
    with pytest.raises(OwnRate):
        operations.confirm_rate(entry=entry, by=kira, at=now())
    assert not ExchangeRate.objects.exists()


def test_the_database_holds_the_two_persons_and_the_moves(kira: User, olga: User) -> None:
    entry = entry_of(kira)
    same = RateEntry.objects.get(pk=entry.pk)
    with pytest.raises(IntegrityError, match="rate_entry_confirmed_by_another"), transaction.atomic():
        RateEntry.objects.filter(pk=entry.pk).update(status=RateStatus.CONFIRMED, decided_by=kira)
    operations.refuse_rate(entry=entry, by=olga, at=now())
    with pytest.raises(MovedMeanwhile):
        operations.refuse_rate(entry=same, by=olga, at=now())
    for after in (RateStatus.ENTERED, RateStatus.CONFIRMED):
        assert (RateStatus.REFUSED, after) not in RATE_MOVES
        with pytest.raises(DatabaseError), transaction.atomic():
            RateEntry.objects.filter(pk=entry.pk).update(status=after)
    with pytest.raises(ForbiddenMove):
        operations.confirm_rate(entry=entry, by=olga, at=now())
    with pytest.raises(DatabaseError), transaction.atomic():
        RateEntryEvent.objects.all().delete()


def test_a_value_of_the_base_unit_is_added_with_its_act(db: None) -> None:
    client = at_work("actuary")
    facts = {"valid_from": "2029-01-01", "value": "52.00", "act": "CoM 1 of 2028"}
    assert client.post("/backoffice/rates/base-unit", facts).status_code == 302
    assert BaseUnit.objects.get(valid_from=date(2029, 1, 1)).value == 52
    answer = client.post("/backoffice/rates/base-unit", facts)
    assert (answer.status_code, "valid_from" in answer.context["unit_form"].errors) == (422, True)
    assert client.post("/backoffice/rates/base-unit", {**facts, "value": "-1"}).status_code == 422
    assert AuditEntry.objects.filter(act="base_unit.add").count() == 1


@pytest.mark.parametrize(
    "query", ["currency=EUR", "currency=%27%3B--", "page=9999", "page=x", "currency=eur&page=2"]
)
def test_the_list_takes_any_address(kira: User, query: str) -> None:
    ExchangeRate.objects.bulk_create(
        ExchangeRate(currency="EUR", date=today() - timedelta(days=n), rate="3.5", scale=1, source="NBRB")
        for n in range(120)
    )
    answer = browser_of(kira).get(f"/backoffice/rates/?{query}")
    assert answer.status_code == 200
    assert len(answer.context["rates"]) <= 100


def test_the_list_asks_as_often_for_many_rates_as_for_few(kira: User, django_assert_num_queries: Any) -> None:
    client = browser_of(kira)
    client.get("/backoffice/")
    for count in (1, 3):
        ExchangeRate.objects.bulk_create(
            ExchangeRate(
                currency="EUR",
                date=date(2020 + count, 1, 1) + timedelta(days=n),
                rate="3.5",
                scale=1,
                source="x",
            )
            for n in range(count)
        )
        with django_assert_num_queries(8):
            client.get("/backoffice/rates/")

"""The catalogue: health of products, and stops of sale."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from parason.accounts.models import AuditEntry, User
from parason.kernel.clock import now
from parason.kernel.periods import Period
from parason.products import queries, shelf
from parason.products.errors import NotSold
from parason.products.models import SalesStop
from parason.quotes.models import Application
from tests.backoffice.people import at_work, member, soon
from tests.factories import browser_of
from tests.journeys import acts


@pytest.fixture
def pavel(db: None) -> User:
    """The product manager, in a shop with goods."""
    acts.stock(at=now())
    return member("product manager", "pavel@example.com")


@pytest.fixture
def broken(tmp_path: Path, settings: Any) -> Iterator[str]:
    """A product whose folder is broken."""
    folder = tmp_path / "moon"
    folder.mkdir()
    (folder / "product.toml").write_text('code = "moon"\nclass = "lunar"\n')
    settings.PARASON_CATALOGUE = [tmp_path]
    shelf.forget()
    yield "moon"
    shelf.forget()


def price_of_travel(zone: str, on: date) -> int:
    answers = {"trips": "single", "activity": "rest", "chronic": False, "sum_insured": "30000", "zone": zone}
    return queries.price(
        product=queries.product("travel"), period=Period.of_days(on, 5), answers=answers, insured=[{}], on=on
    ).total.minor


def test_a_broken_product_is_red_with_what_to_do_and_the_others_stay(pavel: User, broken: str) -> None:
    client = browser_of(pavel)
    page = client.get("/backoffice/catalogue/").content.decode()
    assert "broken, not sold" in page
    assert "product.toml" in page
    assert page.count("healthy") == 6
    assert broken in client.get("/backoffice/").content.decode()
    assert client.get(f"/backoffice/catalogue/{broken}/").status_code == 404


def test_sale_is_stopped_in_one_territory_from_a_day_on_and_begun_again(pavel: User) -> None:
    client, first = browser_of(pavel), soon(3)
    given = {"first_day": first.isoformat(), "last_day": "", "territory": "world", "reason": "War"}
    assert client.post("/backoffice/catalogue/travel/", given).status_code == 302
    assert price_of_travel("world", soon(2)) > 0
    assert price_of_travel("europe", first) > 0
    with pytest.raises(NotSold, match="War"):
        price_of_travel("world", first)
    assert "stops on" in client.get("/backoffice/catalogue/").content.decode()
    stop = SalesStop.objects.get()
    assert client.post(f"/backoffice/catalogue/travel/stops/{stop.pk}/lift").status_code == 302
    assert price_of_travel("world", first) > 0
    stop.refresh_from_db()
    assert (stop.stopped_by, stop.lifted_by) == (pavel, pavel)
    trail = AuditEntry.objects.filter(subject=f"stop {stop.pk}").order_by("pk")
    assert [line.act for line in trail] == ["sales.stop", "sales.lift"]


def test_a_customer_reads_why_a_product_is_not_sold_and_has_a_way_on(pavel: User, as_anna: Client) -> None:
    manager, dates = browser_of(pavel), {"first_day": soon(3).isoformat(), "days": "5"}
    manager.post(
        "/backoffice/catalogue/oms/", {"first_day": soon(0).isoformat(), "reason": "Awaiting the act"}
    )
    words = "This insurance is not sold at the moment: Awaiting the act"
    for path in ("/", "/insurance/oms/"):
        page = as_anna.get(path)
        assert (page.status_code, words in page.content.decode()) == (200, True), path
        assert 'href="/buy/">See the other insurances' in page.content.decode(), path
    shelf_page = as_anna.get("/buy/").content.decode()
    assert shelf_page.count("Not sold at the moment: Awaiting the act") == 1
    refused = as_anna.post("/buy/oms/start", dates)
    assert (refused.status_code, words in refused.content.decode()) == (422, True)
    assert not Application.objects.exists()
    manager.post(f"/backoffice/catalogue/oms/stops/{SalesStop.objects.get().pk}/lift")
    assert words not in as_anna.get("/").content.decode()
    assert as_anna.post("/buy/oms/start", dates).status_code == 302


def test_a_stop_lifted_twice_keeps_who_lifted_it_first(pavel: User) -> None:
    client = browser_of(pavel)
    client.post("/backoffice/catalogue/oms/", {"first_day": soon().isoformat(), "reason": "Awaiting"})
    lift = f"/backoffice/catalogue/oms/stops/{SalesStop.objects.get().pk}/lift"
    client.post(lift)
    at_work("product manager", "other@example.com").post(lift)
    assert SalesStop.objects.get().lifted_by == pavel


def test_a_stop_of_another_product_is_not_found(pavel: User) -> None:
    client = browser_of(pavel)
    client.post("/backoffice/catalogue/oms/", {"first_day": soon().isoformat(), "reason": "Awaiting"})
    stop = SalesStop.objects.get()
    assert client.post(f"/backoffice/catalogue/travel/stops/{stop.pk}/lift").status_code == 404
    stop.refresh_from_db()
    assert stop.lifted_at is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"), ({"reason": "x" * 301}, "reason"), ({"first_day": ""}, "first_day"),
        ({"first_day": "tomorrow"}, "first_day"), ({"last_day": "2020-01-01"}, "last_day"),
        ({"territory": "moon"}, "territory"),
    ],
)  # fmt: skip
def test_a_bad_stop_is_told_at_its_field(pavel: User, changes: dict[str, str], field: str) -> None:
    given = {"first_day": soon().isoformat(), "territory": "", "reason": "War", **changes}
    answer = browser_of(pavel).post("/backoffice/catalogue/travel/", given)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not SalesStop.objects.exists()


def test_who_may_only_look_sees_no_buttons(pavel: User) -> None:
    browser_of(pavel).post("/backoffice/catalogue/oms/", {"first_day": soon().isoformat(), "reason": "x"})
    page = at_work("auditor").get("/backoffice/catalogue/oms/").content.decode()
    assert '<form method="post" novalidate' not in page
    assert "/lift" not in page

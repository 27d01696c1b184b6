"""What a version changes, as the pages tell it."""

from __future__ import annotations

import tracemalloc
from datetime import datetime, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from parason.accounts.models import User
from parason.backoffice.charts import chart, runs
from parason.backoffice.effects import signed
from parason.contracts.models import Contract
from parason.journeys.impact import count
from parason.journeys.jobs import count_impact
from parason.kernel.clock import day_of, now
from parason.kernel.money import Money
from parason.payments.models import ExchangeRate
from parason.products.comparing import Impact, Point
from parason.products.models import TariffVersion
from tests.backoffice.many import copies_of, lengths
from tests.backoffice.people import member, proposal, raised
from tests.factories import browser_of, make_user
from tests.journeys import acts


@pytest.fixture
def pavel(db: None) -> User:
    """The product manager, in a shop with goods."""
    acts.stock(at=now())
    return member("product manager", "pavel@example.com")


def last_month() -> datetime:
    """A moment of the month before."""
    return now().replace(day=1, hour=12) - timedelta(days=5)


def sold(days: tuple[int, ...], *, paid: bool = True, email: str = "anna@example.com") -> None:
    """Contracts of last month."""
    at, owner = last_month(), make_user(email)
    ExchangeRate.objects.get_or_create(
        currency="EUR", date=day_of(at), defaults={"rate": Decimal("3.4"), "scale": 1, "source": "test"}
    )
    contracts = [acts.make_contract(owner, at=at, days=length) for length in days]
    if paid:
        acts.pay(acts.order_of(owner, *contracts, at=at), at=at)


# --- pure ---------------------------------------------------------------------------------------------------


def test_a_chart_goes_in_steps_and_lifts_its_pen_where_there_is_no_price() -> None:
    drawn = chart([Point(1, 100, 200), Point(2, None, 200), Point(3, 300, 400)], "EUR")
    assert drawn is not None
    assert drawn.before.count("M") == 2
    assert drawn.after.count("M") == 1
    assert drawn.after.count("H") == 2
    assert drawn.highest == Money(400, "EUR")
    assert [tick.words for tick in drawn.up][:3] == ["0.00", "0.50", "1.00"]
    assert [tick.words for tick in drawn.across] == ["1", "2", "3"]


@pytest.mark.parametrize("highest", [1, 7, 99, 100, 12_345, 10**9])
def test_an_axis_has_few_round_marks(highest: int) -> None:
    drawn = chart([Point(1, 0, highest), Point(365, 0, highest)], "BYN")
    assert drawn is not None
    assert 2 <= len(drawn.up) <= 9
    assert all(15 <= tick.at <= 300 for tick in drawn.up)


def test_a_chart_of_nothing_is_none() -> None:
    assert chart([Point(1, None, None)], "EUR") is None
    assert chart([Point(1, 0, 0)], "EUR") is not None, "what costs nothing has a price"


def test_the_table_joins_lengths_of_one_price() -> None:
    found = runs([Point(1, 100, 110), Point(2, 100, 110), Point(3, None, 120)], "EUR")
    assert [(run.first, run.last, run.change) for run in found] == [(1, 2, Money(10, "EUR")), (3, 3, None)]


@pytest.mark.parametrize(
    ("figure", "words"), [("4.1", "+4.1"), ("-0.3", "\u22120.3"), ("0", "0"), ("0.04", "+0.0")]
)
def test_a_change_has_its_sign(figure: str, words: str) -> None:
    assert signed(Decimal(figure)) == words


# --- pages --------------------------------------------------------------------------------------------------


def test_the_difference_shows_the_changed_rows_with_their_per_cent(pavel: User) -> None:
    version = proposal(pavel)
    client = browser_of(pavel)
    page = client.get(f"/backoffice/tariffs/oms/{version.pk}/difference/")
    assert page.context["before"].version == "B"
    ((name, keys, rows),) = page.context["tables"]
    assert (name, keys, len(rows)) == ("premium", ["days_from", "days_to"], 13)
    last, cells = rows[-1]
    assert (dict(last.keys), cells[0].before, cells[0].after) == (
        {"days_from": "271", "days_to": "365"}, "170", "187",
    )  # fmt: skip
    assert cells[0].percent == "+10.0 %"
    everything = client.get(f"/backoffice/tariffs/oms/{version.pk}/difference/?rows=all")
    assert len(everything.context["tables"][0][2]) > 13


def test_the_chart_has_both_curves_and_its_figures_stand_in_a_table(pavel: User) -> None:
    version = proposal(pavel)
    page = browser_of(pavel).get(f"/backoffice/tariffs/oms/{version.pk}/difference/")
    found = page.content.decode()
    assert 'class="chart__before" d="M90 ' in found
    assert 'class="chart__after" d="M90 ' in found
    assert (page.context["runs"][-1].last, page.context["runs"][-1].change) == (365, Money(1_700, "EUR"))


def test_any_two_versions_are_compared(pavel: User) -> None:
    version = proposal(pavel)
    older = TariffVersion.objects.get(product_code="oms", version="A")
    page = browser_of(pavel).get(f"/backoffice/tariffs/oms/{version.pk}/difference/?against={older.pk}")
    assert page.context["before"] == older
    assert page.context["runs"][-1].before == Money(8_500, "EUR")


@pytest.mark.parametrize("against", ["999999", "x", "٣", "9" * 30])
def test_an_address_made_up_does_no_harm(pavel: User, against: str) -> None:
    version = proposal(pavel)
    page = browser_of(pavel).get(f"/backoffice/tariffs/oms/{version.pk}/difference/?against={against}")
    assert page.status_code == (404 if against == "999999" else 200)


def test_versions_of_two_currencies_are_compared_in_ours(pavel: User) -> None:
    version = TariffVersion.objects.get(product_code="oms", version="C")  # base units: 12.461 × 45 BYN
    asked = "first_day=2027-08-01&count=365"
    page = browser_of(pavel).get(f"/backoffice/tariffs/oms/{version.pk}/price/?{asked}")
    (old, before, _parts), (new, after, _parts) = page.context["prices"]
    assert (old.unit, before) == ("EUR", Money(59_500, "BYN"))  # 170 EUR at 3.5
    assert (new.unit, after) == ("BASE_UNIT", Money(56_075, "BYN"))


def test_without_a_rate_two_currencies_are_not_compared(pavel: User) -> None:
    ExchangeRate.objects.all().delete()
    version = TariffVersion.objects.get(product_code="oms", version="C")
    for tab in ("difference", "price", "impact"):
        page = browser_of(pavel).get(f"/backoffice/tariffs/oms/{version.pk}/{tab}/")
        assert (page.status_code, "official exchange rate" in page.content.decode()) == (422, True)


def test_what_if_prices_by_both_versions_line_by_line(pavel: User) -> None:
    version = proposal(pavel)
    page = browser_of(pavel).get(f"/backoffice/tariffs/oms/{version.pk}/price/?count=365&people=2")
    assert [(one.version, total) for one, total, _parts in page.context["prices"]] == [
        ("B", Money(34_000, "EUR")), ("2027-01", Money(37_400, "EUR")),
    ]  # fmt: skip
    assert "Premium for the number of days" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("count=0", "count"), ("count=366", "count"), ("count=x", "count"), ("people=0", "people"),
        ("people=21", "people"), ("first_day=31.12.2026", "first_day"), ("first_day=9999-12-31", "first_day"),
        ("birth_date=2999-01-01", "birth_date"),
    ],
)  # fmt: skip
def test_a_risk_beyond_its_borders_gets_a_message_at_the_field_and_no_price(
    pavel: User, query: str, field: str
) -> None:
    version = proposal(pavel)
    page = browser_of(pavel).get(f"/backoffice/tariffs/oms/{version.pk}/price/?{query}")
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not any(total for _one, total, _parts in page.context["prices"])


@pytest.mark.parametrize("code", ["accident", "border", "home", "oms", "staff", "travel"])
def test_every_product_has_its_pages(pavel: User, code: str) -> None:
    client = browser_of(pavel)
    version = TariffVersion.objects.filter(product_code=code).order_by("-valid_from").first()
    assert version is not None
    for tab in ("", "difference/", "price/", "impact/"):
        assert client.get(f"/backoffice/tariffs/{code}/{version.pk}/{tab}").status_code == 200, tab


def test_the_impact_counts_last_months_paid_contracts(pavel: User) -> None:
    sold((5, 30, 90, 365))
    sold((365,), paid=False, email="unpaid@example.com")
    version = proposal(pavel)
    page = browser_of(pavel).get(f"/backoffice/tariffs/oms/{version.pk}/impact/")
    found = page.context["impact"]
    assert (found.count, found.dearer, found.cheaper, page.context["unchanged"]) == (4, 2, 0, 2)
    assert page.context["sums"] == (Money(29_600, "EUR"), Money(32_200, "EUR"))
    assert "2 would cost more; the sum changes by +8.8 %" in page.content.decode()


def test_a_month_without_contracts_says_so(pavel: User) -> None:
    sold((5,))
    version = proposal(pavel)
    before = (last_month().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    page = browser_of(pavel).get(f"/backoffice/tariffs/oms/{version.pk}/impact/?month={before}")
    assert "No contract of this product" in page.content.decode()


def test_the_impact_asks_as_often_for_many_contracts_as_for_few(
    pavel: User, django_assert_num_queries: Any
) -> None:
    version = proposal(pavel)
    client = browser_of(pavel)
    client.get("/backoffice/")
    sold((5,))
    client.get(f"/backoffice/tariffs/oms/{version.pk}/impact/")
    with django_assert_num_queries(9):
        client.get(f"/backoffice/tariffs/oms/{version.pk}/impact/")
    sold((30, 90, 365), email="more@example.com")
    with django_assert_num_queries(9):
        client.get(f"/backoffice/tariffs/oms/{version.pk}/impact/")


def test_the_impact_on_five_thousand_contracts_is_exact_and_counted_by_the_worker(
    pavel: User, django_assert_max_num_queries: Any, capsys: Any
) -> None:
    many = 5_000
    sold((1,))
    copies_of(Contract.objects.get(), many)
    version = proposal(pavel)
    client, own = browser_of(pavel), f"/backoffice/tariffs/oms/{version.pk}/impact/"
    client.get("/backoffice/")
    with django_assert_max_num_queries(12):
        page = client.get(own)
    assert (page.context["impact"], page.context["count"]) == (None, many + 1)
    assert "5001 contracts" in page.content.decode()
    before = version_of("B").pk
    asked = client.post(f"{own}count?against={before}", follow=True)
    client.post(f"{own}count?against={before}")
    assert "The worker is counting." in asked.content.decode()
    jobs = ProcrastinateJob.objects.filter(task_name="parason.journeys.jobs.count_impact")
    assert jobs.count() == 1, "whoever asks twice is counted for once"
    begun = perf_counter()
    count_impact.func(**jobs.get().args)
    took = perf_counter() - begun
    tracemalloc.start()
    count_impact.func(**jobs.get().args)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    with capsys.disabled():
        print(f"\n{many} contracts by two versions: {took:.1f} s, {peak:.0f} MB at most")
    assert peak < 60, "memory does not grow with the month"
    found = client.get(own).context
    old_rows, new_rows = (version_of(name).tables["premium"]["rows"] for name in ("B", "2027-01"))
    sums = [(sum_of(old_rows, days), sum_of(new_rows, days)) for days in [1, *lengths(many)]]
    assert found["impact"] == Impact(
        count=many + 1, dearer=sum(new > old for old, new in sums), cheaper=0, not_priced=0,
        before_minor=sum(old for old, _new in sums), after_minor=sum(new for _old, new in sums),
    )  # fmt: skip
    assert found["impact"].dearer == 4_272
    assert found["sums"] == (Money(57_920_400, "EUR"), Money(63_423_200, "EUR"))
    assert found["percent"] == "+9.5"


def version_of(name: str) -> TariffVersion:
    return TariffVersion.objects.get(product_code="oms", version=name)


def sum_of(rows: list[list[str]], days: int) -> int:
    """The premium by the table alone, in minor units."""
    (premium,) = (int(row[2]) for row in rows if int(row[0]) <= days <= int(row[1]))
    return premium * 100


def test_a_month_that_the_worker_counted_is_kept_for_these_versions_only(
    pavel: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr("parason.backoffice.effects.MOST_AT_ONCE", 1)
    sold((5, 365))
    first, second = proposal(pavel), proposal(pavel, version="2027-02", tables={"premium": raised(20)})
    before, month = version_of("B"), last_month().date().replace(day=1)
    count(after_id=first.pk, before_id=before.pk, month=month, at=now())
    client = browser_of(pavel)
    assert "1 would cost more" in client.get(f"/backoffice/tariffs/oms/{first.pk}/impact/").content.decode()
    assert client.get(f"/backoffice/tariffs/oms/{second.pk}/impact/").context["impact"] is None


def test_nothing_on_these_pages_writes(pavel: User, as_staff: Client) -> None:
    version = proposal(pavel)
    counted = TariffVersion.objects.count()
    for tab in ("difference/", "price/", "impact/"):
        assert as_staff.post(f"/backoffice/tariffs/oms/{version.pk}/{tab}", {"count": 1}).status_code == 405
    assert TariffVersion.objects.count() == counted

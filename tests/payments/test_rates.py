"""Official rates: read, carried over days without one, converted once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parason.journeys import payments as journey
from parason.kernel.money import Money
from parason.payments import nbrb, operations
from parason.payments.errors import RateMissing
from parason.payments.models import ExchangeRate
from parason.payments.queries import rate_on
from parason.payments.rules import RateSnapshot, convert

DAY = date(2026, 3, 17)
# As api.nbrb.by answered on that day.
RECORDED = (
    '[{"Cur_ID":431,"Date":"2026-03-17T00:00:00","Cur_Abbreviation":"USD","Cur_Scale":1,'
    '"Cur_Name":"Доллар США","Cur_OfficialRate":2.9463},'
    '{"Cur_ID":451,"Date":"2026-03-17T00:00:00","Cur_Abbreviation":"EUR","Cur_Scale":1,'
    '"Cur_Name":"Евро","Cur_OfficialRate":3.3741},'
    '{"Cur_ID":456,"Date":"2026-03-17T00:00:00","Cur_Abbreviation":"RUB","Cur_Scale":100,'
    '"Cur_Name":"Российских рублей","Cur_OfficialRate":3.6709}]'
)


def eur(rate: str = "3.3741", scale: int = 1, day: date = DAY, currency: str = "EUR") -> RateSnapshot:
    return RateSnapshot(currency, Decimal(rate), scale, day, "NBRB")


def test_a_recorded_answer_is_read_without_floats() -> None:
    usd, euro, rub = nbrb.parse(RECORDED.encode(), DAY)
    assert (usd.rate, usd.scale) == (Decimal("2.9463"), 1)
    assert euro == eur()
    assert (rub.currency, rub.rate, rub.scale) == ("RUB", Decimal("3.6709"), 100)


def changed(**changes: Any) -> bytes:
    row = json.loads(RECORDED)[1]
    row.update(changes)
    return json.dumps([row]).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"<html>sorry</html>",
        b'{"Cur_Abbreviation": "EUR"}',
        b"[1]",
        b"[{}]",
        changed(Date="2026-03-16T00:00:00"),
        changed(Date=None),
        changed(Cur_Scale=0),
        changed(Cur_Scale="1"),
        changed(Cur_Scale=True),
        changed(Cur_OfficialRate=0),
        changed(Cur_OfficialRate=-3.3),
        changed(Cur_OfficialRate="NaN"),
        changed(Cur_OfficialRate="Infinity"),
        changed(Cur_OfficialRate=None),
        changed(Cur_Abbreviation="eur"),
        changed(Cur_Abbreviation="EURO"),
        changed(Cur_Abbreviation=978),
        b"[" + changed()[1:-1] + b"," + changed()[1:-1] + b"]",
    ],
)
def test_an_answer_with_any_fault_is_refused_whole(body: bytes) -> None:
    with pytest.raises(nbrb.BadAnswer):
        nbrb.parse(body, DAY)


@pytest.fixture
def national_bank() -> Iterator[dict[str, Any]]:
    """A server in the place of the National Bank's; what it answers is in the dict."""
    script: dict[str, Any] = {"status": 200, "body": RECORDED.encode(), "asked": []}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script["asked"].append(self.path)
            self.send_response(script["status"])
            self.end_headers()
            self.wfile.write(script["body"])

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script["url"] = f"http://127.0.0.1:{server.server_port}"
    yield script
    server.shutdown()
    server.server_close()


def test_the_day_is_asked_for_by_name(national_bank: dict[str, Any]) -> None:
    assert len(nbrb.fetch(DAY, base_url=national_bank["url"])) == 3
    assert national_bank["asked"] == ["/rates?periodicity=0&ondate=2026-03-17"]


@pytest.mark.parametrize(("status", "body"), [(200, b"[]"), (404, b"")])
def test_a_day_without_rates_yet_is_empty(national_bank: dict[str, Any], status: int, body: bytes) -> None:
    national_bank.update(status=status, body=body)
    assert nbrb.fetch(DAY, base_url=national_bank["url"]) == []


def test_a_broken_bank_is_an_error(national_bank: dict[str, Any]) -> None:
    national_bank.update(status=503)
    with pytest.raises(httpx.HTTPStatusError):
        nbrb.fetch(DAY, base_url=national_bank["url"])


def test_an_endless_answer_is_cut(national_bank: dict[str, Any]) -> None:
    national_bank.update(body=b" " * (nbrb.SIZE_LIMIT + 1))
    with pytest.raises(nbrb.BadAnswer, match="too large"):
        nbrb.fetch(DAY, base_url=national_bank["url"])


@pytest.mark.django_db
def test_a_job_loads_what_is_not_known_and_asks_no_more(
    national_bank: dict[str, Any], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PARASON_DEMO = False
    fetch = nbrb.fetch
    monkeypatch.setattr(nbrb, "fetch", lambda day: fetch(day, base_url=national_bank["url"]))
    at = datetime(2026, 3, 16, 21, 30, tzinfo=UTC)  # half past midnight of the 17th in Minsk
    assert journey.fetch_rates(at=at) == [DAY]
    assert len(national_bank["asked"]) == 2  # the answer for the 18th bears another date and is refused
    assert journey.fetch_rates(at=at) == []
    assert len(national_bank["asked"]) == 3
    assert rate_on("EUR", DAY) == eur()


@pytest.mark.django_db
def test_days_without_a_rate_carry_the_last_one() -> None:
    friday = date(2026, 3, 6)
    operations.store_rates(rates=[eur("3.3722", day=friday), eur("3.3865", day=friday + timedelta(days=3))])
    saturday = rate_on("EUR", friday + timedelta(days=1))
    assert (saturday.rate, saturday.date) == (Decimal("3.3722"), friday)
    assert rate_on("EUR", friday + timedelta(days=2)).date == friday
    assert rate_on("EUR", friday + timedelta(days=3)).rate == Decimal("3.3865")


@pytest.mark.django_db
def test_a_rate_older_than_ten_days_is_none() -> None:
    operations.store_rates(rates=[eur()])
    assert rate_on("EUR", DAY + timedelta(days=10)).date == DAY
    for day in (DAY + timedelta(days=11), DAY - timedelta(days=1)):
        with pytest.raises(RateMissing):
            rate_on("EUR", day)


@pytest.mark.django_db
def test_a_known_rate_is_never_changed() -> None:
    operations.store_rates(rates=[eur("3.0")])
    operations.store_rates(rates=[eur("4.0")])
    assert rate_on("EUR", DAY).rate == Decimal("3.0")


@pytest.mark.django_db
def test_the_demo_has_a_rate_on_any_day_and_says_whose() -> None:
    for at in (datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2031, 1, 1, 9, tzinfo=UTC)):
        operations.load_demo_rates(at=at)
        assert rate_on("EUR", at.date()).source == "demo"
    assert rate_on("EUR", DAY).source == "NBRB"
    assert ExchangeRate.objects.filter(currency="EUR", date=date(2031, 1, 1)).count() == 1


@pytest.mark.parametrize(
    ("money", "rate", "kopecks"),
    [
        (Money(3100, "EUR"), eur(), 10460),  # 104.5971
        (Money(100, "EUR"), eur("3.0050"), 301),  # a half goes up
        (Money(100, "EUR"), eur("3.0049"), 300),
        (Money(10_000, "RUB"), eur("3.6709", 100, currency="RUB"), 367),
        (Money(1, "EUR"), eur("0.4999"), 0),
        (Money(100, "JPY"), eur("1.8494", 100, currency="JPY"), 185),  # no minor unit
    ],
)
def test_conversion_rounds_half_up_once(money: Money, rate: RateSnapshot, kopecks: int) -> None:
    assert convert(money, rate) == Money(kopecks, "BYN")


def test_a_rate_converts_its_own_currency_only() -> None:
    with pytest.raises(ValueError, match="USD"):
        convert(Money(1, "USD"), eur())


@given(st.integers(0, 10**12), st.decimals("0.0001", "999", places=4), st.sampled_from([1, 10, 100, 1000]))
def test_conversion_is_exact_to_half_a_kopeck(minor: int, rate: Decimal, scale: int) -> None:
    got = convert(Money(minor, "EUR"), eur(str(rate), scale)).minor
    assert abs(got - minor * rate / scale) <= Decimal("0.5")

"""The price before anybody signs up (G2, G3, G17)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from parason.kernel.clock import day_of, now
from tests.journeys.acts import stock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _goods() -> None:
    stock(at=now())


def filled(**changes: Any) -> dict[str, str]:
    today = day_of(now())
    last = today + timedelta(days=29)
    given = {"first_day": today, "last_day": last, "days": 30, "people": 1, "shown": f"{last}|30", **changes}
    return {key: str(value) for key, value in given.items()}


def fragment(client: Client, changed: str = "days", **changes: Any) -> str:
    answer = client.get(
        "/insurance/oms/price", filled(**changes), headers={"hx-request": "true", "hx-trigger-name": changed}
    )
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/insurance/oms/"])
def test_the_price_stands_there_before_anything_is_filled_in(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert "EUR\u00a030.00" in page
    assert "BYN\u00a0105.00" in page  # 3.5 roubles a euro
    assert "How this price is made" in page


def test_the_home_page_leads_where_the_guide_says(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "User Cabinet" in page
    assert 'href="/account/login/"' in page
    assert "Health insurance for foreign citizens" in page  # G2
    assert "Details&gt;&gt;" in page or "Details>>" in page  # G3
    about = client.get("/insurance/oms/").content.decode()
    assert 'href="/account/login/"' in about


def test_without_javascript_the_form_is_sent_and_the_page_comes_back_with_the_price(client: Client) -> None:
    page = client.get("/", filled(days=10)).content.decode()
    assert "EUR\u00a010.00" in page
    assert 'value="10"' in page


def test_while_it_is_filled_in_only_the_price_comes_back(client: Client) -> None:
    answer = fragment(client, days=10)
    assert "EUR\u00a010.00" in answer
    assert "<html" not in answer


def test_the_last_day_follows_from_the_number_of_days(client: Client) -> None:
    last = day_of(now()) + timedelta(days=9)
    answer = fragment(client, "days", days=10)
    assert f'value="{last}"' in answer
    assert 'name="days"' not in answer  # the box in which somebody is typing is left alone


def test_the_number_of_days_follows_from_the_last_day(client: Client) -> None:
    answer = fragment(client, "last_day", last_day=day_of(now()) + timedelta(days=4))
    assert 'value="5"' in answer
    assert 'name="last_day"' not in answer


def test_a_family_sees_the_sum_and_the_share_of_each(client: Client) -> None:
    answer = fragment(client, "people", people=3)
    assert "EUR\u00a090.00" in answer
    assert "EUR\u00a030.00" in answer
    assert "3 people" in answer


@pytest.mark.parametrize("changes", [
    {"days": "many"}, {"days": 0}, {"days": 366}, {"days": "9" * 40}, {"days": "٣\x00"},
    {"people": 0}, {"people": "-1"}, {"people": 10_000}, {"people": "🦊"},
    {"first_day": ""}, {"first_day": "31 February"}, {"first_day": "0020-01-01"}, {"first_day": "2020-01-01"},
    {"first_day": "9999-12-31"}, {"first_day": "<script>alert(1)</script>"},
])  # fmt: skip
def test_what_cannot_be_priced_is_said_and_kept(client: Client, changes: dict[str, Any]) -> None:
    page = client.get("/", filled(**changes))
    text = page.content.decode()
    assert page.status_code == 422
    assert "<title>Error: " in text
    assert "There is a problem" in text
    assert "<script>alert" not in text
    live = client.get("/insurance/oms/price", filled(**changes), headers={"hx-request": "true"})
    assert live.status_code == 422
    assert 'id="price"' in live.content.decode()


def test_an_unknown_product_is_not_there(client: Client) -> None:
    assert client.get("/insurance/unknown/").status_code == 404
    assert client.get("/insurance/unknown/price", filled()).status_code == 404
    assert client.get("/insurance/unknown/exempt").status_code == 404


def test_buy_goes_on_with_what_was_filled_in(client: Client) -> None:
    page = client.get("/").content.decode()
    assert 'formaction="/buy/oms/start"' in page
    assert ">BUY<" in page
    answer = client.post("/buy/oms/start", filled(days=10))
    assert answer.status_code == 302
    assert "/people" in answer.headers["Location"]


class TestDoINeedIt:
    def test_a_treaty_exempts_and_is_named(self, client: Client) -> None:
        page = client.get("/", {"nationality": "KAZ"}).content.decode()
        assert "Kazakhstan: you are exempt." in page
        assert "Moscow" in page
        assert "You may still buy it" in page

    def test_others_learn_what_they_need(self, client: Client) -> None:
        answer = client.get("/insurance/oms/exempt", {"nationality": "POL"}).content.decode()
        assert "Poland: you need insurance for the whole stay." in answer
        assert "EUR 10,000" in answer

    def test_citizens_are_no_guests(self, client: Client) -> None:
        assert "Citizens of Belarus do not need" in client.get("/", {"nationality": "BLR"}).content.decode()

    @pytest.mark.parametrize("code", ["", "XX", "'; DROP TABLE", "<b>", "POL\x00"])
    def test_what_is_no_country_gets_no_answer(self, client: Client, code: str) -> None:
        answer = client.get("/insurance/oms/exempt", {"nationality": code})
        assert answer.status_code == 200
        assert "notice" not in answer.content.decode()

    def test_the_chosen_country_stays_chosen(self, client: Client) -> None:
        assert 'value="KAZ" selected' in client.get("/", {"nationality": "KAZ"}).content.decode()


def test_russian_numbers_and_words(client: Client) -> None:
    page = client.get("/", headers={"accept-language": "ru"}).content.decode()
    assert "30,00\u00a0EUR" in page
    assert "30 дней" in page
    assert "КУПИТЬ" in page

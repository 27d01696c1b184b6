"""The calculator in a real browser: at once with JavaScript, by one press without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from parason.kernel.clock import day_of, now
from tests.journeys import acts


@pytest.fixture
def chrome(browser: Browser) -> Browser:
    return browser


@pytest.fixture
def home(chrome: Browser, live_server: Any, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The home page, open; `scripts` says whether JavaScript is on."""
    acts.stock(at=now())
    context = chrome.new_context(locale="en", java_script_enabled=getattr(request, "param", True))
    page = context.new_page()
    page.goto(live_server.url)
    yield page
    context.close()


def test_the_price_follows_while_somebody_types(home: Page) -> None:
    expect(home.locator("#price .price")).to_have_text("EUR\u00a030.00")
    home.get_by_label("Number of days").fill("10")
    expect(home.locator("#price .price")).to_have_text("EUR\u00a010.00")
    expect(home.get_by_label("Last day")).to_have_value(str(day_of(now()) + timedelta(days=9)))
    expect(home.get_by_label("Number of days")).to_be_focused()
    home.get_by_label("How many people?").fill("3")
    expect(home.locator("#price .price")).to_have_text("EUR\u00a030.00")
    assert home.url.rstrip("/").count("?") == 0, "the page was not loaded anew"


def test_the_days_follow_from_the_last_day(home: Page) -> None:
    home.get_by_label("Last day").fill(str(day_of(now()) + timedelta(days=4)))
    expect(home.get_by_label("Number of days")).to_have_value("5")


def test_a_wrong_number_is_said_beside_the_price_and_mended(home: Page) -> None:
    home.get_by_label("Number of days").fill("400")
    expect(home.locator("#price")).to_contain_text("365")
    home.get_by_label("Number of days").fill("365")
    expect(home.locator("#price .price")).to_have_text("EUR\u00a0170.00")


def test_buy_takes_the_answers_along(home: Page) -> None:
    home.get_by_label("Number of days").fill("10")
    expect(home.locator("#price .price")).to_have_text("EUR\u00a010.00")
    home.get_by_role("button", name="BUY").click()
    home.wait_for_url("**/account/login/**")


def test_the_answer_to_do_i_need_it_comes_at_once(home: Page) -> None:
    home.get_by_label("Nationality, as in the passport").select_option("KAZ")
    expect(home.locator("#need-answer")).to_contain_text("Kazakhstan: you are exempt.")


@pytest.mark.parametrize("home", [False], indirect=True)
def test_without_javascript_a_press_shows_the_price(home: Page) -> None:
    home.get_by_label("Number of days").fill("10")
    home.get_by_role("button", name="Show the price").click()
    expect(home.locator("#price .price")).to_have_text("EUR\u00a010.00")
    home.get_by_role("button", name="BUY").click()
    home.wait_for_url("**/account/login/**")


@pytest.mark.parametrize("home", [True, False], indirect=True, ids=["scripts", "no scripts"])
def test_the_language_changes_and_the_place_stays(home: Page) -> None:
    home.goto(home.url.rstrip("/") + "/insurance/oms/?nationality=KAZ")
    home.locator("details.menu summary").click()
    home.get_by_role("button", name="Русский").click()
    expect(home.locator("html")).to_have_attribute("lang", "ru")
    assert home.url.endswith("/insurance/oms/?nationality=KAZ")
    expect(home.locator("#need-answer")).to_contain_text("Казахстан")

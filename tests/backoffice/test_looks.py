"""The staff's pages in a real browser: wide and narrow, light and dark, in both directions of reading."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parason.accounts.models import User
from parason.kernel.clock import day_of, now
from parason.payments import operations as payments
from parason.payments.models import ExchangeRate
from parason.products import operations
from tests.backoffice.people import member, proposal, raised, xlsx_file
from tests.e2e.looks import Looker
from tests.factories import browser_of, make_user
from tests.journeys import acts


@pytest.fixture
def pages(live_server: Any) -> list[str]:
    """An office with work in it; its pages."""
    at, owner = now(), make_user("anna@example.com")
    acts.stock(at=at)
    last = at.replace(day=1, hour=12) - timedelta(days=5)
    ExchangeRate.objects.create(currency="EUR", date=day_of(last), rate="3.4", scale=1, source="test")
    sold = [acts.make_contract(owner, at=last, days=days) for days in (5, 90)]
    acts.pay(acts.order_of(owner, *sold, at=last), at=last)
    manager, cashier = member("product manager"), member("cashier")
    version = proposal(manager)
    operations.stop_sales(
        product_code="travel", territory="world", first_day=day_of(at), reason="War", by=manager, at=at
    )
    payments.enter_rate(
        currency="EUR", date=day_of(at) + timedelta(days=1), rate=Decimal("3.55"), scale=1,
        reason="the site", by=cashier, at=at,
    )  # fmt: skip
    own = f"tariffs/oms/{version.pk}/"
    return [
        "", "tariffs/", "tariffs/oms/", "tariffs/oms/new/", own, f"{own}difference/", f"{own}price/",
        f"{own}impact/", "catalogue/", "catalogue/travel/", "rates/", "contracts/",
        "people/", f"people/{colleague().pk}/", f"contracts/{sold[0].pk}/",
    ]  # fmt: skip


def colleague() -> User:
    """Somebody with an authenticator app who is logged in on two devices."""
    other = member("actuary", "alesya.from.the.actuaries@example.com")
    totp.TOTP.activate(other, totp.generate_totp_secret())
    for agent in ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "curl"):
        key = browser_of(other).session.session_key
        UserSession.objects.create(user=other, session_key=key, ip="203.0.113.7", user_agent=agent)
    return other


def tab(browser: Browser, base: str, language: str, *, scripts: bool = True) -> BrowserContext:
    """The browser of somebody who may do everything."""
    boss = make_user(f"{language}@example.com", is_staff=True, is_superuser=True, language=language)
    context = browser.new_context(locale=language, java_script_enabled=scripts)
    cookie = browser_of(boss).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base}])
    return context


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_offices_pages_look_right(
    browser: Browser, live_server: Any, pages: list[str], language: str
) -> None:
    context = tab(browser, live_server.url, language)
    looker = Looker(context.new_page(), f"{live_server.url}/backoffice/")
    # Every page in one language; in the others those with the longest words and the widest tables.
    for path in pages if language == "en" else [pages[4], pages[5], *pages[-3:]]:
        looker.look_at(path)
    context.close()
    assert not looker.faults, "\n".join(looker.faults)


def test_a_tariff_is_proposed_and_read_without_scripts(
    browser: Browser, live_server: Any, pages: list[str], tmp_path: Any
) -> None:
    file = tmp_path / "premium.csv"
    data = raised(20)
    file.write_text("\n".join(",".join(row) for row in [data.columns, *data.rows]))
    context = tab(browser, live_server.url, "en", scripts=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/backoffice/tariffs/oms/new/")
    page.get_by_label("Name of the version").fill("2027-05")
    page.get_by_label("First day").fill((day_of(now()) + timedelta(days=60)).isoformat())
    page.get_by_label("Act on which it rests").fill("Decree 5")
    page.get_by_label("Table “premium”").set_input_files(file)
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("heading", name="oms 2027-05")).to_be_visible()
    expect(page.locator("path.chart__after")).to_have_count(1)
    expect(page.get_by_role("cell", name="+20.0 %").first).to_be_visible()
    context.close()


def test_two_people_propose_approve_and_withdraw_before_the_start(
    browser: Browser, live_server: Any, pages: list[str], tmp_path: Any
) -> None:
    file, data = tmp_path / "premium.xlsx", raised(20)
    rows = [[int(cell) for cell in row] for row in data.rows]
    file.write_bytes(xlsx_file([list(data.columns), *rows]).read())
    office = f"{live_server.url}/backoffice/tariffs/oms/"
    manager = person(browser, live_server.url, "product manager", "pavel@example.com")
    manager.goto(f"{office}new/")
    manager.get_by_label("Name of the version").fill("2027-06")
    manager.get_by_label("First day").fill((day_of(now()) + timedelta(days=90)).isoformat())
    manager.get_by_label("Act on which it rests").fill("Decree 6")
    manager.get_by_label("I have compared the tables with the act").check()
    manager.get_by_label("Table “premium”").set_input_files(file)
    manager.get_by_role("button", name="Propose").click()
    manager.get_by_role("link", name="What if").click()
    manager.get_by_label("Length").fill("365")
    manager.get_by_role("button", name="Price it").click()
    expect(manager.get_by_text("204.00 EUR").first).to_be_visible()
    manager.get_by_role("link", name="Impact").click()
    expect(manager.get_by_text("Of 2 contracts of")).to_be_visible()
    manager.get_by_role("link", name="Version", exact=True).click()
    expect(manager.get_by_text("You proposed this version. Another person approves it.")).to_be_visible()
    expect(manager.get_by_role("button", name="Approve")).to_have_count(0)
    actuary = person(browser, live_server.url, "actuary", "olga@example.com")
    actuary.goto(f"{live_server.url}/backoffice/")
    actuary.get_by_role("link", name="oms 2027-06").click()
    actuary.get_by_role("button", name="Approve").click()
    actuary.goto(office)
    line = actuary.locator("li", has_text="2027-06")
    expect(line.get_by_text("Begins later")).to_be_visible()
    line.get_by_role("link", name="2027-06").click()
    actuary.get_by_label("Reason").fill("The act was put off")
    actuary.get_by_role("button", name="Withdraw").click()
    expect(actuary.get_by_text("The act was put off")).to_be_visible()
    manager.goto(office)
    expect(manager.locator("li", has_text="2027-06").get_by_text("Withdrawn")).to_be_visible()
    for one in (manager, actuary):
        one.context.close()


def person(browser: Browser, base: str, role: str, email: str) -> Page:
    """A browser window of somebody with one role."""
    context = browser.new_context(locale="en")
    cookie = browser_of(member(role, email)).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base}])
    return context.new_page()


def test_a_wrong_file_is_told_by_cell_on_the_page(
    browser: Browser, live_server: Any, pages: list[str], tmp_path: Any
) -> None:
    file = tmp_path / "premium.csv"
    file.write_text("days_from,days_to,premium\n1,7,1\n9,365,x\n")
    context = tab(browser, live_server.url, "en")
    page = context.new_page()
    page.goto(f"{live_server.url}/backoffice/tariffs/oms/new/")
    page.get_by_label("Name of the version").fill("2027-05")
    page.get_by_label("First day").fill((day_of(now()) + timedelta(days=60)).isoformat())
    page.get_by_label("Act on which it rests").fill("Decree 5")
    page.get_by_label("Table “premium”").set_input_files(file)
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("row", name="3 premium “x” is not a number.")).to_be_visible()
    expect(page.get_by_label("Name of the version")).to_have_value("2027-05")
    looker = Looker(page, live_server.url)
    looker.judge("refused", None, 422)
    context.close()
    assert not looker.faults, "\n".join(looker.faults)

"""The bank's pages in a real browser: without JavaScript, on a phone, and looked at by axe."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from tests.sandbox_bank.merchant import Merchant

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 800}


def _fill(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Valid until (MM/YY)").fill("12/40")
    page.get_by_label("CVC").fill("111")
    page.get_by_label("Name on card").fill("ANA SILVA")
    page.get_by_role("button", name="Pay 45.90 BYN").click()


def test_a_payer_without_javascript_pays_with_a_challenge_on_a_phone(
    shop: Merchant, browser: Browser
) -> None:
    token = shop.token(settings={"auto_return": 0, "return_url": f"{shop.bank.url}/health?mine=1"})
    page = browser.new_context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(f"{shop.bank.url}/v2/checkout?token={token}")
    _fill(page, "4012 0000 0000 1097")
    page.get_by_label("Confirmation code").fill("123456")
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/health?mine=1&token=*")
    assert "status=successful" in page.url
    assert shop.bank.money("att_1")["charges"] == 1


def test_the_result_page_goes_back_by_itself(shop: Merchant, browser: Browser) -> None:
    token = shop.token(settings={"auto_return": 1, "return_url": f"{shop.bank.url}/health"})
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{shop.bank.url}/v2/checkout?token={token}")
    _fill(page, "4200000000000000")
    page.get_by_role("heading", name="Payment successful").wait_for()
    page.wait_for_url("**/health?token=*")


def test_a_click_on_a_test_card_fills_the_form_in(shop: Merchant, browser: Browser) -> None:
    token = shop.token()
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{shop.bank.url}/v2/checkout?token={token}")
    page.get_by_role("link", name="4005 5500 0000 0019").click()
    page.get_by_role("button", name="Pay 45.90 BYN").click()
    page.get_by_role("heading", name="Payment declined").wait_for()
    assert shop.bank.money("att_1")["charges"] == 0


def test_a_declined_payer_tries_again_with_another_card(shop: Merchant, browser: Browser) -> None:
    token = shop.token(attempts=2)
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{shop.bank.url}/v2/checkout?token={token}")
    _fill(page, "4005550000000019")
    assert "Do not honor" in page.get_by_role("alert").inner_text()
    _fill(page, "4200000000000000")
    page.get_by_role("heading", name="Payment successful").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_and_nothing_overflows(
    shop: Merchant, browser: Browser, viewport: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    token, other = shop.token(attempts=3), shop.token(order={"tracking_id": "att_2"})
    acs = f"/acs/{shop.bank.pay(token, 'challenge', challenge='leave')['uid']}"
    shop.bank.pay(other)
    shop.token(order={"tracking_id": "att_3"})
    shop.bill()
    shop.bank.fault("drop")
    shop.bank.settle()
    page = browser.new_context(viewport=viewport, color_scheme=scheme).new_page()
    paths = (
        f"/v2/checkout?token={token}",
        acs,
        f"/v2/checkout?token={other}",
        "/erip?account=A000123",
        "/control",
    )
    for path in paths:
        page.goto(shop.bank.url + path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

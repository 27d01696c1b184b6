"""A home is bought in four parts in a real browser, and its second part is paid from the policies."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from parason.products import queries as products
from tests.e2e.looks import STICKS_OUT
from tests.e2e.people import ENGLISH, Person, Someone, russian
from tests.e2e.processes import Portal, text_of

HOME = {"address": "Minsk, Niamiha 1-7", "built_in": "1985", "area": "54"}


def begin(person: Person, labels: dict[str, str], number: str) -> None:
    """An account, a home, its dates and the profile; ends at the choice of a way to pay."""
    person.go("/account/login/")
    person.register(labels)
    person.go("/buy/home/")
    person.press(labels["BUY"])
    person.fill_profile(Someone(last="DAMAVIK", first="ULADZ", number=number), labels)
    for code, value in HOME.items():
        person.page.locator(f"[name='o0-q_{code}']").fill(value)
    person.press(labels["NEXT"])


def test_a_home_is_bought_in_four_parts_and_the_second_is_paid_from_the_policies(
    portal: Portal, page: Page
) -> None:
    uladz = Person(page, portal, "uladz.parts@example.com")
    labels = {**ENGLISH, "product": products.product("home").name("en")}
    begin(uladz, labels, "3330001")
    expect(page.get_by_role("heading", name="Ways to pay the premium")).to_be_visible()
    expect(page.get_by_label("All at once")).to_be_checked()
    uladz.look("ways to pay")
    page.get_by_label("In 4 parts").check()
    uladz.press("NEXT")
    expect(page.get_by_text("In 4 parts")).to_be_visible()
    uladz.look("check in parts")
    page.get_by_role("link", name="Change the way to pay").click()
    expect(page.get_by_label("In 4 parts")).to_be_checked()
    uladz.press("NEXT")
    uladz.conclude(labels)
    uladz.move_to_cart(labels)
    first = page.locator(".total strong").inner_text()
    uladz.pay(labels)
    (paper,) = uladz.policies(labels, 1)
    assert "Premium in 4 parts" in " ".join(paper.split())
    uladz.page.get_by_role("button", name="Pay part 2 of 4").click()
    expect(page.get_by_text("Part 2 of 4", exact=True).first).to_be_visible()
    assert page.locator(".total strong").inner_text()[:4] == first[:4]
    uladz.pay(labels)
    expect(page.get_by_text("Your policy stays valid")).to_be_visible()
    uladz.look("part paid")
    letter = portal.mail.wait_for(uladz.email, "Part 2 of 4")
    assert "Parts still to be paid: 2" in text_of(letter)
    uladz.go("/policies/")
    page.get_by_role("link", name=re.compile(r"^Contract A-")).click()
    expect(page.get_by_text("Paid", exact=True)).to_have_count(2)
    expect(page.get_by_role("button", name="Pay part 3 of 4")).to_be_visible()
    uladz.look("contract in parts")
    assert uladz.looked == {}


@pytest.mark.parametrize("width", [360, 1280])
def test_the_choice_works_without_javascript_in_russian_and_looks_right_in_arabic(
    portal: Portal, browser: Browser, width: int
) -> None:
    context = browser.new_context(
        locale="ru-RU", viewport={"width": width, "height": 740}, java_script_enabled=False
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    zina = Person(page, portal, f"zina.parts{width}@example.com", scripts=False)
    begin(zina, russian(), f"333{width:04}")
    zina.look(f"ways to pay in Russian {width}")
    page.locator("[name=parts][value='2']").check()
    zina.press(russian()["NEXT"])
    expect(page.locator("#total .total")).to_be_visible()
    ways = page.url.replace("/check", "/parts")
    context_in_arabic = browser.new_context(storage_state=context.storage_state())
    context.close()
    page = context_in_arabic.new_page()
    zina = Person(page, portal, zina.email)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(ways)
    page.locator("summary.menu__button").filter(visible=True).first.click()
    page.locator("button[name=language][value=ar]").filter(visible=True).first.click()
    for address in (ways, ways.replace("/parts", "/check")):
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        zina.look(f"{address.rpartition('/')[2]} in Arabic {width}")
        assert page.evaluate(STICKS_OUT) == []
    assert zina.looked == {}
    context_in_arabic.close()

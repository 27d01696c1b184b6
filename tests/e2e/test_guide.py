"""The guide from its first step to its last, in a real browser, by the labels that it prints."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.people import ENGLISH, Person, Someone, labels_in
from tests.e2e.processes import Portal


def test_a_traveller_follows_the_guide_from_the_first_page_to_the_policy(portal: Portal, page: Page) -> None:
    anna = Person(page, portal, "anna.guide@example.com")
    anna.go("/")  # G1
    expect(page.get_by_role("link", name="User Cabinet")).to_be_visible()
    anna.look("home")
    anna.press("Details>>")  # G3
    expect(page.get_by_role("heading", name="Health insurance for foreign citizens")).to_be_visible()  # G2
    anna.look("product")
    anna.press("Log in to the User Cabinet")
    anna.look("log in")
    anna.register(ENGLISH)  # G4–G8
    anna.press("Buy policy")  # G16
    anna.look("catalogue")
    anna.press("Obligatory medical insurance")
    first, last = anna.choose_dates(days=30)  # G17
    expect(page.locator("#price")).to_contain_text("EUR")
    anna.look("dates")
    anna.press("BUY")
    expect(page.get_by_text("These details are missing")).to_be_visible()  # G13
    anna.look("profile first")
    anna.fill_profile(Someone(), ENGLISH)
    expect(page.get_by_label("policyholder is the insured person")).to_be_checked()  # G18
    anna.look("people")
    anna.press("NEXT")
    anna.look("check")
    anna.conclude(ENGLISH)
    anna.move_to_cart(ENGLISH)
    anna.pay(ENGLISH)
    (paper,) = anna.policies(ENGLISH, 1)
    assert "KOWALSKA ANNA" in paper
    assert "EA1234567" in paper
    anna.press("Contract drafts")
    expect(page.get_by_text("No contract waits for payment.")).to_be_visible()  # G28
    letter = portal.mail.wait_for(anna.email, "Your policy")
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["application/pdf"]
    assert first < last
    assert anna.looked == {}


def test_a_stranger_gets_a_price_then_an_account_and_loses_no_answer(
    portal: Portal, page: Page, browser: Browser
) -> None:
    """“BUY” comes before the account; the activation link is opened on another device, and the purchase
    goes on there."""
    vera = Person(page, portal, "vera.guide@example.com")
    vera.go("/insurance/oms/")
    first, last = vera.choose_dates(days=21)
    expect(page.locator("#price")).to_contain_text("21 days")
    vera.press("BUY")
    vera.press("Sign up now")
    vera.sign_up(ENGLISH)
    phone = browser.new_context(locale="en-GB", viewport={"width": 390, "height": 800})
    there = Person(phone.new_page(), portal, vera.email)
    there.activate(ENGLISH)
    there.go("/buy/resume")
    there.fill_profile(Someone(last="SOKOLOVA", first="VERA", number="7654321"), ENGLISH)
    there.press("NEXT")
    expect(there.page.get_by_text("21 days").first).to_be_visible()
    for day in (first, last):
        assert str(day.year) in there.page.content()
    there.look("check on a phone")
    assert there.looked == {}
    phone.close()


def test_a_host_buys_for_a_guest(portal: Portal, page: Page) -> None:
    boris = Person(page, portal, "boris.guide@example.com")
    boris.begin(ENGLISH, Someone(last="IVANOU", first="BARYS", number="1112223", nationality="LTU"))
    page.get_by_label("policyholder is the insured person").uncheck()
    boris.press("NEXT")
    boris.look("insured person")
    boris.enter_person(
        Someone(last="O'CONNOR", first="MÁIRE", nationality="IRL", series="", number="PA7654321")
    )
    boris.press("NEXT")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(page.get_by_text("O'CONNOR").first).to_be_visible()
    boris.look("check")
    boris.conclude(ENGLISH)
    boris.move_to_cart(ENGLISH)
    boris.pay(ENGLISH)
    (paper,) = boris.policies(ENGLISH, 1)
    assert "O'CONNOR MÁIRE" in paper
    assert "IVANOU BARYS" in paper
    assert boris.looked == {}


def test_a_family_of_three_is_insured_in_one_go(portal: Portal, page: Page) -> None:
    maria = Person(page, portal, "maria.guide@example.com")
    maria.begin(
        ENGLISH, Someone(last="MÜLLER", first="MARIA", number="C01X00T47", series="", nationality="D")
    )
    maria.press("Add another person")
    maria.enter_person(Someone(last="MÜLLER", first="JONAS", number="C01X00T48", series="", nationality="D"))
    maria.press("Save and add another person")
    maria.enter_person(
        Someone(
            last="MÜLLER",
            first="LENA",
            number="C01X00T49",
            series="",
            nationality="D",
            born=("2", "2", "2019"),
        )
    )
    maria.press("NEXT")
    maria.look("people")
    if page.get_by_role("button", name="NEXT").count():
        maria.press("NEXT")
    expect(page.get_by_role("heading", name="Insured person 3")).to_be_visible()
    maria.look("check")
    maria.conclude(ENGLISH)
    maria.move_to_cart(ENGLISH)
    maria.pay(ENGLISH)
    papers = maria.policies(ENGLISH, 3)
    assert {
        name for name in ("MARIA", "JONAS", "LENA") if any(f"MÜLLER {name}" in paper for paper in papers)
    } == {
        "MARIA",
        "JONAS",
        "LENA",
    }
    assert maria.looked == {}


@pytest.mark.parametrize(("language", "direction"), [("ru", "ltr"), ("ar", "rtl")])
def test_the_guide_works_without_javascript_on_a_phone(
    portal: Portal, browser: Browser, language: str, direction: str
) -> None:
    context = browser.new_context(
        locale=language, viewport={"width": 360, "height": 740}, java_script_enabled=False, is_mobile=True
    )
    context.set_default_timeout(15_000)
    labels = labels_in(language)
    olga = Person(context.new_page(), portal, f"olga.{language}@example.com", scripts=False)
    olga.go("/")
    olga.look("home")
    olga.go("/insurance/oms/")
    olga.look("product")
    olga.begin(labels, Someone(last="PETROVA", first="OLGA", number="7777777", nationality="RUS"))
    olga.look("people")
    olga.press(labels["NEXT"])
    olga.look("check")
    olga.conclude(labels)
    olga.move_to_cart(labels)
    olga.pay(labels)
    (paper,) = olga.policies(labels, 1)
    assert "PETROVA OLGA" in paper
    expect(olga.page.locator("html")).to_have_attribute("lang", language)
    expect(olga.page.locator("html")).to_have_attribute("dir", direction)
    assert olga.looked == {}
    context.close()

"""The guide from its first step to its last, in a real browser, by the labels that it prints."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.people import ENGLISH, Person, Someone
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

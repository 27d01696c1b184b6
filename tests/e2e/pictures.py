"""The README's pictures, from the first page to the certificate. Run by `make pictures`."""

from __future__ import annotations

import pypdfium2
from playwright.sync_api import Browser

from tests.e2e.people import ENGLISH, Person, Someone
from tests.e2e.processes import ROOT, Portal

IMG = ROOT / "docs" / "img"


def test_pictures(portal: Portal, browser: Browser) -> None:
    """One purchase, four pictures."""
    IMG.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    anna = Person(page, portal, "anna@example.com", scripts=False)
    anna.go("/")
    page.screenshot(path=IMG / "home.png")
    anna.begin(ENGLISH, Someone())
    anna.press("NEXT")
    page.screenshot(path=IMG / "check.png")
    anna.conclude(ENGLISH)
    anna.move_to_cart(ENGLISH)
    anna.pay(ENGLISH)
    anna.policies(ENGLISH, 1)
    page.locator("img").first.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMG / "policies.png")
    address = page.get_by_role("link", name="PDF").first.get_attribute("href")
    document = pypdfium2.PdfDocument(page.request.get(f"{portal.url}{address}").body())
    document[0].render(scale=1.5).to_pil().save(IMG / "policy.png", optimize=True)
    context.close()

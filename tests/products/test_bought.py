"""Every product, and one that exists only as a folder,
bought in a browser from the catalogue to the paid PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from parason.products.commands import main
from parason.products.definition import read_product
from parason.products.shelf import CATALOGUE
from tests.e2e.people import ENGLISH, Person, Someone
from tests.e2e.processes import Portal

VIN, PLATE, ADDRESS = "WVWZZZ1KZAW123456", "WX 1234Y", "Minsk, Niamiha 1-7"
# What is typed where the product's own defaults do not answer; ids are those of the pages.
THINGS: dict[str, dict[str, str]] = {
    "border": {"plate": PLATE, "vin": VIN, "make": "Škoda Octavia", "registered_in": "POL"},
    "home": {"address": ADDRESS, "built_in": "1985", "area": "54"},
}
CHOICES = {
    "travel": {"zone": "world", "activity": "sport", "chronic": "yes"},
    "accident": {"sport": "amateur"},
    "luggage": {"luggage": "yes"},
}
SHOWN = {"border": VIN, "home": ADDRESS}


class OwnCatalogue(Portal):
    """A portal whose insurer has a product of his own beside the shipped ones."""

    def __init__(self, logs: Path, catalogue: Path) -> None:
        super().__init__(logs)
        self.catalogue = catalogue
        self.database += "_products"

    def environment(self) -> Mapping[str, str]:
        """With the insurer's directory, as docs/howto/add-a-product.md says."""
        return {**super().environment(), "PARASON_CATALOGUE": str(self.catalogue)}


@pytest.fixture(scope="module")
def customer(
    django_db_setup: None, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Person]:
    """Somebody with an account and a profile, before a portal that also sells a product from a folder
    alone.
    """
    catalogue = tmp_path_factory.mktemp("own")
    assert main(["new", "luggage", "--into", str(catalogue)]) == 0
    with OwnCatalogue(tmp_path_factory.mktemp("portal"), catalogue) as portal:
        context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        context.set_default_timeout(20_000)
        someone = Person(context.new_page(), portal, "nina.products@example.com")
        someone.begin(ENGLISH, Someone(last="NOVAK", first="NINA", number="5554443"))
        yield someone
        context.close()


@pytest.mark.parametrize("code", ["travel", "border", "accident", "home", "staff", "luggage"])
def test_a_product_is_bought_from_the_catalogue_to_the_paid_policy(customer: Person, code: str) -> None:
    page, portal = customer.page, customer.portal
    assert isinstance(portal, OwnCatalogue)
    product = read_product((portal.catalogue if code == "luggage" else CATALOGUE) / code)
    labels = {**ENGLISH, "product": product.name("en"), "statement": product.statement("en")[0]}
    papers_before = _papers(customer)
    customer.press("Buy policy")
    customer.press(product.name("en"))
    _answer(page, CHOICES.get(code, {}), prefix="")
    expect(page.locator("#price")).to_contain_text(product.sums.currency)
    customer.look(f"{code} dates")
    customer.press("BUY")
    if product.policyholders == ("organisation",):
        customer.add_organisation(labels)
    _answer(page, THINGS.get(code, {}), prefix="o0-")
    if product.insured.from_list:
        _upload(page, "NOVAK,NINA,1990-05-17,office")
    customer.look(f"{code} what is insured")
    customer.press("NEXT")
    if product.late_questions:
        customer.answer_last_questions(labels)
    if len(product.instalments.counts) > 1:
        customer.look(f"{code} ways to pay")
        customer.press("NEXT")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    page.get_by_text("How this price is made").first.click()
    expect(page.get_by_text(product.steps[0].label["en"]).first).to_be_visible()
    customer.look(f"{code} check")
    customer.conclude(labels)
    customer.move_to_cart(labels)
    customer.pay(labels)
    papers = customer.policies(labels, papers_before + 1)
    paper = next(text for text in papers if product.name("en") in text)
    assert product.numbering.series in paper
    assert SHOWN.get(code, "NOVAK NINA") in " ".join(paper.split())
    assert customer.looked == {}


def _papers(customer: Person) -> int:
    customer.go("/policies/")
    return customer.page.locator("a", has_text="PDF").count()


def _upload(page: Any, row: str) -> None:
    """A list of one employee."""
    content = f"last_name_latin,first_name_latin,birth_date,occupation\n{row}\n".encode()
    page.locator("#file").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": content})
    page.locator("form[enctype] button").click()


def _answer(page: Any, answers: Mapping[str, str], *, prefix: str) -> None:
    """Fill in, choose or tick, whatever field the page made of the question."""
    for code, value in answers.items():
        field = page.locator(f"[name='{prefix}q_{code}']")
        if field.first.get_attribute("type") == "radio":
            page.locator(f"[name='{prefix}q_{code}'][value='{value}']").check()
        elif field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

"""Somebody at the browser who follows the guide by the labels that it prints."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pdfplumber
from django.utils import translation
from playwright.sync_api import Page, expect

from parason.kernel.clock import day_of, now
from parason.products import queries as products
from tests.e2e.looks import judged, judged_without_scripts
from tests.e2e.processes import Portal, text_of

PASSWORD = "three-umbrellas-and-a-goose"
PICTURES = os.environ.get("PARASON_PICTURES", "")  # a folder for a picture of each page looked at
CHALLENGE = "4012 0000 0000 1097"
Look = Callable[[str], None]


@dataclass
class Someone:
    """Names as on a passport's data page."""

    last: str = "KOWALSKA"
    first: str = "ANNA"
    born: tuple[str, str, str] = ("17", "5", "1990")
    nationality: str = "POL"
    series: str = "EA"
    number: str = "1234567"
    expires: tuple[str, str, str] = ("1", "3", "2032")


@dataclass
class Person:
    """A person, her browser and the portal. `looked` keeps what axe found wrong, by page."""

    page: Page
    portal: Portal
    email: str
    scripts: bool = True
    looked: dict[str, list[str]] = field(default_factory=dict)

    # --- looking

    def look(self, name: str) -> None:
        """Every page of the journey is checked for accessibility, in the state in which it is seen."""
        if PICTURES:
            folder = Path(PICTURES)
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(
                path=folder / f"{self.email.split('.')[0]}-{name.replace(' ', '-')}.png", full_page=True
            )
        self.page.wait_for_load_state()  # a page that is still coming in has empty links
        wrong = judged(self.page) if self.scripts else judged_without_scripts(self.page)
        if wrong:
            self.looked[name] = wrong

    def go(self, path: str) -> None:
        self.page.goto(self.portal.url + path)

    def press(self, label: str) -> None:
        """A button or link by its label; hidden words for screen readers may follow it."""
        found = self.page.get_by_role("button", name=label, exact=True)
        found = found.or_(self.page.get_by_role("link", name=label, exact=True)).filter(visible=True)
        if not found.count():
            begins = re.compile(rf"^\s*{re.escape(label)}")
            found = self.page.get_by_role("button", name=begins).or_(
                self.page.get_by_role("link", name=begins)
            )
        found.filter(visible=True).first.click()
        self.page.wait_for_load_state()  # what is read next is read from the whole new page

    def fill_date(self, prefix: str, value: tuple[str, str, str]) -> None:
        """The three boxes of a date."""
        boxes = self.page.locator(f"[name^={prefix}_]")
        parts = dict(zip(("day", "month", "year"), value, strict=True))
        for index in range(boxes.count()):
            name = str(boxes.nth(index).get_attribute("name"))
            boxes.nth(index).fill(parts[name.removeprefix(f"{prefix}_")])

    # --- the guide

    def choose_dates(self, *, in_days: int = 3, days: int = 30, people: int = 1) -> tuple[date, date]:
        """G17: the dates; the premium stands beside them."""
        first = day_of(now()) + timedelta(days=in_days)
        self.page.locator("#first_day").fill(first.isoformat())
        self.page.locator("#days").fill(str(days))
        if people != 1:
            self.page.locator("#people").fill(str(people))
        return first, first + timedelta(days=days - 1)

    def register(self, labels: dict[str, str]) -> None:
        """G4–G8: sign up, follow the link in the letter, log in."""
        self.press(labels["Sign up now"])
        self.sign_up(labels)
        self.activate(labels)

    def sign_up(self, labels: dict[str, str]) -> None:
        """G5, G6."""
        self.look("sign up")
        self.page.locator("#id_email").fill(self.email)
        self.page.locator("#id_password1").fill(PASSWORD)
        self.page.locator("#id_terms").check()
        self.page.locator("#id_personal_data").check()
        self.press(labels["Sign up"])
        expect(self.page.get_by_role("dialog")).to_contain_text(labels["The registration went through"])
        self.look("letter was sent")

    def activate(self, labels: dict[str, str]) -> None:
        """G7, G8, on whatever device the letter is read."""
        letter = self.portal.mail.wait_for(self.email, "/account/confirm-email/")
        found = re.search(r"https?://\S+/account/confirm-email/\S+", text_of(letter))
        assert found, text_of(letter)
        self.page.goto(found[0])
        self.look("activation")
        self.press(labels["Activate my account"])
        self.look("log in")
        self.log_in(labels)

    def begin(self, labels: dict[str, str], who: Someone, *, days: int = 30) -> None:
        """G4–G17: an account, the dates, the profile; ends at the people."""
        self.go("/account/login/")
        self.register(labels)
        self.go("/buy/oms/")
        self.choose_dates(days=days)
        self.press(labels["BUY"])
        self.fill_profile(who, labels)

    def log_in(self, labels: dict[str, str]) -> None:
        if self.page.locator("#id_login").count():
            self.page.locator("#id_login").fill(self.email)
            self.page.locator("#id_password").fill(PASSWORD)
            self.press(labels["Log in"])

    def fill_profile(self, who: Someone, labels: dict[str, str]) -> None:
        """G9–G13: the two tabs, and back to the purchase."""
        self.press(labels["Fill in the profile"])
        self.look("personal information")
        self.names(who)
        self.page.get_by_role("button", name=labels["Save"], exact=True).filter(visible=True).last.click()
        self.look("passport details")
        self.passport(who)
        self.page.get_by_role("button", name=labels["Save"], exact=True).filter(visible=True).last.click()

    def add_organisation(self, labels: dict[str, str]) -> None:
        """The policyholder of a product for organisations: entered on the way, and chosen."""
        self.look("who concludes")
        self.press(labels["Add an organisation"])
        self.look("organisation")
        for name, value in ORGANISATION.items():
            self.page.locator(f"[name={name}]").fill(value)
        self.look("organisation filled in")
        self.page.get_by_role("button", name=labels["Save"], exact=True).filter(visible=True).last.click()
        self.look("who concludes now")
        self.press(labels["NEXT"])

    def answer_last_questions(self, labels: dict[str, str]) -> None:
        """What the insurer of employees asks besides."""
        self.page.locator("[name=q_activity]").fill("Строительство мостов")
        self.look("last questions")
        self.press(labels["NEXT"])

    def names(self, who: Someone) -> None:
        self.page.locator("[name=last_name_latin]").fill(who.last)
        self.page.locator("[name=first_name_latin]").fill(who.first)
        self.fill_date("birth_date", who.born)

    def passport(self, who: Someone) -> None:
        nationality = self.page.locator("[name=nationality]")
        if nationality.evaluate("node => node.tagName") == "SELECT":
            nationality.select_option(who.nationality)
        else:
            nationality.fill(who.nationality)
        self.page.locator("[name=document_type]").select_option("passport")
        self.page.locator("[name=document_series]").fill(who.series)
        self.page.locator("[name=document_number]").fill(who.number)
        self.fill_date("expires_on", who.expires)

    def enter_person(self, who: Someone) -> None:
        """G19: another person's data."""
        self.names(who)
        self.passport(who)

    def conclude(self, labels: dict[str, str]) -> None:
        """G20–G22: the box, the button, the dialog, the information window."""
        self.page.get_by_label(labels["statement"]).check()
        self.press(labels["Enter into a contract"])
        expect(self.page.get_by_role("dialog")).to_be_visible()
        self.look("do you really want")
        self.press(labels["Yes, conclude the contract"])
        expect(self.page.get_by_text(labels["The contract has been formed."])).to_be_visible()
        self.look("formed")

    def move_to_cart(self, labels: dict[str, str]) -> None:
        """G23–G25: the draft, its icon, the confirmation."""
        self.press(labels["Contract drafts"])
        self.look("drafts")
        self.press(labels["product"])
        self.look("contract")
        self.press(labels["Move to the cart"])
        expect(self.page.get_by_role("dialog")).to_be_visible()
        self.look("to the cart?")
        self.press(labels["Yes, move it"])

    def pay(self, labels: dict[str, str]) -> None:
        """G26, G27: the cart, the notice, the bank's page with its 3-D Secure."""
        expect(self.page.locator("#next")).to_be_visible()
        self.look("cart")
        self.press(labels["Pay by card"])
        self.page.wait_for_url(f"{self.portal.bank.url}/**")
        self.page.locator("#number").fill(CHALLENGE)
        self.page.locator("#expiry").fill("12/30")
        self.page.locator("#cvc").fill("123")
        self.page.locator("#holder").fill("ANNA KOWALSKA")
        self.page.locator("button.main").click()
        hint = self.page.locator("#code-hint").inner_text()
        code = re.search(r"\d{6}|\d{4,}", hint)
        assert code, hint
        self.page.locator("#code").fill(code[0])
        self.page.locator("button.main").click()
        self.page.wait_for_url(f"{self.portal.url}/**")

    def policies(self, labels: dict[str, str], count: int) -> list[str]:
        """G28: the policies; the text of each PDF."""
        for _try in range(60):
            self.go("/policies/")
            links = self.page.get_by_role("link", name=re.compile(r"^PDF"))
            if links.count() == count:
                break
            self.page.wait_for_timeout(250)
        self.look("policies")
        assert links.count() == count, self.portal.words()
        return [self.pdf_text(str(links.nth(index).get_attribute("href"))) for index in range(count)]

    def pdf_text(self, address: str) -> str:
        answer = self.page.request.get(self.portal.url + address)
        assert answer.ok
        with pdfplumber.open(io.BytesIO(answer.body())) as pdf:
            assert len(pdf.pages) == 1
            return pdf.pages[0].extract_text()


ORGANISATION = {
    "name": "«Ромашка и сыновья»",
    "legal_form": "ООО",
    "number": "УНП 190275968",
    "legal_address": "220030, г. Минск, ул. Ленина, 1",
    "bank_account": "BY13 NBRB 3600 9000 0000 2Z00 AB00",
    "signatory_name": "Алена Дырэктар",
    "signatory_post": "Директор",
    "signatory_basis": "Устав",
    "email": "papers@romashka.example",
    "phone": "+375 29 123 45 67",
}
LABELS = (
    "Add an organisation", "Sign up now", "Sign up", "Log in", "Activate my account", "Fill in the profile",
    "Save",
    "Yes, conclude the contract", "The contract has been formed.", "Contract drafts", "Move to the cart",
    "Yes, move it", "Pay by card", "The registration went through",
)  # fmt: skip
GUIDE = ("Enter into a contract", "NEXT", "BUY")
STATEMENT = "I confirm that all the data I have provided are correct"
ENGLISH = {label: label for label in (*LABELS, *GUIDE)} | {
    "statement": STATEMENT, "product": "Obligatory medical insurance",
}  # fmt: skip


def russian() -> dict[str, str]:
    """The same labels as the Russian catalogue has them."""
    return labels_in("ru")


def labels_in(language: str) -> dict[str, str]:
    """The same labels as the catalogue of a language has them."""
    product = products.product("oms")
    with translation.override(language):
        found = {label: translation.gettext(label) for label in LABELS}
        found |= {label: translation.pgettext("guide", label) for label in GUIDE}
    return found | {"statement": product.statement(language)[0], "product": product.name(language)}

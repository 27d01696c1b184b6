"""An organisation insures a hundred people and pays its invoice by transfer; in a real browser."""

from __future__ import annotations

import io
from pathlib import Path

import pdfplumber
from playwright.sync_api import Page, expect

from parason.products import queries as products
from tests.e2e.people import ENGLISH, ORGANISATION, Person
from tests.e2e.processes import Portal, text_of
from tests.e2e.test_list import PEOPLE, begin, choose, papers_of
from tests.payments.test_payers import line
from tests.payments.test_transfer import statement

IMPORT = """
import sys
from pathlib import Path
from parason.config.ready import django_ready
django_ready()
from parason.journeys.payments import import_statement
from parason.kernel.clock import now
from parason.accounts.models import User
cashier = User.objects.create_user("cashier.transfer@example.com", is_staff=True)
import_statement(raw=Path(sys.argv[1]).read_bytes(), by=cashier, at=now())
"""


def as_excel_saves_it(folder: Path) -> Path:
    """Semicolons, Windows-1251, dates with dots: what Excel in Russian makes of the list."""
    rows = [f"{last};{first};{'.'.join(reversed(born.split('-')))};office" for last, first, born in PEOPLE]
    text = "\r\n".join(["last_name_latin;first_name_latin;birth_date;occupation", *rows, ""])
    file = folder / "list.csv"
    file.write_bytes(text.encode("cp1251"))
    return file


def pdf(person: Person, link: str) -> str:
    """The text of a PDF behind a link of the page."""
    address = person.page.get_by_role("link", name=link, exact=True).first.get_attribute("href")
    answer = person.page.request.get(f"{person.portal.url}{address}")
    with pdfplumber.open(io.BytesIO(answer.body())) as paper:
        return " ".join(" ".join(str(sheet.extract_text()).split()) for sheet in paper.pages)


def test_an_organisation_insures_a_list_and_pays_by_transfer(
    portal: Portal, page: Page, tmp_path: Path
) -> None:
    olga = Person(page, portal, "olga.transfer@example.com")
    labels = {**ENGLISH, "product": products.product("staff").name("en")}
    begin(olga, labels)
    choose(page, as_excel_saves_it(tmp_path))
    expect(page.get_by_role("heading", name="100 people on the list")).to_be_visible()
    olga.press("NEXT")
    olga.answer_last_questions(labels)
    expect(page.locator("main")).to_contain_text("190275968")
    olga.look("check of an organisation")
    change_and_come_back(olga)
    olga.conclude(labels)
    olga.move_to_cart(labels)
    olga.press("Pay by bank transfer")
    olga.look("bill")
    total = page.locator(".total__sum").inner_text()
    invoice = pdf(olga, "Invoice as PDF")
    for words in ("ООО «Ромашка и сыновья»", "Бухгалтер Алена Дырэктар (Устав)", "190275968"):
        assert words in invoice
    olga.press("Invoice")
    olga.look("invoice")
    payment = page.url.split("/payments/")[1].split("/")[0]
    money_comes(portal, tmp_path, amount=total.split("\u00a0")[-1].replace(",", ""))
    (paper,) = papers_of(olga)
    for last, first, _born in PEOPLE:
        assert f"{last} {first}" in paper
    for words in ("ООО «Ромашка и сыновья»", "УНП / UNP 190275968", "220030, г. Минск, ул. Ленина, 1"):
        assert words in paper
    assert "Sex" not in paper
    olga.go(f"/payments/{payment}/receipt/")
    expect(page.locator("main")).to_contain_text("ООО «Ромашка и сыновья»")
    olga.look("receipt of an organisation")
    letter = portal.mail.wait_for(ORGANISATION["email"], "Your policy")
    assert "ООО «Ромашка и сыновья»" in text_of(letter)
    assert len(list(letter.iter_attachments())) == 1
    assert olga.looked == {}


def change_and_come_back(olga: Person) -> None:
    """From the check page to the organisation's data and back; everything else stays."""
    page = olga.page
    page.get_by_role("link", name="Change the organisation's details").click()
    page.locator("[name=signatory_post]").fill("Бухгалтер")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Бухгалтер")
    expect(page.locator("main")).to_contain_text("Строительство мостов")


def money_comes(portal: Portal, folder: Path, *, amount: str) -> None:
    """The bank's statement, imported: its words name no payment, the payer's UNP does."""
    file = folder / "statement.xml"
    told = line(name="ROMASHKA LLC", number="190275968", amount=amount, reference="E2E", words="Premium")
    file.write_bytes(statement(told))
    portal._run("-c", IMPORT, str(file))


def test_the_organisations_of_the_profile_look_right_everywhere(portal: Portal, page: Page) -> None:
    """Empty, refused, filled: on a phone and on a desk, left to right and right to left."""
    inna = Person(page, portal, "inna.list@example.com")
    inna.go("/account/login/")
    inna.register(ENGLISH)
    for language in ("en", "ru", "ar"):
        inna.go("/profile/")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.locator("summary.menu__button").filter(visible=True).first.click()
        page.locator(f"button[name=language][value={language}]").filter(visible=True).first.click()
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            inna.go("/profile/organisations/")
            inna.look(f"organisations {language} {width}")
            inna.go("/profile/organisations/new")
            page.locator("main form button.button").click()
            expect(page.get_by_role("alert")).to_be_visible()
            inna.look(f"organisation refused {language} {width}")
            for name in ("name", "number"):
                page.locator(f"[name={name}]").fill(ORGANISATION[name])
            inna.look(f"organisation half filled in {language} {width}")
    assert inna.looked == {}

"""A company's people are insured from a file, in a real browser: from the empty list to the paid policy."""

from __future__ import annotations

import io
from pathlib import Path

import pdfplumber
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from parason.products import queries as products
from tests.e2e.looks import STICKS_OUT
from tests.e2e.people import ENGLISH, Person, russian
from tests.e2e.processes import Portal, text_of

JOBS = ("office", "production", "hazardous")
PEOPLE = [(f"WORKER{n:03d}", f"NAME{n:03d}", f"{1960 + n % 40}-05-{n % 28 + 1:02d}") for n in range(100)]


def begin(person: Person, labels: dict[str, str]) -> None:
    """An account, the dates of the contract, the organisation that concludes it; ends at the list."""
    person.go("/account/login/")
    person.register(labels)
    person.go("/buy/staff/")
    person.press(labels["BUY"])
    person.add_organisation(labels)


def choose(page: Page, file: Path) -> None:
    """Put a file into the field and send it."""
    page.locator("#file").set_input_files(file)
    page.locator("form[enctype] button").click()


def filled_in(page: Page, folder: Path) -> Path:
    """The portal's own empty list, filled in with a hundred people."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="XLSX").click()
    book = load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    for place, who in enumerate(PEOPLE):
        book.worksheets[0].append([*who, JOBS[place % 3]])
    book.save(folder / "people.xlsx")
    return folder / "people.xlsx"


def test_a_company_buys_for_a_hundred_people(portal: Portal, page: Page, tmp_path: Path) -> None:
    alena = Person(page, portal, "alena.list@example.com")
    labels = {**ENGLISH, "product": products.product("staff").name("en")}
    begin(alena, labels)
    expect(page.get_by_role("heading", name="Upload the list")).to_be_visible()
    alena.look("no list yet")
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "last_name_latin,first_name_latin,birth_date,occupation\nNOVIK,,1990-02-30,pirate\n", "utf-8"
    )
    choose(page, bad)
    expect(page.get_by_role("heading", name="3 faults in the file")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was taken over")
    alena.look("faults of the list")
    choose(page, filled_in(page, tmp_path))
    expect(page.get_by_role("heading", name="100 people on the list")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(101)
    alena.look("who was read")
    total = page.locator(".total strong").inner_text()
    alena.press("NEXT")
    alena.answer_last_questions(labels)
    expect(page.locator("#total .total")).to_contain_text(total)
    expect(page.get_by_text("Sum insured", exact=True)).to_have_count(1)
    alena.look("check")
    alena.conclude(labels)
    alena.move_to_cart(labels)
    alena.pay(labels)
    papers = papers_of(alena)
    assert len(papers) == 1
    for last, first, _born in PEOPLE:
        assert f"{last} {first}" in papers[0]
    for words in ("ООО «Ромашка и сыновья»", "УНП / UNP 190275968", "Строительство мостов"):
        assert words in papers[0]
    letter = portal.mail.wait_for(alena.email, "Your policy")
    assert len(list(letter.iter_attachments())) == 1
    assert "and 99 more" in text_of(letter)
    assert alena.looked == {}


def papers_of(person: Person) -> list[str]:
    """The text of each policy's PDF, all pages."""
    links = person.page.get_by_role("link", name="PDF")
    for _try in range(60):
        person.go("/policies/")
        if links.count():
            break
        person.page.wait_for_timeout(250)
    person.look("policies")
    texts = []
    for place in range(links.count()):
        answer = person.page.request.get(person.portal.url + str(links.nth(place).get_attribute("href")))
        with pdfplumber.open(io.BytesIO(answer.body())) as pdf:
            texts.append("\n".join(page.extract_text() for page in pdf.pages))
    return texts


def test_the_list_works_without_javascript_on_a_phone_in_russian_and_arabic(
    portal: Portal, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(
        locale="ru-RU", viewport={"width": 360, "height": 740}, java_script_enabled=False, is_mobile=True
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    pavel = Person(page, portal, "pavel.list@example.com", scripts=False)
    begin(pavel, russian())
    file = tmp_path / "people.csv"
    lines = [f"{last},{first},{born},office" for last, first, born in PEOPLE[:3]]
    heading = "last_name_latin,first_name_latin,birth_date,occupation"
    file.write_text("\n".join([heading, *lines]), "utf-8")
    choose(page, file)
    expect(page.get_by_role("row")).to_have_count(4)
    pavel.look("who was read in Russian")
    address, state = page.url, context.storage_state()
    pavel.press(russian()["NEXT"])
    pavel.answer_last_questions(russian())
    expect(page.locator("#total .total")).to_be_visible()
    context.close()
    _looks_right_in(browser, portal, state, address, file)


def _looks_right_in(browser: Browser, portal: Portal, state: object, address: str, file: Path) -> None:
    """The same page right to left, with a script for axe, on a phone and on a desk."""
    context = browser.new_context(storage_state=state)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = context.new_page()
    pavel = Person(page, portal, "pavel.list@example.com")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(address)
    page.locator("summary.menu__button").filter(visible=True).first.click()
    page.locator("button[name=language][value=ar]").filter(visible=True).first.click()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        pavel.look(f"who was read in Arabic {width}")
        choose(page, _bad(file))
        expect(page.get_by_role("alert")).to_be_visible()
        pavel.look(f"faults in Arabic {width}")
        assert page.evaluate(STICKS_OUT) == []
    assert pavel.looked == {}
    context.close()


def _bad(file: Path) -> Path:
    bad = file.with_name("bad.csv")
    bad.write_text(file.read_text("utf-8").replace("office", "pirate"), "utf-8")
    return bad

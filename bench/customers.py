"""What customers do, page by page, from the first date to the policy in their hands."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from pathlib import Path

from bench.browser import Browser, Page
from parason.demo import outbox

PASSWORD = "a-long-enough-umbrella-42"
CARD = {"number": "4200 0000 0000 0000", "expiry": "12/30", "cvc": "123", "holder": "ANNA KOWALSKA"}
PERSONAL = {"last_name_latin": "KOWALSKA", "first_name_latin": "ANNA"}
BORN = {"birth_date_0": "17", "birth_date_1": "5", "birth_date_2": "1990"}
DATES = {"birth_date": date(1990, 5, 17), "expires_on": date(2034, 3, 1)}
DOCUMENT = {"nationality": "POL", "document_type": "passport", "document_series": "EA"}
PATIENCE = 60.0  # seconds until the worker has issued


def boxes(page: Page, prefix: str, day: date) -> dict[str, str]:
    """The three boxes of a date, whatever order the page has them in."""
    values = {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
    names = set(re.findall(rf'name="({prefix}_\w+)"', page.text))
    return {name: values[name.removeprefix(f"{prefix}_")] for name in names}


def buy(browser: Browser, *, days: int = 30) -> None:
    """A returning customer's purchase: logged in, profile filled; dates → paid → PDF downloaded."""
    first = date.today() + timedelta(days=3)
    page = browser.get("/buy/oms/")
    last = first + timedelta(days=days - 1)
    page = browser.submit(
        page, "/buy/oms/start", first_day=first.isoformat(), last_day=last.isoformat(), days=str(days)
    )
    conclude_and_pay(browser, page)


def conclude_and_pay(browser: Browser, page: Page) -> None:
    """From “Who is insured?” (or the check page) to the PDF."""
    if page.url.endswith("/people"):
        page = browser.submit(page, "/people")
    page = browser.submit(page, "/conclude", confirm="on", sure="yes")
    contract = re.search(r"/contract/([0-9a-f-]{36})/", page.url)
    if not contract:
        raise LookupError(f"no contract: {page.url} {page.words()}")
    page = browser.post(f"/contract/{contract.group(1)}/cart", {})
    page = browser.submit(page, "/pay/")
    address, fields = page.form("checkout")
    page = browser.post(address, {**fields, **CARD})  # the bank leads back to the portal
    if "/payments/" not in page.url:
        raise LookupError(f"not back from the bank: {page.url} {page.words()}")
    browser.get(wait_for_pdf(browser, contract.group(1)))


def wait_for_pdf(browser: Browser, contract: str) -> str:
    """Look at “Policies” until the worker has issued, as a person would, a little faster."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        page = browser.get("/policies/")
        links = re.findall(r'href="(/policies/[0-9a-f-]{36}\.pdf)[^"]*"', page.text)
        known = browser.__dict__.setdefault("known", set())
        fresh = [link for link in links if link not in known]
        if fresh:
            known.update(links)
            return fresh[0]
        time.sleep(0.3)
    raise TimeoutError(f"no policy for {contract}: {page.words()}")


def log_in(browser: Browser, email: str) -> None:
    """With the password."""
    page = browser.submit(browser.get("/account/login/"), "/account/login/", login=email, password=PASSWORD)
    if "/account/login" in page.url:
        raise LookupError(f"log-in refused: {page.words()}")


def sign_up(browser: Browser, email: str, letters: Path) -> None:
    """Registration and the link in the letter."""
    page = browser.submit(
        browser.get("/account/signup/"),
        "/account/signup/",
        email=email,
        password1=PASSWORD,
        terms="on",
        personal_data="on",
    )
    link = activation_link(letters, email)
    page = browser.get(link)
    page = browser.submit(page, "/account/confirm-email/")
    if "/account/login" in page.url:
        log_in(browser, email)


def activation_link(letters: Path, email: str) -> str:
    """From the letter as it was sent."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for file in sorted(letters.glob("*.log"), key=lambda file: -file.stat().st_mtime_ns)[:200]:
            for letter in outbox.read(file):
                if email in str(letter.message["To"]):
                    found = re.search(r"https?://\S+/account/confirm-email/\S+", letter.text)
                    if found:
                        return found.group()
        time.sleep(0.1)
    raise TimeoutError(f"no letter to {email}")


def fill_profile(browser: Browser, number: int) -> None:
    """Both tabs."""
    page = browser.get("/profile/")
    browser.submit(page, "/profile/", **PERSONAL, **boxes(page, "birth_date", DATES["birth_date"]))
    page = browser.get("/profile/passport")
    browser.submit(
        page,
        "/profile/passport",
        **DOCUMENT,
        document_number=f"{number:07d}",
        **boxes(page, "expires_on", DATES["expires_on"]),
    )


def first_purchase(browser: Browser, email: str, number: int, letters: Path) -> None:
    """A new customer: price before sign-up, registration, profile, purchase."""
    first = date.today() + timedelta(days=3)
    last = first + timedelta(days=29)
    browser.get("/")
    page = browser.get("/insurance/oms/")
    page = browser.submit(
        page, "/buy/oms/start", first_day=first.isoformat(), last_day=last.isoformat(), days="30"
    )
    sign_up(browser, email, letters)
    fill_profile(browser, number)
    conclude_and_pay(browser, browser.get("/buy/resume"))

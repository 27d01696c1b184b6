"""The pages of checks and letters in a browser: wide and narrow, light and dark, in three languages; axe."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext

from parason.documents import letters
from parason.documents.models import Letter, LetterEvent, Policy
from parason.documents.states import LETTER_MOVES, LetterStatus
from parason.kernel.clock import day_of, now
from parason.kernel.moves import move
from tests.documents.papers import make_policy
from tests.e2e.looks import Looker
from tests.factories import browser_of, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = ["en", "ru", "ar"]


@pytest.fixture
def policy() -> Policy:
    cache.clear()
    anna = make_user("anna@example.com")
    make_person(anna)
    return make_policy(anna, at=now(), first=day_of(now()) - timedelta(days=3))


def context_of(browser: Browser, base: str, language: str, user: Any = None) -> BrowserContext:
    context = browser.new_context(locale=language)
    if user is not None:
        user.language = language
        user.save()
        key = browser_of(user).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": base}])
    return context


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_by_number_looks_right_in_every_state(
    browser: Browser, live_server: Any, policy: Policy, language: str
) -> None:
    context = context_of(browser, live_server.url, language)
    page = context.new_page()
    looker = Looker(page, live_server.url)
    born = {"birth_date_day": "17", "birth_date_month": "5", "birth_date_year": "1990"}
    for state, asked, status in (
        ("empty", None, 200),
        ("refused", {"number": ""}, 422),
        ("nothing", {"number": "OM 9999999", **born}, 200),
        ("valid", {"number": str(policy), **born}, 200),
    ):
        answer = page.goto(f"{live_server.url}/verify/check/")
        if asked is not None:
            for name, value in asked.items():
                page.locator(f"[name={name}]").fill(value)
            with page.expect_navigation() as coming:
                page.locator("main .button").click()
            answer = coming.value
        looker.judge(f"check, {state}", answer, status)
    context.close()
    assert not looker.faults, "\n".join(looker.faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_officers_desk_looks_right_in_every_state(
    browser: Browser, live_server: Any, policy: Policy, language: str
) -> None:
    officer = make_user("officer@example.com", is_superuser=True)
    context = context_of(browser, live_server.url, language, officer)
    page = context.new_page()
    looker = Looker(page, live_server.url)
    for asked in ("", str(policy), "EA1234567", policy.seal[:-6] + "AAAAAA", "nothing"):
        page.goto(f"{live_server.url}/verify/")
        page.locator("[name=asked]").fill(asked)
        with page.expect_navigation() as coming:
            page.locator("main .button").click()
        looker.judge(f"desk, {asked[:12]}", coming.value, 200 if asked else 422)
    context.close()
    assert not looker.faults, "\n".join(looker.faults)


def letter_that(policy: Policy, *steps: LetterStatus) -> Letter:
    """The letter with a policy after it went that far."""
    contract = policy.insured.contract
    letter = letters.policies_issued(
        contract=contract, policies=[policy], link="https://x.example/", at=now()
    )
    for to in steps:
        sent = {"sent_at": now()} if to == LetterStatus.SENT else {"error": "451 4.3.0 try later"}
        move(letter, to=to, moves=LETTER_MOVES, events=LetterEvent, at=now(), **sent)
    return letter


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_look_right_to_their_reader_and_to_staff(
    browser: Browser, live_server: Any, policy: Policy, language: str
) -> None:
    anna = policy.insured.contract.owner
    letter = letter_that(policy, LetterStatus.SENDING, LetterStatus.UNSURE)
    context = context_of(browser, live_server.url, language, anna)
    looker = Looker(context.new_page(), live_server.url)
    for path in ("/letters/", f"/letters/{letter.pk}/", "/profile/passport", "/profile/people/new"):
        looker.look_at(path)
    looker.page.locator("details.more summary").first.click()
    looker.judge("the drawing of the passport", None, 200)
    context.close()
    boss = make_user("boss@example.com", is_staff=True, is_superuser=True)
    context = context_of(browser, live_server.url, language, boss)
    at_work = Looker(context.new_page(), f"{live_server.url}/backoffice/", looker.faults)
    for path in ("letters/", "letters/?status=WAITING", "letters/?q=nobody", f"letters/{letter.pk}/"):
        at_work.look_at(path)
    context.close()
    assert not looker.faults, "\n".join(looker.faults)

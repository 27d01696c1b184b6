"""The verify page in a real Chromium, with the network and without it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parason.accounts.models import User
from parason.documents import operations, seal
from parason.documents.models import Policy, SealKey
from parason.documents.states import KeyStatus
from parason.kernel.clock import day_of, now
from parason.website.views import verify
from tests.documents.papers import make_policy
from tests.documents.test_certificate import NAMES

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(verify.__file__).parents[1] / "static" / "verify" / "verify.js"


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    verify.forget()
    cache.clear()
    fresh = browser.new_context(locale="en-GB", base_url=live_server.url)
    yield fresh
    fresh.close()
    verify.forget()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def policy_from(anna: User, offset: int = -5, days: int = 30, **person: Any) -> Policy:
    first = day_of(now()) + timedelta(days=offset)
    return make_policy(anna, at=now(), first=first, days=days, **person)


def see(page: Page, token: str, verdict: str) -> None:
    """Open the code's link as a phone's camera does, and wait for the verdict."""
    page.goto("about:blank")
    page.goto(f"/v#{token}")
    expect(page.locator(f'#verdict[data-verdict="{verdict}"]')).to_be_visible()


def keep(page: Page) -> None:
    """The first visit with a network: after it the page, the keys and the list are on the device."""
    page.goto("/v")
    page.evaluate("navigator.serviceWorker.ready")
    page.evaluate(
        "async () => { while (!localStorage.getItem('parason-verify'))"
        " await new Promise((again) => setTimeout(again, 20)); }"
    )


def test_a_genuine_policy_is_valid_now_and_confirmed(page: Page, anna: User) -> None:
    policy = policy_from(anna)
    see(page, policy.seal, "valid")
    expect(page.locator("#verdict-words")).to_have_text("Valid now")
    for wanted in ("KOWALSKA ANNA", "1990", "…4567", str(policy), "10000 EUR", "Parason Insurance"):
        expect(page.locator("#facts")).to_contain_text(wanted)
    expect(page.locator("#age")).to_contain_text("Today's status confirmed")


def test_the_code_never_reaches_a_server(page: Page, anna: User) -> None:
    policy = policy_from(anna)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    see(page, policy.seal, "valid")
    signature = policy.seal.split(".")[2]
    sent = [address.split("#")[0] for address in asked]
    assert sent
    assert not [address for address in sent if signature[:20] in address or "KOWALSKA" in address]


def test_it_works_without_a_network_after_the_first_visit(
    page: Page, context: BrowserContext, anna: User
) -> None:
    policy = policy_from(anna)
    withdrawn = policy_from(anna, document_number="1111111")
    replaced = policy_from(anna, document_number="2222222")
    operations.withdraw_policy(policy=withdrawn, at=now())
    operations.issue_policy(
        contract=replaced.insured.contract, insured=replaced.insured, replaces=replaced, at=now()
    )
    keep(page)
    context.set_offline(True)
    see(page, policy.seal, "valid")
    expect(page.locator("#age")).to_contain_text("today's status cannot be told")
    expect(page.locator("#age")).to_contain_text(str(now().year))
    see(page, withdrawn.seal, "withdrawn")
    see(page, replaced.seal, "replaced")
    see(page, policy_from(anna, offset=40, document_number="3333333").seal, "not_yet")
    expect(page.locator("#verdict-detail")).to_contain_text("Valid from")
    see(page, policy_from(anna, offset=-60, days=10, document_number="4444444").seal, "expired")


def test_a_code_changed_at_any_tenth_byte_is_not_genuine(
    page: Page, context: BrowserContext, anna: User
) -> None:
    token = policy_from(anna).seal
    keep(page)
    context.set_offline(True)
    for place in range(0, len(token), 10):
        other = "A" if token[place] != "A" else "B"
        see(page, token[:place] + other + token[place + 1 :], "not_genuine")
    expect(page.locator("#result")).to_be_hidden()


def test_rubbish_is_not_genuine(page: Page) -> None:
    for rubbish in ("x", "a.b.c", "....", "%00%ff", "e30.e30.e30", "A" * 5000):
        see(page, rubbish, "not_genuine")


def test_an_unknown_key_is_not_genuine(page: Page, anna: User) -> None:
    policy = policy_from(anna)
    foreign = seal.sign(seal.read(policy.seal, _keys()).claims, seal.new_key() | {"kid": "ffff"})
    see(page, foreign, "not_genuine")
    expect(page.locator("#verdict-detail")).to_contain_text("has not published the key")


def test_a_seal_of_a_stolen_key_that_we_never_issued_is_told_on_line(page: Page, anna: User) -> None:
    policy = policy_from(anna)
    claims = seal.read(policy.seal, _keys()).claims
    forged = seal.sign({**claims, "n": "OM 9999999"}, operations.active_key(at=now()))
    see(page, forged, "not_genuine")
    expect(page.locator("#verdict-detail")).to_contain_text("issued no such policy")


def test_a_revoked_key_voids_its_seals_also_off_line(page: Page, context: BrowserContext, anna: User) -> None:
    policy = policy_from(anna)
    operations.new_key(at=now())
    operations.end_key(key_id=policy.key_id, to=KeyStatus.REVOKED, reason="leaked", at=now())
    keep(page)
    context.set_offline(True)
    see(page, policy.seal, "not_genuine")
    expect(page.locator("#verdict-detail")).to_contain_text("revoked the key")


def test_a_retired_key_still_holds(page: Page, anna: User) -> None:
    policy = policy_from(anna)
    operations.end_key(key_id=policy.key_id, to=KeyStatus.RETIRED, reason="a year old", at=now())
    see(page, policy.seal, "valid")


def test_a_clock_five_years_back_is_corrected_by_the_list(
    page: Page, context: BrowserContext, anna: User
) -> None:
    policy = policy_from(anna)
    keep(page)
    context.set_offline(True)
    page.clock.set_fixed_time(now() - timedelta(days=5 * 365))
    see(page, policy.seal, "valid")
    expect(page.locator("#clock")).to_contain_text("clock of this device is wrong")


def test_a_clock_five_years_ahead_shows_its_day_and_the_old_list(
    page: Page, context: BrowserContext, anna: User
) -> None:
    policy = policy_from(anna)
    keep(page)
    context.set_offline(True)
    ahead = now() + timedelta(days=5 * 365)
    page.clock.set_fixed_time(ahead)
    see(page, policy.seal, "expired")
    expect(page.locator("#clock")).to_contain_text(f"{day_of(ahead):%d.%m.%Y}")
    expect(page.locator("#age")).to_contain_text("The list is old")


def test_with_a_network_the_insurers_clock_counts_not_the_devices(page: Page, anna: User) -> None:
    policy = policy_from(anna)
    page.clock.set_fixed_time(now() + timedelta(days=5 * 365))
    see(page, policy.seal, "valid")


def test_a_device_that_never_had_the_keys_says_that_it_cannot_check(
    page: Page, context: BrowserContext, anna: User
) -> None:
    policy = policy_from(anna)
    page.route("**/.well-known/jwks.json", lambda route: route.abort())
    see(page, policy.seal, "cannot")
    expect(page.locator("#verdict-detail")).to_contain_text("has never had the insurer's keys")


def test_the_passport_is_compared_on_the_device(page: Page, context: BrowserContext, anna: User) -> None:
    policy = policy_from(anna)
    keep(page)
    context.set_offline(True)
    see(page, policy.seal, "valid")
    page.get_by_label("Document number in the passport").fill("ea 123-45 67")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#match-answer")).to_have_text("The number fits this policy.")
    page.get_by_label("Document number in the passport").fill("EA7654321")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#match-answer")).to_contain_text("does not fit")


def test_the_text_of_a_code_may_be_pasted(page: Page, anna: User) -> None:
    policy = policy_from(anna)
    page.goto("/v")
    page.get_by_label("Text or link of the code").fill(f"https://old.example/v#{policy.seal}")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator('#verdict[data-verdict="valid"]')).to_be_visible()


def test_the_page_speaks_three_languages_without_asking_the_server(
    page: Page, context: BrowserContext, anna: User
) -> None:
    policy = policy_from(anna)
    keep(page)
    context.set_offline(True)
    see(page, policy.seal, "valid")
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("#verdict-words")).to_have_text("سارية الآن")
    page.get_by_role("button", name="Русский").click()
    expect(page.locator("#verdict-words")).to_have_text("Действует сейчас")
    expect(page.locator("#result-title")).to_have_text("Сравните с паспортом")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator("html")).to_have_attribute("dir", "ltr")


def test_every_name_is_shown_as_sealed(page: Page, anna: User) -> None:
    for _last, _first, last_latin, first_latin in NAMES:
        policy = policy_from(anna, last_name_latin=last_latin, first_name_latin=first_latin)
        see(page, policy.seal, "valid")
        expect(page.locator("#facts dd").first).to_have_text(f"{last_latin} {first_latin}".strip()[:39])


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_no_accessibility_violation_in_any_state(page: Page, anna: User, width: int, scheme: Any) -> None:
    policy = policy_from(anna)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto("/v")
    assert Axe().run(page).response["violations"] == []
    for token, verdict in ((policy.seal, "valid"), ("a.b.c", "not_genuine")):
        see(page, token, verdict)
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_script_is_small_and_our_own() -> None:
    content = SCRIPT.read_bytes()
    assert len(content) < 15_000
    assert b"import" not in content.replace(b"importKey", b"")


def test_without_javascript_the_page_leads_to_the_check_by_hand(
    browser: Browser, live_server: Any, anna: User
) -> None:
    policy = policy_from(anna)
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url, locale="en-GB")
    page = context.new_page()
    page.goto(f"/v#{policy.seal}")
    page.get_by_role("link", name="Check by number and date of birth").click()
    page.get_by_label("Policy number").fill(str(policy))
    page.get_by_label("Day").fill("17")
    page.get_by_label("Month").fill("5")
    page.get_by_label("Year").fill("1990")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("main")).to_contain_text("Valid now")
    context.close()


def _keys() -> dict[str, seal.Jwk]:
    return {row.key_id: dict(row.public) for row in SealKey.objects.all()}


def test_the_first_day_is_the_insurers_not_the_devices(
    browser: Browser, live_server: Any, anna: User
) -> None:
    """On the first day in Minsk a phone in California, where it is still yesterday, says “valid”."""
    verify.forget()
    policy = make_policy(anna, at=now(), first=date(2026, 6, 10), days=1)
    context = browser.new_context(timezone_id="America/Los_Angeles", base_url=live_server.url)
    page = context.new_page()
    page.clock.set_fixed_time("2026-06-09T21:00:01Z")  # one second into 10 June in Minsk
    page.route("**/v/status/*", lambda route: route.abort())
    page.route("**/v/list*", lambda route: _list_of(route, "2026-06-01T00:00:00Z"))
    see(page, policy.seal, "valid")
    page.clock.set_fixed_time("2026-06-09T20:59:59Z")
    see(page, policy.seal, "not_yet")
    context.close()
    verify.forget()


def _list_of(route: Any, moment: str) -> None:
    content = {"i": "sample", "at": moment, "from": 0, "to": 0, "w": [], "r": [], "k": []}
    route.fulfill(body=seal.sign(content, operations.active_key(at=now())), content_type="application/jose")

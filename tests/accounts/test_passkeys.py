"""Passkeys in a real browser with a virtual key, and the pop-up and suggestions with JavaScript."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parason.accounts.models import User
from tests.accounts.letters import letters_to, link_in
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PICTURES = os.environ.get("PARASON_PICTURES", "")


@pytest.fixture
def anna(transactional_db: None) -> User:
    return make_user("anna@example.com")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="en-GB", viewport={"width": 1100, "height": 900})
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def key(context: BrowserContext, page: Page) -> Any:
    """A key that says yes at once."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def picture(page: Page, name: str) -> None:
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def at(live_server: Any, path: str) -> str:
    # Passkeys belong to a name, not to a number.
    return f"{live_server.url.replace('127.0.0.1', 'localhost')}{path}"


def log_in(page: Page, live_server: Any, email: str) -> None:
    page.goto(at(live_server, "/account/login/"))
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    picture(page, "login")
    page.get_by_role("button", name="Log in", exact=True).click()


def test_a_passkey_is_added_renamed_used_to_log_in_and_removed(
    live_server: Any, page: Page, key: Any, anna: User
) -> None:
    log_in(page, live_server, anna.email)
    page.goto(at(live_server, "/account/second-step/webauthn/add/"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name of the key").fill("My phone")
    picture(page, "passkey-add")
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_text("The key has been added.")).to_be_visible()
    assert Authenticator.objects.filter(user=anna, type="webauthn").count() == 1

    page.goto(at(live_server, "/account/second-step/webauthn/"))
    expect(page.get_by_text("My phone").first).to_be_visible()
    picture(page, "passkeys")
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name of the key").fill("Old phone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Old phone").first).to_be_visible()

    page.get_by_role("button", name="Log out").click()
    page.goto(at(live_server, "/account/login/"))
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/policies/")

    page.goto(at(live_server, "/account/second-step/webauthn/"))
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("link", name="Use a security key").click()
    page.get_by_role("button", name="Use a passkey or security key").click()
    page.get_by_role("button", name="Remove the key").click()
    page.wait_for_url("**/webauthn/")
    assert not Authenticator.objects.filter(user=anna, type="webauthn").exists()


def test_a_passkey_is_the_second_step_after_the_password(
    live_server: Any, page: Page, key: Any, anna: User
) -> None:
    log_in(page, live_server, anna.email)
    page.goto(at(live_server, "/account/second-step/webauthn/add/"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Log in with this key alone, without a password").uncheck()
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_text("The key has been added.")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    log_in(page, live_server, anna.email)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    picture(page, "second-step")
    page.get_by_role("button", name="Use a passkey or security key").click()
    page.wait_for_url("**/policies/")


def test_the_registration_ends_with_a_pop_up(live_server: Any, page: Page, db: None) -> None:
    page.goto(at(live_server, "/account/login/"))
    page.get_by_role("link", name="Sign up now").click()
    page.get_by_label("E-mail address").fill("new@gmial.com")
    page.get_by_label("Password").fill(PASSWORD)
    for box in page.get_by_role("checkbox").all():
        box.check()
    picture(page, "signup")
    page.get_by_role("button", name="Sign up", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The registration went through")
    expect(dialog).to_contain_text("new@gmial.com")
    assert dialog.evaluate("one => one.matches(':modal')")
    picture(page, "signup-sent")
    dialog.get_by_role("button", name="OK").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("Did you mean")).to_be_visible()
    picture(page, "signup-sent-behind")
    page.goto(at(live_server, link_in(letters_to("new@gmial.com")[0], "confirm-email")))
    picture(page, "activate")
    page.get_by_role("button", name="Activate my account").click()
    expect(page.get_by_text("Your account is activated. You can log in now.")).to_be_visible()


def test_the_latin_spelling_appears_while_typing_and_is_taken_by_a_press(
    live_server: Any, page: Page, anna: User
) -> None:
    log_in(page, live_server, anna.email)
    page.goto(at(live_server, "/profile/"))
    page.get_by_label("Last name", exact=True).fill("Шевченко")
    page.get_by_label("Patronymic").fill("Григорьевич")
    offer = page.get_by_role("button", name=re.compile("Use it *: SHEVCHENKO"))
    expect(offer).to_be_visible()
    picture(page, "profile-latin")
    offer.click()
    expect(page.get_by_label("Last name in Latin (from passport)")).to_have_value("SHEVCHENKO")
    expect(page.get_by_label("Patronymic")).to_have_value("Григорьевич")


def test_enter_in_a_field_saves(live_server: Any, page: Page, anna: User) -> None:
    log_in(page, live_server, anna.email)
    page.goto(at(live_server, "/profile/"))
    page.get_by_label("Last name in Latin (from passport)").fill("ANNA")
    page.get_by_label("Last name in Latin (from passport)").press("Enter")
    expect(page.get_by_text("There is a problem")).to_be_visible()
    picture(page, "profile-errors")
    page.goto(at(live_server, "/profile/passport"))
    picture(page, "passport")
    page.goto(at(live_server, "/profile/settings"))
    picture(page, "settings")

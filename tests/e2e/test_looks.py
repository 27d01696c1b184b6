"""Every page in every language, narrow and wide, light and dark: nothing sticks out, axe finds nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext

from parason.accounts.models import User
from parason.checkout import operations as checkout
from parason.journeys.issue import issue
from parason.kernel.clock import now
from tests.e2e.looks import Looker
from tests.factories import browser_of, make_person, make_user
from tests.journeys import acts

LANGUAGES = [code for code, _name in settings.LANGUAGES]
PUBLIC = [
    "/", "/?nationality=KAZ#need", "/insurance/oms/", "/insurance/travel/", "/insurance/border/",
    "/help/", "/accessibility/", "/privacy/", "/terms/", "/account/login/",
    "/account/signup/", "/account/password/reset/", "/v", "/verify/check/",
]  # fmt: skip
WRONG = {"/?first_day=&days=0": 422, "/nothing/": 404}
EMPTY = ["/policies/", "/drafts/", "/cart/", "/payments/", "/profile/people/"]
CABINET = [
    *EMPTY, "/buy/", "/buy/oms/", "/profile/", "/profile/passport", "/profile/settings",
    "/profile/people/new", "/account/email/", "/account/password/change/", "/account/second-step/",
    "/account/devices/",
]  # fmt: skip


@pytest.fixture
def chrome(browser: Browser) -> Browser:
    return browser


@pytest.fixture
def goods(live_server: Any) -> str:
    """A shop with goods; its address."""
    acts.stock(at=now())
    return str(live_server.url)


def tab(chrome: Browser, language: str, base: str, user: User | None = None) -> BrowserContext:
    """A browser that asks for a language, with a user logged in."""
    context = chrome.new_context(locale=language)
    context.set_default_timeout(10_000)
    if user is not None:
        cookie = browser_of(user).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base}])
    return context


@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages_look_right(chrome: Browser, goods: str, language: str) -> None:
    context = tab(chrome, language, goods)
    looker = Looker(context.new_page(), goods)
    for path in PUBLIC:
        looker.look_at(path)
    for path, status in WRONG.items():
        looker.look_at(path, status=status)
    context.close()
    assert not looker.faults, "\n".join(looker.faults)


def shopper(language: str) -> tuple[User, list[str]]:
    """Somebody with a policy, a draft, a cart and an application; and the pages that only this person has."""
    at = now()
    user = make_user(f"{language}@example.com", language=language)
    make_person(user)
    make_person(user, is_self=False, first_name_latin="JOANNA MARIA", last_name_latin="KOWALSKA")
    paid, draft, chosen = (acts.make_contract(user, at=at, days=days) for days in (30, 10, 5))
    order = acts.order_of(user, paid, at=at)
    payment = acts.pay(order, at=at)
    policy = issue(order_id=order.pk, at=at)[0]
    checkout.add(owner=user, contract=chosen, at=at)
    begun = f"/application/{acts.make_application(user, at=at).pk}"
    return user, [
        f"{begun}/dates", f"{begun}/people", f"{begun}/person", f"{begun}/check",
        f"/contract/{draft.pk}/", f"/contract/{draft.pk}/formed", f"/contract/{draft.pk}/cart",
        f"/contract/{paid.pk}/", f"/contract/{paid.pk}/end", f"/payments/{payment.pk}/",
        f"/policies/{policy.pk}/papers/", "/letters/",
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cabinet_looks_right(chrome: Browser, goods: str, language: str) -> None:
    user, own = shopper(language)
    context = tab(chrome, language, goods, user)
    looker = Looker(context.new_page(), goods)
    for path in [*CABINET, *own]:
        looker.look_at(path)
    context.close()
    assert not looker.faults, "\n".join(looker.faults)


def test_an_empty_cabinet_says_what_to_do_next(chrome: Browser, goods: str) -> None:
    context = tab(chrome, "en", goods, make_user())
    looker = Looker(context.new_page(), goods)
    for path in EMPTY:
        looker.look_at(path)
        assert looker.page.locator(".empty").count() == 1, path
    context.close()
    assert not looker.faults, "\n".join(looker.faults)


@pytest.mark.parametrize("path", ["/profile/", "/profile/passport", "/account/signup/", "/account/login/"])
def test_a_refused_form_looks_right(chrome: Browser, goods: str, path: str) -> None:
    user = make_user() if path.startswith("/profile") else None
    context = tab(chrome, "en", goods, user)
    looker = Looker(context.new_page(), goods)
    looker.page.goto(goods + path)
    with looker.page.expect_navigation() as sent:
        looker.page.locator("main form button:not([name], [aria-hidden])").first.click()
    looker.judge(f"{path} refused", sent.value, 422)
    assert looker.page.title().startswith("Error: ")
    summary = looker.page.locator(".error-summary")
    assert summary.evaluate("one => one === document.activeElement"), "the summary is read first"
    context.close()
    assert not looker.faults, "\n".join(looker.faults)


@pytest.mark.parametrize("size", [(1280, 720), (360, 640)], ids=["wide", "narrow"])
def test_the_keyboard_reaches_everything_in_sight(chrome: Browser, goods: str, size: tuple[int, int]) -> None:
    user, own = shopper("en")
    context = tab(chrome, "en", goods, user)
    looker = Looker(context.new_page(), goods)
    looker.page.set_viewport_size({"width": size[0], "height": size[1]})
    for path in ["/", "/policies/", "/cart/", "/profile/", *own[:4]]:
        stops = looker.tab_through(path)
        assert "skip" in stops[0], "the first stop leads past the header"
        assert len(stops) > 10, path
    context.close()
    assert not looker.faults, "\n".join(looker.faults)

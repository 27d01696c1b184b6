"""A real browser before real processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.processes import Portal


@pytest.fixture(scope="session")
def portal(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal with its worker, its bank and its mail."""
    with Portal(tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A new person's browser, in English, on a desk."""
    made = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800}, accept_downloads=True)
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Page]:
    """Its first tab; when a test fails, what it showed lies beside its other files."""
    made = context.new_page()
    failures = request.session.testsfailed
    yield made
    made.screenshot(path=tmp_path / "last.png", full_page=True)
    if request.session.testsfailed > failures:
        print(f"The page as it was last: {tmp_path / 'last.png'}")

"""The cast, and a real database for every test process."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import hypothesis  # noqa: F401  # its plug-in imports it late, which fails inside Playwright's greenlet
import psycopg
import pytest
from psycopg import sql

from tests import database
from tests.browser import chromium

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser

    from parason.accounts.models import User
    from tests.crowd import Crowd


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of this process, copied from a template that is migrated once per change of migrations."""
    from django.db import connection

    url = database.server_url()
    database.drop_left_over(url)
    template, own = f"template_{database.fingerprint()}", database.process_database()
    parameters = psycopg.conninfo.conninfo_to_dict(url)
    connection.settings_dict.update(
        USER=parameters.get("user", ""),
        PASSWORD=parameters.get("password", ""),
        HOST=parameters.get("host", ""),
        PORT=parameters.get("port", ""),
    )
    connection.settings_dict["OPTIONS"].pop("host", None)
    with django_db_blocker.unblock():
        _make_template(url, template, connection)
        database.drop(url, own)
        _copy(url, template, own)
        _connect_to(connection, own)
        yield
        connection.close()
        connection.close_pool()
    database.drop(url, own)


def _connect_to(connection: Any, name: str) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = name


def _copy(url: str, template: str, name: str) -> None:
    with closing(psycopg.connect(url, autocommit=True)) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [database.LOCK])
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )


def _make_template(url: str, template: str, connection: Any) -> None:
    from django.core.management import call_command

    with closing(psycopg.connect(url, autocommit=True)) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [database.LOCK])
        if database.exists(server, template):
            return
        raw = f"{template}_raw"
        database.drop(url, raw)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(raw)))
        _connect_to(connection, raw)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        _connect_to(connection, template)
        server.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(raw), sql.Identifier(template))
        )


@pytest.fixture(scope="session")
def database_url(django_db_setup: None) -> str:
    """DATABASE_URL for processes that a test starts: they see this process's database."""
    return database.url_of(database.process_database())


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """A page in Russian leaves its language behind in the thread."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True)
def _limits_start_afresh(request: pytest.FixtureRequest) -> None:
    """The cache and the queue are tables that tests with real transactions neither roll back nor flush."""
    marker = request.node.get_closest_marker("django_db")
    real = "transactional_db" in request.fixturenames or "live_server" in request.fixturenames
    if real or (marker is not None and marker.kwargs.get("transaction")):
        from django.core.cache import cache
        from django.db import connection

        request.getfixturevalue("transactional_db")
        cache.clear()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers CASCADE")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Function) -> Generator[None, object, object]:
    """Playwright leaves an event loop marked as running; a test without a browser must not see it.

    Around the whole test, its fixtures too: Django keeps other connections while a loop runs.
    """
    loop = asyncio._get_running_loop()
    if loop is None or "browser" in getattr(item, "fixturenames", ()):
        return (yield)
    asyncio._set_running_loop(None)
    try:
        return (yield)
    finally:
        asyncio._set_running_loop(None if loop.is_closed() else loop)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for the whole process: Playwright runs once in a thread."""
    path = chromium()
    if path is None:
        pytest.fail("There is no Chromium: run `make test`, which brings one, or install it.")
    from playwright.sync_api import expect, sync_playwright

    # A machine that is busy with other tests shows a page late; only what never comes is a fault.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        loop = asyncio._get_running_loop()
        yield found
        asyncio._set_running_loop(loop)  # the last test may have been one without a browser
        found.close()


@pytest.fixture
def crowd(transactional_db: None) -> Iterator[Crowd]:
    """Many who act at the same moment, each with a connection of their own."""
    from tests.crowd import gathered

    with gathered() as found:
        yield found


@pytest.fixture
def anna(db: None) -> User:
    """Owner of policies; English."""
    from tests.factories import make_user

    return make_user("anna@example.com")


@pytest.fixture
def boris(db: None) -> User:
    """Her agent: a customer of his own who buys for others."""
    from tests.factories import make_user

    return make_user("boris@example.com")


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody who has nothing to do with Anna."""
    from tests.factories import make_user

    return make_user("stranger@example.com")


@pytest.fixture
def staff(db: None) -> User:
    """A member of the staff who may do everything."""
    from tests.factories import make_user

    return make_user("staff@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def as_anna(anna: User) -> Client:
    """Anna's browser, logged in."""
    from tests.factories import browser_of

    return browser_of(anna)


@pytest.fixture
def as_boris(boris: User) -> Client:
    """Boris's browser, logged in."""
    from tests.factories import browser_of

    return browser_of(boris)


@pytest.fixture
def as_stranger(stranger: User) -> Client:
    """A stranger's browser, logged in."""
    from tests.factories import browser_of

    return browser_of(stranger)


@pytest.fixture
def as_staff(staff: User) -> Client:
    """The browser of a member of the staff, logged in."""
    from tests.factories import browser_of

    return browser_of(staff)

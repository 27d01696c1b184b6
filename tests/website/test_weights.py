"""What a visitor on a slow line has to fetch: figures of `docs/performance.md`."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from parason.kernel.clock import now
from tests.factories import make_person
from tests.journeys import acts

if TYPE_CHECKING:
    from parason.accounts.models import User

FIRST_PAGE, LATER_PAGE, REQUESTS = 60_000, 15_000, 8
HEAD = 700  # bytes of headers of one answer, generously
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _goods() -> None:
    acts.stock(at=now())


def page_of(client: Client, path: str) -> bytes:
    """A page as it goes over the wire."""
    answer = client.get(path, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    return answer.content


def fetched(client: Client, page: bytes) -> dict[str, int]:
    """What the page makes a browser fetch, compressed as a collected installation serves it."""
    sizes = {}
    html = gzip.decompress(page).decode()
    for address in set(re.findall(r'(?:<link [^>]*href|<script [^>]*src|<img [^>]*src)="([^"]+)"', html)):
        if address.startswith("/static/"):
            path = finders.find(address.removeprefix("/static/"))
            assert isinstance(path, str), address
            with open(path, "rb") as file:
                sizes[address] = len(gzip.compress(file.read(), 9)) + HEAD
        else:
            sizes[address] = len(client.get(address).content) + HEAD
    return sizes


@pytest.mark.parametrize("path", ["/", "/insurance/oms/", "/account/login/"])
@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_first_page_weighs_less_than_a_photograph(client: Client, path: str, language: str) -> None:
    client.cookies["language"] = language
    page = page_of(client, path)
    rest = fetched(client, page)
    assert all(address.startswith("/") for address in rest), "no third-party host"
    assert len(page) + HEAD + sum(rest.values()) <= FIRST_PAGE
    # The log-in page brings the passkey's scripts of the account library along.
    assert len(rest) + 1 <= REQUESTS or path == "/account/login/"


def test_one_sheet_two_scripts_no_font(client: Client) -> None:
    rest = fetched(client, page_of(client, "/"))
    assert sum(address.endswith(".js") for address in rest) == 2
    assert not any(address.endswith((".woff", ".woff2", ".ttf")) for address in rest)


def test_later_pages_are_light(as_anna: Client, anna: User) -> None:
    make_person(anna)
    at = now()
    for days in range(5, 15):
        acts.make_contract(anna, at=at, days=days)
    as_anna.cookies["language"] = "ru"
    paths = ["/", "/policies/", "/buy/", "/buy/oms/", "/drafts/", "/cart/", "/profile/", "/profile/passport"]
    sizes = {path: len(page_of(as_anna, path)) + HEAD for path in paths}
    assert max(sizes.values()) <= LATER_PAGE, sizes

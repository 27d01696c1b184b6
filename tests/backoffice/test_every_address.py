"""Every address of the back office, found in the table of addresses, refuses whom it should."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from parason.accounts.models import AuditEntry, User
from parason.backoffice import urls
from tests.backoffice.people import at_work, member
from tests.factories import make_user

assert urls.records
PREFIX = "backoffice/"
# What stands in an address; nothing of it is there, because refusing comes before looking.
GIVEN = {
    "int": "1", "slug": "oms", "str": "x", "path": "x", "uuid": str(uuid.UUID(int=1)), "": "1",
}  # fmt: skip
# Open to every member of the staff: the first page, what leads back to it, and words for scripts.
FOR_ALL_STAFF = {
    "office", "login", "logout", "password_change", "password_change_done", "jsi18n", "app_list", "search"
}  # fmt: skip


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """Every address under the door, with its pattern."""

    def walk(before: str, patterns: list[Any]) -> Iterator[tuple[str, URLPattern]]:
        for one in patterns:
            path = before + _filled(str(one.pattern))
            if isinstance(one, URLResolver):
                yield from walk(path, one.url_patterns)
            elif path.startswith(f"/{PREFIX}"):
                yield path, one

    yield from walk("/", get_resolver().url_patterns)


def _filled(route: str) -> str:
    """A pattern with something in each of its places."""
    if "(?P" not in route:
        route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: GIVEN[found[1] or ""], route)
    route = re.sub(r"\(\?P<\w+>([^()]*)\)", lambda found: found[1].split("|")[0], route)
    return route.replace(r"\d+", "1").replace(".*", "x").replace("\\", "").strip("^$").replace("/$", "/")


ALL = [(path, pattern) for path, pattern in addresses() if pattern.name != "index"]
NAMED = [pytest.param(path, pattern, id=f"{pattern.name} {path}") for path, pattern in ALL]


def ask(client: Client, path: str) -> list[Any]:
    """Both ways of asking; a page that knows one of them only says so."""
    return [answer for answer in (client.get(path), client.post(path)) if answer.status_code != 405]


def test_the_walk_finds_our_pages_and_the_records() -> None:
    names = {pattern.name for _path, pattern in ALL}
    assert {"office_approve", "office_refund_decide", "contracts_contract_change"} <= names
    assert len(ALL) > 80
    resolver = get_resolver()
    assert [path for path, pattern in ALL if resolver.resolve(path).url_name != pattern.name] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "pattern"), NAMED)
def test_every_address_refuses_whom_it_should(path: str, pattern: URLPattern) -> None:
    for answer in ask(Client(), path):
        assert answer["Location"].startswith("/account/login/?next="), "a visitor"
    customer = Client()
    customer.force_login(make_user("anna@example.com"), backend="django.contrib.auth.backends.ModelBackend")
    assert {answer.status_code for answer in ask(customer, path)} == {403}, "a customer"
    bare = Client()
    bare.force_login(member("actuary"), backend="django.contrib.auth.backends.ModelBackend")
    for answer in ask(bare, path):
        assert answer["Location"] == "/account/second-step/", "staff without a second factor"
    if pattern.name not in FOR_ALL_STAFF:
        # An officer looks policies up at a desk and has no business here.
        for answer in ask(at_work("officer"), path):
            # The admin leads on from an old address, and to the first page from a record that is not there.
            led = answer.get("Location") in {f"{path}change/", "/backoffice/"}
            assert answer.status_code in {403, 404} or led, "the wrong role"


@pytest.mark.django_db
def test_a_superuser_without_a_second_factor_is_refused_too() -> None:
    boss = make_user("boss@example.com", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    assert {client.get(path)["Location"] for path, _pattern in ALL} == {"/account/second-step/"}
    assert not AuditEntry.objects.filter(actor=boss).exclude(act="login").exists()
    assert User.objects.filter(pk=boss.pk).exists()

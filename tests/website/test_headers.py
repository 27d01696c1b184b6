"""What every answer tells the browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from parason.website.middleware import content_policy
from tests.journeys.acts import stock

PUBLIC = [
    "/help/",
    "/accessibility/",
    "/privacy/",
    "/terms/",
    "/look.css",
    "/robots.txt",
    "/manifest.webmanifest",
    "/.well-known/security.txt",
    "/nothing/here/",
]


@pytest.mark.parametrize("path", [*PUBLIC, "/static/css/parason.css"])
def test_every_answer_has_the_strict_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'; base-uri 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", PUBLIC)
def test_information_pages_ask_nothing_of_the_database_and_set_no_cookie(client: Client, path: str) -> None:
    # No `db` fixture: a query would fail the test.
    assert not client.get(path).cookies


def test_pages_of_a_person_are_not_kept_by_any_cache(as_anna: Client) -> None:
    assert as_anna.get("/help/").headers["Cache-Control"] == "no-store"
    assert "no-store" in as_anna.get("/policies/").headers["Cache-Control"]


def test_the_way_to_the_bank_is_the_only_one_out(settings: Any) -> None:
    settings.PARASON_BEGATEWAY = {
        **settings.PARASON_BEGATEWAY,
        "checkout_url": "https://bank.example/ctp/api",
    }
    content_policy.cache_clear()
    try:
        assert "form-action 'self' https://bank.example;" in content_policy(False)
    finally:
        content_policy.cache_clear()


def test_a_page_says_its_language_and_that_it_varies(client: Client) -> None:
    headers = client.get("/help/", headers={"accept-language": "ru"}).headers
    assert headers["Content-Language"] == "ru"
    assert {"Accept-Language", "Cookie"} <= set(headers["Vary"].split(", "))


def test_pages_are_compressed_and_pictures_are_not(client: Client) -> None:
    asked = {"accept-encoding": "gzip"}
    assert client.get("/terms/", headers=asked).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get("/manifest.webmanifest", headers=asked).headers


class TestWhereAFormComesFrom:
    """A browser says where a request comes from; whoever says nothing needs the token."""

    FORM = {"language": "ru", "next": "/help/"}

    def post(self, **headers: str) -> int:
        client = Client(enforce_csrf_checks=True)
        return client.post("/language", self.FORM, headers=headers).status_code

    def test_our_own_page_may_send_a_form(self) -> None:
        assert self.post(**{"sec-fetch-site": "same-origin"}) == 302

    def test_an_older_browser_is_known_by_the_origin(self) -> None:
        assert self.post(origin="http://testserver") == 302

    @pytest.mark.parametrize("where_from", ["cross-site", "same-site", "none"])
    def test_another_site_may_not(self, where_from: str) -> None:
        assert self.post(**{"sec-fetch-site": where_from}) == 403

    def test_another_site_may_not_even_with_our_origin_beside_it(self) -> None:
        assert self.post(**{"sec-fetch-site": "cross-site", "origin": "http://testserver"}) == 403

    def test_another_origin_may_not(self) -> None:
        assert self.post(origin="https://evil.example") == 403

    def test_the_sandboxed_origin_may_not(self) -> None:
        assert self.post(origin="null") == 403

    def test_a_program_that_says_nothing_may_not(self) -> None:
        assert self.post() == 403

    @pytest.mark.django_db
    def test_the_refusal_says_what_to_do_and_changes_nothing(self) -> None:
        client = Client(enforce_csrf_checks=True)
        answer = client.post("/language", self.FORM)
        assert "Nothing was stored" in answer.content.decode()
        assert "language" not in answer.cookies


@pytest.mark.django_db
def test_the_home_page_stores_nothing_of_a_stranger(client: Client, django_assert_num_queries: Any) -> None:
    from parason.accounts.models import Session
    from parason.kernel.clock import now

    stock(at=now())
    client.get("/")
    with django_assert_num_queries(2):  # the tariff's and the rate's
        answer = client.get("/")
    assert answer.status_code == 200
    assert not answer.cookies
    assert not Session.objects.exists()

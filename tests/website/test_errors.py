"""Pages for what went wrong."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from parason.website.views import errors


def _raises(error: Exception) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


urlpatterns = [
    path("broken", _raises(ValueError("secret detail"))),
    path("away", _raises(OperationalError("connection refused by 10.0.0.7"))),
    path("forbidden", _raises(PermissionDenied())),
    path("gone", errors.gone),
    path("often", errors.too_many),
    path("", include("parason.config.urls")),
]
handler400 = "parason.website.views.errors.bad_request"
handler403 = "parason.website.views.errors.forbidden"
handler404 = "parason.website.views.errors.not_found"
handler500 = "parason.website.views.errors.broken"

pytestmark = pytest.mark.urls(__name__)

SAYS = {
    "/forbidden": (403, "This page is not for you", "Эта страница вам недоступна"),
    "/nothing": (404, "There is nothing here", "Здесь ничего нет"),
    "/gone": (410, "This is no longer here", "Этого здесь больше нет"),
    "/often": (429, "Too many attempts", "Слишком много попыток"),
    "/broken": (500, "Something broke", "Что-то сломалось"),
    "/away": (503, "We are at work on the portal", "На портале идут работы"),
}


@pytest.mark.parametrize("path_", SAYS)
def test_it_is_said_in_the_persons_language_with_a_way_on(path_: str) -> None:
    status, english, russian = SAYS[path_]
    client = Client(raise_request_exception=False)
    page = client.get(path_)
    assert page.status_code == status
    assert f"<h1>{english}</h1>" in page.content.decode()
    assert 'class="button"' in page.content.decode()
    assert russian in client.get(path_, headers={"accept-language": "ru"}).content.decode()
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path_", ["/broken", "/away"])
def test_a_broken_page_tells_no_secret_and_asks_nothing_of_the_database(path_: str) -> None:
    # The session names a row that nobody can read: there is no `db` fixture, a query fails the test.
    client = Client(raise_request_exception=False)
    page = client.get(path_).content.decode()
    assert "secret" not in page
    assert "10.0.0.7" not in page


@pytest.mark.django_db
def test_a_person_whose_session_cannot_be_read_still_gets_a_page(
    as_anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore

    def away(self: object) -> None:
        raise OperationalError("the server is away")

    monkeypatch.setattr(store, "load", away)
    as_anna.raise_request_exception = False
    page = as_anna.get("/policies/")
    assert page.status_code == 503
    assert page.headers["Retry-After"]


def test_during_maintenance_every_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PARASON_MAINTENANCE", True)
    client = Client()
    page = client.get("/policies/", headers={"accept-language": "ru"})
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert "На портале идут работы" in page.content.decode()
    assert client.get("/static/css/parason.css").status_code == 200


def test_whoever_asks_too_often_learns_how_long_to_wait(client: Client) -> None:
    assert int(client.get("/often").headers["Retry-After"]) > 0


@pytest.mark.django_db
def test_a_body_of_ten_megabytes_is_refused_with_a_page(client: Client) -> None:
    body = "a=" + "x" * 10_000_000
    answer = client.post("/buy/oms/start", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert "It is too large" in answer.content.decode()


def test_a_foreign_host_is_refused_with_a_page(client: Client) -> None:
    assert client.get("/help/", headers={"host": "evil.example"}).status_code == 400

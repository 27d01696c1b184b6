"""The browser of the measurements weighs what it gets, keeps cookies, follows and fills in forms."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.browser import Browser

PAGE = (
    '<form action="/pay"><input name="sum" value="45.90"><input type="checkbox" name="sure">'
    '<select name="way"><option value="card">Card<option value="erip" selected>ERIP</select></form>'
)
BODY = gzip.compress(PAGE.encode())


class Shop(BaseHTTPRequestHandler):
    """A page with a form; sending it leads back with a cookie."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("X-Cookies", self.headers.get("Cookie", ""))
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(302)
        self.send_header("Location", f"/back?{sent}")
        self.send_header("Set-Cookie", "kept=1; Path=/; HttpOnly")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def browser() -> Iterator[Browser]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = Browser(f"http://127.0.0.1:{server.server_address[1]}")
    yield found
    found.close()
    server.shutdown()
    server.server_close()


def test_a_page_is_weighed_as_it_came(browser: Browser) -> None:
    page = browser.get("/")
    assert (page.status, page.text) == (200, PAGE)
    assert 0 < browser.visits[0].received - len(BODY) < 300  # its headers


def test_a_form_is_sent_as_shown_and_the_answer_followed(browser: Browser) -> None:
    page = browser.submit(browser.get("/"), "/pay", sure="yes")
    assert page.url.endswith("/back?sum=45.90&way=erip&sure=yes")
    assert [(visit.method, visit.status) for visit in browser.visits] == [
        ("GET", 200), ("POST", 302), ("GET", 200),
    ]  # fmt: skip


def test_cookies_are_kept(browser: Browser) -> None:
    light = browser.get("/") and browser.visits[-1].received
    browser.post("/pay", {})
    browser.get("/")
    assert browser.visits[-1].received == light + len("kept=1")


def test_a_page_without_the_form_says_what_it_said(browser: Browser) -> None:
    with pytest.raises(LookupError, match="no form"):
        browser.submit(browser.get("/"), "/elsewhere")

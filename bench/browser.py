"""A browser without a screen: cookies, redirects, forms; light enough not to be what is measured."""

from __future__ import annotations

import html
import re
import time
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode, urljoin, urlsplit

import pycurl

FORM = re.compile(r"<form\b([^>]*)>")
INPUT = re.compile(
    r"<(?:(input)\b([^>]*)()|(select|textarea)\b([^>]*)>(.*?)</(?:select|textarea))>", re.DOTALL
)
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
FORM_ACTION = re.compile(r'formaction="([^"]*)"')
OPTION = re.compile(r"<option\b([^>]*)>", re.DOTALL)
PATIENCE = 60  # seconds that an answer may take


@dataclass
class Visit:
    """One request as it was measured."""

    host: str
    method: str
    path: str
    status: int
    seconds: float
    received: int  # bytes on the wire, headers included
    started: float


@dataclass
class Page:
    """An answer, and the forms in it."""

    url: str
    status: int
    body: bytes

    @cached_property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def form(self, action: str) -> tuple[str, dict[str, str]]:
        """Address and filled fields of the first form whose action contains `action`."""
        for begin in FORM.finditer(self.text):
            inside = self.text[begin.end() : self.text.find("</form>", begin.end())]
            addresses = [attributes_of(begin[1]).get("action") or self.url, *FORM_ACTION.findall(inside)]
            for address in addresses:
                if action in address:
                    return urljoin(self.url, html.unescape(address)), fields_of(inside)
        raise LookupError(f"no form {action!r} on {self.url} ({self.status}): {self.words()}")

    def link(self, pattern: str) -> str:
        """The first address on the page that matches."""
        found = re.search(rf'href="([^"]*{pattern}[^"]*)"', self.text)
        if not found:
            raise LookupError(f"no link {pattern!r} on {self.url} ({self.status}): {self.words()}")
        return urljoin(self.url, html.unescape(found.group(1)))

    def words(self) -> str:
        """What the page says, for an error message."""
        return " ".join(re.sub(r"<[^>]+>", " ", self.text).split())[:600]


def attributes_of(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in ATTRIBUTE.findall(tag)}


def fields_of(inside: str) -> dict[str, str]:
    """What the form would send as it is shown."""
    found: dict[str, str] = {}
    for one, its, nothing, other, other_its, inner in INPUT.findall(inside):
        kind, tag, content = one or other, its or other_its, nothing or inner
        attributes = attributes_of(tag)
        name = attributes.get("name")
        if not name or attributes.get("type") in ("submit", "file"):
            continue
        if attributes.get("type") in ("checkbox", "radio"):
            if "checked" in attributes:
                found[name] = attributes.get("value") or "on"
        elif kind == "select":
            options = [attributes_of(option) for option in OPTION.findall(content)]
            chosen = [option for option in options if "selected" in option] or options[:1]
            found[name] = chosen[0].get("value", "") if chosen else ""
        else:
            found[name] = html.unescape(content) if kind == "textarea" else attributes.get("value", "")
    return found


@dataclass
class Browser:
    """One person's browser."""

    portal: str
    address: str = "127.0.0.1"  # from where, as the proxy in front would say
    visits: list[Visit] = field(default_factory=list)
    _curl: pycurl.Curl = field(default_factory=pycurl.Curl)

    def __post_init__(self) -> None:
        curl = self._curl
        curl.setopt(pycurl.COOKIEFILE, "")  # cookies are kept, in memory
        curl.setopt(pycurl.ACCEPT_ENCODING, "gzip")
        curl.setopt(pycurl.TIMEOUT, PATIENCE)
        curl.setopt(pycurl.NOSIGNAL, 1)  # each browser has a thread of its own

    def get(self, url: str) -> Page:
        return self._go("GET", urljoin(self.portal, url), None)

    def post(self, url: str, data: dict[str, str]) -> Page:
        return self._go("POST", urljoin(self.portal, url), urlencode(data).encode())

    def submit(self, page: Page, action: str, **given: str) -> Page:
        """Fill in a form of a page and send it."""
        address, fields = page.form(action)
        return self.post(address, {**fields, **given})

    def _go(self, method: str, url: str, body: bytes | None) -> Page:
        for _hop in range(10):
            page, target = self._once(method, url, body)
            if target is None:
                return page
            url, method, body = target, "GET", None
        raise RuntimeError(f"too many redirects at {url}")

    def _once(self, method: str, url: str, body: bytes | None) -> tuple[Page, str | None]:
        """One exchange, and where it leads. Raises pycurl.error when no whole answer comes."""
        parts, curl = urlsplit(url), self._curl
        headers = ["Accept-Language: en", f"X-Forwarded-For: {self.address}"]
        curl.setopt(pycurl.URL, url)
        if body is None:
            curl.setopt(pycurl.HTTPGET, 1)
        else:
            curl.setopt(pycurl.POSTFIELDS, body)
            headers += [f"Origin: {parts.scheme}://{parts.netloc}", "Sec-Fetch-Site: same-origin"]
        curl.setopt(pycurl.HTTPHEADER, headers)
        start = time.perf_counter()
        received = curl.perform_rb()
        seconds = time.perf_counter() - start
        status = curl.getinfo(pycurl.RESPONSE_CODE)
        size = curl.getinfo(pycurl.HEADER_SIZE) + curl.getinfo(pycurl.SIZE_DOWNLOAD_T)
        self.visits.append(Visit(parts.netloc, method, parts.path, status, seconds, size, start))
        return Page(url, status, received), curl.getinfo(pycurl.REDIRECT_URL)

    def close(self) -> None:
        self._curl.close()

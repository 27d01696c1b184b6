"""A browser without a screen: cookies, redirects, forms; light enough not to be what is measured."""

from __future__ import annotations

import html
import http.client
import re
import time
import zlib
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
INPUT = re.compile(
    r"<(?:(input)\b([^>]*)()|(select|textarea)\b([^>]*)>(.*?)</(?:select|textarea))>", re.DOTALL
)
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
FORM_ACTION = re.compile(r'formaction="([^"]*)"')
OPTION = re.compile(r"<option\b([^>]*)>", re.DOTALL)
REDIRECTS = (301, 302, 303, 307, 308)


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

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def form(self, action: str) -> tuple[str, dict[str, str]]:
        """Address and filled fields of the first form whose action contains `action`."""
        for attributes, inside in FORM.findall(self.text):
            addresses = [attributes_of(attributes).get("action") or self.url, *FORM_ACTION.findall(inside)]
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
    _cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    _lines: dict[str, http.client.HTTPConnection] = field(default_factory=dict)

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
            url, method, body = urljoin(url, target), "GET", None
        raise RuntimeError(f"too many redirects at {url}")

    def _once(self, method: str, url: str, body: bytes | None) -> tuple[Page, str | None]:
        parts = urlsplit(url)
        line = self._lines.get(parts.netloc)
        if line is None:
            line = self._lines[parts.netloc] = http.client.HTTPConnection(parts.netloc, timeout=60)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        start = time.perf_counter()
        try:
            line.request(
                method, path, body, self._headers(parts.netloc, f"{parts.scheme}://{parts.netloc}", body)
            )
            answer = line.getresponse()
        except (http.client.HTTPException, ConnectionError):
            line.close()  # an idle line that the server closed
            line.request(
                method, path, body, self._headers(parts.netloc, f"{parts.scheme}://{parts.netloc}", body)
            )
            answer = line.getresponse()
        raw = answer.read()
        seconds = time.perf_counter() - start
        size = len(raw) + sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
        self.visits.append(Visit(parts.netloc, method, parts.path, answer.status, seconds, size, start))
        self._remember(parts.netloc, answer)
        if answer.getheader("Content-Encoding") == "gzip":
            raw = zlib.decompress(raw, 31)
        target = answer.getheader("Location") if answer.status in REDIRECTS else None
        return Page(url, answer.status, raw), target

    def _headers(self, host: str, origin: str, body: bytes | None) -> dict[str, str]:
        headers = {"Accept-Encoding": "gzip", "Accept-Language": "en", "X-Forwarded-For": self.address}
        jar = self._cookies.get(host)
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
            headers["Sec-Fetch-Site"] = "same-origin"
        return headers

    def _remember(self, host: str, answer: http.client.HTTPResponse) -> None:
        jar = self._cookies.setdefault(host, {})
        for cookie in answer.msg.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";", 1)[0].partition("=")
            jar[name.strip()] = value.strip()

    def close(self) -> None:
        for line in self._lines.values():
            line.close()

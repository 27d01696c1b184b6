"""How a page looks, measured in a real browser: what sticks out, what axe finds, what the console says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response

NARROW, WIDE = 360, 1280
BETWEEN = (320, 600, 830, 1000, 1130)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
# What is wider than the window, and controls smaller than WCAG 2.5.8 allows (links in sentences are free).
STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth, out = [];
  if (document.documentElement.scrollWidth > wide) {
    for (const one of document.querySelectorAll("body *")) {
      const box = one.getBoundingClientRect();
      const lies = getComputedStyle(one).position;
      if (box.width && (box.right > wide + 1 || box.left < -1) && lies !== "absolute")
        out.push(`${one.tagName}.${one.className} ${Math.round(box.left)}–${Math.round(box.right)}`);
    }
    out.push(`page ${document.documentElement.scrollWidth}`);
  }
  return out.slice(-4);
}"""
# Where the focus is, and what a person sees in its place (WCAG 2.4.11).
FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const box = one.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2);
  const y = Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 2);
  const seen = document.elementFromPoint(x, y);
  const label = one.closest("label") ?? (one.labels && one.labels[0]);
  return {
    what: one.outerHTML.slice(0, 100),
    hidden: !(seen && (one.contains(seen) || seen.contains(one) || (label && label.contains(seen)))),
  };
}"""
TOO_SMALL = """() => [...document.querySelectorAll(
    "button:not([aria-hidden]), summary, select, input:not([type=hidden], .visually-hidden), .button, nav a")]
  .filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && Math.min(box.width, box.height) < 24;
  })
  .map((one) => one.outerHTML.slice(0, 90))"""


def judged(page: Page) -> list[str]:
    """What axe finds wrong with the page that is open, light and dark."""
    wrong = []
    schemes: tuple[Literal["light", "dark"], ...] = ("dark", "light")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options=ALL if scheme == "light" else CONTRAST)
        wrong += [
            f"{scheme}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]
        ]
    return wrong


def judged_without_scripts(page: Page) -> list[str]:
    """The same of a page in a browser without JavaScript, which axe needs.

    The very HTML is shown once more in a browser with it, at the same address and width, with the page's own
    scripts kept away and what stands in `noscript` shown.
    """
    browser = page.context.browser
    assert browser is not None
    html, address = page.content().replace("noscript", "div"), page.url
    context = browser.new_context(viewport=page.viewport_size, is_mobile=True)
    context.add_cookies([{**one} for one in page.context.cookies()])  # type: ignore[typeddict-item]
    again = context.new_page()
    again.route("**/*.js", lambda route: route.abort())
    again.route(address, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    again.goto(address)
    wrong = judged(again)
    wrong += [f"sticks out: {what}" for what in again.evaluate(STICKS_OUT)]
    context.close()
    return wrong


@dataclass
class Looker:
    """Goes from page to page and notes what is not as it should be."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda line: self.said.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def look_at(self, path: str, *, status: int = 200) -> None:
        """Open a page and look at it narrow and wide, light and dark."""
        answer = self.page.goto(self.base + path)
        self.judge(path, answer, status)

    def tab_through(self, path: str, *, most: int = 80) -> list[str]:
        """Go through a page with the Tab key; what has the focus and cannot be seen becomes a fault."""
        self.page.goto(self.base + path)
        stops: list[str] = []
        for _press in range(most):
            self.page.keyboard.press("Tab")
            found = self.page.evaluate(FOCUSED)
            if found is None or found["what"] in stops[:1]:
                break
            stops.append(found["what"])
            if found["hidden"]:
                self.faults.append(f"{path}: the focus cannot be seen: {found['what']}")
        return stops

    def judge(self, name: str, answer: Response | None, status: int) -> None:
        """Look at the page that is open."""
        if answer is not None and answer.status != status:
            self.faults.append(f"{name}: status {answer.status}")
        for width, schemes in ((WIDE, ("light", "dark")), (NARROW, ("dark", "light"))):
            self.page.set_viewport_size({"width": width, "height": 900})
            for scheme in schemes:
                self._measure(f"{name} {width} {scheme}", scheme, whole=(width, scheme) == (WIDE, "light"))
            self.faults += [f"{name} {width}: sticks out: {what}" for what in self.page.evaluate(STICKS_OUT)]
            self.faults += [f"{name} {width}: too small: {what}" for what in self.page.evaluate(TOO_SMALL)]
        self._stretch(name)
        # The browser itself complains of a refused answer; that one is expected.
        said = [line for line in self.said if not (status >= 400 and "Failed to load resource" in line)]
        self.faults += [f"{name}: console: {line}" for line in said]
        self.said.clear()

    def _stretch(self, name: str) -> None:
        """The widths between, and the narrowest that WCAG 1.4.10 names (1280 at 400 %)."""
        for width in BETWEEN:
            self.page.set_viewport_size({"width": width, "height": 700})
            self.faults += [f"{name} {width}: sticks out: {what}" for what in self.page.evaluate(STICKS_OUT)]

    def _measure(self, name: str, scheme: str, *, whole: bool) -> None:
        wanted: Literal["light", "dark"] = "dark" if scheme == "dark" else "light"
        self.page.emulate_media(color_scheme=wanted)
        found = Axe().run(self.page, options=ALL if whole else CONTRAST)
        for violation in found.response["violations"]:
            places = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            self.faults.append(f"{name}: {violation['id']}: {places}")

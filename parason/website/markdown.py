"""The little Markdown that insurance terms need: headings, paragraphs, lists, bold. All else stays text."""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString

BOLD = re.compile(r"\*\*(.+?)\*\*")
HEADING = re.compile(r"(#{1,3}) (.+)")


def _inline(text: str) -> str:
    return BOLD.sub(r"<strong>\1</strong>", escape(" ".join(text.split())))


def _block(block: str) -> str:
    lines = block.splitlines()
    html = ""
    while lines and (heading := HEADING.fullmatch(lines[0].strip())):
        level = min(len(heading[1]) + 1, 4)  # the page has its own h1
        html += f"<h{level}>{_inline(heading[2])}</h{level}>"
        lines.pop(0)
    if not lines:
        return html
    if all(line.startswith(("- ", "* ", "  ")) for line in lines):
        items = re.split(r"(?m)^[-*] ", "\n".join(lines))[1:]
        return html + "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"
    return f"{html}<p>{_inline(' '.join(lines))}</p>"


@lru_cache(maxsize=64)
def markdown(text: str) -> SafeString:
    """Markdown as HTML; everything in it is escaped first, so terms cannot carry markup of their own."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return SafeString("\n".join(_block(block) for block in blocks if block.strip()))  # escaped in _inline

"""The little Markdown of insurance terms as plain data for a template: headings, paragraphs, items, bold."""

from __future__ import annotations

import re
from typing import TypedDict

BOLD = re.compile(r"\*\*(.+?)\*\*")


class Part(TypedDict):
    """A run of text."""

    text: str
    bold: bool


class Block(TypedDict):
    """One heading, paragraph or item."""

    kind: str
    parts: list[Part]


def parts_of(text: str) -> list[Part]:
    """The runs of a line, bold and plain in turn."""
    pieces = BOLD.split(" ".join(text.split()))
    return [{"text": piece, "bold": bool(place % 2)} for place, piece in enumerate(pieces) if piece]


def blocks_of(text: str) -> tuple[str, list[Block]]:
    """The title (the first heading) and what follows it."""
    title, blocks = "", []
    for chunk in re.split(r"\n\s*\n", text.strip()):
        for kind, line in _lines(chunk):
            if kind == "heading" and not title:
                title = line
            else:
                blocks.append(Block(kind=kind, parts=parts_of(line)))
    return title, blocks


def _lines(chunk: str) -> list[tuple[str, str]]:
    """Headings and items stand for themselves; other lines flow into what is above them."""
    found: list[tuple[str, str]] = []
    for line in chunk.splitlines():
        if heading := re.match(r"#{1,4} +(.+)", line):
            found.append(("heading", heading[1]))
        elif item := re.match(r"[-*] +(.+)", line):
            found.append(("item", item[1]))
        elif found and found[-1][0] != "heading":
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        else:
            found.append(("text", line.strip()))
    return found

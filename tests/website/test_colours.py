"""Contrast is computed from the style sheet: every pair that pages use, light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import parason.website

CSS = (Path(parason.website.__file__).parent / "static" / "css" / "parason.css").read_text("utf-8")
TEXT = [  # colour of words, what they stand on
    ("ink", "paper"), ("ink", "surface"), ("ink", "sunk"),
    ("quiet", "paper"), ("quiet", "surface"), ("quiet", "sunk"),
    ("brand", "paper"), ("brand", "surface"), ("brand", "sunk"), ("on-brand", "brand"),
    ("brand", "brand-soft"),
    ("ink", "brand-soft"), ("quiet", "brand-soft"), ("accent", "brand-soft"),
    ("accent", "paper"), ("accent", "surface"), ("accent", "sunk"),
    ("good", "good-paper"), ("wait", "wait-paper"), ("bad", "bad-paper"),
    ("good", "surface"), ("wait", "surface"), ("bad", "surface"), ("bad", "paper"),
    ("ink", "good-paper"), ("ink", "wait-paper"), ("ink", "bad-paper"),
    ("quiet", "good-paper"), ("quiet", "wait-paper"), ("quiet", "bad-paper"), ("accent", "good-paper"),
    ("accent", "wait-paper"), ("accent", "bad-paper"),
]  # fmt: skip
SHAPES = [
    ("edge", "surface"), ("edge", "paper"), ("brand", "surface"), ("bad", "surface"), ("focus", "focus-ink"),
]  # fmt: skip


def tokens(dark: bool) -> dict[str, str]:
    light, _start, rest = CSS.partition("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6})", light))
    if dark:
        block = rest[: rest.index("}\n}")]
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6})", block))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("words", "ground"), TEXT)
def test_words_can_be_read(words: str, ground: str, dark: bool) -> None:
    found = tokens(dark)
    assert contrast(found[words], found[ground]) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_edges_of_fields_and_marks_can_be_seen(shape: str, ground: str, dark: bool) -> None:
    found = tokens(dark)
    assert contrast(found[shape], found[ground]) >= 3


def test_the_sheet_knows_no_left_and_right() -> None:
    """Logical properties only, so that right-to-left needs no second sheet."""
    rules = re.sub(r"/\*.*?\*/|env\(.*?\)", "", CSS, flags=re.DOTALL)
    sides = "(?:left|right|top|bottom)"
    of = rf"(?:margin|padding|border|inset)-{sides}\b|(?<![-\w]){sides}\s*:"
    assert re.findall(rf"{of}|text-align:\s*(?:left|right)|float:", rules) == []


def test_nothing_is_fetched_by_the_sheet() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert "@font-face" not in CSS

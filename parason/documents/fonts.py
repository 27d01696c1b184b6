"""Fonts for every script that a name may have, from installed packages, indexed once per process."""

from __future__ import annotations

import atexit
import importlib.util
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pymupdf_fonts
import typst

# FiraGO has Latin, Cyrillic, Greek, Arabic, Hebrew, Thai, Georgian, Devanagari; the packages below the rest.
_WRAPPED = ("figo", "figbo", "fimo", "fimbo")
_PACKAGES = (
    "justmytype_intl_cjk",
    "justmytype_intl_south_asia",
    "justmytype_intl_sea",
    "justmytype_intl_africa",
)

_SCRIPTS = (
    "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Telugu", "Noto Sans Lao", "Noto Sans Khmer",
    "Noto Sans Myanmar", "Noto Sans Ethiopic", "DejaVu Sans Mono",
)  # fmt: skip
_HAN = {"JPN": "JP", "TWN": "TC", "HKG": "TC", "MAC": "TC", "KOR": "KR", "PRK": "KR"}


@cache
def _unwrapped() -> Path:
    """FiraGO comes as Python data; written out for this process only, and removed when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="parason-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in _WRAPPED:
        font: Any = pymupdf_fonts.fontbuffers[name]
        (folder / f"{name}.ttf").write_bytes(font())
    return folder


def folders() -> list[Path]:
    """The folders that hold font files."""
    found = [_unwrapped()]
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            found.append(Path(spec.origin).parent)
    return found


@cache
def fonts() -> typst.Fonts:
    """The index of all fonts; the files themselves are read when a text needs them."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders())


def families(nationality: str = "") -> list[str]:
    """Font families in order of preference. Han characters take the shapes of the bearer's country."""
    first = _HAN.get(nationality, "SC")
    han = [first, *(code for code in ("SC", "TC", "JP", "KR") if code != first)]
    return ["FiraGO", *(f"Noto Sans {code}" for code in han), *_SCRIPTS]


@cache
def covered() -> frozenset[int]:
    """All code points that some font can draw. Slow (a second): asked only after a failure."""
    from fontTools.ttLib import TTFont

    points: set[int] = set()
    for folder in folders():
        for path in folder.rglob("*.ttf"):
            with TTFont(path, lazy=True) as font:
                points.update(font.getBestCmap() or {})
    return frozenset(points)

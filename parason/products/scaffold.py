"""A folder to start a product from: it passes the check and can be sold in the demo at once."""

from __future__ import annotations

import re
from pathlib import Path

from parason.products import shelf

SKELETON = Path(__file__).parent / "skeleton"
FORMATTED = {".toml", ".md"}


class NotMade(Exception):
    """The folder cannot be written, and why."""


def make_product(*, code: str, into: Path, product_class: str = "private") -> Path:
    """Write the folder `into/code`. Raises NotMade for a bad or taken code and for a folder that exists."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", code):
        raise NotMade(f"“{code}” is no code: use lower case letters, digits and underscores.")
    folder = into.resolve() / code
    if folder.exists():
        raise NotMade(f"{folder} exists already.")
    stand = shelf.shelf()
    if code in stand.healthy or code in stand.broken:
        raise NotMade(f"There is a product “{code}” already.")
    words = {
        "code": code,
        "class": product_class,
        "title": code.replace("_", " ").capitalize(),
        "series": _free_series(code),
    }
    for source in sorted(SKELETON.rglob("*")):
        target = folder / source.relative_to(SKELETON)
        if source.is_dir():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text("utf-8")
        target.write_text(text.format(**words) if source.suffix in FORMATTED else text, "utf-8")
    return folder


def _free_series(code: str) -> str:
    taken = {product.numbering.series for product in shelf.shelf().healthy.values()}
    stem = re.sub(r"[^A-Z0-9]", "", code.upper())[:4]
    candidates = [stem[:2], stem[:3], stem, *(f"{stem}{number}" for number in range(1, 100))]
    return next(series for series in candidates if series not in taken)

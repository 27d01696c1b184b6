"""The products on the shelf: every folder is read once per process; a broken one stops only itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from parason.products.definition import Definition, Problem, ProductBroken, read_product

CATALOGUE = Path(__file__).parent / "catalogue"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Healthy products by code, in the catalogue's order; broken ones with their problems."""

    healthy: dict[str, Definition]
    broken: dict[str, list[Problem]]


def folders() -> list[Path]:
    """Where products lie: our own catalogue, then the directories of settings.PARASON_CATALOGUE."""
    return [CATALOGUE, *(Path(path) for path in settings.PARASON_CATALOGUE)]


def shelf() -> Shelf:
    """All products. A later folder with the same code replaces an earlier one."""
    return _read(tuple(folders()))


def forget() -> None:
    """Read the folders anew at the next question (after a change on disk)."""
    _read.cache_clear()


@cache
def _read(roots: tuple[Path, ...]) -> Shelf:
    healthy: dict[str, Definition] = {}
    broken: dict[str, list[Problem]] = {}
    for folder in [path for root in roots if root.is_dir() for path in sorted(root.iterdir())]:
        if not folder.is_dir() or folder.name.startswith(("_", ".")):
            continue
        healthy.pop(folder.name, None)
        broken.pop(folder.name, None)
        try:
            healthy[folder.name] = read_product(folder)
        except ProductBroken as error:
            broken[folder.name] = error.problems
    _take_out_shared_series(healthy, broken)
    ordered = sorted(healthy.values(), key=lambda product: (product.order, product.code))
    return Shelf({product.code: product for product in ordered}, broken)


def _take_out_shared_series(healthy: dict[str, Definition], broken: dict[str, list[Problem]]) -> None:
    """Two products with one series would issue one number twice: the later one is broken."""
    owner: dict[str, str] = {}
    for code in sorted(healthy, key=lambda code: (healthy[code].order, code)):
        series = healthy[code].numbering.series
        if series in owner:
            wrong = f"The series “{series}” belongs to “{owner[series]}”."
            broken[code] = [Problem("product.toml", "numbering.series", wrong, "Choose another series.")]
            del healthy[code]
        else:
            owner[series] = code

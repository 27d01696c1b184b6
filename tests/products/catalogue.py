"""Shipped products, read once for tests that need no database; and how to break a copy of one."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from parason.products.definition import Definition, read_product
from parason.products.queries import compiled_entry
from parason.products.rating import Tariff
from parason.products.shelf import CATALOGUE

CODES = ("accident", "border", "home", "oms", "staff", "travel")


@cache
def product(code: str) -> Definition:
    """A shipped product."""
    return read_product(CATALOGUE / code)


@cache
def tariff(code: str, version: str = "") -> Tariff:
    """Its tariff, compiled: the version named, or the last one that is not only proposed."""
    own = product(code)
    entries = [
        entry for entry in own.tariffs if entry.version == version or (not version and not entry.proposed)
    ]
    return compiled_entry(own, entries[-1])


def defaults(code: str) -> dict[str, object]:
    """The answers with which the calculator begins."""
    return {
        question.code: question.default
        for question in product(code).questions
        if question.default is not None
    }


def broken_copy(tmp_path: Path, code: str, **replacements: str) -> Path:
    """A copy of a product's folder in which texts of product.toml are replaced:
    `old=new` pairs under any keys.
    """
    folder = tmp_path / code
    shutil.copytree(CATALOGUE / code, folder)
    if replacements:
        text = (folder / "product.toml").read_text("utf-8")
        assert replacements["old"] in text
        (folder / "product.toml").write_text(
            text.replace(replacements["old"], replacements["new"], 1), "utf-8"
        )
    return folder

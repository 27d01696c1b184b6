"""`parason product …`: check folders, begin a new one, try a price, check a table before it is imported."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from parason.products import shelf
from parason.products.definition import Definition, Problem, ProductBroken, read_product
from parason.products.definition.model import CLASSES
from parason.products.errors import BadTable, OutOfRange
from parason.products.explaining import explain
from parason.products.importing import import_table
from parason.products.queries import compiled_entry
from parason.products.rating import NotRated, Unit
from parason.products.rules import risk_of
from parason.products.scaffold import NotMade, make_product


def main(argv: Sequence[str]) -> int:
    """Run one command; 0 when all is well, 1 when something is to be corrected."""
    chosen = _parser().parse_args(argv)
    code: int = chosen.act(chosen)
    return code


def say(text: str = "") -> None:
    """One line on standard output."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> int:
    """One line on standard error; the exit code of a failure."""
    sys.stderr.write(f"parason product: {text}\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="parason product", description=__doc__, allow_abbrev=False)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="say what is wrong with a product, or with all of them")
    check.add_argument("folder", nargs="*", help="a folder, or a product's code; all when left out")
    check.set_defaults(act=check_products)
    new = commands.add_parser("new", help="write a working folder to start from")
    new.add_argument("code", help="lower case letters, digits and underscores, such as luggage")
    new.add_argument("--into", type=Path, default=Path(), help="directory for it (the current one)")
    new.add_argument("--class", dest="product_class", choices=CLASSES, default="private")
    new.set_defaults(act=new_product)
    price = commands.add_parser("price", help="what a risk costs by the tariffs of the folder, line by line")
    price.add_argument("product", help="a folder, or the code of a product on the shelf")
    price.add_argument("--count", type=int, help="days, months or years, whatever the product's term counts")
    price.add_argument("--first", type=date.fromisoformat, help="first day, such as 2027-03-01")
    price.add_argument("--insured", type=int, default=1, help="how many (%(default)s)")
    price.add_argument(
        "--answer", action="append", default=[], metavar="CODE=VALUE", help="an answer; repeat it"
    )
    price.add_argument("--version", help="tariff version (the last one that is not only proposed)")
    price.add_argument("--base-unit", help="worth of the base unit in BYN, for tariffs that count in it")
    price.add_argument("--language", default="en")
    price.set_defaults(act=show_price)
    table = commands.add_parser("table", help="check a CSV or XLSX file against a table of a product")
    table.add_argument("product")
    table.add_argument("table")
    table.add_argument("file", type=Path)
    table.set_defaults(act=check_table)
    return top


# --- check ------------------------------------------------------------------------------------------------


def check_products(chosen: argparse.Namespace) -> int:
    """All problems of the folders named, or of all on the shelf."""
    if chosen.folder:
        found = dict(_problems(name) for name in chosen.folder)
    else:
        stand = shelf.shelf()
        found = {**{code: [] for code in stand.healthy}, **stand.broken}
    for code, problems in sorted(found.items()):
        if not problems:
            say(f"{code}: in order")
            continue
        say(f"{code}: {len(problems)} to correct")
        for problem in problems:
            say(f"  {problem}")
    return 1 if any(found.values()) else 0


def _problems(name: str) -> tuple[str, list[Problem]]:
    folder = _folder(name)
    try:
        return read_product(folder).code, []
    except ProductBroken as error:
        return error.code, error.problems


def _folder(name: str) -> Path:
    """A folder as it was named, or that of a product on the shelf."""
    path = Path(name)
    if path.is_dir():
        return path.resolve()
    for root in reversed(shelf.folders()):
        if (root / name).is_dir():
            return root / name
    return path.resolve()


def _product(name: str) -> Definition:
    return read_product(_folder(name))


# --- new --------------------------------------------------------------------------------------------------


def new_product(chosen: argparse.Namespace) -> int:
    """A folder that passes the check at once."""
    try:
        folder = make_product(code=chosen.code, into=chosen.into, product_class=chosen.product_class)
    except NotMade as error:
        return complain(str(error))
    say(f"Written: {folder}")
    say(f"Change it, then: parason product check {folder}")
    say(f"To sell it, start the portal with PARASON_CATALOGUE={folder.parent} and run `parason migrate`.")
    return 0


# --- price ------------------------------------------------------------------------------------------------


def show_price(chosen: argparse.Namespace) -> int:
    """A price with all its lines."""
    try:
        product = _product(chosen.product)
    except ProductBroken as error:
        return complain(str(error.problems[0]))
    answers: dict[str, Any] = {q.code: q.default for q in product.questions if q.default is not None}
    for pair in chosen.answer:
        code, _, value = pair.partition("=")
        if code not in {question.code for question in product.questions}:
            return complain(f"There is no question “{code}”.")
        answers[code] = value
    entry = [
        t for t in product.tariffs if t.version == chosen.version or (not chosen.version and not t.proposed)
    ]
    if not entry:
        return complain(f"There is no tariff version “{chosen.version}”.")
    period = product.term.period(chosen.first or entry[-1].valid_from, chosen.count or product.term.least)
    unit = Unit(Decimal(chosen.base_unit), "BYN", "as given") if chosen.base_unit else None
    try:
        risk = risk_of(
            product,
            period=period,
            answers=answers,
            insured=[{}] * chosen.insured,
            unit=unit,
            sums=entry[-1].sums_insured,
        )
        premium = compiled_entry(product, entry[-1]).rate(risk)
    except OutOfRange as error:
        return complain(f"{error.field}: {error.message}")
    except NotRated as error:
        return complain(str(error))
    for line in explain(premium.record(), chosen.language):
        say(line)
    return 0


# --- table ------------------------------------------------------------------------------------------------


def check_table(chosen: argparse.Namespace) -> int:
    """All faults of a file, by cell."""
    try:
        product = _product(chosen.product)
        raw = chosen.file.read_bytes()
    except ProductBroken as error:
        return complain(str(error.problems[0]))
    except OSError as error:
        return complain(f"{chosen.file}: {error.strerror}")
    if chosen.table not in product.tables:
        return complain(f"There is no table “{chosen.table}”. Known tables: {', '.join(product.tables)}.")
    try:
        data = import_table(product=product, table=chosen.table, raw=raw, filename=chosen.file.name)
    except BadTable as error:
        for fault in error.faults:
            say(str(fault))
        return 1
    say(f"{len(data.rows)} rows, in order")
    return 0

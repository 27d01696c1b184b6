"""A checked table as an index: each key is one dictionary access or one bisection."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, cast

from parason.products.rating.premium import Row
from parason.products.rating.risk import Fact, NotRated, canonical, plain
from parason.products.rating.spec import KeySpec, Match, TableSpec
from parason.products.rating.tables import Reading, TableData

Whole = Decimal | int
Found = tuple[Decimal, Row]
Lookup = Callable[[Mapping[str, Fact]], Found]
Node = object  # a dictionary, a _Ranges, or at the leaves a Found


class _Ranges(NamedTuple):
    starts: list[Whole]
    ends: list[Whole | None]
    below: list[Node]


def table_lookup(
    name: str,
    spec: TableSpec,
    data: TableData,
    readings: Sequence[Reading],
    column: str,
    facts: Mapping[str, str],
) -> Lookup:
    """A function from facts to the value of `column` and its row. `facts` maps the table's keys to fact
    names.

    The function raises NotRated with the fact that no row covers.
    """
    keys = list(spec.keys.values())
    leaves = [(row, _found(name, data, row, column)) for row in readings]
    root = _index(keys, 0, leaves)
    path = [
        (facts.get(key, key), of.match is Match.EXACT, of.match is Match.INTERVAL)
        for key, of in spec.keys.items()
    ]

    def find(given: Mapping[str, Fact]) -> Found:
        node = root
        for fact, exact, closed in path:
            if fact not in given:
                raise NotRated(fact, "is missing")
            value = given[fact]
            if exact:
                node = cast("dict[str, Node]", node).get(canonical(value))
            else:
                node = _bisect(cast(_Ranges, node), value, closed)
            if node is None:
                raise NotRated(fact, f"{canonical(value)} is not in the table “{name}”")
        return cast(Found, node)

    return find


def _bisect(ranges: _Ranges, value: Fact, closed: bool) -> Node | None:
    if isinstance(value, str):
        return None
    place = bisect_right(ranges.starts, value) - 1
    if place < 0:
        return None
    end = ranges.ends[place]
    if closed and end is not None and value > end:
        return None
    return ranges.below[place]


def _found(name: str, data: TableData, reading: Reading, column: str) -> Found:
    return reading.values[column], Row(name, reading.line, data.cells(reading.line - 2))


def _index(keys: list[KeySpec], depth: int, rows: list[tuple[Reading, Found]]) -> Node:
    if depth == len(keys):
        return rows[0][1]
    groups: dict[object, list[tuple[Reading, Found]]] = {}
    for row in rows:
        groups.setdefault(row[0].keys[depth], []).append(row)
    below = {key: _index(keys, depth + 1, group) for key, group in groups.items()}
    if keys[depth].match is Match.EXACT:
        return below
    bounds = [key for key in below if isinstance(key, tuple)]
    starts = [_quick(first) for first, _ in bounds]
    ends = [None if last is None else _quick(last) for _, last in bounds]
    return _Ranges(starts, ends, list(below.values()))


def _quick(value: Decimal) -> Whole:
    """Whole bounds as int: comparing ints is several times quicker."""
    return int(value) if value == value.to_integral_value() else Decimal(plain(value))

"""Tables against the questions: every answer with which a step is taken has its row, and no row waits for an
answer that nobody can give.
"""

from __future__ import annotations

from collections.abc import Iterator

from parason.products.definition.model import Definition
from parason.products.rating import TableData, TableFault
from parason.products.rating import faults as f
from parason.products.rating.acts import condition_test
from parason.products.rating.spec import Match


def choice_faults(product: Definition, table: str, data: TableData) -> Iterator[TableFault]:
    """What is wrong with the keys of a table whose cells are in order."""
    told: set[tuple[str, str]] = set()
    for key, answers, taken in _keys(product, table):
        cells = [row[data.columns.index(key)] for row in data.rows]
        known = {"known": ", ".join(answers)}
        for line, cell in enumerate(cells, 2):
            if cell not in answers and (key, cell) not in told:
                told.add((key, cell))
                yield TableFault(line, key, f.UNKNOWN_VALUE, {"cell": cell, **known})
        for value in [one for one in taken if one not in cells and (key, one) not in told]:
            told.add((key, value))
            yield TableFault(len(cells) + 2, key, f.NO_ROW, {"value": value, "place": ""})


def _keys(product: Definition, table: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Exact keys that are answers: the key, all answers, and those with which a step is taken."""
    choices = {q.code: [c.value for c in q.choices] for q in product.questions if q.choices}
    for step in product.steps:
        if step.table != table:
            continue
        for key, spec in product.tables[table].keys.items():
            fact = step.keys.get(key, key)
            if spec.match is not Match.EXACT or fact not in choices:
                continue
            tests = [condition_test(one) for one in step.when if one.fact == fact]
            yield key, choices[fact], [one for one in choices[fact] if all(t({fact: one}) for t in tests)]

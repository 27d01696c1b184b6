"""Queries whose SQL is written once.

For what every page asks, the ORM takes longer to write the statement than PostgreSQL to answer it. The query
is still an ordinary queryset, so names and types are checked as everywhere; only its text is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet

Converters = Sequence[tuple[int, tuple[Sequence[Callable[..., Any]], Any]]]


@dataclass(frozen=True, slots=True)
class _Written:
    """The statement; its parameters, of which some are names of arguments; how columns become values."""

    sql: str
    parameters: tuple[tuple[str | None, Any], ...]
    converters: Converters
    model: type[Model]


class Prepared:
    """A queryset with arguments: `Prepared(lambda code: Thing.objects.filter(code=code), code="sample")`.

    Samples only show the type, and no two may be equal, nor equal a constant of the query.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **samples: Any) -> None:
        self._build, self._samples = build, samples
        self._written: _Written | None = None

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Rows in the order of the queryset's columns. Raises KeyError for a missing argument."""
        written = self._written or self._write()
        connection = connections[DEFAULT_DB_ALIAS]
        parameters = [value if name is None else values[name] for name, value in written.parameters]
        with connection.cursor() as cursor:
            cursor.execute(written.sql, parameters)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        if not written.converters:
            return found
        return [_converted(row, written.converters, connection) for row in found]

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        """The first row, None when there is none."""
        found = self.rows(**values)
        return found[0] if found else None

    def instance(self, **values: Any) -> Any:
        """The first row as an instance of the model, None when there is none; for querysets of whole rows."""
        row = self.first(**values)
        if row is None or self._written is None:
            return None
        model = self._written.model
        return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in model._meta.concrete_fields], row)

    def instances(self, **values: Any) -> list[Any]:
        """All rows as instances of the model; for querysets of whole rows."""
        rows = self.rows(**values)
        if not rows or self._written is None:
            return []
        model = self._written.model
        names = [field.attname for field in model._meta.concrete_fields]
        return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in rows]

    def _write(self) -> _Written:
        query = self._build(**self._samples).query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select]
        self._written = _Written(
            sql,
            tuple((self._name_of(value), value) for value in parameters),
            tuple(compiler.get_converters(columns).items()),
            query.get_meta().model,
        )
        return self._written

    def _name_of(self, value: Any) -> str | None:
        for name, sample in self._samples.items():
            if type(sample) is type(value) and sample == value:
                return name
        return None


def _converted(row: Sequence[Any], converters: Converters, connection: Any) -> tuple[Any, ...]:
    values = list(row)
    for place, (steps, column) in converters:
        for step in steps:
            values[place] = step(values[place], column, connection)
    return tuple(values)

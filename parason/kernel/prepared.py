"""Queries whose SQL is written once.

For what every page asks, the ORM takes longer to write the statement than PostgreSQL to answer it. The query
is still an ordinary queryset, so names and types are checked as everywhere; only its text is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, ForeignKey, Lookup, Model, QuerySet
from django.db.models.query import RelatedPopulator, get_related_populators

Converters = Sequence[tuple[int, tuple[Sequence[Callable[..., Any]], Any]]]


@Field.register_lookup
@ForeignKey.register_lookup
class AnyOf(Lookup):
    """`code__any_of=[…]`: as `__in`, with the list as one parameter: one text for lists of any length."""

    lookup_name = "any_of"

    def get_prep_lookup(self) -> Any:
        return [self.lhs.output_field.get_prep_value(value) for value in self.rhs]

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (value,)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, its = self.process_lhs(compiler, connection)
        right, given = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", (*its, *given)


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a row becomes an instance, and the instances that it brings along (`select_related`)."""

    model: type[Model]
    names: list[str]
    first: int
    last: int
    related: list[RelatedPopulator]

    def instance(self, row: Sequence[Any]) -> Any:
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.first : self.last])
        for one in self.related:
            one.populate(row, made)
        return made


@dataclass(frozen=True, slots=True)
class _Written:
    """The statement; its parameters, of which some are names of arguments; how columns become values."""

    sql: str
    parameters: tuple[tuple[str | None, Any], ...]
    converters: Converters
    shape: _Shape | None


class Prepared:
    """A queryset with arguments: `Prepared(lambda code: Thing.objects.filter(code=code), code="sample")`.

    Samples only show the type, and no two may be equal, nor equal a constant of the query.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **samples: Any) -> None:
        self._build, self._samples = build, samples
        self._written: _Written | None = None

    def rows(self, *, page: slice | None = None, **values: Any) -> list[tuple[Any, ...]]:
        """Rows in the order of the queryset's columns; with `page` only those of its start to its stop.

        Raises KeyError for a missing argument.
        """
        written = self._written or self._write()
        connection = connections[DEFAULT_DB_ALIAS]
        sql = written.sql
        parameters = [value if name is None else values[name] for name, value in written.parameters]
        if page is not None:
            sql += " LIMIT %s OFFSET %s"
            parameters += [page.stop - page.start, page.start]
        found = _fetched(connection, sql, parameters)
        if not written.converters:
            return found
        return [_converted(row, written.converters, connection) for row in found]

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        """The first row, None when there is none."""
        found = self.rows(**values)
        return found[0] if found else None

    def instance(self, **values: Any) -> Any:
        """The first row as an instance of the model, None when there is none; for querysets of whole rows."""
        return next(iter(self.instances(**values)), None)

    def instances(self, *, page: slice | None = None, **values: Any) -> list[Any]:
        """All rows as instances of the model, with those of `select_related`; for querysets of whole rows."""
        rows = self.rows(page=page, **values)
        if self._written is None or self._written.shape is None:
            return []
        return [self._written.shape.instance(row) for row in rows]

    def _write(self) -> _Written:
        query = self._build(**self._samples).query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select]
        self._written = _Written(
            sql,
            tuple((self._name_of(value), value) for value in parameters),
            tuple(compiler.get_converters(columns).items()),
            _shape(compiler),
        )
        return self._written

    def _name_of(self, value: Any) -> str | None:
        for name, sample in self._samples.items():
            if type(sample) is type(value) and sample == value:
                return name
        return None


def _fetched(connection: Any, sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    """All rows; without Django's cursor, which costs a third of such a statement, unless somebody listens."""
    line, watched = connection.connection, connection.queries_logged or connection.execute_wrappers
    if line is None or watched or connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
    cursor = getattr(line, "kept_cursor", None)  # making one takes as long as asking by it
    if cursor is None:
        cursor = line.kept_cursor = line.cursor()
    with connection.wrap_database_errors:
        rows: list[tuple[Any, ...]] = cursor.execute(sql, parameters).fetchall()
    return rows


def _shape(compiler: Any) -> _Shape | None:
    """As `ModelIterable` does it; None for a queryset of values."""
    whole = compiler.klass_info
    if whole is None:
        return None
    places = whole["select_fields"]
    first, last = places[0], places[-1] + 1
    names = [column.target.attname for column, _sql, _alias in compiler.select[first:last]]
    populators: Any = get_related_populators  # its stubs belong to a later Django
    related = populators(whole, compiler.select, DEFAULT_DB_ALIAS)
    return _Shape(whole["model"], names, first, last, related)


def _converted(row: Sequence[Any], converters: Converters, connection: Any) -> tuple[Any, ...]:
    values = list(row)
    for place, (steps, column) in converters:
        for step in steps:
            values[place] = step(values[place], column, connection)
    return tuple(values)

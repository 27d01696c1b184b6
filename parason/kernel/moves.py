"""State: a table of moves, one writer of `status`, an event row for each move."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import pgtrigger
from django.db import DEFAULT_DB_ALIAS, connections, models

from parason.kernel.errors import DomainError

Moves = Mapping[tuple[str, str], str]


class ForbiddenMove(DomainError):
    """The table of moves has no such pair: a mistake of ours, or a step out of order."""


class MovedMeanwhile(DomainError):
    """Somebody else moved the row first; read it again and decide again."""


class Event(models.Model):
    """What happened, when, by whom. Subclasses add `subject`, a foreign key to the thing that moved."""

    name = models.CharField(max_length=60)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.name}"


def move(
    thing: Any,
    *,
    to: str,
    moves: Moves,
    events: type[Event],
    at: datetime,
    by: Any = None,
    data: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Move `thing` to another status, with its event; the database decides who won.

    Raises ForbiddenMove when the table has no such pair, MovedMeanwhile when the row has moved already.
    """
    before = thing.status
    if (before, to) not in moves:
        raise ForbiddenMove(f"{type(thing).__name__}: {before} → {to}")
    event = events(name=moves[before, to], before=before, after=to, at=at, by=by, data=data or {})
    event.subject = thing  # type: ignore[attr-defined] # each of the subclasses has it
    if not _moved(thing, {"status": to, **fields}, event):
        raise MovedMeanwhile(f"{type(thing).__name__} {thing.pk} is no longer {before}")
    thing.status = to
    for name, value in fields.items():
        setattr(thing, name, value)


def _moved(thing: models.Model, changes: Mapping[str, Any], event: Event) -> bool:
    """The row's change and its event in one statement; False, and neither, when the row has moved already."""
    connection = connections[DEFAULT_DB_ALIAS]
    changed: tuple[Any, ...] = tuple(type(thing)._meta.get_field(name) for name in changes)
    told = [field for field in type(event)._meta.concrete_fields if not field.primary_key]
    values = [
        *(
            field.get_db_prep_save(value, connection)
            for field, value in zip(changed, changes.values(), strict=True)
        ),
        thing.pk,
        event.before,
        *(field.get_db_prep_save(getattr(event, field.attname), connection) for field in told),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(type(thing), changed, type(event)), values)
        return bool(cursor.rowcount == 1)


@cache
def _statement(model: type[models.Model], changed: tuple[Any, ...], event: type[Event]) -> str:
    connection: Any = connections[DEFAULT_DB_ALIAS]
    name = connection.ops.quote_name
    told = [field for field in event._meta.concrete_fields if not field.primary_key]
    sets = ", ".join(f"{name(field.column)} = %s" for field in changed)
    columns = ", ".join(name(field.column) for field in told)
    # A SELECT, unlike VALUES, does not take the parameters' types from the columns.
    values = ", ".join(f"%s::{field.db_type(connection)}" for field in told)
    key, table, events = name(model._meta.pk.column), name(model._meta.db_table), name(event._meta.db_table)
    return (
        f"WITH moved AS (UPDATE {table} SET {sets} WHERE {key} = %s AND status = %s RETURNING 1)"  # noqa: S608 - our own models' names
        f" INSERT INTO {events} ({columns}) SELECT {values} FROM moved"
    )


def refuse_other_moves(name: str, moves: Moves) -> pgtrigger.Trigger:
    """A trigger that holds the table of moves even against raw SQL."""
    pairs = " OR ".join(
        f"(OLD.status = '{before}' AND NEW.status = '{after}')" for before, after in sorted(moves)
    )
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        condition=pgtrigger.Condition("OLD.status IS DISTINCT FROM NEW.status"),
        func=(
            f"IF NOT ({pairs}) THEN RAISE EXCEPTION 'forbidden move % -> %', OLD.status, NEW.status"
            " USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
        ),
    )


def never_change(name: str) -> pgtrigger.Trigger:
    """A trigger that refuses updates and deletes: rows that are evidence."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)

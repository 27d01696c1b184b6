"""State: a table of moves, one writer of `status`, an event row for each move."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pgtrigger
from django.db import models

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
    thing: Any, *, to: str, moves: Moves, events: type[Event], at: datetime, by: Any = None,
    data: dict[str, Any] | None = None, **fields: Any,
) -> None:
    """Move `thing` to another status, with its event; the database decides who won.

    Raises ForbiddenMove when the table has no such pair, MovedMeanwhile when the row has moved already.
    """
    before = thing.status
    if (before, to) not in moves:
        raise ForbiddenMove(f"{type(thing).__name__}: {before} → {to}")
    changed = type(thing)._default_manager.filter(pk=thing.pk, status=before).update(status=to, **fields)
    if changed != 1:
        raise MovedMeanwhile(f"{type(thing).__name__} {thing.pk} is no longer {before}")
    thing.status = to
    for name, value in fields.items():
        setattr(thing, name, value)
    row = {"subject": thing, "name": moves[before, to], "before": before, "after": to, "data": data or {}}
    events._default_manager.create(**row, at=at, by=by)


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

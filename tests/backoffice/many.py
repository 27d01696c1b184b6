"""Contracts by the thousand, as one that was really concluded."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

from parason.contracts.models import Contract, Insured
from parason.quotes.models import Application, Quote

BATCH = 500


def copies_of(contract: Contract, count: int) -> None:
    """`count` copies that last 1, 2, … 365, 1, 2 … days. Triggers are told to let them in."""
    application, quote, insured = contract.application, contract.quote, contract.insured.get()
    made: list[tuple[Model, ...]] = []
    for number in range(count):
        asked = _copy(application, pk=uuid.uuid4())
        offered = _copy(quote, pk=uuid.uuid4(), application_id=asked.pk)
        agreed = _copy(
            contract, pk=uuid.uuid4(), reference=f"X-{number:08d}", application_id=asked.pk,
            quote_id=offered.pk, last_day=contract.first_day + timedelta(days=number % 365),
        )  # fmt: skip
        made.append((asked, offered, agreed, _copy(insured, pk=None, contract_id=agreed.pk)))
    with _without_triggers():
        for kind, rows in zip((Application, Quote, Contract, Insured), zip(*made, strict=True), strict=True):
            kind._default_manager.bulk_create(rows, BATCH)


def _copy(thing: Any, **changes: Any) -> Any:
    other = copy(thing)
    other._state = copy(thing._state)
    other._state.adding = True
    for name, value in changes.items():
        setattr(other, name, value)
    return other


class _without_triggers:
    def __enter__(self) -> None:
        self._as("replica")

    def __exit__(self, *_why: object) -> None:
        self._as("origin")

    @staticmethod
    def _as(role: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET session_replication_role = {role}")


def lengths(count: int) -> Iterator[int]:
    """How many days each copy lasts."""
    return (number % 365 + 1 for number in range(count))

"""Acts that join the transaction they are called in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


def in_transaction(act: Callable[P, R]) -> Callable[P, R]:
    """Run in the caller's transaction, or in one of its own when there is none.

    `transaction.atomic` would make a savepoint inside a caller's transaction: two statements for each act.
    A journey
    of ten acts does not need them, because it fails as a whole. Whoever catches an error of such an act
    and goes on
    in the same transaction must wrap the call in `transaction.atomic()`, unless the act raises before it
    writes.
    """

    @wraps(act)
    def joined(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            return act(*args, **kwargs)
        with transaction.atomic():
            return act(*args, **kwargs)

    return joined

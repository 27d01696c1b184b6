"""The only writers of the three statuses of this room."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from parason.kernel.moves import move
from parason.payments.models import Attempt, AttemptEvent, Payment, PaymentEvent, Refund, RefundEvent
from parason.payments.states import MOVES, PAYMENT_MOVES, REFUND_MOVES

alerts = logging.getLogger("parason.alerts")


def move_attempt(
    attempt: Attempt, to: str, *, at: datetime, by: Any = None, data: Any = None, **fields: Any
) -> None:
    """Along the table of moves, with its event."""
    move(attempt, to=to, moves=MOVES, events=AttemptEvent, at=at, by=by, data=data, **fields)


def move_payment(
    payment: Payment, to: str, *, at: datetime, by: Any = None, data: Any = None, **fields: Any
) -> None:
    """Along the table of moves, with its event."""
    move(payment, to=to, moves=PAYMENT_MOVES, events=PaymentEvent, at=at, by=by, data=data, **fields)


def move_refund(
    refund: Refund, to: str, *, at: datetime, by: Any = None, data: Any = None, **fields: Any
) -> None:
    """Along the table of moves, with its event."""
    move(refund, to=to, moves=REFUND_MOVES, events=RefundEvent, at=at, by=by, data=data, **fields)


def alert(what: str, **facts: object) -> None:
    """Tell whoever watches the log that a person should look. Facts carry references, never personal data."""
    alerts.error("%s %s", what, " ".join(f"{key}={value}" for key, value in facts.items()))

"""Judging a stored notification: once, whoever comes first."""

from __future__ import annotations

from datetime import datetime

from parason.kernel.prepared import Prepared
from parason.kernel.transactions import in_transaction
from parason.payments.gateways.interface import Gateway, Unreadable
from parason.payments.gateways.registry import gateway
from parason.payments.models import Notification
from parason.payments.operations.moving import alert
from parason.payments.operations.observing import Consequences, observe

_locked = Prepared(lambda pk: Notification.objects.select_for_update().filter(pk=pk), pk=-1)


@in_transaction
def judge(*, notification_id: int, consequences: Consequences, at: datetime) -> list[str]:
    """What came of a notification, a word for each thing that it said; empty when it was judged before."""
    notification: Notification | None = _locked.instance(pk=notification_id)
    if notification is None or notification.processed_at is not None:
        return []
    adapter = gateway(notification.gateway)
    if adapter is None:
        return []
    outcomes = _judge(notification, adapter, consequences, at)
    Notification.objects.filter(pk=notification.pk).update(processed_at=at, outcome="; ".join(outcomes)[:300])
    return outcomes


def _judge(
    notification: Notification, adapter: Gateway, consequences: Consequences, at: datetime
) -> list[str]:
    try:
        observations = adapter.parse_webhook(bytes(notification.raw))
    except Unreadable as error:
        alert("a signed notification cannot be read", notification=notification.pk, why=error)
        return [f"unreadable: {error}"]
    return [
        observe(observation=one, adapter=adapter, consequences=consequences, at=at) for one in observations
    ] or ["nothing about money"]

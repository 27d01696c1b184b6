"""Which chargebacks wait for a person."""

from __future__ import annotations

from django.db.models import F, OuterRef, QuerySet, Subquery

from parason.payments.models import Attempt, AttemptEvent
from parason.payments.states import AttemptStatus


def closed_chargebacks() -> QuerySet[Attempt]:
    """Attempts about whose chargeback somebody has decided, after it came."""
    came = AttemptEvent.objects.filter(subject=OuterRef("pk"), after=AttemptStatus.CHARGEBACK)
    found = Attempt.objects.filter(status=AttemptStatus.CHARGEBACK)
    return found.annotate(came=Subquery(came.order_by("-pk").values("at")[:1])).filter(
        reviews__decided_at__gte=F("came")
    )


def is_closed(attempt: Attempt) -> bool:
    """Whether somebody has decided about its chargeback."""
    return closed_chargebacks().filter(pk=attempt.pk).exists()

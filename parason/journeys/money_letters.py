"""What a payer is told about money that did not go the plain way; each letter once, by its key."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from parason.checkout import queries as carts
from parason.documents import letters
from parason.payments.models import Attempt, Payment, Refund


def _link(payment: Payment) -> str:
    return settings.PARASON_BASE_URL + reverse("payment", args=[payment.pk])


def _send(kind: str, key: str, payment: Payment, at: datetime, **words: str) -> None:
    owner = payment.order.owner
    letters.send(
        kind=kind,
        key=f"{kind}:{key}",
        to=owner.email,
        user=owner,
        language=owner.language,
        at=at,
        context={"number": payment.number, "link": _link(payment), **words},
    )


def goes_back(refund: Refund, at: datetime) -> None:
    """Money that came too late or twice is on its way back."""
    _send("money_goes_back", str(refund.pk), refund.payment, at, total=str(refund.amount))


def returned(refund: Refund, at: datetime) -> None:
    """A refund that was asked for has been sent."""
    references = [line.words for line in carts.lines_as_ordered(refund.payment.order_id)]
    words = {"total": str(refund.amount), "reference": ", ".join(references)}
    _send("refund", str(refund.pk), refund.payment, at, **words)


def under_review(attempt: Attempt, at: datetime) -> None:
    """A person has to look at a payment."""
    _send("payment_review", str(attempt.pk), attempt.payment, at)

"""What people decide about money under review: one may send it back, two may count it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from parason.kernel.errors import DomainError
from parason.payments.chargebacks import is_closed
from parason.payments.errors import PaymentError, SecondPersonNeeded
from parason.payments.gateways.interface import Kind, Status
from parason.payments.models import Attempt, GatewayTransaction, Payment, Refund, RefundOrigin, Review
from parason.payments.operations import crediting, returning
from parason.payments.operations.moving import move_attempt
from parason.payments.operations.observing import Consequences
from parason.payments.states import AttemptStatus, PaymentStatus

if TYPE_CHECKING:
    from parason.accounts.models import User


class NotUnderReview(PaymentError):
    message = _("Somebody else has decided about this money already.")


class CannotCount(PaymentError):
    message = _("This money cannot count: another currency, already paid, or no longer wanted.")


def _locked(attempt: Attempt) -> tuple[Attempt, GatewayTransaction]:
    Payment.objects.select_for_update().only("pk").get(pk=attempt.payment_id)
    locked = Attempt.objects.select_related("payment__order").get(pk=attempt.pk)
    charge = locked.transactions.filter(kind=Kind.PAYMENT, status=Status.SUCCEEDED).order_by("pk").first()
    if locked.status != AttemptStatus.REVIEW or charge is None:
        raise NotUnderReview
    return locked, charge


@transaction.atomic
def propose_acceptance(*, attempt: Attempt, reason: str, by: User, at: datetime) -> Review:
    """The first person: this money is the payment after all. Raises NotUnderReview."""
    locked, _charge = _locked(attempt)
    if locked.reviews.filter(decided_at=None).exists():
        raise NotUnderReview
    return Review.objects.create(attempt=locked, reason=reason[:255], proposed_by=by, proposed_at=at)


@transaction.atomic
def confirm_acceptance(*, review: Review, consequences: Consequences, by: User, at: datetime) -> None:
    """The second person agrees: the money counts. Raises SecondPersonNeeded, NotUnderReview, CannotCount."""
    if review.proposed_by_id == by.pk:
        raise SecondPersonNeeded
    attempt, charge = _locked(review.attempt)
    payment = attempt.payment
    if charge.currency != payment.currency or payment.status != PaymentStatus.UNPAID:
        raise CannotCount
    try:
        crediting.accept_after_review(
            attempt=attempt, seen=charge, consequences=consequences, by=by, reason=review.reason, at=at
        )
    except DomainError as error:
        raise CannotCount from error
    _decide(review, by, at, accepted=True)


@transaction.atomic
def refuse_acceptance(*, review: Review, by: User, at: datetime) -> None:
    """It stays under review."""
    _decide(review, by, at, accepted=False)


def _decide(review: Review, by: User, at: datetime, *, accepted: bool) -> None:
    changed = Review.objects.filter(pk=review.pk, decided_at=None).update(
        decided_by=by, decided_at=at, accepted=accepted
    )
    if not changed:
        raise NotUnderReview


@transaction.atomic
def close_chargeback(*, attempt: Attempt, reason: str, by: User, at: datetime) -> None:
    """Somebody says what came of a chargeback, and it leaves the desk; the ledger keeps the loss.

    Raises NotUnderReview.
    """
    Payment.objects.select_for_update().only("pk").get(pk=attempt.payment_id)
    locked = Attempt.objects.get(pk=attempt.pk)
    if locked.status != AttemptStatus.CHARGEBACK or is_closed(locked):
        raise NotUnderReview
    Review.objects.create(
        attempt=locked, reason=reason[:255], proposed_by=by, proposed_at=at, decided_by=by, decided_at=at,
        accepted=False,
    )  # fmt: skip


@transaction.atomic
def send_back(*, attempt: Attempt, reason: str, consequences: Consequences, by: User, at: datetime) -> Refund:
    """One person: all of the money goes back to where it came from. Raises NotUnderReview."""
    locked, charge = _locked(attempt)
    move_attempt(locked, AttemptStatus.REFUNDING, at=at, by=by, data={"reason": reason})
    Review.objects.filter(attempt=locked, decided_at=None).update(
        decided_by=by, decided_at=at, accepted=False
    )
    refund = returning.make(
        attempt=locked,
        paid=charge,
        amount_minor=(charge.amount_minor or 0) - returning.held(charge),
        at=at,
        aside=True,
        origin=RefundOrigin.STAFF,
        reason=reason[:255],
        requested_by=by,
        next_ask_at=at,
    )
    consequences.money_goes_back(refund, at)
    return refund

"""Money has come: does it count, does it go back, or must a person look?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from parason.kernel.errors import DomainError
from parason.payments.gateways.interface import Gateway, Observation, Status
from parason.payments.models import Attempt, GatewayTransaction
from parason.payments.operations import ledger, returning
from parason.payments.operations.moving import alert, move_attempt, move_payment
from parason.payments.states import ENDED_UNPAID, PAYABLE, AttemptStatus, PaymentStatus

if TYPE_CHECKING:
    from parason.payments.operations.observing import Consequences

_A = AttemptStatus


def mismatches(attempt: Attempt, told: Observation, adapter: Gateway) -> list[str]:
    """What differs from what *we* hold; empty when it is our money to the last unit."""
    payment = attempt.payment
    wrong = {
        "shop": told.shop_id not in ("", attempt.shop_id),
        "reference": told.our_ref not in ("", attempt.our_ref),
        "page": bool(told.external_id and attempt.external_id and told.external_id != attempt.external_id),
        "amount": told.amount_minor != payment.amount_minor,
        "currency": told.currency != payment.currency,
        "test flag": told.test is not None and told.test != adapter.test_allowed,
    }
    return [name for name, differs in wrong.items() if differs]


def succeeded(
    attempt: Attempt,
    seen: GatewayTransaction,
    told: Observation,
    adapter: Gateway,
    consequences: Consequences,
    at: datetime,
) -> str:
    """A payment succeeded at the gateway, told for the first time."""
    if told.amount_minor is None or told.currency is None:
        # Proves nothing yet: ask for the whole truth.
        Attempt.objects.filter(pk=attempt.pk).update(next_ask_at=at)
        GatewayTransaction.objects.filter(pk=seen.pk).update(status=Status.PENDING)
        return "no amount told, asking"
    _bring_to_an_end(attempt, at)
    wrong = mismatches(attempt, told, adapter)
    if attempt.status in ENDED_UNPAID:
        move_attempt(attempt, _A.LATE_PAID, at=at, data={"uid": seen.uid})
    if attempt.status not in (*PAYABLE, _A.LATE_PAID):
        return _second_money(attempt, seen, wrong, consequences, at)
    if wrong:
        return _to_review(attempt, seen, wrong, consequences, at)
    if attempt.status == _A.LATE_PAID and not _still_wanted(attempt, consequences, at):
        return _goes_back(attempt, seen, "Paid after its time", consequences, at)
    late = attempt.payment.order.closed_at is not None
    move_attempt(attempt, _A.PAID, at=at, data={"uid": seen.uid}, next_ask_at=None, reason="")
    if attempt.payment.status != PaymentStatus.UNPAID or (
        late and not consequences.may_honour(attempt.payment, at)
    ):
        return _goes_back(attempt, seen, "Paid twice or for a cart that was changed", consequences, at)
    try:
        with transaction.atomic():
            _count(attempt, seen, consequences, at)
    except DomainError as error:
        # What the money was for has been paid or given up: by another order, by another device.
        alert("money for what is no longer owed", attempt=attempt.our_ref, why=repr(error))
        attempt.payment.refresh_from_db()
        return _goes_back(attempt, seen, "What it was for is no longer to be paid", consequences, at)
    return "paid"


def _bring_to_an_end(attempt: Attempt, at: datetime) -> None:
    """Money for a page that we had given up, or never knew of, is late money."""
    if attempt.status == _A.OPENING:
        move_attempt(attempt, _A.OPEN_UNKNOWN, at=at)
    if attempt.status == _A.OPEN_UNKNOWN:
        move_attempt(attempt, _A.ABANDONED, at=at)
    if attempt.status in (_A.NEW, _A.REJECTED):
        move_attempt(attempt, _A.CANCELLED, at=at)


def _still_wanted(attempt: Attempt, consequences: Consequences, at: datetime) -> bool:
    return attempt.payment.status == PaymentStatus.UNPAID and consequences.may_honour(attempt.payment, at)


def _count(attempt: Attempt, seen: GatewayTransaction, consequences: Consequences, at: datetime) -> None:
    """The money is the order's: everything that follows is in this same transaction."""
    payment = attempt.payment
    move_payment(payment, PaymentStatus.PAID, at=at, data={"attempt": attempt.pk}, paid_at=at)
    ledger.premium_received(payment, seen, at)
    consequences.settle(payment, at)


def _second_money(
    attempt: Attempt, seen: GatewayTransaction, wrong: list[str], consequences: Consequences, at: datetime
) -> str:
    """Another charge on a page that has brought its money already."""
    ledger.set_aside(attempt.payment, seen, at, "Charged a second time on one page")
    alert("a second charge on one page", attempt=attempt.our_ref, uid=seen.uid)
    if wrong:
        return "second charge, with a person"
    refund = returning.request_automatic(attempt, seen, "Charged twice", at)
    consequences.money_goes_back(refund, at)
    return "second charge, goes back"


def _to_review(
    attempt: Attempt, seen: GatewayTransaction, wrong: list[str], consequences: Consequences, at: datetime
) -> str:
    reason = "Differs: " + ", ".join(wrong)
    move_attempt(
        attempt, _A.REVIEW, at=at, data={"uid": seen.uid, "wrong": wrong}, reason=reason, next_ask_at=None
    )
    ledger.set_aside(attempt.payment, seen, at, reason)
    alert("a payment needs a person", attempt=attempt.our_ref, wrong=",".join(wrong))
    consequences.needs_review(attempt, at)
    return "review"


def _goes_back(
    attempt: Attempt, seen: GatewayTransaction, why: str, consequences: Consequences, at: datetime
) -> str:
    ledger.set_aside(attempt.payment, seen, at, why)
    move_attempt(attempt, _A.REFUNDING, at=at, data={"uid": seen.uid}, reason=why, next_ask_at=None)
    refund = returning.request_automatic(attempt, seen, why, at)
    consequences.money_goes_back(refund, at)
    return "goes back"


def charged_back(
    attempt: Attempt, seen: GatewayTransaction, told: Observation, consequences: Consequences, at: datetime
) -> str:
    """The payer's bank took the money back: the cover is a matter for people."""
    if told.status is not Status.SUCCEEDED:
        return "chargeback under way"
    if attempt.status == _A.PAID:
        move_attempt(attempt, _A.CHARGEBACK, at=at, data={"uid": seen.uid}, reason=told.message)
    ledger.charged_back(attempt.payment, seen, at)
    alert("charged back", attempt=attempt.our_ref, uid=seen.uid)
    consequences.needs_review(attempt, at)
    return "charged back"


def accept_after_review(
    *,
    attempt: Attempt,
    seen: GatewayTransaction,
    consequences: Consequences,
    by: object,
    reason: str,
    at: datetime,
) -> None:
    """Two people found that the money counts after all; the payment is locked by the caller."""
    move_attempt(attempt, _A.PAID, at=at, by=by, data={"reason": reason}, reason="")
    payment = attempt.payment
    move_payment(payment, PaymentStatus.PAID, at=at, by=by, data={"attempt": attempt.pk}, paid_at=at)
    ledger.accepted_after_review(payment, seen, at)
    consequences.settle(payment, at)

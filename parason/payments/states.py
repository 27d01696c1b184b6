"""The states of attempts, payments and refunds, and the tables of their moves."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class AttemptStatus(models.TextChoices):
    """Inner status of one try at one gateway."""

    NEW = "NEW"  # wanted, nothing sent
    OPENING = "OPENING"  # claimed: a call to the gateway is under way
    OPEN = "OPEN"  # the gateway gave a page to pay at
    OPEN_UNKNOWN = "OPEN_UNKNOWN"  # the call ended without an answer
    REJECTED = "REJECTED"  # the gateway refused; nothing was charged
    ABANDONED = "ABANDONED"  # lost page that nobody was ever shown
    IN_PROGRESS = "IN_PROGRESS"  # the payer was at the bank
    PAID = "PAID"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    LATE_PAID = "LATE_PAID"  # money after the end
    REVIEW = "REVIEW"  # a person must look
    REFUNDING = "REFUNDING"  # the whole sum goes back
    REFUNDED = "REFUNDED"
    CHARGEBACK = "CHARGEBACK"  # the payer's bank took the money back


_A = AttemptStatus
# One live attempt per payment; the partial unique index rests on this set.
LIVE = (_A.NEW, _A.OPENING, _A.OPEN, _A.OPEN_UNKNOWN, _A.IN_PROGRESS)
PAYABLE = (_A.OPEN, _A.IN_PROGRESS)
ENDED_UNPAID = (_A.ABANDONED, _A.DECLINED, _A.EXPIRED, _A.CANCELLED)
TERMINAL = (*ENDED_UNPAID, _A.REJECTED, _A.PAID, _A.REFUNDED)
CORRECTIONS = (_A.PAID, _A.DECLINED, _A.EXPIRED, _A.CANCELLED)

MOVES: dict[tuple[str, str], str] = {
    (_A.NEW, _A.OPENING): "claimed",
    (_A.OPENING, _A.OPEN): "opened",
    (_A.OPENING, _A.REJECTED): "refused by the gateway",
    (_A.OPENING, _A.OPEN_UNKNOWN): "no answer from the gateway",
    (_A.NEW, _A.CANCELLED): "cancelled",
    (_A.OPEN_UNKNOWN, _A.CANCELLED): "cancelled",
    (_A.OPEN_UNKNOWN, _A.ABANDONED): "abandoned unseen",
    (_A.OPEN_UNKNOWN, _A.OPENING): "repeated with the same key",
    (_A.OPEN, _A.IN_PROGRESS): "payer at the bank",
    (_A.IN_PROGRESS, _A.OPEN): "declined, may try again",
    (_A.OPEN, _A.PAID): "paid",
    (_A.IN_PROGRESS, _A.PAID): "paid",
    (_A.OPEN, _A.DECLINED): "declined",
    (_A.IN_PROGRESS, _A.DECLINED): "declined",
    (_A.OPEN, _A.EXPIRED): "expired",
    (_A.IN_PROGRESS, _A.EXPIRED): "expired",
    (_A.OPEN, _A.CANCELLED): "cancelled",
    (_A.IN_PROGRESS, _A.CANCELLED): "cancelled",
    (_A.OPEN, _A.REVIEW): "put to review",
    (_A.IN_PROGRESS, _A.REVIEW): "put to review",
    **{(before, _A.LATE_PAID): "paid late" for before in ENDED_UNPAID},
    (_A.LATE_PAID, _A.PAID): "late payment honoured",
    (_A.LATE_PAID, _A.REVIEW): "put to review",
    (_A.LATE_PAID, _A.REFUNDING): "late payment goes back",
    (_A.PAID, _A.REFUNDING): "paid twice, goes back",
    (_A.REVIEW, _A.REFUNDING): "goes back after review",
    (_A.REVIEW, _A.PAID): "accepted after review",
    (_A.REFUNDING, _A.REFUNDED): "money returned",
    (_A.REFUNDING, _A.REVIEW): "return failed",
    (_A.PAID, _A.CHARGEBACK): "charged back",
}
# What a reconciliation may force, with an event of its own name, when the gateway proves us wrong.
MOVES |= {
    (before, after): "corrected"
    for before in TERMINAL
    for after in CORRECTIONS
    if before != after and (before, after) not in MOVES
}


class PaymentStatus(models.TextChoices):
    """What an order's payment amounts to, over all its attempts and refunds."""

    UNPAID = "UNPAID"
    PAID = "PAID"
    PARTLY_REFUNDED = "PARTLY_REFUNDED"
    REFUNDED = "REFUNDED"


_P = PaymentStatus
PAYMENT_MOVES: dict[tuple[str, str], str] = {
    (_P.UNPAID, _P.PAID): "paid",
    (_P.PAID, _P.UNPAID): "corrected",
    (_P.PAID, _P.PARTLY_REFUNDED): "partly refunded",
    (_P.PAID, _P.REFUNDED): "refunded",
    (_P.PARTLY_REFUNDED, _P.REFUNDED): "refunded",
}


class RefundStatus(models.TextChoices):
    """Inner status of one refund."""

    REQUESTED = "REQUESTED"
    SUBMITTING = "SUBMITTING"  # claimed: a call to the gateway is under way
    PENDING = "PENDING"  # the gateway works on it, for days perhaps
    UNKNOWN = "UNKNOWN"  # the call ended without an answer
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    REFUSED = "REFUSED"  # by our staff, before anything was sent


_R = RefundStatus
REFUND_MOVES: dict[tuple[str, str], str] = {
    (_R.REQUESTED, _R.SUBMITTING): "sent",
    (_R.REQUESTED, _R.REFUSED): "refused",
    (_R.SUBMITTING, _R.SUCCEEDED): "returned",
    (_R.SUBMITTING, _R.PENDING): "under way",
    (_R.SUBMITTING, _R.UNKNOWN): "no answer from the gateway",
    (_R.SUBMITTING, _R.FAILED): "failed",
    (_R.PENDING, _R.SUCCEEDED): "returned",
    (_R.PENDING, _R.FAILED): "failed",
    (_R.UNKNOWN, _R.SUCCEEDED): "returned",
    (_R.UNKNOWN, _R.PENDING): "under way",
    (_R.UNKNOWN, _R.FAILED): "failed",
    (_R.UNKNOWN, _R.SUBMITTING): "sent again with the same key",
    (_R.FAILED, _R.REQUESTED): "asked for again",
    (_R.FAILED, _R.SUCCEEDED): "returned after all",  # we had given it up; the gateway had not
}
# These hold a part of the paid sum; the rest may still be refunded.
REFUND_HOLDS = (_R.REQUESTED, _R.SUBMITTING, _R.PENDING, _R.UNKNOWN, _R.SUCCEEDED)


class RefundOrigin(models.TextChoices):
    """Who wanted money to go back."""

    CUSTOMER = "customer"
    STAFF = "staff"
    AUTOMATIC = "automatic"  # late, double or superseded money
    GATEWAY = "gateway"  # made in the gateway's own back office


class RateStatus(models.TextChoices):
    """Inner status of a rate entered by hand."""

    ENTERED = "ENTERED"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"


RATE_MOVES: dict[tuple[str, str], str] = {
    (RateStatus.ENTERED, RateStatus.CONFIRMED): "confirmed",
    (RateStatus.ENTERED, RateStatus.REFUSED): "refused",
}


class SettlementStatus(models.TextChoices):
    """Inner status of what a gateway says it paid out for a day."""

    TOLD = "TOLD"  # our account has not seen it yet
    ARRIVED = "ARRIVED"
    DIFFERS = "DIFFERS"  # another sum arrived
    CLOSED = "CLOSED"  # a person said what the difference was


_S = SettlementStatus
SETTLEMENT_MOVES: dict[tuple[str, str], str] = {
    (_S.TOLD, _S.ARRIVED): "arrived",
    (_S.TOLD, _S.DIFFERS): "another sum arrived",
    (_S.DIFFERS, _S.ARRIVED): "the rest arrived",
    (_S.DIFFERS, _S.CLOSED): "difference explained",
}


class Outward(models.TextChoices):
    """What customers, templates and the API see of a payment."""

    PAID = "paid", pgettext_lazy("payment", "Paid")
    CHECKING = "checking", pgettext_lazy("payment", "Being checked")
    OPEN = "open", pgettext_lazy("payment", "Waiting for you to pay")
    NOT_PAID = "not_paid", pgettext_lazy("payment", "Not paid")
    REVIEW = "review", pgettext_lazy("payment", "With our staff")
    RETURNED = "returned", pgettext_lazy("payment", "Money returned")
    PARTLY_RETURNED = "partly_returned", pgettext_lazy("payment", "Partly returned")


_OF_ATTEMPT = {
    _A.NEW: Outward.CHECKING,
    _A.OPENING: Outward.CHECKING,
    _A.OPEN: Outward.OPEN,
    _A.OPEN_UNKNOWN: Outward.NOT_PAID,
    _A.IN_PROGRESS: Outward.CHECKING,
    _A.PAID: Outward.PAID,
    _A.LATE_PAID: Outward.CHECKING,
    _A.REVIEW: Outward.REVIEW,
    _A.CHARGEBACK: Outward.REVIEW,
    _A.REFUNDING: Outward.RETURNED,
    _A.REFUNDED: Outward.RETURNED,
}
_OF_PAYMENT = {
    _P.PAID: Outward.PAID,
    _P.PARTLY_REFUNDED: Outward.PARTLY_RETURNED,
    _P.REFUNDED: Outward.RETURNED,
}


def outward(payment_status: str, attempt_status: str | None) -> Outward:
    """The outward status of a payment; `attempt_status` is its latest attempt's, if it has one."""
    if attempt_status == AttemptStatus.CHARGEBACK:
        return Outward.REVIEW
    if payment_status != PaymentStatus.UNPAID:
        return _OF_PAYMENT[PaymentStatus(payment_status)]
    if attempt_status is None:
        return Outward.NOT_PAID
    return _OF_ATTEMPT.get(AttemptStatus(attempt_status), Outward.NOT_PAID)

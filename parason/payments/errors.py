"""The anticipated failures of this room."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parason.kernel.errors import DomainError


class PaymentError(DomainError):
    """The family of this room's failures."""


class RateMissing(PaymentError):
    """No official rate is known that is fresh enough."""

    message = _("Today's official exchange rate is not known yet. Try again a little later.")


class AlreadyPaid(PaymentError):
    message = _("This has been paid already. You have not been charged again.")


class BeingRecorded(PaymentError):
    message = _("Your earlier payment has arrived and is being recorded. Do not pay again.")


class InReview(PaymentError):
    message = _("Our staff are looking at your payment. Do not pay again; we will write to you.")


class GatewayUnavailable(PaymentError):
    message = _("The bank does not answer at the moment. You have not been charged. Try again in a minute.")


class GatewayRefused(PaymentError):
    message = _("The bank did not accept the payment request. You have not been charged. We have been told.")


class MethodNotOffered(PaymentError):
    message = _("This way of paying is not offered.")


class OrderClosed(PaymentError):
    message = _("Your cart has changed since. Look at it again.")


class RefundTooLarge(PaymentError):
    message = _("More than was paid cannot be returned.")


class RefundNotAllowed(PaymentError):
    message = _("This payment cannot be returned.")


class RefundUnderWay(PaymentError):
    message = _("The bank still works on the first one. Trying again could return the money twice.")


class SecondPersonNeeded(PaymentError):
    message = _("A refund of this size needs the approval of a second person.")


class LineSettled(PaymentError):
    message = _("Somebody has decided about this line already.")


class NotWaited(PaymentError):
    message = _("This payout is not waited for any more.")


class OtherCurrency(PaymentError):
    message = _("The transfer is in another currency than the payout.")


class TooMuchForRounding(PaymentError):
    message = _("So much is no rounding. Say that it is a fee; another person than the one who took it in.")


class NotToBeSent(PaymentError):
    message = _("This refund does not wait to be sent by hand.")


class ReferenceUsed(PaymentError):
    message = _("A transfer with this reference has sent another refund already.")


class SentInFuture(PaymentError):
    message = _("The day of sending cannot lie ahead.")


class RateNotAllowed(PaymentError):
    message = _("You do not have the right to do this.")


class OwnRate(PaymentError):
    message = _("A rate is confirmed by another person than the one who entered it.")


class BadRate(PaymentError):
    """A rate that cannot be entered; `field` names what to correct."""

    def __init__(self, field: str, message: str | Promise) -> None:
        self.field = field
        super().__init__(message)

"""Words for the codes of money: statuses, kinds, accounts of the ledger, ways to pay."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = dict[str, str | Promise]

ATTEMPT: Words = {
    "NEW": pgettext_lazy("attempt", "Wanted"),
    "OPENING": pgettext_lazy("attempt", "Being opened"),
    "OPEN": pgettext_lazy("attempt", "Open"),
    "OPEN_UNKNOWN": pgettext_lazy("attempt", "No answer from the bank"),
    "REJECTED": pgettext_lazy("attempt", "Refused by the bank"),
    "ABANDONED": pgettext_lazy("attempt", "Abandoned"),
    "IN_PROGRESS": pgettext_lazy("attempt", "Payer at the bank"),
    "PAID": pgettext_lazy("attempt", "Paid"),
    "DECLINED": pgettext_lazy("attempt", "Declined"),
    "EXPIRED": pgettext_lazy("attempt", "Expired"),
    "CANCELLED": pgettext_lazy("attempt", "Cancelled"),
    "LATE_PAID": pgettext_lazy("attempt", "Paid late"),
    "REVIEW": pgettext_lazy("attempt", "Under review"),
    "REFUNDING": pgettext_lazy("attempt", "Going back"),
    "REFUNDED": pgettext_lazy("attempt", "Gone back"),
    "CHARGEBACK": pgettext_lazy("attempt", "Charged back"),
}
PAYMENT: Words = {
    "UNPAID": pgettext_lazy("payment", "Not paid"),
    "PAID": pgettext_lazy("payment", "Paid"),
    "PARTLY_REFUNDED": pgettext_lazy("payment", "Partly returned"),
    "REFUNDED": pgettext_lazy("payment", "Returned"),
}
REFUND: Words = {
    "REQUESTED": pgettext_lazy("refund", "Asked for"),
    "SUBMITTING": pgettext_lazy("refund", "Being sent"),
    "PENDING": pgettext_lazy("refund", "Under way"),
    "UNKNOWN": pgettext_lazy("refund", "No answer from the bank"),
    "SUCCEEDED": pgettext_lazy("refund", "Returned"),
    "FAILED": pgettext_lazy("refund", "Failed"),
    "REFUSED": pgettext_lazy("refund", "Refused"),
}
SETTLEMENT: Words = {
    "TOLD": pgettext_lazy("payout", "On the way"),
    "ARRIVED": pgettext_lazy("payout", "Arrived"),
    "DIFFERS": pgettext_lazy("payout", "Another sum arrived"),
    "CLOSED": pgettext_lazy("payout", "Difference explained"),
}
PROBLEM: Words = {
    "other_amount": _("Our books have another sum"),
    "other_status": _("In our books it did not succeed"),
    "no_fee": _("The report does not tell the fee"),
}
DIFFERENCE: Words = {
    "unknown_to_us": _("We had not heard of it"),
    "other_status": _("Another status"),
    "other_amount": _("Another sum"),
    "unknown_to_gateway": _("The bank does not know it"),
}
ACCOUNT: Words = {
    "customers": pgettext_lazy("ledger", "Customers"),
    "premiums": pgettext_lazy("ledger", "Premiums"),
    "gateway": pgettext_lazy("ledger", "Held by gateways"),
    "aside": pgettext_lazy("ledger", "Set aside"),
    "refunds": pgettext_lazy("ledger", "Owed back"),
    "bank": pgettext_lazy("ledger", "Our bank account"),
    "fees": pgettext_lazy("ledger", "Bank fees"),
    "rounding": pgettext_lazy("ledger", "Rounding"),
    "disputed": pgettext_lazy("ledger", "Disputed"),
}
GATEWAY: Words = {
    "begateway": pgettext_lazy("gateway", "Card"),
    "erip": pgettext_lazy("gateway", "ERIP"),
    "stripe": pgettext_lazy("gateway", "Stripe"),
    "transfer": pgettext_lazy("gateway", "Bank transfer"),
}
KIND: Words = {
    "payment": pgettext_lazy("transaction", "Payment"),
    "refund": pgettext_lazy("transaction", "Refund"),
    "chargeback": pgettext_lazy("transaction", "Chargeback"),
}
TRANSACTION: Words = {
    "OPEN": pgettext_lazy("transaction", "open"),
    "PENDING": pgettext_lazy("transaction", "under way"),
    "ACTION_REQUIRED": pgettext_lazy("transaction", "the payer is asked"),
    "SUCCEEDED": pgettext_lazy("transaction", "succeeded"),
    "DECLINED": pgettext_lazy("transaction", "declined"),
    "EXPIRED": pgettext_lazy("transaction", "expired"),
    "CANCELLED": pgettext_lazy("transaction", "cancelled"),
    "ERROR": pgettext_lazy("transaction", "failed"),
    "UNKNOWN": pgettext_lazy("transaction", "unknown"),
}
# What came of something that a gateway told, as the rules of payments say it; and why money is where it is.
OUTCOME: Words = {
    "paid": pgettext_lazy("outcome", "paid"),
    "known": pgettext_lazy("outcome", "known"),
    "review": pgettext_lazy("outcome", "review"),
    "goes back": pgettext_lazy("outcome", "goes back"),
    "second charge, with a person": pgettext_lazy("outcome", "second charge, with a person"),
    "second charge, goes back": pgettext_lazy("outcome", "second charge, goes back"),
    "no amount told, asking": pgettext_lazy("outcome", "no amount told, asking"),
    "not ours": pgettext_lazy("outcome", "not ours"),
    "parked until its payment is known": pgettext_lazy("outcome", "parked until its payment is known"),
    "refunded": pgettext_lazy("outcome", "refunded"),
    "refund failed": pgettext_lazy("outcome", "refund failed"),
    "refund pending": pgettext_lazy("outcome", "refund pending"),
    "refund known": pgettext_lazy("outcome", "refund known"),
    "refund made at the gateway": pgettext_lazy("outcome", "refund made at the gateway"),
    "a refund of the gateway's, not done": pgettext_lazy("outcome", "a refund of the gateway's, not done"),
    "more returned than paid, with a person": pgettext_lazy(
        "outcome", "more returned than paid, with a person"
    ),
    "charged back": pgettext_lazy("outcome", "charged back"),
    "chargeback under way": pgettext_lazy("outcome", "chargeback under way"),
    "declined": pgettext_lazy("outcome", "declined"),
    "declined, no change": pgettext_lazy("outcome", "declined, no change"),
    "declined, may try again": pgettext_lazy("outcome", "declined, may try again"),
    "ended, no change": pgettext_lazy("outcome", "ended, no change"),
    "expired": pgettext_lazy("outcome", "expired"),
    "cancelled": pgettext_lazy("outcome", "cancelled"),
    "no change": pgettext_lazy("outcome", "no change"),
    "in progress": pgettext_lazy("outcome", "in progress"),
    "another page of ours": pgettext_lazy("outcome", "another page of ours"),
    "a checkout that is not ours": pgettext_lazy("outcome", "a checkout that is not ours"),
    "with a person": pgettext_lazy("outcome", "with a person"),
    "corrected, the policy is with a person": pgettext_lazy(
        "outcome", "corrected, the policy is with a person"
    ),
    "nothing about money": pgettext_lazy("outcome", "nothing about money"),
    "Paid after its time": pgettext_lazy("outcome", "Paid after its time"),
    "Paid twice or for a cart that was changed": pgettext_lazy(
        "outcome", "Paid twice or for a cart that was changed"
    ),
    "What it was for is no longer to be paid": pgettext_lazy(
        "outcome", "What it was for is no longer to be paid"
    ),
    "Charged twice": pgettext_lazy("outcome", "Charged twice"),
    "The return of the money failed": pgettext_lazy("outcome", "The return of the money failed"),
    "Differs: amount": pgettext_lazy("outcome", "Differs: amount"),
    "Differs: currency": pgettext_lazy("outcome", "Differs: currency"),
    "Differs: test flag": pgettext_lazy("outcome", "Differs: test flag"),
    "Differs: shop": pgettext_lazy("outcome", "Differs: shop"),
    "Made at the gateway": pgettext_lazy("outcome", "Made at the gateway"),
}
THING: Words = {
    "payment": pgettext_lazy("timeline", "Payment"),
    "attempt": pgettext_lazy("timeline", "Attempt"),
    "refund": pgettext_lazy("timeline", "Refund"),
    "ledger": pgettext_lazy("timeline", "Ledger"),
    "message": pgettext_lazy("timeline", "Message of the bank"),
}
FORGERY: Words = {
    "no signature": _("No signature"),
    "bad signature": _("Wrong signature"),
    "not text": _("Not readable"),
    "no key configured": _("We have no key to check it with"),
    "signed, but no password": _("Rightly signed, but without the password"),
    "signed, but a wrong password": _("Rightly signed, but with a wrong password"),
}
MONEY: dict[str, Words] = {
    "attempt": ATTEMPT, "payment": PAYMENT, "refund": REFUND, "settlement": SETTLEMENT, "problem": PROBLEM,
    "difference": DIFFERENCE, "account": ACCOUNT, "gateway": GATEWAY, "transaction kind": KIND,
    "transaction": TRANSACTION, "thing": THING, "forgery": FORGERY, "result": OUTCOME,
    "standing": {**PAYMENT, **ATTEMPT},
}  # fmt: skip
EVENTS: Words = {
    "another sum arrived": pgettext_lazy("event", "another sum arrived"),
    "arrived": pgettext_lazy("event", "arrived"),
    "difference explained": pgettext_lazy("event", "difference explained"),
    "the rest arrived": pgettext_lazy("event", "the rest arrived"),
    "told": pgettext_lazy("event", "told by the gateway"),
}

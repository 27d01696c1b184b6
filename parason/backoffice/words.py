"""Words for codes that rooms keep in the database: events, statuses, facts, kinds."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parason.accounts.labels import LABELS, ORGANISATION
from parason.backoffice.money_words import EVENTS as MONEY_EVENTS
from parason.backoffice.money_words import MONEY
from parason.documents.states import Verdict
from parason.products.states import TariffStatus

Words = dict[str, str | Promise]

EVENTS: Words = {
    **MONEY_EVENTS,
    "abandoned unseen": pgettext_lazy("event", "abandoned unseen"),
    "accepted after review": pgettext_lazy("event", "accepted after review"),
    "approved": pgettext_lazy("event", "approved"),
    "asked for": pgettext_lazy("event", "asked for"),
    "asked for again": pgettext_lazy("event", "asked for again"),
    "bounced": pgettext_lazy("event", "bounced"),
    "cancelled": pgettext_lazy("event", "cancelled"),
    "charged back": pgettext_lazy("event", "charged back"),
    "claimed": pgettext_lazy("event", "sending to the bank"),
    "confirmed": pgettext_lazy("event", "confirmed"),
    "connection broke": pgettext_lazy("event", "connection broke"),
    "corrected": pgettext_lazy("event", "corrected"),
    "declined": pgettext_lazy("event", "declined"),
    "declined, may try again": pgettext_lazy("event", "declined, may try again"),
    "entered": pgettext_lazy("event", "entered"),
    "expired": pgettext_lazy("event", "expired"),
    "failed": pgettext_lazy("event", "failed"),
    "formed": pgettext_lazy("event", "formed"),
    "goes back after review": pgettext_lazy("event", "goes back after review"),
    "issued": pgettext_lazy("event", "issued"),
    "lapsed": pgettext_lazy("event", "lapsed"),
    "late payment goes back": pgettext_lazy("event", "late payment goes back"),
    "late payment honoured": pgettext_lazy("event", "late payment honoured"),
    "loaded": pgettext_lazy("event", "loaded"),
    "money returned": pgettext_lazy("event", "money returned"),
    "no answer from the gateway": pgettext_lazy("event", "no answer from the bank"),
    "no longer owed": pgettext_lazy("event", "no longer owed"),
    "opened": pgettext_lazy("event", "the bank's page opened"),
    "paid": pgettext_lazy("event", "paid"),
    "paid late": pgettext_lazy("event", "paid late"),
    "paid late and honoured": pgettext_lazy("event", "paid late and honoured"),
    "paid twice, goes back": pgettext_lazy("event", "paid twice, goes back"),
    "partly refunded": pgettext_lazy("event", "partly refunded"),
    "payer at the bank": pgettext_lazy("event", "payer at the bank"),
    "proposed": pgettext_lazy("event", "proposed"),
    "put to review": pgettext_lazy("event", "put to review"),
    "refunded": pgettext_lazy("event", "refunded"),
    "refunded before issue": pgettext_lazy("event", "refunded before issue"),
    "refused": pgettext_lazy("event", "refused"),
    "refused by the gateway": pgettext_lazy("event", "refused by the bank"),
    "repeated with the same key": pgettext_lazy("event", "repeated with the same key"),
    "replaced": pgettext_lazy("event", "replaced"),
    "return failed": pgettext_lazy("event", "return failed"),
    "returned": pgettext_lazy("event", "returned"),
    "returned after all": pgettext_lazy("event", "returned after all"),
    "sending": pgettext_lazy("event", "sending"),
    "sent": pgettext_lazy("event", "sent"),
    "sent again": pgettext_lazy("event", "sent again"),
    "sent again with the same key": pgettext_lazy("event", "sent again with the same key"),
    "terminated": pgettext_lazy("event", "terminated"),
    "to be tried again": pgettext_lazy("event", "to be tried again"),
    "under way": pgettext_lazy("event", "under way"),
    "wanted": pgettext_lazy("event", "wanted"),
    "withdrawn": pgettext_lazy("event", "withdrawn"),
}
CONTRACT: Words = {
    "FORMED": pgettext_lazy("contract", "To be paid"),
    "PAID": pgettext_lazy("contract", "Paid, policy being issued"),
    "ISSUED": pgettext_lazy("contract", "Policy issued"),
    "WITHDRAWN": pgettext_lazy("contract", "Withdrawn"),
    "LAPSED": _("Not paid in time"),
    "TERMINATED": pgettext_lazy("contract", "Terminated"),
}
POLICY: Words = {
    "ISSUED": pgettext_lazy("policy", "Issued"),
    "WITHDRAWN": pgettext_lazy("policy", "Withdrawn"),
    "REPLACED": pgettext_lazy("policy", "Replaced by another policy"),
}
PARTS: Words = {
    "DUE": pgettext_lazy("part", "To be paid"),
    "PAID": pgettext_lazy("part", "Paid"),
    "DROPPED": pgettext_lazy("part", "No longer owed"),
}
KINDS: Words = {
    "person": pgettext_lazy("insured", "Person"),
    "vehicle": pgettext_lazy("insured", "Vehicle"),
    "building": pgettext_lazy("insured", "Building"),
    "event": pgettext_lazy("insured", "Event"),
}
CLASSES: Words = {
    "private": pgettext_lazy("class", "Private"),
    "obligatory": pgettext_lazy("class", "Obligatory"),
    "business": pgettext_lazy("class", "For business"),
}
TERMS: Words = {
    "day": pgettext_lazy("term", "days"),
    "month": pgettext_lazy("term", "months"),
    "year": pgettext_lazy("term", "years"),
}
TARIFF: Words = {str(one.value): one.label for one in TariffStatus}
UNITS: Words = {"BASE_UNIT": _("Base unit")}
RECORDS: Words = {
    "accounts.user": pgettext_lazy("records", "Accounts and roles"),
    "accounts.auditentry": pgettext_lazy("records", "Audit trail"),
    "accounts.consent": pgettext_lazy("records", "Consents"),
    "products.tariffversion": pgettext_lazy("records", "Tariff versions"),
    "products.baseunit": pgettext_lazy("records", "Base units"),
    "products.salesstop": pgettext_lazy("records", "Sales stops"),
    "payments.exchangerate": pgettext_lazy("records", "Exchange rates"),
    "contracts.contract": pgettext_lazy("records", "Contracts"),
    "checkout.order": pgettext_lazy("records", "Orders"),
    "documents.policy": pgettext_lazy("records", "Policies"),
    "documents.letter": pgettext_lazy("records", "Letters"),
    "documents.look": pgettext_lazy("records", "Checks of policies"),
}
LETTERS: Words = {
    "account_activate": pgettext_lazy("letter", "Activation"),
    "account_confirm_email": pgettext_lazy("letter", "Confirm an address"),
    "account_exists": pgettext_lazy("letter", "There is an account already"),
    "account_guarded": pgettext_lazy("letter", "Staff looked after the log-in"),
    "account_notice": pgettext_lazy("letter", "Account was changed"),
    "account_reset": pgettext_lazy("letter", "New password"),
    "account_unknown": pgettext_lazy("letter", "No account: password asked for"),
    "account_unregistered": pgettext_lazy("letter", "No account: activation asked for"),
    "contract_ended_unpaid": pgettext_lazy("letter", "Contract ended: a part was not paid"),
    "contract_terminated": pgettext_lazy("letter", "Contract terminated"),
    "cover_ends": pgettext_lazy("letter", "Reminder: cover ends"),
    "cover_starts": pgettext_lazy("letter", "Reminder: cover starts"),
    "draft_unpaid": pgettext_lazy("letter", "Reminder: to be paid"),
    "money_goes_back": pgettext_lazy("letter", "Money goes back"),
    "part_due": pgettext_lazy("letter", "Reminder: a part falls due"),
    "part_overdue": pgettext_lazy("letter", "Reminder: a part is overdue"),
    "part_paid": pgettext_lazy("letter", "A part was paid"),
    "part_paid_last": pgettext_lazy("letter", "The last part was paid"),
    "passport_expires": pgettext_lazy("letter", "Reminder: passport expires"),
    "payment_review": pgettext_lazy("letter", "Payment under review"),
    "policy_issued": pgettext_lazy("letter", "Policy issued"),
    "policy_replaced": pgettext_lazy("letter", "Policy replaced"),
    "refund": pgettext_lazy("letter", "Refund"),
}
LETTER_STATUSES: Words = {
    "WAITING": pgettext_lazy("letter", "Waits for a person"),
    "QUEUED": pgettext_lazy("letter", "Queued"),
    "SENDING": pgettext_lazy("letter", "Being sent"),
    "SENT": pgettext_lazy("letter", "Sent"),
    "UNSURE": pgettext_lazy("letter", "Unsure: the connection broke"),
    "REFUSED": pgettext_lazy("letter", "Refused"),
    "BOUNCED": pgettext_lazy("letter", "Returned"),
}
SECOND_STEPS: Words = {
    "totp": pgettext_lazy("second step", "authenticator app"),
    "webauthn": pgettext_lazy("second step", "passkey or security key"),
    "recovery_codes": pgettext_lazy("second step", "recovery codes"),
}
ACTS: Words = {
    "sessions.end": pgettext_lazy("audit", "logged out by staff"),
    "second_factor.reset": pgettext_lazy("audit", "second step taken away"),
    "user.change": pgettext_lazy("audit", "roles or access changed"),
    "account.refused": pgettext_lazy("audit", "refused"),
}
CONSENTS: Words = {
    "terms": pgettext_lazy("consent", "Terms of use"),
    "personal_data": pgettext_lazy("consent", "Use of personal data"),
}
DOORS: Words = {
    "public": pgettext_lazy("check of a policy", "Public page"),
    "desk": pgettext_lazy("check of a policy", "Desk of an officer"),
}
OUTCOMES: Words = {
    **{str(one.value): one.label for one in Verdict},
    "nothing": pgettext_lazy("check of a policy", "Nothing found"),
    "limited": pgettext_lazy("check of a policy", "Too many tries"),
}
ROLES: Words = {
    "product manager": pgettext_lazy("role", "product manager"),
    "actuary": pgettext_lazy("role", "actuary"),
    "cashier": pgettext_lazy("role", "cashier"),
    "underwriter": pgettext_lazy("role", "underwriter"),
    "support": pgettext_lazy("role", "support"),
    "officer": pgettext_lazy("role", "officer"),
    "administrator": pgettext_lazy("role", "administrator"),
    "auditor": pgettext_lazy("role", "auditor"),
}
OF: dict[str, Words] = {
    "event": EVENTS, "contract": CONTRACT, "policy": POLICY, "part": PARTS,
    "kind": KINDS, "class": CLASSES, "term": TERMS,
    "fact": {**ORGANISATION, **LABELS}, "role": ROLES, "letter": LETTERS, "letter status": LETTER_STATUSES,
    **MONEY,
    "consent": CONSENTS, "door": DOORS, "outcome": OUTCOMES, "unit": UNITS, "tariff": TARIFF,
    "act": ACTS,
}  # fmt: skip


def in_words(code: str, of: str) -> str:
    """The words for a code of one sort, or the code itself where nobody has named it."""
    return str(OF[of].get(code, code))

"""Why a bank declined, in words for the payer: a closed table of the codes that gateways are known to send.

Two tables of beGateway's codes are in use, and a card's own bank has two digits; Stripe has words. What is
not here is shown in the bank's own text. Suspicion is never told: a thief would learn from it.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

FUNDS = gettext_lazy("There is not enough money on the card.")
EXPIRED = gettext_lazy("The card has expired. Use another one.")
CVC = gettext_lazy("The three digits on the back of the card (CVC) are wrong.")
NUMBER = gettext_lazy("The card's number or date is wrong.")
LIMIT = gettext_lazy("The payment is above a limit of the card. Your bank can raise it.")
CONFIRMATION = gettext_lazy("The payment was not confirmed with your bank (3-D Secure).")
LATER = gettext_lazy("Your bank cannot be reached at the moment. Try again a little later.")
NOT_PERMITTED = gettext_lazy("Your bank does not permit this payment with this card. Use another one.")
NO_REASON = gettext_lazy("Your bank declined the payment and gave no reason. Ask it, or use another card.")
CURRENCY = gettext_lazy("The card cannot pay in this currency.")
DOUBLE = gettext_lazy("The bank took it for the same payment made twice. Wait half a minute and try again.")
UNFINISHED = gettext_lazy("The payment was not finished in time.")
GIVEN_UP = gettext_lazy("The payment was cancelled.")

REASONS: dict[str, Promise | str] = {
    # beGateway, version 3: one table …
    "F.0105": NO_REASON, "F.0108": DOUBLE, "F.0109": UNFINISHED, "F.0111": EXPIRED, "F.0112": CVC,
    "F.0113": CURRENCY, "F.0114": FUNDS, "F.0115": NO_REASON, "F.0116": NO_REASON,
    **{f"F.0{code}": LATER for code in range(117, 123)},
    "F.0123": LIMIT, "F.0124": LIMIT, "F.0125": LIMIT, "F.0127": NUMBER, "F.0129": CONFIRMATION,
    "F.0130": CONFIRMATION, "F.0132": GIVEN_UP, "F.0135": DOUBLE, "F.0998": UNFINISHED,
    # … and the other
    "F.0002": NO_REASON, "F.0003": EXPIRED, "F.0005": UNFINISHED, "F.0006": CVC,
    # the answer of the card's own bank (ISO 8583)
    "04": NO_REASON, "05": NO_REASON, "14": NUMBER, "41": NO_REASON, "43": NO_REASON, "51": FUNDS,
    "54": EXPIRED, "57": NOT_PERMITTED, "61": LIMIT, "65": LIMIT, "82": CVC, "91": LATER, "94": DOUBLE,
    "96": LATER,
    # Stripe
    "insufficient_funds": FUNDS, "expired_card": EXPIRED, "incorrect_cvc": CVC, "incorrect_number": NUMBER,
    "card_declined": NO_REASON, "generic_decline": NO_REASON, "do_not_honor": NO_REASON,
    "fraudulent": NO_REASON, "authentication_required": CONFIRMATION, "processing_error": LATER,
    "card_velocity_exceeded": LIMIT, "currency_not_supported": CURRENCY,
    "transaction_not_allowed": NOT_PERMITTED,
}  # fmt: skip


# What we answer a bank that asks before it charges; it tells it back as its own.
OURS = gettext_noop("This is no longer to be paid. You have not been charged.")


def in_words(*, code: str, said: str) -> str:
    """Why, in the reader's language; `said` is the bank's own text."""
    if said == OURS:
        return _(OURS)
    if code in REASONS:
        return str(REASONS[code])
    if said:
        return _("The bank declined the payment and says: %(said)s") % {"said": said}
    return _("The bank declined the payment.")

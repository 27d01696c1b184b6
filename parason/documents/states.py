"""The states of policies, seal keys and letters, and the tables of their moves."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import pgettext_lazy

from parason.kernel.periods import Period


class PolicyStatus(models.TextChoices):
    """Inner status of an issued policy."""

    ISSUED = "ISSUED"
    WITHDRAWN = "WITHDRAWN"  # the contract was terminated, or the policy was issued in error
    REPLACED = "REPLACED"  # an amendment made a new one


MOVES: dict[tuple[str, str], str] = {
    (PolicyStatus.ISSUED, PolicyStatus.WITHDRAWN): "withdrawn",
    (PolicyStatus.ISSUED, PolicyStatus.REPLACED): "replaced",
}


class Verdict(models.TextChoices):
    """What a checker is told about a policy; the same words on paper, page and command line."""

    VALID = "valid", pgettext_lazy("policy", "Valid now")
    NOT_YET = "not_yet", pgettext_lazy("policy", "Not yet valid")
    EXPIRED = "expired", pgettext_lazy("policy", "Expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("policy", "Withdrawn")
    REPLACED = "replaced", pgettext_lazy("policy", "Replaced by another policy")
    NOT_GENUINE = "not_genuine", pgettext_lazy("policy", "Not genuine")


def verdict(status: str, period: Period, today: date) -> Verdict:
    """The verdict on a genuine policy on a calendar day of the insurer's zone."""
    if status == PolicyStatus.WITHDRAWN:
        return Verdict.WITHDRAWN
    if status == PolicyStatus.REPLACED:
        return Verdict.REPLACED
    if today < period.first:
        return Verdict.NOT_YET
    return Verdict.VALID if today in period else Verdict.EXPIRED


class KeyStatus(models.TextChoices):
    """A retired key signs no more but its seals hold; a revoked one makes every seal of it void."""

    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"
    REVOKED = "REVOKED"


class LetterStatus(models.TextChoices):
    """How far a letter has come."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"  # handed to a mail server that has not answered yet
    SENT = "SENT"
    REFUSED = "REFUSED"  # a server said no for good
    BOUNCED = "BOUNCED"  # a server took it and sent it back later
    UNSURE = "UNSURE"  # the connection broke while the server was taking it: never sent again by itself


# Letters that a person should look at: they did not arrive, or perhaps not.
NOT_ARRIVED = [one.value for one in (LetterStatus.UNSURE, LetterStatus.REFUSED, LetterStatus.BOUNCED)]

LETTER_MOVES: dict[tuple[str, str], str] = {
    (LetterStatus.QUEUED, LetterStatus.SENDING): "sending",
    (LetterStatus.SENDING, LetterStatus.SENT): "sent",
    (LetterStatus.SENDING, LetterStatus.REFUSED): "refused",
    (LetterStatus.SENDING, LetterStatus.QUEUED): "to be tried again",
    (LetterStatus.SENDING, LetterStatus.UNSURE): "connection broke",
    (LetterStatus.SENT, LetterStatus.BOUNCED): "bounced",
    (LetterStatus.UNSURE, LetterStatus.BOUNCED): "bounced",
}

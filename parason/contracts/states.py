"""The states of a contract, and the one table of its moves."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parason.kernel.periods import Period


class ContractStatus(models.TextChoices):
    """Inner status: what the portal has to do next."""

    FORMED = "FORMED"  # agreed, to be paid
    PAID = "PAID"  # money is here, the policy is being issued
    ISSUED = "ISSUED"  # the policy exists
    WITHDRAWN = "WITHDRAWN"  # by the customer, before paying
    LAPSED = "LAPSED"  # not paid in time
    TERMINATED = "TERMINATED"  # ended before its last day


MOVES: dict[tuple[str, str], str] = {
    (ContractStatus.FORMED, ContractStatus.PAID): "paid",
    (ContractStatus.FORMED, ContractStatus.WITHDRAWN): "withdrawn",
    (ContractStatus.FORMED, ContractStatus.LAPSED): "lapsed",
    (ContractStatus.LAPSED, ContractStatus.PAID): "paid late and honoured",
    (ContractStatus.PAID, ContractStatus.ISSUED): "issued",
    (ContractStatus.PAID, ContractStatus.TERMINATED): "refunded before issue",
    (ContractStatus.ISSUED, ContractStatus.TERMINATED): "terminated",
}


class PartStatus(models.TextChoices):
    """Inner status of one part of a premium that is paid in parts."""

    DUE = "DUE"  # to be paid, on its day or before
    PAID = "PAID"
    DROPPED = "DROPPED"  # the contract ended first: nobody owes it


PART_MOVES: dict[tuple[str, str], str] = {
    (PartStatus.DUE, PartStatus.PAID): "paid",
    (PartStatus.DUE, PartStatus.DROPPED): "no longer owed",
}


class Outward(models.TextChoices):
    """What customers, templates and the API see."""

    TO_BE_PAID = "to_be_paid", pgettext_lazy("contract", "To be paid")
    BEING_ISSUED = "being_issued", pgettext_lazy("contract", "Paid, policy being issued")
    STARTS_LATER = "starts_later", pgettext_lazy("contract", "Starts later")
    IN_FORCE = "in_force", pgettext_lazy("contract", "In force")
    ENDED = "ended", pgettext_lazy("contract", "Ended")
    WITHDRAWN = "withdrawn", pgettext_lazy("contract", "Withdrawn")
    LAPSED = "lapsed", _("Not paid in time")
    TERMINATED = "terminated", pgettext_lazy("contract", "Terminated")


_PLAIN = {
    ContractStatus.FORMED: Outward.TO_BE_PAID,
    ContractStatus.PAID: Outward.BEING_ISSUED,
    ContractStatus.WITHDRAWN: Outward.WITHDRAWN,
    ContractStatus.LAPSED: Outward.LAPSED,
    ContractStatus.TERMINATED: Outward.TERMINATED,
}


def outward(status: str, period: Period, today: date) -> Outward:
    """The outward status on a calendar day of the insurer's zone."""
    if status != ContractStatus.ISSUED:
        return _PLAIN[ContractStatus(status)]
    if today < period.first:
        return Outward.STARTS_LATER
    return Outward.IN_FORCE if today in period else Outward.ENDED

"""What may be refused in this room, each with a sentence for the person whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parason.kernel.errors import DomainError
from parason.products.rating.faults import TableFault


class UnknownProduct(DomainError):
    """No healthy product has this code."""

    message = _("There is no such insurance.")


class NotSold(DomainError):
    """The product is not sold today: no tariff in force, a sales stop,
    or a tariff that nobody has verified.
    """

    message = _("This insurance is not sold at the moment.")


class OutOfRange(DomainError):
    """An answer or fact for which there is no price.
    `field` is the question or fact, `index` the insured it is about.
    """

    def __init__(self, field: str, message: str | Promise, *, index: int | None = None) -> None:
        self.field = field
        self.index = index
        super().__init__(message)


class BadTable(DomainError):
    """An imported table with faults; nothing of it was kept."""

    message = _("The table has faults. Nothing was imported.")

    def __init__(self, faults: Sequence[TableFault], table: str = "") -> None:
        self.faults = list(faults)
        self.table = table
        super().__init__()


class NotAllowed(DomainError):
    """The person lacks the right for this act."""

    message = _("You do not have the right to do this.")


class OwnProposal(DomainError):
    """Whoever proposed a tariff cannot approve it."""

    message = _("A tariff is approved by another person than the one who proposed it.")


class AlreadyInForce(DomainError):
    """A tariff that has begun stays; a newer one follows it."""

    message = _("This tariff is in force already. Propose a newer one instead.")


class BadProposal(DomainError):
    """A proposal that cannot become a tariff version; `field` names what to correct."""

    def __init__(self, field: str, message: str | Promise) -> None:
        self.field = field
        super().__init__(message)

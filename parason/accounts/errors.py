"""The anticipated failures of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parason.kernel.errors import DomainError


class ChangedElsewhere(DomainError):
    """Somebody saved the same data after this page was opened. `revision` is the one that is stored now."""

    message = _(
        "These data were changed in another window after you opened this page. "
        "Look at them once more and save again if yours are right."
    )

    def __init__(self, *, revision: int) -> None:
        self.revision = revision
        super().__init__()


class NoSuchPerson(DomainError):
    """The person does not exist or belongs to somebody else; nobody learns which."""

    message = _("This person is not among those you have saved.")


class NoSuchOrganisation(DomainError):
    """The organisation does not exist or belongs to somebody else; nobody learns which."""

    message = _("This organisation is not among those you have saved.")


class SavedBefore(DomainError):
    """The account has an organisation with this number already."""

    message = _("You have saved an organisation with this number already.")

"""Questions about users and persons."""

from __future__ import annotations

from datetime import datetime

from parason.accounts.errors import NoSuchOrganisation, NoSuchPerson
from parason.accounts.models import AuditEntry, Consent, Organisation, Person, User
from parason.kernel.prepared import Prepared

__all__ = [
    "audit_of",
    "consents_of",
    "organisation_of",
    "organisations_of",
    "person_of",
    "persons_of",
    "self_of",
]

_self = Prepared(lambda owner: Person.objects.filter(owner_id=owner, is_self=True), owner=-1)
_all = Prepared(lambda owner: Person.objects.filter(owner_id=owner), owner=-1)


def self_of(user: User) -> Person | None:
    """The user's own data, None before the first save."""
    return next(iter(_with_owner(_self.instances(owner=user.pk), user)), None)


def persons_of(user: User) -> list[Person]:
    """The user and everybody whom the user has saved, the user first."""
    return _with_owner(_all.instances(owner=user.pk), user)


def _with_owner(persons: list[Person], owner: User) -> list[Person]:
    for person in persons:
        person.owner = owner  # known already, not to be read again
    return persons


def person_of(user: User, person_id: int) -> Person:
    """One saved person of the user. Raises NoSuchPerson, for somebody else's person too."""
    person = Person.objects.filter(owner=user, pk=person_id).select_related("owner").first()
    if person is None:
        raise NoSuchPerson
    return person


def organisations_of(user: User) -> list[Organisation]:
    """The organisations for which the user concludes contracts, in the order they were added."""
    return list(Organisation.objects.filter(owner=user))


def organisation_of(user: User, organisation_id: int) -> Organisation:
    """One organisation of the user. Raises NoSuchOrganisation, for somebody else's too."""
    found = Organisation.objects.filter(owner=user, pk=organisation_id).first()
    if found is None:
        raise NoSuchOrganisation
    return found


def consents_of(user: User) -> list[Consent]:
    """What the user agreed to, oldest first."""
    return list(Consent.objects.filter(user=user))


def audit_of(subject: str, *, since: datetime | None = None) -> list[AuditEntry]:
    """What was done to one thing, newest first."""
    rows = AuditEntry.objects.filter(subject=subject).select_related("actor")
    return list(rows.filter(at__gte=since) if since else rows)

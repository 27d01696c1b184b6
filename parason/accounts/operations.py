"""Acts on users and persons: the only writer of this room's tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q

from parason.accounts.errors import ChangedElsewhere, NoSuchOrganisation, NoSuchPerson, SavedBefore
from parason.accounts.models import AuditEntry, Consent, Organisation, Person, Session, User
from parason.accounts.registers import FACTS as ORGANISATION
from parason.accounts.roles import ROLES
from parason.kernel.transactions import in_transaction

__all__ = [
    "ChangedElsewhere",
    "NoSuchPerson",
    "audit",
    "delete_organisation",
    "delete_person",
    "end_sessions",
    "forget_ended_sessions",
    "forget_sessions",
    "record_consents",
    "save_organisation",
    "save_person",
    "set_language",
    "sync_roles",
    "take_second_factor",
]

EDITABLE = frozenset(
    {
        "last_name",
        "first_name",
        "patronymic",
        "one_name",
        "last_name_latin",
        "first_name_latin",
        "sex",
        "birth_date",
        "phone",
        "address",
        "document_type",
        "nationality",
        "document_series",
        "document_number",
        "personal_number",
        "issued_on",
        "expires_on",
        "issued_by",
    }
)


@transaction.atomic
def save_person(
    *,
    owner: User,
    person_id: int | None,
    is_self: bool,
    revision: int,
    data: Mapping[str, str | bool | date | None],
    at: datetime,
) -> Person:
    """Save the named fields of a person and leave the others alone.

    Raises ChangedElsewhere when `revision` is not the stored one, NoSuchPerson for a stranger's person,
    ValueError for a field that no form may set.
    """
    if unknown := set(data) - EDITABLE:
        raise ValueError(f"not for a form to set: {sorted(unknown)}")
    if person_id is None:
        return _add_person(owner=owner, is_self=is_self, revision=revision, data=data, at=at)
    changed = Person.objects.filter(pk=person_id, owner=owner, revision=revision).update(
        **data, revision=F("revision") + 1, updated_at=at
    )
    person = Person.objects.select_related("owner").filter(pk=person_id, owner=owner).first()
    if person is None:
        raise NoSuchPerson
    if not changed:
        raise ChangedElsewhere(revision=person.revision)
    return person


def _add_person(
    *, owner: User, is_self: bool, revision: int, data: Mapping[str, Any], at: datetime
) -> Person:
    if is_self:
        # Two tabs may both begin the profile: the row of the first wins, and the second is told.
        person, made = Person.objects.get_or_create(
            owner=owner, is_self=True, defaults={**data, "revision": 1, "updated_at": at}
        )
        if not made:
            raise ChangedElsewhere(revision=person.revision)
        return person
    return Person.objects.create(owner=owner, is_self=False, revision=1, updated_at=at, **data)


@transaction.atomic
def delete_person(*, owner: User, person_id: int) -> None:
    """Forget a saved person; contracts keep their own snapshot. Raises NoSuchPerson,
    also for the user's own data.
    """
    deleted, _ = Person.objects.filter(pk=person_id, owner=owner, is_self=False).delete()
    if not deleted:
        raise NoSuchPerson


@transaction.atomic
def save_organisation(
    *, owner: User, organisation_id: int | None, revision: int, data: Mapping[str, str], at: datetime
) -> Organisation:
    """Save the facts of an organisation.

    Raises ChangedElsewhere when `revision` is not the stored one, NoSuchOrganisation for a stranger's,
    SavedBefore when the account has one with this number, ValueError for a field that no form may set.
    """
    if unknown := set(data) - set(ORGANISATION):
        raise ValueError(f"not for a form to set: {sorted(unknown)}")
    try:
        with transaction.atomic():
            if organisation_id is None:
                return Organisation.objects.create(owner=owner, revision=1, updated_at=at, **data)
            changed = Organisation.objects.filter(pk=organisation_id, owner=owner, revision=revision).update(
                **data, revision=F("revision") + 1, updated_at=at
            )
    except IntegrityError as error:
        raise SavedBefore from error
    organisation = Organisation.objects.filter(pk=organisation_id, owner=owner).first()
    if organisation is None:
        raise NoSuchOrganisation
    if not changed:
        raise ChangedElsewhere(revision=organisation.revision)
    return organisation


@transaction.atomic
def delete_organisation(*, owner: User, organisation_id: int) -> None:
    """Forget an organisation; contracts keep their own snapshot, applications ask anew.
    Raises NoSuchOrganisation.
    """
    deleted = Organisation.objects.filter(pk=organisation_id, owner=owner).delete()[1]
    if not deleted.get("accounts.Organisation"):
        raise NoSuchOrganisation


@in_transaction
def record_consents(
    *, user: User, versions: Mapping[str, str], language: str, address: str | None, at: datetime
) -> list[Consent]:
    """Keep that the user agreed: `versions` by kind (terms, personal_data), the language shown,
    where from, when.
    """
    return Consent.objects.bulk_create(
        [
            Consent(user=user, kind=kind, version=version, language=language, address=address, at=at)
            for kind, version in sorted(versions.items())
        ]
    )


def forget_ended_sessions(*, at: datetime) -> None:
    """Sessions that are over, and what the lists of devices say about them.

    A session is written when its first answer is ready, so a young line without one may just be beginning.
    """
    Session.objects.filter(expire_date__lt=at).delete()
    old = UserSession.objects.filter(created_at__lt=at - timedelta(hours=1))
    old.exclude(Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()


@transaction.atomic
def end_sessions(*, user: User, session: int | None = None) -> int:
    """Log the user out: in the session of one device, or everywhere. Returns how many were alive."""
    rows = UserSession.objects.filter(user=user)
    if session is not None:
        rows = rows.filter(pk=session)
    return forget_sessions(keys=list(rows.values_list("session_key", flat=True)))


@in_transaction
def forget_sessions(*, keys: list[str]) -> int:
    """Remove sessions, and their lines in the lists of devices. Returns how many sessions there were."""
    ended, _kinds = Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return ended


@transaction.atomic
def take_second_factor(*, user: User) -> list[str]:
    """Remove app, keys and recovery codes; returns the kinds of what there was."""
    rows = Authenticator.objects.select_for_update().filter(user=user)
    kinds = sorted(rows.values_list("type", flat=True))
    rows.delete()
    return kinds


def set_language(*, user: User, language: str) -> None:
    """The one language of the user's pages, letters and papers."""
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language


def audit(
    *,
    actor: User | None,
    act: str,
    subject: str = "",
    data: Mapping[str, Any] | None = None,
    address: str | None = None,
    at: datetime,
) -> AuditEntry:
    """Write one line of the audit trail; `actor` None means the system itself."""
    return AuditEntry.objects.create(
        at=at,
        actor=actor,
        who=actor.email if actor else "system",
        act=act,
        subject=subject,
        data=dict(data or {}),
        address=address,
    )


@transaction.atomic
def sync_roles(*, at: datetime) -> list[Group]:
    """Make the staff's groups hold exactly the rights of `roles.ROLES`; may be run again and again.

    Raises ValueError when a right does not exist: a typing error in the table of roles.
    """
    groups = []
    for role, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(_permissions(rights))
        groups.append(group)
    audit(actor=None, act="roles.sync", data={"roles": sorted(ROLES)}, at=at)
    return groups


def _permissions(rights: frozenset[str]) -> list[Permission]:
    wanted = Q(pk__in=[])
    for right in rights:
        app, codename = right.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    found = list(Permission.objects.filter(wanted).select_related("content_type"))
    known = {f"{permission.content_type.app_label}.{permission.codename}" for permission in found}
    if unknown := rights - known:
        raise ValueError(f"no such right: {sorted(unknown)}")
    return found

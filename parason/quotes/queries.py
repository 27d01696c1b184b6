"""Questions about applications and quotes."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import cast

from django.db.models import Q, QuerySet

from parason.accounts.models import Person, User
from parason.accounts.queries import self_of
from parason.kernel.money import Money
from parason.kernel.prepared import Prepared
from parason.quotes.models import Application, Quote

SOME = uuid.UUID(int=0)  # stands in prepared queries for the argument


_of_owner = Prepared(lambda pk, owner: Application.objects.filter(pk=pk, owner_id=owner), pk=SOME, owner=-1)
_of_browser = Prepared(
    lambda pk, key: Application.objects.filter(pk=pk, owner=None, browser_key=key), pk=SOME, key="sample"
)
_locked = Prepared(lambda pk: Application.objects.select_for_update().filter(pk=pk), pk=SOME)
_latest_quote = Prepared(
    lambda application: Quote.objects.filter(application_id=application).order_by("-created_at")[:1],
    application=SOME,
)


def application_of(*, user: User | None, browser_key: str, pk: uuid.UUID) -> Application | None:
    """The application, when it belongs to this user or to this browser; None for everybody else."""
    if user is not None:
        found: Application | None = _of_owner.instance(pk=pk, owner=user.pk)
        if found is not None:
            found.owner = user
            return found
    if not browser_key:
        return None
    return cast("Application | None", _of_browser.instance(pk=pk, key=browser_key))


def lock(application: Application) -> Application:
    """The application as it is now, locked until the transaction ends; its owner is kept from the copy at
    hand."""
    locked: Application | None = _locked.instance(pk=application.pk)
    if locked is None:
        raise Application.DoesNotExist
    if application.owner_id == locked.owner_id:
        locked.owner = application.owner
    return locked


def open_applications(user: User) -> QuerySet[Application]:
    """What the user began and has not concluded, the latest first."""
    return Application.objects.filter(owner=user, concluded_at=None).order_by("-updated_at")


def _persons(application: Application) -> list[Person]:
    if not application.person_ids:
        own = self_of(application.owner) if application.owner else None
        return [own] if own else []
    named = Q(is_self=True) | Q(pk__in=application.person_ids)
    return list(Person.objects.filter(named, owner_id=application.owner_id))


def people_of(application: Application) -> tuple[Person | None, list[Person]]:
    """The policyholder and the insured persons, in the order chosen; one query."""
    found = _persons(application)
    by_id = {person.pk: person for person in found}
    for person in found:
        person.owner = application.owner  # type: ignore[assignment] # known already, not to be read again
    policyholder = next((person for person in by_id.values() if person.is_self), None)
    insured = [by_id[pk] for pk in application.person_ids if pk in by_id]
    if application.policyholder_is_insured and policyholder is not None:
        insured = [policyholder, *(person for person in insured if person.pk != policyholder.pk)]
    return policyholder, insured


def latest_quote(application: Application) -> Quote | None:
    """The last price shown for this application, live or not."""
    return cast("Quote | None", _latest_quote.instance(application=application.pk))


def premiums(quote: Quote) -> list[Money]:
    """The premium of each insured of a quote, in their order."""
    return [Money(minor, quote.premium_currency) for minor in quote.calculation["per_insured_minor"]]


def is_live(quote: Quote, *, application: Application, at: datetime) -> bool:
    """Whether a quote still stands: made for this very revision and not expired."""
    return quote.application_revision == application.revision and at < quote.expires_at

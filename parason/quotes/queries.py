"""Questions about applications and quotes."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Q, QuerySet

from parason.accounts.models import Person, User
from parason.kernel.money import Money
from parason.quotes.models import Application, Quote


def application_of(*, user: User | None, browser_key: str, pk: uuid.UUID) -> Application | None:
    """The application, when it belongs to this user or to this browser; None for everybody else."""
    mine = Q(owner=user) if user is not None else Q(pk__in=[])
    if browser_key:
        mine |= Q(owner=None, browser_key=browser_key)
    application = Application.objects.filter(mine, pk=pk).first()
    if application is not None and user is not None and application.owner_id == user.pk:
        application.owner = user
    return application


def lock(application: Application) -> Application:
    """The application as it is now, locked until the transaction ends; its owner is kept from the copy at hand."""
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if application.owner_id == locked.owner_id:
        locked.owner = application.owner
    return locked


def open_applications(user: User) -> QuerySet[Application]:
    """What the user began and has not concluded, the latest first."""
    return Application.objects.filter(owner=user, concluded_at=None).order_by("-updated_at")


def people_of(application: Application) -> tuple[Person | None, list[Person]]:
    """The policyholder and the insured persons, in the order chosen; one query."""
    found = Person.objects.filter(
        Q(is_self=True) | Q(pk__in=application.person_ids), owner_id=application.owner_id
    )
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
    return Quote.objects.filter(application=application).order_by("-created_at").first()


def premiums(quote: Quote) -> list[Money]:
    """The premium of each insured of a quote, in their order."""
    return [Money(minor, quote.premium_currency) for minor in quote.calculation["per_insured_minor"]]


def is_live(quote: Quote, *, application: Application, at: datetime) -> bool:
    """Whether a quote still stands: made for this very revision and not expired."""
    return quote.application_revision == application.revision and at < quote.expires_at

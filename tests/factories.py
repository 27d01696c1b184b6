"""Makes the things that tests need, as complete as a real person would leave them."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.test import Client

from parason.accounts.models import Organisation, Person, User

PASSWORD = "Umbrella-in-the-rain-7"
NOON = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)  # noon in Minsk


@cache
def _hash() -> str:
    # Argon2 is slow on purpose: the cast shares one hash.
    return make_password(PASSWORD)


def make_user(email: str = "anna@example.com", **fields: Any) -> User:
    """A user with the password PASSWORD whose address is confirmed."""
    user = User(email=email, password=_hash(), **fields)
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def make_person(owner: User, *, is_self: bool = True, **fields: Any) -> Person:
    """A person with everything that a contract needs."""
    given: dict[str, Any] = {
        "last_name": "Kowalska",
        "first_name": "Anna",
        "last_name_latin": "KOWALSKA",
        "first_name_latin": "ANNA",
        "sex": "F",
        "birth_date": date(1990, 5, 17),
        "phone": "+48221234567",
        "address": "ul. Prosta 1, Warszawa",
        "document_type": "passport",
        "nationality": "POL",
        "document_series": "EA",
        "document_number": "1234567",
        "issued_on": date(2022, 3, 1),
        "expires_on": date(2032, 3, 1),
        "issued_by": "Wojewoda",
    }
    return Person.objects.create(owner=owner, is_self=is_self, **{**given, **fields})


def make_organisation(owner: User, **fields: Any) -> Organisation:
    """An organisation with everything that a contract needs; its UNP has a right check digit."""
    given: dict[str, Any] = {
        "name": "Ромашка",
        "legal_form": "ООО",
        "country": "BLR",
        "number": "190275968",
        "legal_address": "220030, г. Минск, ул. Ленина, 1",
        "bank_account": "BY13NBRB3600900000002Z00AB00",
        "signatory_name": "Алена Дырэктар",
        "signatory_post": "Директор",
        "signatory_basis": "Устав",
        "email": "papers@romashka.example",
        "phone": "+375291234567",
        "updated_at": NOON,
    }
    return Organisation.objects.create(owner=owner, **{**given, **fields})


def browser_of(user: User) -> Client:
    """A test client in which `user` is logged in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if user.is_staff:
        show_second_factor(client, user)
    return client


def show_second_factor(client: Client, user: User) -> None:
    """As if the log-in had asked for a code: the back office opens for nobody else."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()

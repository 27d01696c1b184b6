"""What a browser remembers between “Sign up” and the activation,
and what registration does besides the account.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from ipaddress import ip_address

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from parason.accounts import operations
from parason.accounts.models import User
from parason.journeys import buy
from parason.kernel.clock import now
from parason.website.consents import CONSENTS

SIGNUP = "signup"
APPLICATION = "application"  # the secret of an anonymous buyer's answers


@dataclass(frozen=True, slots=True)
class Pending:
    """A registration that this browser began and nobody activated yet.

    `user` is None when the address had an account already; `password` is then the hash of what was typed,
    so that a corrected address can still become an account.
    """

    email: str
    user: int | None
    password: str


def remember(request: HttpRequest, *, email: str, user: User | None, password: str) -> None:
    """Keep on the server what the next page shows and may correct."""
    request.session[SIGNUP] = asdict(Pending(email, user.pk if user else None, password))


def pending(request: HttpRequest) -> Pending | None:
    """The registration begun in this browser."""
    kept = request.session.get(SIGNUP)
    return Pending(**kept) if kept else None


def forget(request: HttpRequest) -> None:
    """After activation or log-in there is nothing to correct any more."""
    request.session.pop(SIGNUP, None)


def address_of(request: HttpRequest) -> str | None:
    """The client's network address, None when it is not known."""
    try:
        return str(ip_address(get_adapter(request).get_client_ip(request)))
    except (PermissionDenied, ValueError):
        return None


def register(request: HttpRequest, *, email: str, password: str, known: bool) -> None:
    """Make the account and write to its address; or write to whoever has the address already.

    `password` is hashed. If the account was not made, this browser's session keeps the hash, so that a
    corrected address can still become one.
    """
    made = None
    if known:
        _pretend(request, password)
    else:
        made = _make(request, email=email, password=password)
    remember(request, email=email, user=made.user if made else None, password="" if made else password)
    _write(request, made or EmailAddress(user=None, email=email), signup=True)


def _make(request: HttpRequest, *, email: str, password: str) -> EmailAddress | None:
    """A new account with its consents and what the browser had begun to buy;
    None when somebody registered the same address in the same moment.
    """
    user = User(email=email, language=get_language() or "en", password=password)
    try:
        with transaction.atomic():
            user.save()
            address = EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
            operations.record_consents(
                user=user, versions=CONSENTS, language=user.language, address=address_of(request), at=now()
            )
            adopt(request, user=user)
    except IntegrityError:
        return None
    return address


def _pretend(request: HttpRequest, password: str) -> None:
    """The same work as for a new account, of which nothing stays: the time tells nothing either."""
    with transaction.atomic():
        _make(request, email=f"{secrets.token_hex(16)}@invalid.example", password=password)
        transaction.set_rollback(True)


def adopt(request: HttpRequest, *, user: User) -> int:
    """The answers that were given before logging in belong to the user from now on; how many applications."""
    key = request.session.get(APPLICATION)
    return buy.adopt(user=user, browser_key=key, at=now()) if key else 0


def send_activation(request: HttpRequest, email: str) -> None:
    """Write to an address that waits for activation; any other address gets a letter of another kind.

    Whoever asks sees the same answer and the same time in each case.
    """
    addresses = list(EmailAddress.objects.filter(email=email).select_related("user"))
    waiting = [address for address in addresses if not address.verified]
    known = len(waiting) < len(addresses)
    address = waiting[0] if waiting and not known else EmailAddress(user=None, email=email)
    _write(request, address, signup=bool(addresses))


def _write(request: HttpRequest, address: EmailAddress, *, signup: bool) -> None:
    from allauth.account.internal.flows.email_verification import send_verification_email_to_address

    send_verification_email_to_address(request, address, signup=signup)


def change_address(request: HttpRequest, *, user: User, email: str) -> EmailAddress:
    """Write to the address that shall take the old one's place; a link in an earlier such letter is dead."""
    with transaction.atomic():
        _delete(EmailAddress.objects.filter(user_id=user.pk, verified=False))
        address = EmailAddress.objects.create(user=user, email=email)
    _write(request, address, signup=False)
    return address


def _delete(addresses: QuerySet[EmailAddress]) -> None:
    # Links are signatures, so no row of allauth's hangs on an address; Django would look for some first.
    addresses._raw_delete(addresses.db)


class UsedMeanwhile(Exception):
    """The link was used between the page and the press."""


def activate(request: HttpRequest, address: EmailAddress) -> None:
    """Make an address the only one of its account.

    Raises IntegrityError when another account has it by now, UsedMeanwhile when the link was used.
    """
    user, before = address.user, address.user.email
    _delete(EmailAddress.objects.filter(user_id=user.pk).exclude(pk=address.pk))
    confirmed = EmailAddress.objects.filter(pk=address.pk, verified=False).update(verified=True, primary=True)
    if not confirmed:
        raise UsedMeanwhile
    adapter = get_adapter(request)
    if before != address.email:
        User.objects.filter(pk=user.pk).update(email=address.email)
        user.email = address.email
        adapter.send_notification_mail("account/email/email_changed", user, email=before)
    words = {"email": address.email}
    adapter.add_message(request, messages.SUCCESS, "account/messages/email_confirmed.txt", words)


def correct_address(request: HttpRequest, *, email: str) -> None:
    """The person mistyped the address at registration: the account moves to another one, and a letter goes
    there.

    Only an account that this browser has just made and that nobody has activated can be moved; the link in
    the first letter then says that it was replaced.
    """
    begun = pending(request)
    if begun is None:
        return
    if EmailAddress.objects.filter(email=email).exists():
        _keep(request, begun, email, begun.user)
        send_activation(request, email)
        return
    address = _move(begun.user, email) if begun.user else None
    if begun.user is None and begun.password:  # else only a new letter was asked for, nothing was registered
        address = _make(request, email=email, password=begun.password)
    _keep(request, begun, email, address.user_id if address else begun.user)
    _write(request, address or EmailAddress(user=None, email=email), signup=address is not None)


def _keep(request: HttpRequest, begun: Pending, email: str, user: int | None) -> None:
    request.session[SIGNUP] = asdict(Pending(email, user, begun.password))


def _move(user: int, email: str) -> EmailAddress | None:
    """The account's only address, not activated, makes room for another; None when it cannot any more."""
    with suppress(IntegrityError), transaction.atomic():
        moved = EmailAddress.objects.filter(user_id=user, verified=False)
        activated = EmailAddress.objects.filter(user_id=user, verified=True)
        old = moved.exclude(user_id__in=activated.values("user_id")).select_related("user").first()
        if old is not None:
            _delete(moved)
            User.objects.filter(pk=user).update(email=email)
            old.user.email = email
            return EmailAddress.objects.create(user=old.user, email=email, primary=True, verified=False)
    return None


def portal_url(name: str, *args: object) -> str:
    """An absolute address from the settings, never from the request:
    letters cannot be made to point elsewhere.
    """
    return f"{settings.PARASON_BASE_URL}{reverse(name, args=args)}"

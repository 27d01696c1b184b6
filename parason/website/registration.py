"""What a browser remembers between “Sign up” and the activation,
and what registration does besides the account.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from ipaddress import ip_address

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
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


def complete(request: HttpRequest, *, user: User) -> None:
    """Keep the consents, and give the account what the browser had begun to buy."""
    operations.record_consents(
        user=user, versions=CONSENTS, language=get_language() or "en", address=address_of(request), at=now()
    )
    adopt(request, user=user)


def adopt(request: HttpRequest, *, user: User) -> int:
    """The answers that were given before logging in belong to the user from now on; how many applications."""
    key = request.session.get(APPLICATION)
    return buy.adopt(user=user, browser_key=key, at=now()) if key else 0


def send_activation(request: HttpRequest, email: str) -> None:
    """Write to an address that waits for activation; any other address gets a letter of another kind.

    Whoever asks sees the same answer and the same time in each case.
    """
    from allauth.account.internal.flows.email_verification import send_verification_email_to_address

    waiting = EmailAddress.objects.filter(email=email, verified=False).select_related("user").first()
    known = EmailAddress.objects.filter(email=email, verified=True).exists()
    address = waiting if waiting and not known else EmailAddress(user=None, email=email)
    send_verification_email_to_address(request, address, signup=bool(waiting or known))


def correct_address(request: HttpRequest, *, email: str) -> None:
    """The person mistyped the address at registration: the account moves to another one, and a letter goes
    there.

    Only an account that this browser has just made and that nobody has activated can be moved; the link in
    the first letter then says that it was replaced.
    """
    begun = pending(request)
    if begun is None:
        return
    user = begun.user
    try:
        with transaction.atomic():
            if not EmailAddress.objects.filter(email=email).exists():
                user = _move_or_make(request, begun, email)
    except IntegrityError:
        pass
    request.session[SIGNUP] = asdict(Pending(email, user, begun.password))
    send_activation(request, email)


def _move_or_make(request: HttpRequest, begun: Pending, email: str) -> int | None:
    if begun.user is None:
        if not begun.password:  # only a new letter was asked for here, nothing was registered
            return None
        user = User(email=email, language=get_language() or "en", password=begun.password)
        user.save()
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
        complete(request, user=user)
        return user.pk
    moved = EmailAddress.objects.filter(user_id=begun.user, verified=False)
    if moved.exists() and not EmailAddress.objects.filter(user_id=begun.user, verified=True).exists():
        moved.delete()
        User.objects.filter(pk=begun.user).update(email=email)
        EmailAddress.objects.create(user_id=begun.user, email=email, primary=True, verified=False)
    return begun.user


def portal_url(name: str, *args: object) -> str:
    """An absolute address from the settings, never from the request:
    letters cannot be made to point elsewhere.
    """
    return f"{settings.PARASON_BASE_URL}{reverse(name, args=args)}"

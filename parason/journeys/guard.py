"""Staff look after a log-in: end sessions, take a lost second factor away; a letter tells the person."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from parason.accounts import operations as accounts
from parason.accounts.models import Session, User
from parason.documents import letters
from parason.kernel.errors import DomainError

RESET = "mfa.delete_authenticator"  # the right without which nobody touches a colleague's log-in
LOGGED_OUT = _("A member of our staff logged you out on your devices.")
TAKEN_AWAY = _(
    "A member of our staff took the second step of your log-in away and logged you out on all devices. "
    "Set a new one up when you log in."
)


class OwnAccount(DomainError):
    """Nobody does it to himself: another person must have looked."""

    message = _("You cannot do this to your own account. Ask a colleague.")


class HigherAccount(DomainError):
    """The account has more rights than whoever asks may touch."""

    message = _("You may not do this to this account.")


class NothingThere(DomainError):
    """It ended meanwhile, or never was."""

    message = _("There is nothing to end any more.")


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does it, why, from where, when."""

    by: User
    reason: str
    address: str | None
    at: datetime


def may_guard(by: User, user: User) -> bool:
    """Whether `by` may touch the log-in of `user`: staff need a right of their own, superusers their like."""
    if by.pk == user.pk or (user.is_superuser and not by.is_superuser):
        return False
    return not user.is_staff or by.has_perm(RESET)


def sessions_of(user: User, *, at: datetime) -> list[UserSession]:
    """Where somebody is logged in, the newest first."""
    alive = Session.objects.filter(user=user, expire_date__gt=at).values("session_key")
    return list(UserSession.objects.filter(user=user, session_key__in=alive).order_by("-created_at"))


@transaction.atomic
def end_sessions(*, user: User, session: int | None, doing: Doing) -> int:
    """Log `user` out: in one session, or everywhere (None). Returns how many were ended.

    Raises OwnAccount, HigherAccount, NothingThere.
    """
    _check(user, doing.by)
    ended = accounts.end_sessions(user=user, session=session)
    if not ended:
        raise NothingThere
    _tell(user, LOGGED_OUT, at=doing.at)
    _note("sessions.end", user, {"sessions": ended}, doing)
    return ended


@transaction.atomic
def reset_second_factor(*, user: User, doing: Doing) -> None:
    """Take away app, keys and recovery codes, and log `user` out: the next log-in sets up new ones.

    Raises OwnAccount, HigherAccount, NothingThere.
    """
    _check(user, doing.by)
    kinds = accounts.take_second_factor(user=user)
    if not kinds:
        raise NothingThere
    ended = accounts.end_sessions(user=user)
    _tell(user, TAKEN_AWAY, at=doing.at)
    _note("second_factor.reset", user, {"taken": kinds, "sessions": ended}, doing)


def _check(user: User, by: User) -> None:
    if by.pk == user.pk:
        raise OwnAccount
    if not may_guard(by, user):
        raise HigherAccount


def _note(act: str, user: User, data: dict[str, object], doing: Doing) -> None:
    accounts.audit(
        actor=doing.by, act=act, subject=f"user {user.pk}", data={**data, "reason": doing.reason},
        address=doing.address, at=doing.at,
    )  # fmt: skip


def _tell(user: User, what: Promise | str, *, at: datetime) -> None:
    """In the person's own language: whoever did not ask for it shall know at once."""
    with override(user.language):
        words = str(what)
    context = {"what": words, "login_url": settings.PARASON_BASE_URL + reverse("account_login")}
    letters.send(
        kind="account_guarded", key=f"account_guarded:{secrets.token_hex(16)}", to=user.email, user=user,
        language=user.language, context=context, at=at,
    )  # fmt: skip

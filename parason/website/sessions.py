"""Who is logged in, read with the session; how long a log-in lasts: idle and in all, shorter for staff.

One write per session and hour at most.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, logout
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from parason.accounts.models import User
from parason.kernel.clock import now

SINCE, SEEN, STAFF = "since", "seen", "staff"
IDLE = {False: timedelta(hours=24), True: timedelta(minutes=30)}
ABSOLUTE = {False: timedelta(days=14), True: timedelta(hours=12)}
# How stale the last sighting may be: precise enough, and almost no request writes its session.
GRAIN = {False: timedelta(hours=1), True: timedelta(minutes=3)}


def begin(request: HttpRequest, *, staff: bool, at: datetime) -> None:
    """Mark the session of somebody who has just logged in."""
    request.session[SINCE] = request.session[SEEN] = int(at.timestamp())
    request.session[STAFF] = staff


def is_over(*, since: int, seen: int, staff: bool, at: datetime) -> bool:
    """Whether a session is too old or was left alone too long; times in seconds since 1970."""
    moment = at.timestamp()
    return moment - since > ABSOLUTE[staff].total_seconds() or moment - seen > IDLE[staff].total_seconds()


class AccountMiddleware(AuthenticationMiddleware):
    """Django's own; but whoever was read together with the session is not read again."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        # django-stubs know nothing of a lazy user, which Django's own middleware gives too
        request.user = SimpleLazyObject(lambda: _logged_in(request) or get_user(request))  # type: ignore[assignment]


def _logged_in(request: HttpRequest) -> User | None:
    """The user of the session when the log-in holds beyond doubt; Django judges all other cases."""
    data = request.session
    if SESSION_KEY not in data or data.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user: User | None = getattr(data, "user", None)
    if user is None or not user.is_active or str(user.pk) != data[SESSION_KEY]:
        return None
    good = constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return user if good else None


class SessionAgeMiddleware:
    """Ends log-ins that are over; asks the database for nothing but the session,
    and that only with its cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if session.session_key and SESSION_KEY in session:
            self._check(request, now())
        return self.get_response(request)

    @staticmethod
    def _check(request: HttpRequest, at: datetime) -> None:
        session = request.session
        staff = bool(session.get(STAFF, False))
        since, seen = session.get(SINCE), session.get(SEEN)
        if since is None or seen is None:
            begin(request, staff=staff, at=at)
        elif is_over(since=since, seen=seen, staff=staff, at=at):
            logout(request)
        elif at.timestamp() - seen > GRAIN[staff].total_seconds():
            session[SEEN] = int(at.timestamp())

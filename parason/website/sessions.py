"""How long a log-in lasts: idle and in all; shorter for staff. One write per session and hour at most."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse

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

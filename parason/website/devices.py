"""Where a person is logged in: the list of devices, kept and ended in a few statements however long it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.views.generic.edit import FormView

from parason.accounts.models import Session, User
from parason.accounts.operations import forget_sessions
from parason.kernel.clock import now

AGENT_MOST = 200


def note(sender: Any, request: HttpRequest, **_more: Any) -> None:
    """A session has begun, under a key that was never there before."""
    UserSession.objects.create(
        user_id=request.user.pk,
        session_key=request.session.session_key,
        ip=get_adapter().get_client_ip(request),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:AGENT_MOST],
    )


def sessions_of(user: User) -> list[UserSession]:
    """Sessions in which the user is logged in now, oldest first."""
    rows = list(UserSession.objects.filter(user_id=user.pk).order_by("created_at"))
    kept = Session.objects.filter(user_id=user.pk, expire_date__gt=now())
    good = user.get_session_auth_hash()
    live = {
        session.session_key
        for session in kept
        if constant_time_compare(session.get_decoded().get(HASH_SESSION_KEY, ""), good)
    }
    return [row for row in rows if row.session_key in live]


class DevicesAdapter(DefaultUserSessionsAdapter):
    """Ends sessions."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        forget_sessions(keys=[session.session_key for session in sessions])


class DevicesView(ListUserSessionsView):
    """The list, and the button that ends all but this one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = FormView.get_context_data(self, **kwargs)
        user = self.request.user
        sessions = sessions_of(user) if isinstance(user, User) else []
        return {**context, "sessions": sessions, "session_count": len(sessions)}


listing = DevicesView.as_view()

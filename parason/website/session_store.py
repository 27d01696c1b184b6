"""Sessions in the database, as Django keeps them, read by a statement that is written once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from parason.kernel.clock import now
from parason.kernel.prepared import Prepared

_live = Prepared(
    lambda key, at: Session.objects.filter(session_key=key, expire_date__gt=at).values_list("session_data"),
    key="sample",
    at=datetime(1990, 1, 1, tzinfo=UTC),
)


class SessionStore(db.SessionStore):
    """Behaves as Django's own: an unknown or expired key is a new, empty session."""

    def load(self) -> dict[str, Any]:
        row = _live.first(key=self.session_key, at=now()) if self.session_key else None
        if row is None:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(row[0])
        return data

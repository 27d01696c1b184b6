"""Sessions in the database: one statement to read one with whoever is logged in by it, one to write it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.db import IntegrityError
from django.utils.crypto import get_random_string

from parason.accounts.models import Session, User
from parason.kernel.clock import now
from parason.kernel.prepared import Prepared

_live = Prepared(
    lambda key, at: Session.objects.select_related("user").filter(session_key=key, expire_date__gt=at),
    key="sample",
    at=datetime(1990, 1, 1, tzinfo=UTC),
)


@lru_cache(maxsize=2000)
def _opened(sealed: str) -> str:
    """What a session holds, as JSON. The seal of one that nobody changes is checked once for a visit."""
    return json.dumps(SessionStore().decode(sealed))


class SessionStore(db.SessionStore):
    """Behaves as Django's own: an unknown or expired key is a new, empty session, and what was ended
    meanwhile is not written again.

    A new key has 165 random bits, so nobody asks whether it is taken; its row is written once, with what the
    request leaves in it, and not once empty before.
    """

    user: User | None = None  # as read with the session, before anybody has asked whether its log-in holds
    _session: dict[str, Any]
    _session_cache: dict[str, Any]
    _fresh = False  # the key has no row yet
    _before: str | None = None  # the key that the row has until it is written

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        row = _live.instance(key=self.session_key, at=now()) if self.session_key else None
        if row is None:
            self._session_key = None
            return {}
        self.user = row.user
        data: dict[str, Any] = json.loads(_opened(row.session_data))
        return data

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row

    def create(self) -> None:
        self._session_key = self._get_new_session_key()
        self._session_cache = getattr(self, "_session_cache", {})
        self._fresh = self.modified = True

    def cycle_key(self) -> None:
        """The same session under a new key; it takes the old one's place when it is written."""
        kept = self._session  # read now: the new key has no row
        before = None if self._fresh else self.session_key
        self.create()
        self._session_cache = kept
        self._before = before

    def save(self, must_create: bool = False) -> None:
        """Raises UpdateError when the session was ended meanwhile."""
        if self.session_key is None:
            self.create()
        row = self.create_model_instance(
            getattr(self, "_session_cache", {}) if must_create else self._session
        )
        key = self._before or row.session_key
        written = 0
        if self._before or not (self._fresh or must_create):
            written = Session.objects.filter(session_key=key).update(
                session_key=row.session_key,
                session_data=row.session_data,
                expire_date=row.expire_date,
                user_id=row.user_id,
            )
        if not written and not self._fresh and not must_create:
            raise UpdateError
        if not written:
            self._insert(row)
        self._fresh, self._before = False, None

    @staticmethod
    def _insert(row: Any) -> None:
        try:
            row.save(force_insert=True)
        except IntegrityError as error:
            raise CreateError from error

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self._before or self.session_key
        if key and not (self._fresh and key == self.session_key):
            Session.objects.filter(session_key=key).delete()

    def flush(self) -> None:
        super().flush()
        self._fresh, self._before = False, None

    def _get_new_session_key(self) -> str:
        return get_random_string(32, VALID_KEY_CHARS)

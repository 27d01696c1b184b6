"""Moments as the database tells them, read by the interpreter's own parser.

Django's takes each apart with a regular expression, which costs twenty times as much, and a page has dozens.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import BaseTzLoader, get_adapters_template
from psycopg.adapt import Buffer, Loader


class MomentLoader(Loader):
    """The same values as Django's loader: aware, in UTC."""

    timezone = UTC  # Django asks whether a loader agrees with the line's own

    def load(self, data: Buffer) -> datetime:
        """Raises psycopg.DataError for a moment that Python does not know: infinity, the year 10000."""
        try:
            moment = datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return self._as_django(data)
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)

    def _as_django(self, data: Buffer) -> datetime:
        loader = BaseTzLoader(self.oid, self.connection)
        loader.timezone = self.timezone
        read: datetime = loader.load(data)
        return read


def install() -> None:
    """From now on every new line to the database reads moments so: it copies what this template has."""
    get_adapters_template(settings.USE_TZ, UTC).register_loader("timestamptz", MomentLoader)

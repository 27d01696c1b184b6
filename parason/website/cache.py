"""The cache that all workers share: one table without a journal, one statement per write."""

from __future__ import annotations

import base64
import pickle  # what is unpickled was written by ourselves, into our own table
import random
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router

# One write in so many also sweeps out what has expired.
SWEEP = 500
SET = """
    INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s)
    ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires
"""
STATEMENTS = {
    "set": SET,
    "add": SET + " WHERE {table}.expires < now()",
    "touch": "UPDATE {table} SET expires = %s WHERE cache_key = %s AND expires >= now()",
}


class SharedCache(DatabaseCache):
    """Django's database cache for PostgreSQL, made for counting.

    Django's own takes four statements for a write, and drops entries that are still good when there are many:
    whoever makes enough of them would wipe the limits out. Here only the expired go.
    """

    _table: str

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        expires = self._expires(timeout)
        packed = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("latin1")
        connection = connections[router.db_for_write(self.cache_model_class)]
        table = connection.ops.quote_name(self._table)
        given: list[Any] = [expires, key] if mode == "touch" else [key, packed, expires]
        with connection.cursor() as cursor:
            cursor.execute(STATEMENTS[mode].format(table=table), given)
            changed = bool(cursor.rowcount)
            if random.randrange(SWEEP) == 0:  # noqa: S311 - chance, no secret
                cursor.execute(f"DELETE FROM {table} WHERE expires < now()")  # noqa: S608 - our own table's name
        return changed

    def _expires(self, timeout: Any) -> datetime:
        moment = self.get_backend_timeout(timeout)
        return datetime.max.replace(tzinfo=UTC) if moment is None else datetime.fromtimestamp(moment, tz=UTC)

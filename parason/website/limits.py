"""How often somebody may try: all counters of one act are read and written by one statement.

allauth counts in the cache, four statements for each counter, behind a lock that both of two may lose.
These functions stand in the place of its own (`apps.py`), with the same arguments and the same figures.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Any

from allauth.core.exceptions import RateLimited
from allauth.core.internal import ratelimit
from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from parason.website.cache import SWEEP

# A counter is a row of the cache: {"most": 5, "seconds": 300, "hits": [when, …]}, hits in seconds since 1970.
LIVE = (
    "jsonb_path_query_array({value}::jsonb, '$.hits[*] ? (@ > $since)', jsonb_build_object('since', {since}))"
)
# Nothing is counted when one counter is full. Rows come in the order of their keys, so nobody waits in a
# ring; whoever waited for a row looks at it again as it is by then.
NEW = "excluded.value::jsonb"
NEW_HIT = f"({NEW} -> 'hits' ->> 0)::float8"
TAKE = """
    WITH moment AS (SELECT %s::float8 AS now),
    asked AS (SELECT * FROM unnest(%s::text[], %s::int[], %s::float8[]) AS asked (key, most, seconds)),
    full_ones AS (
        SELECT FROM asked CROSS JOIN moment JOIN {table} AS there ON there.cache_key = asked.key
        WHERE jsonb_array_length({there}) >= most
    )
    INSERT INTO {table} AS kept (cache_key, value, expires)
    SELECT key, jsonb_build_object('most', most, 'seconds', seconds, 'hits', jsonb_build_array(now)),
           to_timestamp(now + seconds)
    FROM asked CROSS JOIN moment WHERE NOT EXISTS (SELECT FROM full_ones) ORDER BY key
    ON CONFLICT (cache_key) DO UPDATE
    SET value = jsonb_set(excluded.value::jsonb, '{{hits}}', excluded.value::jsonb -> 'hits' || {kept}),
        expires = excluded.expires
    WHERE jsonb_array_length({kept}) < (excluded.value::jsonb ->> 'most')::int
    RETURNING cache_key
"""
LOOK = """
    SELECT key FROM unnest(%s::float8[], %s::text[], %s::int[]) AS asked (since, key, most)
    JOIN {table} AS there ON there.cache_key = asked.key WHERE jsonb_array_length({there}) >= most
"""
GIVE_BACK = """
    WITH held AS (SELECT cache_key FROM {table} WHERE cache_key = ANY(%s) ORDER BY cache_key FOR UPDATE)
    UPDATE {table} AS kept SET value = jsonb_set(value::jsonb, '{{hits}}', jsonb_path_query_array(
        value::jsonb, '$.hits[*] ? (@ != $hit)', jsonb_build_object('hit', %s::float8)))
    FROM held WHERE kept.cache_key = held.cache_key
"""
FORGET = """
    WITH held AS (SELECT cache_key FROM {table} WHERE cache_key = ANY(%s) ORDER BY cache_key FOR UPDATE)
    DELETE FROM {table} AS kept USING held WHERE kept.cache_key = held.cache_key
"""
# The act that allauth calls a failed log-in, when it is a code; here it has figures of its own.
CODE = "mfa-auth-user-"


def install() -> None:
    """Let allauth count with the functions below."""
    ratelimit.consume = consume  # type: ignore[assignment] # Usage has what RateLimitUsage has
    ratelimit.clear = clear


@dataclass(frozen=True, slots=True)
class Usage:
    """One try that was counted; it can be given back."""

    keys: tuple[str, ...] = ()
    hit: float = 0.0

    def rollback(self) -> None:
        """The try was good: it does not count."""
        if self.keys:
            _run(GIVE_BACK, list(self.keys), self.hit)


def consume(
    request: HttpRequest,
    *,
    app: str,
    action: str,
    config: dict[str, str] | None = None,
    key: str | None = None,
    user: Any = None,
    dry_run: bool = False,
    limit_get: bool = False,
    raise_exception: bool = False,
) -> Usage | None:
    """Count one try of an action; None when that is one too many. Raises RateLimited instead, if wished."""
    if request.method == "GET" and not limit_get:
        return Usage()
    action = "second_factor" if key and key.startswith(CODE) else action
    rates = ratelimit.get_rates(app=app, action=action, config=config)
    rows = {_row(request, app, action, rate, key, user): rate for rate in rates}
    usage = _look(rows) if dry_run else _take(rows)
    if usage is None and raise_exception:
        raise RateLimited
    if action == "second_factor":
        request.counted_code = usage  # type: ignore[attr-defined] # for `clear`, in the same request
    return usage


def clear(
    request: HttpRequest,
    *,
    app: str,
    action: str,
    config: dict[str, str] | None = None,
    key: str | None = None,
    user: Any = None,
) -> None:
    """Begin to count anew for one account; its network address has others to try.

    A right code only takes its own try back: it forgives no wrong one.
    """
    if key and key.startswith(CODE):
        usage: Usage | None = getattr(request, "counted_code", None)
        if usage:
            usage.rollback()
        return
    rates = [rate for rate in ratelimit.get_rates(app=app, action=action, config=config) if rate.per != "ip"]
    _run(FORGET, [_row(request, app, action, rate, key, user) for rate in rates])


def _row(
    request: HttpRequest, app: str, action: str, rate: ratelimit.Rate, key: str | None, user: Any
) -> str:
    name: str = ratelimit.get_cache_key(request, app=app, action=action, rate=rate, key=key, user=user)
    return f"limit:{name}"


def _take(rows: dict[str, ratelimit.Rate]) -> Usage | None:
    if not rows:
        return Usage()
    moment = time.time()
    taken = _run(TAKE, moment, *_columns(rows))
    usage = Usage(tuple(key for (key,) in taken), moment)
    if random.randrange(SWEEP) == 0:  # noqa: S311 - chance, no secret
        _run("DELETE FROM {table} WHERE expires < now()")
    if len(taken) == len(rows):
        return usage
    usage.rollback()  # somebody was quicker at one counter, after all had looked free
    return None


def _look(rows: dict[str, ratelimit.Rate]) -> Usage | None:
    since = [time.time() - rate.duration for rate in rows.values()]
    return None if rows and _run(LOOK, since, *_columns(rows)[:2]) else Usage()


def _columns(rows: dict[str, ratelimit.Rate]) -> tuple[list[str], list[int], list[float]]:
    rates = rows.values()
    return list(rows), [rate.amount for rate in rates], [float(rate.duration) for rate in rates]


def _run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement, none where it gives none."""
    text = statement.format(
        table=connection.ops.quote_name(settings.CACHES["default"]["LOCATION"]),
        there=LIVE.format(value="there.value", since="now - seconds" if statement is TAKE else "since"),
        kept=LIVE.format(value="kept.value", since=f"{NEW_HIT} - ({NEW} ->> 'seconds')::float8"),
    )
    with connection.cursor() as cursor:
        cursor.execute(text, list(values))
        return cursor.fetchall() if cursor.description else []

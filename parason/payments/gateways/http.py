"""How adapters speak HTTP: one client for each process, written timeouts, errors that say what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import httpx

from parason.payments.gateways.interface import OutcomeUnknown, Unreachable

# What the official clients use: 10 s to connect, 30 s for all of an answer.
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
ANSWER_LIMIT = 2_000_000


@cache
def client() -> httpx.Client:
    """This process's client: connections are kept and reused; redirects are never followed."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=60)
    return httpx.Client(timeout=TIMEOUT, limits=limits, follow_redirects=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: `body` is the JSON in it, None when there is none."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def read_json(raw: bytes) -> Any:
    """JSON without floats: money never passes through one. Raises ValueError."""
    return json.loads(raw, parse_float=Decimal)


def call(
    method: str, url: str, *, auth: tuple[str, str], headers: dict[str, str], body: Any = None
) -> Answer:
    """One call. Raises Unreachable (nothing was sent) or OutcomeUnknown (a timeout, a cut, a 5xx)."""
    content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    try:
        answer = client().request(method, url, auth=auth, headers=headers, content=content, timeout=TIMEOUT)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        raise Unreachable(f"{method}: {type(error).__name__}") from error
    except httpx.HTTPError as error:
        raise OutcomeUnknown(f"{method}: {type(error).__name__}") from error
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise OutcomeUnknown(f"{method}: HTTP {answer.status_code}")
    if len(answer.content) > ANSWER_LIMIT:
        raise OutcomeUnknown(f"{method}: answer too large")
    try:
        return Answer(answer.status_code, read_json(answer.content))
    except ValueError:
        return Answer(answer.status_code, None)

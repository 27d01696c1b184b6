"""The list that every verifier keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from parason.documents import queries, seal
from parason.documents.operations import active_key
from parason.kernel.insurer import insurer


def published_keys(*, at: datetime) -> list[seal.Jwk]:
    """The public keys; on a new portal the first one is made now, so that the list can be read with it."""
    return queries.public_keys() or [seal.public(active_key(at=at))]


def signed_list(*, after: int, at: datetime) -> str:
    """The list of ended policies after a serial number, signed and dated (compact JWS)."""
    entries = queries.revocations(after)
    if after and not entries and not queries.revocations(after - 1):
        after, entries = 0, queries.revocations()  # the asker knows a list that we do not: begin anew
    content: dict[str, Any] = {
        "i": insurer().code,
        "at": queries.list_date(at),
        "from": after,
        "to": entries[-1][0] if entries else after,
        "w": [short for _serial, short, kind in entries if kind == "w"],
        "r": [short for _serial, short, kind in entries if kind == "r"],
        "k": queries.revoked_keys(),
    }
    return seal.sign(content, active_key(at=at))

"""What all acts on tariffs share: content, digest, events, and who may act."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from parason.products.definition import Definition
from parason.products.models import TariffEvent, TariffVersion
from parason.products.rating import TableData


class Staff(Protocol):
    """Whoever acts: a user with rights."""

    @property
    def pk(self) -> Any: ...

    def has_perm(self, perm: str, obj: Any = None) -> bool: ...


def fill(version: TariffVersion, product: Definition, tables: Mapping[str, TableData]) -> None:
    """Steps, tables and digest of a new version;
    defaults are written out, for a later release may change them.
    """
    version.steps = [step.model_dump(mode="json", exclude_none=True) for step in product.steps]
    version.specs = {
        name: spec.model_dump(mode="json", exclude_none=True) for name, spec in product.tables.items()
    }
    version.tables = {
        name: {"columns": list(data.columns), "rows": [list(row) for row in data.rows]}
        for name, data in tables.items()
    }
    version.digest = digest_of(version)


def digest_of(version: TariffVersion) -> str:
    """SHA-256 of what a price depends on; words may change without a new version."""
    steps = [{key: value for key, value in step.items() if key != "label"} for step in version.steps]
    parts = [
        version.unit,
        str(version.valid_from),
        str(version.valid_to or ""),
        version.sums_insured,
        steps,
        version.specs,
        version.tables,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def event(version: TariffVersion, name: str, *, at: datetime, by: Staff | None = None, **data: Any) -> None:
    TariffEvent.objects.create(
        subject=version,
        name=name,
        before="",
        after=version.status,
        at=at,
        by_id=by.pk if by else None,
        data=data,
    )

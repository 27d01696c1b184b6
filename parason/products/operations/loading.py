"""The tariff versions that come with the products' folders, and the known values of the base unit."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction

from parason.products import shelf
from parason.products.definition import Definition
from parason.products.definition.files import read_csv
from parason.products.definition.parts import TariffEntry
from parason.products.models import BaseUnit, TariffVersion
from parason.products.operations.writing import event, fill
from parason.products.states import TariffStatus

logger = logging.getLogger(__name__)
DATA = Path(__file__).parent.parent / "data"


@dataclass(slots=True)
class Loaded:
    """What `load_catalogue` did. `differing`: versions whose folder has changed since;
    they keep their stored content.
    """

    added: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)


@transaction.atomic
def load_catalogue(*, at: datetime) -> Loaded:
    """Store the tariff versions of all healthy products that are not stored yet, and the known base units."""
    loaded = Loaded()
    stored = {
        (v.product_code, v.version): v.digest
        for v in TariffVersion.objects.only("product_code", "version", "digest")
    }
    for product in shelf.shelf().healthy.values():
        for entry in product.tariffs:
            version = _version_of(product, entry, at)
            name = f"{product.code} {entry.version}"
            known = stored.get((product.code, entry.version))
            if known is None:
                version.save(force_insert=True)
                event(version, "loaded", at=at)
                loaded.added.append(name)
            elif known != version.digest:
                loaded.differing.append(name)
                logger.warning("The tariff %s differs from its folder: give it a new version name.", name)
    _load_base_units()
    return loaded


def _load_base_units() -> None:
    table = read_csv(DATA / "base_units.csv")
    known = set(BaseUnit.objects.values_list("valid_from", flat=True))
    rows = [table.cells(index) for index in range(len(table.rows))]
    BaseUnit.objects.bulk_create(
        BaseUnit(
            valid_from=date.fromisoformat(row["valid_from"]), value=Decimal(row["value"]), act=row["act"]
        )
        for row in rows
        if date.fromisoformat(row["valid_from"]) not in known
    )


def _version_of(product: Definition, entry: TariffEntry, at: datetime) -> TariffVersion:
    version = TariffVersion(
        product_code=product.code,
        version=entry.version,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        unit=entry.unit,
        act=entry.act,
        act_link=entry.act_link,
        note=entry.note or {},
        verified=entry.verified,
        status=_status(entry),
        sums_insured=list(entry.sums_insured),
        from_catalogue=True,
        created_at=at,
    )
    fill(version, product, product.table_data[entry.version])
    return version


def _status(entry: TariffEntry) -> TariffStatus:
    """Samples that nobody verified are in force in the demo only; elsewhere two persons have to want them."""
    if entry.proposed or not (entry.verified or settings.PARASON_DEMO):
        return TariffStatus.PROPOSED
    return TariffStatus.APPROVED

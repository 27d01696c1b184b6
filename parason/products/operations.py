"""Acts on tariffs: load the catalogue's, propose, approve, withdraw; the base unit; stops of sale."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from parason.kernel.clock import day_of
from parason.kernel.moves import move
from parason.products import shelf
from parason.products.definition import Definition
from parason.products.definition.files import read_csv
from parason.products.definition.parts import TariffEntry
from parason.products.errors import (
    AlreadyInForce,
    BadProposal,
    BadTable,
    NotAllowed,
    OwnProposal,
)
from parason.products.models import BaseUnit, SalesStop, TariffEvent, TariffVersion
from parason.products.rating import NotCompiled, TableData, compile_tariff, read_rows
from parason.products.states import MOVES, TariffStatus

DATA = Path(__file__).parent / "data"
PROPOSE = "products.propose_tariffversion"
APPROVE = "products.approve_tariffversion"


class Staff(Protocol):
    """Whoever acts: a user with rights."""

    @property
    def pk(self) -> Any: ...

    def has_perm(self, perm: str, obj: Any = None) -> bool: ...


# --- loading ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Loaded:
    """What `load_catalogue` did. `differing`: versions whose folder has changed since; they keep their stored content."""

    added: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)


@transaction.atomic
def load_catalogue(*, at: datetime) -> Loaded:
    """Store the tariff versions of all healthy products that are not stored yet, and the known base units."""
    loaded = Loaded()
    stored = {(v.product_code, v.version): v.digest for v in TariffVersion.objects.only("product_code", "version", "digest")}
    for product in shelf.shelf().healthy.values():
        for entry in product.tariffs:
            version = _version_of(product, entry, at)
            name = f"{product.code} {entry.version}"
            known = stored.get((product.code, entry.version))
            if known is None:
                version.save(force_insert=True)
                _event(version, "loaded", at=at)
                loaded.added.append(name)
            elif known != version.digest:
                loaded.differing.append(name)
    _load_base_units()
    return loaded


def _load_base_units() -> None:
    table = read_csv(DATA / "base_units.csv")
    known = set(BaseUnit.objects.values_list("valid_from", flat=True))
    rows = [table.cells(index) for index in range(len(table.rows))]
    BaseUnit.objects.bulk_create(
        BaseUnit(valid_from=date.fromisoformat(row["valid_from"]), value=Decimal(row["value"]), act=row["act"])
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
        status=TariffStatus.PROPOSED if entry.proposed else TariffStatus.APPROVED,
        sums_insured=list(entry.sums_insured),
        from_catalogue=True,
        created_at=at,
    )
    _fill(version, product, product.table_data[entry.version])
    return version


def _fill(version: TariffVersion, product: Definition, tables: Mapping[str, TableData]) -> None:
    version.steps = [step.model_dump(mode="json", exclude_defaults=True) for step in product.steps]
    version.specs = {name: spec.model_dump(mode="json", exclude_defaults=True) for name, spec in product.tables.items()}
    version.tables = {
        name: {"columns": list(data.columns), "rows": [list(row) for row in data.rows]} for name, data in tables.items()
    }
    version.digest = digest_of(version)


def digest_of(version: TariffVersion) -> str:
    """SHA-256 of what a price depends on; words may change without a new version."""
    steps = [{key: value for key, value in step.items() if key != "label"} for step in version.steps]
    parts = [
        version.unit, str(version.valid_from), str(version.valid_to or ""), version.sums_insured, steps,
        version.specs, version.tables,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _event(version: TariffVersion, name: str, *, at: datetime, by: Staff | None = None, **data: Any) -> None:
    TariffEvent.objects.create(
        subject=version, name=name, before="", after=version.status, at=at, by_id=by.pk if by else None, data=data
    )


# --- two persons -----------------------------------------------------------------------------------------------------


@transaction.atomic
def propose_tariff(
    *,
    product: Definition,
    version: str,
    valid_from: date,
    act: str,
    tables: Mapping[str, TableData],
    by: Staff,
    at: datetime,
    unit: str = "",
    act_link: str = "",
    verified: bool = False,
    valid_to: date | None = None,
) -> TariffVersion:
    """A new version, to be approved by another person. Tables not given stay as they are in the version in force.

    Raises NotAllowed, BadProposal (with its field), BadTable (with every fault; nothing is kept).
    """
    if not by.has_perm(PROPOSE):
        raise NotAllowed
    today = day_of(at)
    if valid_from <= today:
        raise BadProposal("valid_from", _("A new tariff begins tomorrow or later."))
    if valid_to is not None and valid_to < valid_from:
        raise BadProposal("valid_to", _("The last day is before the first."))
    if TariffVersion.objects.filter(product_code=product.code, version=version).exists():
        raise BadProposal("version", _("There is a version of this name already."))
    if len(act.strip()) < 3:
        raise BadProposal("act", _("Name the act on which the tariff rests."))
    newest = TariffVersion.objects.filter(product_code=product.code, status=TariffStatus.APPROVED).last()
    proposed = TariffVersion(
        product_code=product.code, version=version, valid_from=valid_from, valid_to=valid_to, act=act.strip(),
        act_link=act_link, unit=unit or (newest.unit if newest else product.sums.currency), verified=verified,
        sums_insured=newest.sums_insured if newest else [], proposed_by_id=by.pk, created_at=at,
    )
    _fill(proposed, product, _checked(product, {**_tables_of(product, newest), **tables}, proposed.unit))
    proposed.full_clean(exclude=["proposed_by", "approved_by", "product_code"], validate_constraints=False)
    proposed.save(force_insert=True)
    _event(proposed, "proposed", at=at, by=by)
    return proposed


def _tables_of(product: Definition, version: TariffVersion | None) -> dict[str, TableData]:
    if version is None:
        return {}
    return {
        name: TableData(tuple(cells["columns"]), tuple(tuple(row) for row in cells["rows"]))
        for name, cells in version.tables.items()
        if name in product.tables
    }


def _checked(product: Definition, tables: Mapping[str, TableData], unit: str) -> Mapping[str, TableData]:
    for name, data in tables.items():
        if name not in product.tables:
            raise BadProposal("tables", _("This product has no table “%(name)s”.") % {"name": name})
        faults = read_rows(product.tables[name], data)[1]
        if faults:
            raise BadTable(faults, name)
    try:
        compile_tariff(version="", unit=unit, steps=product.steps, specs=product.tables, tables=tables)
    except NotCompiled as error:
        raise BadProposal("tables", str(error)) from error
    return tables


@transaction.atomic
def approve_tariff(*, version: TariffVersion, by: Staff, at: datetime) -> None:
    """Let a proposed version hold from its day on. Raises NotAllowed, OwnProposal, BadProposal, MovedMeanwhile."""
    if not by.has_perm(APPROVE):
        raise NotAllowed
    if version.proposed_by_id is not None and version.proposed_by_id == by.pk:
        raise OwnProposal
    if version.valid_from <= day_of(at):
        raise BadProposal("valid_from", _("Its first day has come. Propose it again with a later one."))
    if not version.verified and not settings.PARASON_DEMO:
        raise BadProposal("verified", _("Compare the tariff with the act first, and mark it as verified."))
    others = TariffVersion.objects.filter(
        product_code=version.product_code, valid_from=version.valid_from, status=TariffStatus.APPROVED
    )
    if others.exists():
        raise BadProposal("valid_from", _("Another approved tariff begins on the same day."))
    move(
        version, to=TariffStatus.APPROVED, moves=MOVES, events=TariffEvent, at=at, by=by, approved_by_id=by.pk
    )


@transaction.atomic
def withdraw_tariff(*, version: TariffVersion, by: Staff, at: datetime, reason: str = "") -> None:
    """Take back a proposal, or an approved version before its first day. Raises NotAllowed, AlreadyInForce."""
    mine = version.status == TariffStatus.PROPOSED and version.proposed_by_id == by.pk
    if not (by.has_perm(APPROVE) or (mine and by.has_perm(PROPOSE))):
        raise NotAllowed
    if version.status == TariffStatus.APPROVED and version.valid_from <= day_of(at):
        raise AlreadyInForce
    move(
        version, to=TariffStatus.WITHDRAWN, moves=MOVES, events=TariffEvent, at=at, by=by, data={"reason": reason}
    )


# --- base unit, stops ------------------------------------------------------------------------------------------------


@transaction.atomic
def add_base_unit(*, valid_from: date, value: Decimal, act: str, by: Staff) -> BaseUnit:
    """A new value of the base unit. Raises NotAllowed, BadProposal."""
    if not by.has_perm("products.add_baseunit"):
        raise NotAllowed
    if value <= 0:
        raise BadProposal("value", _("The value is above zero."))
    if BaseUnit.objects.filter(valid_from=valid_from).exists():
        raise BadProposal("valid_from", _("There is a value from this day already."))
    return BaseUnit.objects.create(valid_from=valid_from, value=value, act=act)


@transaction.atomic
def stop_sales(
    *, product_code: str, first_day: date, reason: str, by: Staff, at: datetime, territory: str = "",
    last_day: date | None = None,
) -> SalesStop:
    """Stop selling a product from a day on, everywhere or in one territory. Raises NotAllowed, BadProposal."""
    if not by.has_perm("products.add_salesstop"):
        raise NotAllowed
    if last_day is not None and last_day < first_day:
        raise BadProposal("last_day", _("The last day is before the first."))
    if not reason.strip():
        raise BadProposal("reason", _("Say why: customers read it."))
    return SalesStop.objects.create(
        product_code=product_code, territory=territory, first_day=first_day, last_day=last_day,
        reason=reason.strip(), stopped_by_id=by.pk, stopped_at=at,
    )


@transaction.atomic
def lift_stop(*, stop: SalesStop, by: Staff, at: datetime) -> None:
    """Sell again. Raises NotAllowed."""
    if not by.has_perm("products.change_salesstop"):
        raise NotAllowed
    SalesStop.objects.filter(pk=stop.pk, lifted_at=None).update(lifted_at=at, lifted_by_id=by.pk)

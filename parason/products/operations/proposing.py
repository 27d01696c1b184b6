"""A tariff takes two persons: one proposes it, another approves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from parason.kernel.clock import day_of
from parason.kernel.moves import move
from parason.products.definition import Definition
from parason.products.definition.choices import choice_faults
from parason.products.errors import AlreadyInForce, BadProposal, BadTable, NotAllowed, OwnProposal
from parason.products.models import TariffEvent, TariffVersion
from parason.products.operations.writing import Staff, event, fill
from parason.products.rating import NotCompiled, TableData, compile_tariff, read_rows
from parason.products.states import MOVES, TariffStatus

PROPOSE = "products.propose_tariffversion"
APPROVE = "products.approve_tariffversion"


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
    """A new version, to be approved by another person. Tables not given stay as they are in the version in
    force.

    Raises NotAllowed, BadProposal (with its field), BadTable (with every fault; nothing is kept).
    """
    if not by.has_perm(PROPOSE):
        raise NotAllowed
    _check_proposal(product, version, valid_from, valid_to, act, today=day_of(at))
    newest = TariffVersion.objects.filter(product_code=product.code, status=TariffStatus.APPROVED).last()
    proposed = TariffVersion(
        product_code=product.code,
        version=version,
        valid_from=valid_from,
        valid_to=valid_to,
        act=act.strip(),
        act_link=act_link,
        unit=unit or (newest.unit if newest else product.sums.currency),
        verified=verified,
        sums_insured=newest.sums_insured if newest else [],
        proposed_by_id=by.pk,
        created_at=at,
    )
    fill(proposed, product, _checked(product, {**_tables_of(product, newest), **tables}, proposed.unit))
    _check_fields(proposed)
    proposed.save(force_insert=True)
    event(proposed, "proposed", at=at, by=by)
    return proposed


def _check_proposal(
    product: Definition, version: str, valid_from: date, valid_to: date | None, act: str, *, today: date
) -> None:
    if valid_from <= today:
        raise BadProposal("valid_from", _("A new tariff begins tomorrow or later."))
    if valid_to is not None and valid_to < valid_from:
        raise BadProposal("valid_to", _("The last day is before the first."))
    if TariffVersion.objects.filter(product_code=product.code, version=version).exists():
        raise BadProposal("version", _("There is a version of this name already."))
    if len(act.strip()) < 3:
        raise BadProposal("act", _("Name the act on which the tariff rests."))


def _check_fields(version: TariffVersion) -> None:
    """Lengths and addresses. Raises BadProposal with the first field at fault."""
    checked = {"version", "act", "act_link", "unit"}
    try:
        version.clean_fields(exclude={field.name for field in version._meta.fields} - checked)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadProposal(field, messages[0]) from error


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
        faults = read_rows(product.tables[name], data)[1] or list(choice_faults(product, name, data))
        if faults:
            raise BadTable(faults, name)
    try:
        compile_tariff(version="", unit=unit, steps=product.steps, specs=product.tables, tables=tables)
    except NotCompiled as error:
        raise BadProposal("tables", str(error)) from error
    return tables


@transaction.atomic
def approve_tariff(*, version: TariffVersion, by: Staff, at: datetime) -> None:
    """Let a proposed version hold from its day on.
    Raises NotAllowed, OwnProposal, BadProposal, MovedMeanwhile.
    """
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
    """Take back a proposal, or an approved version before its first day.
    Raises NotAllowed, AlreadyInForce.
    """
    mine = version.status == TariffStatus.PROPOSED and version.proposed_by_id == by.pk
    if not (by.has_perm(APPROVE) or (mine and by.has_perm(PROPOSE))):
        raise NotAllowed
    if version.status == TariffStatus.APPROVED and version.valid_from <= day_of(at):
        raise AlreadyInForce
    move(
        version,
        to=TariffStatus.WITHDRAWN,
        moves=MOVES,
        events=TariffEvent,
        at=at,
        by=by,
        data={"reason": reason},
    )

"""Values of the base unit, and stops of sale."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from parason.products.errors import BadProposal, NotAllowed
from parason.products.models import BaseUnit, SalesStop
from parason.products.operations.writing import Staff


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
    *,
    product_code: str,
    first_day: date,
    reason: str,
    by: Staff,
    at: datetime,
    territory: str = "",
    last_day: date | None = None,
) -> SalesStop:
    """Stop selling a product from a day on, everywhere or in one territory.
    Raises NotAllowed, BadProposal.
    """
    if not by.has_perm("products.add_salesstop"):
        raise NotAllowed
    if last_day is not None and last_day < first_day:
        raise BadProposal("last_day", _("The last day is before the first."))
    if not reason.strip():
        raise BadProposal("reason", _("Say why: customers read it."))
    return SalesStop.objects.create(
        product_code=product_code,
        territory=territory,
        first_day=first_day,
        last_day=last_day,
        reason=reason.strip(),
        stopped_by_id=by.pk,
        stopped_at=at,
    )


@transaction.atomic
def lift_stop(*, stop: SalesStop, by: Staff, at: datetime) -> None:
    """Sell again. Raises NotAllowed."""
    if not by.has_perm("products.change_salesstop"):
        raise NotAllowed
    SalesStop.objects.filter(pk=stop.pk, lifted_at=None).update(lifted_at=at, lifted_by_id=by.pk)

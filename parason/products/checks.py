"""System checks: a tariff that nobody verified sells only in the demo; a broken product is told at start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from parason.products import shelf


@register()
def products_are_healthy(**kwargs: Any) -> list[CheckMessage]:
    """parason.products.W001: a product's folder is broken; the others are sold all the same."""
    return [
        Warning(
            f"The product “{code}” is broken and is not sold: {problems[0]}",
            hint=f"parason product check {code}",
            id="parason.products.W001",
        )
        for code, problems in shelf.shelf().broken.items()
    ]


@register(Tags.database)
def tariffs_are_verified(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """parason.products.E001: outside the demo, a tariff in force or to come has not been verified."""
    if settings.PARASON_DEMO or not databases:
        return []
    from parason.products.models import TariffVersion
    from parason.products.states import TariffStatus

    try:
        rows = list(
            TariffVersion.objects.filter(status=TariffStatus.APPROVED, verified=False).values_list(
                "product_code", "version"
            )
        )
    except DatabaseError:  # before the first migration there is nothing to check
        return []
    healthy = shelf.shelf().healthy
    return [
        Error(
            f"The tariff {code} {version} is approved but has not been verified against its act.",
            hint="Propose and approve a verified version, or run in demo mode (PARASON_DEMO=1).",
            id="parason.products.E001",
        )
        for code, version in rows
        if code in healthy
    ]

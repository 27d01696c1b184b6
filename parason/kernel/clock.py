"""The clock. Only doors and jobs read it; rooms and journeys are given the moment as `at`."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The present instant, in UTC."""
    return timezone.now()


def insurer_zone() -> ZoneInfo:
    """The zone in which the insurer's calendar days are counted."""
    return ZoneInfo(settings.PARASON_ZONE)


def day_of(at: datetime) -> date:
    """The insurer's calendar day at an instant."""
    return at.astimezone(insurer_zone()).date()

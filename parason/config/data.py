"""What a database needs before the first page: tables, products, rates."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.management import call_command

from parason.kernel import clock
from parason.payments.operations import load_demo_rates, load_rates
from parason.products.operations import load_catalogue


def prepare() -> None:
    """Bring the database up to date; harmless when it is."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    load(clock.now())


def load(at: datetime) -> None:
    """Products and their tariffs, and the exchange rates that the product comes with."""
    load_catalogue(at=at)
    load_demo_rates(at=at) if settings.PARASON_DEMO else load_rates()

"""What a database needs before the first page: tables, products, rates."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from importlib import import_module

from django.core.management import call_command

from parason.kernel import clock


def prepare() -> None:
    """Bring the database up to date; harmless when it is."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    load(clock.now())


def load(at: datetime) -> None:
    """Products and their tariffs, and the exchange rates that the product comes with."""
    for room, act in (("products", "load_catalogue"), ("payments", "load_rates")):
        with suppress(ModuleNotFoundError, AttributeError):
            getattr(import_module(f"parason.{room}.operations"), act)(at=at)

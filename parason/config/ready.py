"""Brings Django up, turning a wrong setting or a silent database into one clear line."""

from __future__ import annotations

import gc
from traceback import walk_tb

import django
import psycopg
from django.core.exceptions import ImproperlyConfigured

from parason.kernel.stop import CannotStart


def django_ready() -> None:
    """Read the settings and load the rooms. Raises CannotStart."""
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise CannotStart(" ".join(str(error).split())) from error
    except ValueError as error:
        raise CannotStart(f"{_variable(error)} has a wrong value: {error} (docs/settings.md)") from error


def _variable(error: ValueError) -> str:
    """Which variable was being read: environ's message does not name it."""
    frames = [frame for frame, _line in walk_tb(error.__traceback__)]
    names = [frame.f_locals.get("var") for frame in frames if frame.f_code.co_name == "get_value"]
    return str(names[0]) if names else "a setting"


def database_ready() -> None:
    """Make one connection, without the pool and its retries. Raises CannotStart."""
    from django.db import connection

    parameters = connection.get_connection_params()
    parameters.pop("context", None)
    parameters.pop("cursor_factory", None)
    try:
        psycopg.connect(**parameters).close()
    except psycopg.Error as error:
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise CannotStart(f"the database does not answer: {reason}") from error


def leave_what_was_loaded() -> None:
    """It stays: the collector of litter need not look at it, nor start after every few hundred objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)

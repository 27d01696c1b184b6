"""Brings Django up, turning a wrong setting or a silent database into one clear line."""

from __future__ import annotations

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

"""A real PostgreSQL for the tests: one server, one migrated template, one database for each process."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from parason.demo import postgres

PACKAGE = Path(postgres.__file__).resolve().parent.parent
FOLDER = Path(tempfile.gettempdir()) / f"parason-tests-{os.geteuid()}" / "postgres"
# Tests may lose their data in a power cut; that makes them three times as fast.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "400",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "autovacuum": "off",
    "jit": "off",
}
GIVEN = os.environ.get("DATABASE_URL", "")
LOCK = 8_130_001  # advisory lock: one process makes the template, the others wait


def server_url() -> str:
    """URL of a database to give orders from: DATABASE_URL when set, else one of the embedded server."""
    return GIVEN or postgres.start(FOLDER, options=FAST).format(name="postgres")


def url_of(name: str) -> str:
    """URL of a database of that name on the tests' server."""
    parts = urlsplit(server_url())
    return urlunsplit(parts._replace(path=f"/{name}"))


def fingerprint() -> str:
    """Changes whenever a migration does."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.glob("*/migrations/*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + path.read_bytes())
    for library in ("django", "django-allauth", "procrastinate", "django-pgtrigger"):
        digest.update(version(library).encode())
    return digest.hexdigest()[:12]


def process_database() -> str:
    """This process's own database."""
    return f"test_{os.getpid()}"


def execute(url: str, *statements: sql.Composed | sql.SQL) -> None:
    """Run statements that cannot be in a transaction."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement)


def drop(url: str, name: str) -> None:
    """Drop a database, whoever is connected."""
    execute(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def exists(connection: psycopg.Connection, name: str) -> bool:
    """Whether the server has such a database."""
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


@contextmanager
def without_triggers() -> Iterator[None]:
    """Inside, Django's connection may change what the triggers guard: to make a past that no act allows."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("RESET session_replication_role")


def drop_left_over(url: str) -> None:
    """Drop the databases of test processes that were killed, and templates of older migrations."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        names = [name for (name,) in connection.execute("SELECT datname FROM pg_database")]
    for name in names:
        number = name.removeprefix("test_")
        if name.startswith("test_") and number.isdigit() and not Path(f"/proc/{number}").exists():
            drop(url, name)

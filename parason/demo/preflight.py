"""Everything that can be wrong with a machine is found before anything is started."""

from __future__ import annotations

import fcntl
import socket
from pathlib import Path
from typing import IO

import psycopg

from parason.demo import postgres
from parason.kernel.stop import CannotStart


def port_is_free(host: str, port: int, option: str) -> None:
    """Raises CannotStart when somebody listens there, or nobody may."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise CannotStart(
                f"cannot listen on {host}, port {port} ({reason}): stop what uses it or give another {option}"
            ) from error


def only_one(folder: Path) -> IO[str]:
    """Hold the data directory for as long as the returned file is open. Raises CannotStart."""
    lock = open(folder / "running", "w")  # noqa: SIM115
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise CannotStart(f"a demo is already running with the data in {folder}") from error
    return lock


def given_database(url: str) -> str:
    """The URL itself, once a connection was made. Raises CannotStart."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        lines = str(error).strip().splitlines() or ["no reason given"]
        raise CannotStart(f"DATABASE_URL does not work: {lines[0]}") from error
    if version < 140000:
        raise CannotStart(f"DATABASE_URL names PostgreSQL {version // 10000}: 14 or newer is needed")
    return url


def embedded_database(folder: Path, name: str = "parason") -> str:
    """Start the embedded server and make sure that it has the database. Raises CannotStart."""
    try:
        url = postgres.start(folder, options={"max_connections": "150", "shared_buffers": "128MB"})
    except (postgres.PostgresFailed, OSError) as error:
        raise CannotStart(f"the embedded PostgreSQL did not start: {error}") from error
    with psycopg.connect(url.format(name="postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    return url.format(name=name)

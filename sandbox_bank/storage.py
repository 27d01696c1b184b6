"""The bank's one SQLite file: schema and small helpers. Nothing else in the package opens it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = (Path(__file__).parent / "schema.sql").read_text()

# Raise it with every change of schema.sql.
VERSION = 4
EMPTIED_BY_RESET = (
    "checkouts",
    "transactions",
    "money",
    "payouts",
    "deliveries",
    "calls",
    "answered",
    "faults",
)

Row = sqlite3.Row


class Storage:
    """One connection, used by one thread only: the event loop's. A transaction never spans an await."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._prepare()

    def _prepare(self) -> None:
        """Bring the tables up. Payments written by another version of the bank are forgotten, shops stay."""
        if self._db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            dropped = "".join(f"DROP TABLE IF EXISTS {table};" for table in EMPTIED_BY_RESET)
            self._db.executescript(f"BEGIN; {dropped} {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nested use joins the outer one."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def run(self, sql: str, *values: Any) -> int:
        """Execute one statement; returns the number of rows it touched."""
        return self._db.execute(sql, values).rowcount

    def one(self, sql: str, *values: Any) -> Row | None:
        row: Row | None = self._db.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: Any) -> list[Row]:
        return self._db.execute(sql, values).fetchall()

    def insert(self, table: str, **columns: Any) -> int:
        """Insert one row and return its rowid. Column names come from our own code only."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        cursor = self._db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608
        return cursor.lastrowid or 0

    def get_meta(self, key: str, default: Any) -> Any:
        row = self.one("SELECT value FROM meta WHERE key = ?", key)
        return default if row is None else json.loads(row["value"])

    def set_meta(self, key: str, value: Any) -> None:
        self.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, json.dumps(value))

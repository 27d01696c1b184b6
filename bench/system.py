"""Everything that serves a purchase, as real processes, and what they use up."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from parason.demo import bank, postgres

HOUSE = Path(__file__).resolve().parent.parent
# As an installation would have it: a commit is on the disk before anybody is told.
OPTIONS = {
    "max_connections": "120",
    "shared_buffers": "256MB",
    "jit": "off",
    "log_line_prefix": "%a|",
    "max_wal_size": "2GB",
}
STATEMENT = re.compile(r"^(\w+)\|LOG:  (?:statement|execute [^:]*): (.*)", re.MULTILINE)
FILL = """
import sys
from parason.config.ready import django_ready
django_ready()
from parason.config.data import prepare
prepare()
from parason.accounts.operations import save_person
from parason.demo.seed import account
from parason.demo.people import CUSTOMER
from parason.kernel.clock import now
from django.contrib.auth.hashers import make_password
from parason.accounts.models import User
hashed = make_password(sys.argv[2])
for number in range(int(sys.argv[1])):
    user = account(f"back{number}@example.com", "x-" * 20)
    User.objects.filter(pk=user.pk).update(password=hashed)
    save_person(owner=user, person_id=None, is_self=True, revision=0, data=CUSTOMER, at=now())
"""

PDF = """
from time import perf_counter
from statistics import median
from parason.config.ready import django_ready
django_ready()
from parason.documents.models import Policy
from parason.documents.papers import certificate
from parason.products.queries import product
policy = Policy.objects.latest("issued_at")
template, times = product(policy.facts["product"]["code"]).template, []
for _once in range(22):
    start = perf_counter()
    content = certificate(facts=policy.facts, token=policy.seal, template=template, at=policy.issued_at)
    times.append(perf_counter() - start)
print(f"{median(times[2:]) * 1000:.0f} ms, {len(content) / 1000:.0f} kB")
"""


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Usage:
    """CPU seconds by group of processes at one moment."""

    portal: float
    worker: float
    database: float
    bank: float

    def since(self, before: Usage) -> Usage:
        pairs = zip(vars(self).values(), vars(before).values(), strict=True)
        return Usage(*(now - then for now, then in pairs))


@dataclass
class System:
    """The portal under measurement."""

    folder: Path
    processes: int = 2
    threads: int = 4
    port: int = field(default_factory=free_port)
    bank_port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    @property
    def database(self) -> Path:
        return self.folder / "postgres"

    def start(self, *, customers: int, password: str) -> None:
        """Bring everything up, with so many returning customers."""
        self.outbox.mkdir()
        url = postgres.start(self.database, options=OPTIONS)
        self.admin = url.format(name="postgres")
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        state, bank_url = str(self.folder / "bank.sqlite3"), f"http://127.0.0.1:{self.bank_port}"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "parason.config.settings",
            "PARASON_DEMO": "1",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DATABASE_URL": url.format(name="bench"),
            "PARASON_BASE_URL": self.url,
            "PARASON_STATIC_ROOT": str(self.folder / "static"),
            "PARASON_TRUSTED_PROXIES": "1",
            "PARASON_LOG_LEVEL": "WARNING",
            "EMAIL_URL": f"filemail:///{self.outbox}",
            **bank.credentials(state, bank_url),
        }
        subprocess.run(
            [sys.executable, "-c", FILL, str(customers), password],
            env=self.environment,
            cwd=HOUSE,
            check=True,
        )
        self._spawn("bank", "sandbox_bank", "--port", str(self.bank_port), "--state", state)
        self._spawn("worker", "parason", "worker")
        self._spawn(
            "portal",
            "parason",
            "web",
            "--port",
            str(self.port),
            "--workers",
            str(self.processes),
            "--threads",
            str(self.threads),
        )
        self._wait()

    def _spawn(self, name: str, module: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=HOUSE,
                env={**self.environment, "PGAPPNAME": name},
                stdout=log,
                stderr=log,
            )

    def _wait(self) -> None:
        for _try in range(600):
            try:
                urllib.request.urlopen(self.url, timeout=10).close()
                return
            except (OSError, urllib.error.URLError):
                time.sleep(0.1)
        raise RuntimeError((self.folder / "portal.log").read_text()[-2000:])

    def stop(self) -> None:
        """Stop everything that was started."""
        for process in reversed(self.running.values()):
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        postgres.stop(self.database)

    def usage(self) -> Usage:
        """CPU seconds used so far, by group."""
        master = int((self.database / "postmaster.pid").read_text().split()[0])
        return Usage(
            portal=cpu(self.running["portal"].pid),
            worker=cpu(self.running["worker"].pid),
            database=cpu(master),
            bank=cpu(self.running["bank"].pid),
        )

    def pdf(self) -> str:
        """How long a certificate takes once fonts and template are read, and its size."""
        done = subprocess.run(
            [sys.executable, "-c", PDF],
            env=self.environment,
            cwd=HOUSE,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def memory(self) -> dict[str, float]:
        """Megabytes by group, shared pages counted once (PSS)."""
        return {
            name: sum(one.memory_full_info().pss for one in tree(process.pid)) / 1e6
            for name, process in self.running.items()
        }

    @contextmanager
    def statements(self) -> Iterator[list[tuple[str, str]]]:
        """Collects (process, SQL) of everything that happens inside."""
        found: list[tuple[str, str]] = []
        self._log_statements("all")
        log = self.database / "log"
        begin = log.stat().st_size
        yield found
        time.sleep(0.5)
        self._log_statements("none")
        with log.open("rb") as file:
            file.seek(begin)
            found += STATEMENT.findall(file.read().decode("utf-8", "replace"))

    def _log_statements(self, what: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET log_statement = '{what}'")
            connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)


def tree(pid: int) -> list[psutil.Process]:
    """A process and everything below it."""
    top = psutil.Process(pid)
    return [top, *top.children(recursive=True)]


def cpu(pid: int) -> float:
    """CPU seconds of a tree of processes, of those that ended too."""
    total = 0.0
    for index, process in enumerate(tree(pid)):
        times = process.cpu_times()
        total += times.user + times.system
        if index == 0:
            total += times.children_user + times.children_system
    return total


@contextmanager
def system(*, customers: int, password: str, processes: int, threads: int) -> Iterator[System]:
    """A system that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="parason-bench-") as name:
        made = System(Path(name), processes, threads)
        try:
            made.start(customers=customers, password=password)
            yield made
        finally:
            made.stop()

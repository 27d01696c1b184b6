"""The portal as it runs for people: web server, worker, bank and mail server, each a real process or
socket."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psycopg
from aiosmtpd.controller import Controller
from psycopg import sql

from tests import database
from tests.sandbox_bank.bank import SandboxBank, free_port

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 60.0
FILL = """
from parason.config.ready import django_ready
django_ready()
from parason.kernel.clock import now
from parason.payments.operations import load_demo_rates
from parason.products.operations import load_catalogue
load_catalogue(at=now())
load_demo_rates(at=now())
"""


class LetterBox:
    """A mail server on a socket of its own; what it was given lies here."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter: EmailMessage = email.message_from_bytes(envelope.content, policy=default)
        self.letters.append(letter)
        return "250 taken"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def wait_for(self, to: str, words: str, seconds: float = 30) -> EmailMessage:
        """The latest letter to an address with these words in its subject or text."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for place in range(len(self.letters) - 1, -1, -1):
                letter: EmailMessage = self.letters[place]
                if to in str(letter["To"]) and (words in str(letter["Subject"]) or words in text_of(letter)):
                    return letter
            time.sleep(0.05)
        seen = [(str(one["To"]), str(one["Subject"])) for one in self.letters]
        raise AssertionError(f"no letter to {to} with “{words}”; there were {seen}")


def text_of(letter: EmailMessage) -> str:
    """The plain text of a letter."""
    part = letter.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


class Portal:
    """Everything that runs, with a database of its own."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.bank = SandboxBank()
        self.mail = LetterBox()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = f"{database.process_database()}_portal"
        self._processes: list[subprocess.Popen[bytes]] = []

    def environment(self) -> Mapping[str, str]:
        """What the processes are given, as an operator would."""
        shop = self.bank.shop
        return {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PARASON_", "DJANGO_"))
            },
            "DJANGO_SETTINGS_MODULE": "parason.config.settings",
            "DATABASE_URL": database.url_of(self.database),
            "PARASON_DEMO": "1",
            "PARASON_BASE_URL": self.url,
            "PARASON_ALLOWED_HOSTS": "127.0.0.1",
            "SECRET_KEY": "for-the-browser-only-" + "x" * 50,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "PARASON_STATIC_ROOT": str(self.logs / "static"),
            "PARASON_BEGATEWAY_CHECKOUT_URL": self.bank.url,
            "PARASON_BEGATEWAY_GATEWAY_URL": self.bank.url,
            "PARASON_BEGATEWAY_API_URL": self.bank.url,
            "PARASON_BEGATEWAY_SHOP_ID": str(shop.shop_id),
            "PARASON_BEGATEWAY_SECRET_KEY": shop.secret_key,
            "PARASON_BEGATEWAY_PUBLIC_KEY": shop.public_key,
            "PARASON_TRANSFER_IBAN": "BY13NBRB3600900000002Z00AB00",
            "PARASON_TRANSFER_HOLDER": "Parason Sample Insurance Company",
            "PARASON_TRANSFER_BANK": "Sample Bank, Minsk",
        }

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _begin(self) -> None:
        self.bank.start()
        self.mail.start()
        template = f"template_{database.fingerprint()}"
        database.drop(database.server_url(), self.database)
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(self.database), sql.Identifier(template)
        )
        with psycopg.connect(database.server_url(), autocommit=True) as server:
            server.execute("SELECT pg_advisory_lock(%s)", [database.LOCK])
            server.execute(copy)
        self._run("-c", FILL)
        self._run("-m", "django", "collectstatic", "--noinput", "--verbosity", "0")
        self._start("web", "web", "--port", str(self.port), "--workers", "1")
        self._start("worker", "worker")
        self._wait()

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=dict(self.environment()),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def _start(self, name: str, *arguments: str) -> None:
        log = (self.logs / f"{name}.log").open("wb")
        self._processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "parason", *arguments],
                env=dict(self.environment()),
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        )

    def _wait(self) -> None:
        end = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                if httpx.get(self.url, timeout=20).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            if time.monotonic() > end or any(one.poll() is not None for one in self._processes):
                raise AssertionError(f"the portal did not start: {self.words()}")
            time.sleep(0.1)

    def words(self) -> str:
        """What the processes wrote."""
        return "\n".join(path.read_text(errors="replace")[-4000:] for path in sorted(self.logs.glob("*.log")))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait(20)
        self.mail.stop()
        self.bank.stop()
        database.drop(database.server_url(), self.database)

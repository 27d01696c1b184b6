"""The story of `parason demo`: look, prepare, start, tell, watch, stop."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from parason.demo import bank, postgres, preflight
from parason.demo.installation import Installation, environment, open_installation
from parason.demo.processes import Supervisor
from parason.kernel.stop import CannotStart


@dataclass(frozen=True)
class Places:
    """Where the processes listen; no bank port: the bank is somebody else's."""

    host: str
    port: int
    bank_port: int | None
    workers: int

    @property
    def shown(self) -> str:
        """The host as a person on this machine would write it."""
        everywhere = ("127.0.0.1", "0.0.0.0", "::1", "::")  # noqa: S104
        return "localhost" if self.host in everywhere else self.host

    @property
    def portal(self) -> str:
        return os.environ.get("PARASON_BASE_URL") or f"http://{self.shown}:{self.port}"

    @property
    def bank(self) -> str:
        return f"http://{self.shown}:{self.bank_port}" if self.bank_port else ""


def demo(*, host: str, port: int, bank_port: int, workers: int) -> int:
    """Run the demo until it is told to stop; returns the exit code. Raises CannotStart."""
    os.umask(0o077)  # whatever the demo writes is its owner's only
    places = Places(host, port, None if bank.is_given() else bank_port, workers)
    preflight.port_is_free(host, port, "--port")
    if places.bank_port:
        preflight.port_is_free(host, places.bank_port, "--bank-port")
    installation = open_installation()
    with preflight.only_one(installation.folder):
        supervisor = Supervisor(installation.logs)
        supervisor.listen()
        try:
            return _run(installation, supervisor, places)
        finally:
            supervisor.stop()
            if not os.environ.get("DATABASE_URL"):
                postgres.stop(installation.database_folder)


def _run(installation: Installation, supervisor: Supervisor, places: Places) -> int:
    print("Preparing the database …", flush=True)
    given = os.environ.get("DATABASE_URL")
    url = (
        preflight.given_database(given)
        if given
        else preflight.embedded_database(installation.database_folder)
    )
    variables = environment(installation, database_url=url, base_url=places.portal)
    if places.bank_port:
        variables |= _start_bank(installation, supervisor, places, places.bank_port)
    _prepare(installation, supervisor, variables)
    _start_portal(supervisor, variables, places)
    if not supervisor.asked.is_set():
        print(_addresses(installation, places), flush=True)
    fallen = supervisor.watch()
    if fallen:
        raise CannotStart(f"{fallen.name} ended by itself: {fallen.last_words()} (see {fallen.log})")
    print("\nStopping …", flush=True)
    return 0


def _start_bank(
    installation: Installation, supervisor: Supervisor, places: Places, port: int
) -> dict[str, str]:
    state = str(installation.folder / "bank.sqlite3")
    settings = bank.credentials(state, places.bank)
    options = ["--host", places.host, "--port", str(port), "--state", state, "--public-url", places.bank]
    child = supervisor.start("bank", "sandbox_bank", options, os.environ)
    supervisor.wait_for(child, answers(f"http://{places.host}:{port}/"))
    return settings


def _prepare(installation: Installation, supervisor: Supervisor, variables: dict[str, str]) -> None:
    # In a process of its own: the supervisor stays small, and the settings see the finished environment.
    passwords = {
        "PARASON_SEED_STAFF": installation.staff_password,
        "PARASON_SEED_CUSTOMER": installation.customer_password,
    }
    child = supervisor.start("prepare", "parason.demo.prepare", [], variables | passwords)
    supervisor.wait_for(child, lambda: child.process.poll() == 0, seconds=300)
    if not supervisor.asked.is_set():
        supervisor.children.remove(child)


def _start_portal(supervisor: Supervisor, variables: dict[str, str], places: Places) -> None:
    if supervisor.asked.is_set():
        return
    supervisor.start("worker", "parason", ["worker"], variables)
    options = ["--host", places.host, "--port", str(places.port), "--workers", str(places.workers)]
    web = supervisor.start("web", "parason", ["web", *options], variables)
    known_as = urlsplit(places.portal).netloc
    supervisor.wait_for(web, answers(f"http://{places.host}:{places.port}/", known_as))


def answers(url: str, name: str = "") -> Callable[[], bool]:
    """A question: does this address answer by now? `name` is the host by which it is known outside."""

    def ask() -> bool:
        request = urllib.request.Request(url, headers={"Host": name} if name else {})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=5):  # noqa: S310
                return True
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False

    return ask


def _addresses(installation: Installation, places: Places) -> str:
    lines = [
        "",
        f"  Portal        {places.portal}/",
        f"                customer@example.com   {installation.customer_password}",
        f"  Outbox        {places.portal}/demo/outbox/",
        f"  Back office   {places.portal}/backoffice/",
        f"                staff@example.com      {installation.staff_password}",
        f"  Bank          {places.bank + '/control' if places.bank else 'as PARASON_BEGATEWAY_* say'}",
        f"  Data          {installation.folder} (logs in logs/)",
        "",
        "  Ctrl-C stops it; `parason demo` goes on with the same data, `parason reset` forgets them.",
    ]
    return "\n".join(lines)

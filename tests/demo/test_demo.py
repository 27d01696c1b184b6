"""`parason demo` as a newcomer meets it: real processes, real ports."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from parason.demo import installation, postgres
from parason.kernel.stop import CannotStart


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(data: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PARASON") and name not in ("DATABASE_URL", "SECRET_KEY", "EMAIL_URL")
    }
    return {**kept, "PARASON_DATA": str(data), **more}


def refused(data: Path, *options: str, **variables: str) -> str:
    """What a demo that cannot start says."""
    done = subprocess.run(
        [sys.executable, "-m", "parason", "demo", *options],
        env=environment(data, **variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


class Demo:
    """A demo that runs."""

    def __init__(self, data: Path) -> None:
        self.port, self.bank_port = free_port(), free_port()
        options = ["--port", str(self.port), "--bank-port", str(self.bank_port), "--workers", "1"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "parason", "demo", *options],
            env=environment(data),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = self._read_until("Ctrl-C stops it")

    def _read_until(self, words: str) -> str:
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if words in line:
                return "".join(lines)
        raise AssertionError("".join(lines))

    def password(self, email: str) -> str:
        found = re.search(rf"{re.escape(email)} +(\S+)", self.said)
        assert found
        return found.group(1)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@contextmanager
def running(data: Path) -> Iterator[Demo]:
    demo = Demo(data)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.stop()


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """Not pytest's: it takes the right to pass through its folders away whenever another pytest starts."""
    with tempfile.TemporaryDirectory(prefix="parason-demo-") as name:
        yield Path(name)


@pytest.mark.timeout(240)
def test_the_demo_starts_answers_stops_and_goes_on(own_folder: Path) -> None:
    data = own_folder / "data"
    with running(data) as demo:
        portal = f"http://localhost:{demo.port}"
        assert httpx.get(f"{portal}/", timeout=10).status_code == 200
        assert httpx.get(f"{portal}/demo/outbox/", timeout=10).status_code == 200
        assert httpx.get(f"http://localhost:{demo.bank_port}/", timeout=10).status_code < 500
        assert "already running" in refused(data, "--port", str(free_port()), "--bank-port", str(free_port()))
        first = demo.password("customer@example.com")
        children = psutil.Process(demo.process.pid).children(recursive=True)
        assert len(children) >= 3
        assert demo.stop() == 0
    time.sleep(0.2)
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert not postgres.is_running(data / "postgres")
    with running(data) as demo:
        assert demo.password("customer@example.com") == first
        assert demo.stop() == 0
    assert stat.S_IMODE((data / "installation.json").stat().st_mode) == 0o600
    reset = [sys.executable, "-m", "parason", "reset"]
    assert b"Forgot" in subprocess.run(reset, env=environment(data), check=True, capture_output=True).stdout
    assert not data.exists()


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = refused(tmp_path / "data", "--port", str(taken.getsockname()[1]))
    assert "--port" in said
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://nobody:x@127.0.0.1:1/none", "DATABASE_URL does not work"),
        ("mysql://localhost/x", "DATABASE_URL"),
        ("nonsense", "DATABASE_URL"),
    ],
)
def test_a_broken_database_url_is_one_line(tmp_path: Path, url: str, words: str) -> None:
    ports = ["--port", str(free_port()), "--bank-port", str(free_port())]
    assert words in refused(tmp_path / "data", *ports, DATABASE_URL=url)


def test_a_data_directory_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ports = ["--port", str(free_port()), "--bank-port", str(free_port())]
    assert "PARASON_DATA" in refused(tmp_path / "file" / "data", *ports)


def test_a_bank_that_is_set_by_halves_is_one_line(tmp_path: Path) -> None:
    said = refused(tmp_path / "data", PARASON_BEGATEWAY_SHOP_ID="1")
    assert "PARASON_BEGATEWAY_SECRET_KEY" in said
    assert "PARASON_BEGATEWAY_SHOP_ID," not in said


def test_reset_removes_only_what_a_demo_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARASON_DATA", str(tmp_path))
    (tmp_path / "precious").write_text("kept")
    assert "nothing to forget" in installation.forget()
    assert (tmp_path / "precious").exists()


def test_damaged_data_say_how_to_start_afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARASON_DATA", str(tmp_path))
    (tmp_path / installation.MARK).write_text("{")
    with pytest.raises(CannotStart, match="parason reset"):
        installation.open_installation()


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    one, other = installation.Installation(tmp_path), installation.Installation(tmp_path)
    assert one.secret_key != other.secret_key
    passwords = {p for i in (one, other) for p in (i.staff_password, i.customer_password)}
    assert len(passwords) == 4
    assert len(one.secret_key) >= 50

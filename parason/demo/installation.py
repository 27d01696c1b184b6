"""The demo's data directory: what was generated for this installation, and the environment made of it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from parason.demo import postgres
from parason.kernel.stop import CannotStart

MARK = "installation.json"  # only a directory with this file is ever removed
WORDS = ("amber", "birch", "cloud", "delta", "ember", "fjord", "grove", "heron", "kite", "maple", "otter")


def password() -> str:
    """Easy to type; 71 bits, of which the hexadecimal digits give 64."""
    return f"{secrets.choice(WORDS)}-{secrets.choice(WORDS)}-{secrets.token_hex(8)}"


@dataclass(frozen=True)
class Installation:
    """Secrets and passwords of one installation; they live as long as its data."""

    folder: Path
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(50))
    staff_password: str = field(default_factory=password)
    customer_password: str = field(default_factory=password)
    bank_password: str = field(default_factory=password)

    @property
    def database_folder(self) -> Path:
        return self.folder / "postgres"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"


def data_folder() -> Path:
    """PARASON_DATA, else `.parason` in the working directory."""
    return Path(os.environ.get("PARASON_DATA") or ".parason").resolve()


def open_installation() -> Installation:
    """This directory's installation, made when there is none. Raises CannotStart."""
    folder = data_folder()
    file = folder / MARK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if file.exists():
            return Installation(**{**json.loads(file.read_text()), "folder": folder})
        made = Installation(folder)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
            json.dump({**asdict(made), "folder": str(folder)}, target, indent=1)
        for part in (made.outbox, made.logs):
            part.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"cannot write to {folder} ({error.strerror}): set PARASON_DATA to a directory that you may write"
        ) from error
    except (ValueError, TypeError) as error:
        raise CannotStart(f"{file} is damaged: `parason reset` starts afresh") from error
    return made


def environment(installation: Installation, *, database_url: str, base_url: str) -> dict[str, str]:
    """What the settings read; what the caller's environment says goes first."""
    folder = installation.folder
    mine = {
        "PARASON_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "parason.config.settings",
        "SECRET_KEY": installation.secret_key,
        "PARASON_BASE_URL": base_url,
        "PARASON_ALLOWED_HOSTS": f"localhost,127.0.0.1,{urlsplit(base_url).hostname}",
        "PARASON_STATIC_ROOT": str(folder / "static"),
        "EMAIL_URL": f"filemail:///{quote(str(installation.outbox))}",
    }
    return {**mine, **os.environ, "PARASON_DEMO": "1", "DATABASE_URL": database_url}


def forget() -> str:
    """Stop the embedded server and remove the data directory; says what was done."""
    folder = data_folder()
    if not (folder / MARK).exists():
        return f"There is nothing to forget in {folder}."
    postgres.stop(folder / "postgres")
    shutil.rmtree(folder)
    kept = " The database that DATABASE_URL names was not touched." if os.environ.get("DATABASE_URL") else ""
    return f"Forgot {folder}.{kept}"

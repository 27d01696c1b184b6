"""The bank's clock: real time plus an offset that a test may wind forward."""

from datetime import UTC, datetime
from time import time

from sandbox_bank.storage import Storage


class Clock:
    """Seconds since the epoch in the bank's own time; the offset survives a restart."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.offset = float(storage.get_meta("clock_offset", 0.0))

    def now(self) -> float:
        return time() + self.offset

    def advance(self, seconds: float) -> None:
        """Wind forward. Raises ValueError for a negative number: a clock of a bank never goes back."""
        if seconds < 0:
            raise ValueError("the clock can only be wound forward")
        self._set(self.offset + seconds)

    def reset(self) -> None:
        self._set(0.0)

    def _set(self, offset: float) -> None:
        self.offset = offset
        self._storage.set_meta("clock_offset", offset)


def iso(moment: float | None) -> str | None:
    """beGateway's form of an instant: UTC with milliseconds and a Z."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: object) -> float | None:
    """Seconds of an ISO-8601 instant with an offset; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.timestamp()

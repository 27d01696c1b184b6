"""Child processes of the demo: started in order, watched, stopped in the opposite order."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from parason.kernel.stop import CannotStart

PATIENCE = 15.0  # seconds that a process gets to end by itself


@dataclass
class Child:
    """One process and the file of its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self) -> str:
        """The end of the log, for an error message."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"


class Supervisor:
    """Holds the children; TERM and Ctrl-C ask it to stop."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: list[Child] = []
        self.asked = threading.Event()

    def listen(self) -> None:
        """From now on TERM, INT and HUP mean: stop in good order."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked.set()

    def start(
        self, name: str, module: str, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> Child:
        """Start `python -m module`, in a session of its own: a Ctrl-C reaches only the supervisor."""
        log = self.logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        child = Child(name, process, log)
        self.children.append(child)
        return child

    def wait_for(self, child: Child, is_ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until it answers. Raises CannotStart when it ends or stays silent."""
        end = time.monotonic() + seconds
        while not is_ready():
            if self.asked.is_set():
                return
            if child.process.poll() is not None:
                raise CannotStart(f"{child.name} ended at once: {child.last_words()} (see {child.log})")
            if time.monotonic() > end:
                words = child.last_words()
                raise CannotStart(f"{child.name} did not answer in {seconds:.0f} s: {words} ({child.log})")
            self.asked.wait(0.1)

    def watch(self) -> Child | None:
        """Wait until somebody asks to stop (None) or a child ends by itself (that child)."""
        while not self.asked.wait(0.5):
            for child in self.children:
                if child.process.poll() is not None:
                    return child
        return None

    def stop(self) -> None:
        """Stop the children, the last one first."""
        for child in reversed(self.children):
            if child.process.poll() is None:
                child.process.terminate()
                try:
                    child.process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    child.process.kill()
                    child.process.wait()
        self.children.clear()

"""A worker that is killed (SIGKILL) once at each recovery point of its work.

    python -m tests.faults.mortal <folder>

It is `parason worker` itself. The first process that reaches a point leaves a file in the folder and dies
there; those that come after it pass.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.faults.killed import POINTS


def points() -> list[str]:
    """Those of a worker."""
    return [name for name, (act, *_) in POINTS.items() if act in ("work", "refund")]


def arm_once(folder: Path, number: int, name: str) -> None:
    """The first process that comes there dies."""
    _, where, act_name, when = POINTS[name]
    module, _, inner = where.partition(":")
    place: Any = import_module(module)
    place = getattr(place, inner) if inner else place
    act = getattr(place, act_name)
    mark = folder / f"{number}"

    def deadly(*args: Any, **named: Any) -> Any:
        if when == "before":
            _die(mark)
        result = act(*args, **named)
        if when == "after":
            _die(mark)
        return result

    setattr(place, act_name, deadly)


def _die(mark: Path) -> None:
    try:
        with mark.open("x") as file:
            file.write(str(time.time()))
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Arm all points, then be the worker."""
    from parason.config.ready import django_ready

    django_ready()
    folder = Path(sys.argv[1])
    for number, name in enumerate(points()):
        arm_once(folder, number, name)
    from parason.config.worker import run

    run(concurrency=2, once=False)


if __name__ == "__main__":
    main()

"""docs/performance.md: each measurement has a marked block of its own there."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path

PAPER = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


def here(load: float) -> str:
    """When and where it was measured, and how busy the machine was before."""
    return (
        f"Measured {date.today()} on {os.cpu_count()} cores ({platform.machine()}, "
        f"Python {platform.python_version()}), load average before {load:.1f}"
    )


def keep(name: str, text: str) -> None:
    """Put a text between the marks of its name, in the place of what stands there."""
    begin, end = f"<!-- {name}: begin -->\n", f"\n<!-- {name}: end -->"
    old = PAPER.read_text()
    PAPER.write_text(old[: old.index(begin) + len(begin)] + text + old[old.index(end) :])

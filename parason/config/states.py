"""Draws the tables of moves of all rooms: `parason states > docs/states.md`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

HEAD = """\
# States and their moves

Drawn by `parason states > docs/states.md` from the `states.py` of each room; a test compares. Nothing else
can happen to these things: the operation refuses an unlisted move, and so does the database.
"""


def tables() -> Iterator[tuple[str, str, Mapping[tuple[str, str], str]]]:
    """Room, name and table of every constant `MOVES` or `…_MOVES` of our rooms."""
    for config in sorted(apps.get_app_configs(), key=lambda config: config.name):
        module = f"{config.name}.states"
        if not config.name.startswith("parason.") or find_spec(module) is None:
            continue
        for name, value in vars(import_module(module)).items():
            if (name == "MOVES" or name.endswith("_MOVES")) and not name.startswith("_") and value:
                yield config.label, name, value


def drawing(moves: Mapping[tuple[str, str], str]) -> str:
    """One table as a state diagram."""
    befores, afters = {str(before) for before, _ in moves}, {str(after) for _, after in moves}
    lines = [f"    [*] --> {state}" for state in sorted(befores - afters)]
    lines += [f"    {before} --> {after}: {event}" for (before, after), event in moves.items()]
    lines += [f"    {state} --> [*]" for state in sorted(afters - befores)]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def drawn() -> str:
    """The whole page."""
    parts = [HEAD]
    for room, name, moves in tables():
        what = name.removesuffix("MOVES").strip("_").lower().replace("_", " ")
        parts.append(f"## {room}{f': {what}' if what else ''}\n\n{drawing(moves)}\n")
    return "\n".join(parts)

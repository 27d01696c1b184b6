"""The `parason` command: starts, keeps and checks an installation."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from parason.cli import care, run
from parason.kernel.stop import CannotStart

Command = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="parason", description=__doc__, allow_abbrev=False)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run.add_to(commands)
    care.add_to(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parason.config.settings")
    chosen, rest = parser().parse_known_args(arguments)
    if rest and not getattr(chosen, "passes_on", False):
        parser().error(f"unrecognised arguments: {' '.join(rest)}")
    chosen.rest = rest
    command: Command = chosen.act
    try:
        return command(chosen)
    except CannotStart as error:
        print(f"parason: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130

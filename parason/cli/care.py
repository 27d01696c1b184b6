"""Commands that do one thing and end: migrate, check, reset, and what the rooms offer."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from typing import Any

from parason.config.ready import database_ready, django_ready
from parason.kernel.stop import CannotStart

# Commands that a room brings along: `main(arguments)` of its module `commands`.
OF_ROOMS = {
    "product": ("parason.products.commands", [], "check, begin or price a product, or check a tariff table"),
    "explain": ("parason.cli.explain", [], "explain a policy's premium line by line"),
    "keys": ("parason.documents.commands", ["keys"], "make, list and retire the keys that seal policies"),
    "verify": ("parason.documents.commands", ["verify"], "check the seal of a policy's code or file"),
}


def add_to(commands: Any) -> None:
    """Add these commands to the parser."""
    migrate = commands.add_parser("migrate", help="bring the database up to date and load the catalogue")
    migrate.set_defaults(act=bring_up_to_date)
    check = commands.add_parser("check", help="say whether this installation is ready to run")
    check.add_argument("--no-database", action="store_true", help="check the settings and files only")
    check.set_defaults(act=check_installation)
    reset = commands.add_parser("reset", help="forget the demo's data")
    reset.set_defaults(act=forget)
    states = commands.add_parser("states", help="draw the tables of moves of all rooms")
    states.set_defaults(act=draw_states)
    django = commands.add_parser("django", help="run a command of Django", prefix_chars="\0", add_help=False)
    django.add_argument("words", nargs="*")
    django.set_defaults(act=pass_to_django, passes_on=True)
    for name, (module, first, text) in OF_ROOMS.items():
        room = commands.add_parser(name, help=text, prefix_chars="\0", add_help=False)
        room.add_argument("words", nargs="*")
        room.set_defaults(act=pass_to_room, module=module, first=first)


def bring_up_to_date(chosen: argparse.Namespace) -> int:
    """Migrations, the cache's table, products, rates."""
    django_ready()
    database_ready()
    from parason.config.data import prepare

    prepare()
    return 0


def check_installation(chosen: argparse.Namespace) -> int:
    """Settings, files, products, and the database's migrations. Raises CannotStart with the first fault."""
    django_ready()
    if not chosen.no_database:
        database_ready()
    from django.core.management import CommandError, call_command

    try:
        databases = None if chosen.no_database else ["default"]
        call_command("check", "--fail-level", "ERROR", databases=databases)
        if not chosen.no_database:
            call_command("migrate", "--check", verbosity=0)
    except CommandError as error:
        raise CannotStart(str(error)) from error
    except SystemExit as end:
        if end.code:
            raise CannotStart("the database is not up to date: run `parason migrate`") from end
    print("Everything is in order.")
    return 0


def forget(chosen: argparse.Namespace) -> int:
    """Remove the demo's data directory."""
    from parason.demo.installation import forget

    print(forget())
    return 0


def draw_states(chosen: argparse.Namespace) -> int:
    """Print docs/states.md."""
    django_ready()
    from parason.config.states import drawn

    sys.stdout.write(drawn())
    return 0


def pass_to_django(chosen: argparse.Namespace) -> int:
    """`parason django shell` and the like."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["parason django", *chosen.words])
    return 0


def pass_to_room(chosen: argparse.Namespace) -> int:
    """Give the words to the room's own command."""
    if chosen.command == "product" or (chosen.command == "verify" and not os.environ.get("SECRET_KEY")):
        # Reads folders, or what anybody may read: a clinic that only checks policies has no secret.
        os.environ.setdefault("PARASON_DEMO", "1")
    django_ready()
    try:
        room = import_module(chosen.module)
    except ModuleNotFoundError as error:
        raise CannotStart(f"this installation has no `{chosen.command}`") from error
    code: int | None = room.main([*chosen.first, *chosen.words])
    sys.stdout.flush()
    return code or 0

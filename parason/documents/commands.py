"""`parason keys …` and `parason verify …`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import httpx
from django.conf import settings

from parason.documents import inspecting, operations, seal
from parason.documents.models import SealKey
from parason.documents.papers import terms
from parason.documents.states import KeyStatus, Verdict
from parason.kernel.clock import day_of, now

CODES = {Verdict.VALID: 0, Verdict.NOT_GENUINE: 3}  # everything else: 1


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    chosen = parser().parse_args(arguments)
    return int(chosen.act(chosen))


def parser() -> argparse.ArgumentParser:
    """Both commands and their options."""
    top = argparse.ArgumentParser(prog="parason", allow_abbrev=False)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    keys = commands.add_parser("keys", help="the keys that seal policies").add_subparsers(required=True)
    keys.add_parser("new", help="make a key; in two minutes it signs").set_defaults(act=new_key)
    keys.add_parser("list", help="all keys and their state").set_defaults(act=list_keys)
    pdf = keys.add_parser("try-pdf", help="sign a page with the key of the PDF files, and read it back")
    pdf.set_defaults(act=try_pdf)
    for word, state, text in (
        ("retire", KeyStatus.RETIRED, "sign no more; its seals hold"),
        ("revoke", KeyStatus.REVOKED, "every seal of it is void: after a leak"),
    ):
        end = keys.add_parser(word, help=text)
        end.add_argument("key_id")
        end.add_argument("--reason", default="")
        end.set_defaults(act=end_key, to=state)
    add_verify(commands.add_parser("verify", help="check a policy's PDF, or the text of its code"))
    return top


def add_verify(verify: argparse.ArgumentParser) -> None:
    """Options of `verify`."""
    verify.add_argument("what", help="a PDF file, or the text or link of the code")
    verify.add_argument("--keys", default="", help="published keys: a file or an address (this portal's)")
    verify.add_argument("--list", default="", help="list of ended policies: a file or an address")
    verify.add_argument("--document", default="", help="document number in the passport, to compare")
    verify.add_argument("--trust", type=Path, help="certificates (PEM) that the PDF's signature may lead to")
    verify.add_argument("--day", type=date.fromisoformat, help="judge for this day (the insurer's today)")
    verify.set_defaults(act=check)


def say(line: str) -> None:
    """One line to the terminal."""
    sys.stdout.write(line + "\n")


def new_key(chosen: argparse.Namespace) -> int:
    minutes = int(operations.PUBLISHED_FIRST.total_seconds() // 60)
    say(f"{operations.new_key(at=now()).key_id} is published now and signs in {minutes} minutes")
    return 0


def list_keys(chosen: argparse.Namespace) -> int:
    for row in SealKey.objects.all():
        ended = f", ended {row.ended_at:%Y-%m-%d} {row.reason}" if row.ended_at else ""
        say(f"{row.key_id}  {row.status:8}  made {row.created_at:%Y-%m-%d}{ended}".rstrip())
    return 0


def end_key(chosen: argparse.Namespace) -> int:
    try:
        row = operations.end_key(key_id=chosen.key_id, to=chosen.to, reason=chosen.reason, at=now())
    except operations.NoSuchKey as error:
        sys.stderr.write(f"{chosen.key_id}: {error}\n")
        return 1
    say(f"{row.key_id} is {row.status.lower()}")
    return 0


def try_pdf(chosen: argparse.Namespace) -> int:
    """Whether the signer of the settings works: 0 signed and read back, 1 not, 2 none is set."""
    from parason.documents.signature import SignerBroken, read_signature, signed

    if not settings.PARASON_PDF_SIGNER["kind"]:
        sys.stderr.write("PARASON_PDF_SIGNER is not set: PDF files are not signed\n")
        return 2
    page = terms(text="# Try\n\nA page to be signed.", language="en", foot="", at=now())
    try:
        found = read_signature(signed(page, settings.PARASON_PDF_SIGNER))
    except SignerBroken as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if found is None or not (found.intact and found.whole):
        sys.stderr.write("what was signed does not hold\n")
        return 1
    say(f"{found.signer} signs the PDF files")
    return 0


def fetched(where: str) -> str:
    """The text of a file or an address."""
    if where.startswith(("https://", "http://")):
        return httpx.get(where, timeout=10, follow_redirects=False).raise_for_status().text
    return Path(where).read_text("utf-8")


def given(chosen: argparse.Namespace) -> inspecting.Given:
    """The keys and the list that were named; with neither, this portal's own over the network."""
    portal = settings.PARASON_BASE_URL
    keys = json.loads(fetched(chosen.keys or f"{portal}/.well-known/jwks.json"))
    where = chosen.list or ("" if chosen.keys else f"{portal}/v/list")
    return inspecting.Given.of(keys, fetched(where) if where else "")


def check(chosen: argparse.Namespace) -> int:
    """Print verdict, facts and notes; 0 valid now, 1 genuine but not valid, 3 not genuine, 2 cannot check."""
    try:
        held = given(chosen)
    except (httpx.HTTPError, OSError, ValueError, KeyError, seal.NotGenuine) as error:
        sys.stderr.write(f"the keys or the list cannot be read: {error or type(error).__name__}\n")
        return 2
    today = chosen.day or day_of(now())
    if os.path.isfile(chosen.what):  # unlike Path's, it takes a code too long for a name
        content = Path(chosen.what).read_bytes()
        report = inspecting.inspect_file(
            content, given=held, today=today, document=chosen.document, roots=chosen.trust
        )
    else:
        report = inspecting.inspect_code(chosen.what, given=held, today=today, document=chosen.document)
    show(report, today)
    return CODES.get(report.verdict, 1)


def show(report: inspecting.Report, today: date) -> None:
    """The report, line by line."""
    say(f"{report.verdict.value.upper().replace('_', ' ')} (for {today})")
    names = {"n": "policy", "p": "name", "y": "born", "d": "document ends", "f": "from", "t": "to",
             "s": "sum insured", "z": "territory", "i": "insurer"}  # fmt: skip
    for key, name in names.items():
        if report.claims.get(key):
            say(f"  {name}: {report.claims[key]}")
    for note in report.notes:
        say(f"  {note}")

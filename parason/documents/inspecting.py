"""Check a policy's code or file with the public keys alone: for the command line and for anybody's script."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from asn1crypto import pem, x509
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from parason.documents import seal
from parason.documents.signature import Signature, read_signature
from parason.documents.states import PolicyStatus, Verdict, verdict
from parason.kernel.periods import Period

ENDED = {"w": PolicyStatus.WITHDRAWN, "r": PolicyStatus.REPLACED}


@dataclass(frozen=True, slots=True)
class Given:
    """What a checker holds: public keys by id, and the signed list if there is one."""

    keys: dict[str, seal.Jwk]
    ended: dict[str, str] = field(default_factory=dict)  # short hash → w or r
    revoked_keys: tuple[str, ...] = ()
    list_date: str = ""

    @classmethod
    def of(cls, jwks: dict[str, Any], signed_list: str = "") -> Given:
        """From the published documents. Raises NotGenuine when the list is not signed by one of the keys."""
        keys = {key["kid"]: key for key in jwks["keys"]}
        if not signed_list:
            return cls(keys)
        content = seal.opened(signed_list.strip(), keys)[0]
        ended = {short: kind for kind in "wr" for short in content[kind]}
        return cls(keys, ended, tuple(content["k"]), content["at"])


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict, and the reasons in plain words."""

    verdict: Verdict
    claims: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def inspect_code(text: str, *, given: Given, today: date, document: str = "") -> Report:
    """The verdict on a code's text or link."""
    token = seal.token_of(text)
    try:
        found = seal.read(token, given.keys)
    except seal.NotGenuine:
        return Report(Verdict.NOT_GENUINE, {}, ("the seal is damaged, changed, or of an unknown key",))
    if found.key_id in given.revoked_keys:
        return Report(Verdict.NOT_GENUINE, {}, ("the insurer has revoked the key of this seal",))
    notes = [f"list of {given.list_date}" if given.list_date else "no list: today's status cannot be told"]
    if document:
        fits = seal.matches(found.claims, document)
        notes.append("the document number fits" if fits else "THE DOCUMENT NUMBER DOES NOT FIT")
    status = ENDED.get(given.ended.get(found.lookup[:8], ""), PolicyStatus.ISSUED)
    period = Period(found.first_day, found.last_day)
    return Report(verdict(status, period, today), dict(found.claims), tuple(notes))


def inspect_file(
    content: bytes, *, given: Given, today: date, document: str = "", roots: Path | None = None
) -> Report:
    """The verdict on a PDF: its seal, whether its data are the sealed ones, its signature if there is one."""
    facts = attached(content)
    if facts is None:
        return Report(Verdict.NOT_GENUINE, {}, ("the file has no policy's data attached, or is damaged",))
    report = inspect_code(str(facts.get("seal", "")), given=given, today=today, document=document)
    if report.verdict == Verdict.NOT_GENUINE:
        return report
    if seal.claims_of(facts, issuer=report.claims["i"]) != report.claims:
        return Report(Verdict.NOT_GENUINE, report.claims, ("the attached data are not the sealed ones",))
    signature = read_signature(content, roots=certificates(roots) if roots else None)
    if signature is not None and not (signature.intact and signature.whole):
        return Report(Verdict.NOT_GENUINE, report.claims, ("the file was changed after it was signed",))
    return Report(report.verdict, report.claims, (*report.notes, said(signature)))


def said(signature: Signature | None) -> str:
    """The signature in words."""
    if signature is None:
        return "the file carries no electronic signature: compare the paper with the facts above"
    trust = "trusted" if signature.trusted else "its certificate is not among the trusted ones given"
    return f"signed and unchanged: {signature.signer} ({trust})"


def certificates(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file."""
    found = pem.unarmor(path.read_bytes(), multiple=True)
    return [x509.Certificate.load(der) for _kind, _headers, der in found]


def attached(content: bytes) -> dict[str, Any] | None:
    """The policy's data in a PDF; None when there are none to be read."""
    try:
        root = PdfFileReader(io.BytesIO(content)).root
        names = root["/Names"]["/EmbeddedFiles"]
        pairs = names["/Names"] if "/Names" in names else names["/Kids"][0]["/Names"]
        found = {str(pairs[at]): pairs[at + 1] for at in range(0, len(pairs), 2)}
        data = json.loads(found["policy.json"]["/EF"]["/F"].data)
    except (PdfReadError, KeyError, IndexError, ValueError, TypeError, AttributeError):
        return None
    return data if isinstance(data, dict) else None

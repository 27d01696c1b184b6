"""The insurer's electronic signature in the PDF itself (PAdES), when the operator has given a key.

Who signs is pluggable: a key file (PKCS#12) or a device (PKCS#11). It proves integrity and origin; whether it
counts as a national qualified signature depends on the key.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

FIELD = "Insurer"
Given = Mapping[str, str]


class SignerBroken(Exception):
    """The signer's key cannot be read or used; the text says why."""


def _file(given: Given) -> signers.Signer:
    """A key file, `.p12` or `.pfx`."""
    password = given.get("password", "").encode() or None
    found = signers.SimpleSigner.load_pkcs12(given["file"], passphrase=password)
    if found is None:
        raise SignerBroken(f"{given['file']} cannot be opened with the password given")
    return cast(signers.Signer, found)


def _device(given: Given) -> signers.Signer:
    """A device or its software twin, spoken to by PKCS#11; needs the package python-pkcs11."""
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign import pkcs11

    session = pkcs11.open_pkcs11_session(
        given["library"], token_criteria=TokenCriteria(label=given["token"]), user_pin=given.get("pin")
    )
    return cast(signers.Signer, pkcs11.PKCS11Signer(session, cert_label=given["label"]))


SIGNERS: dict[str, Callable[[Given], signers.Signer]] = {"file": _file, "pkcs11": _device}


@lru_cache(maxsize=2)
def _signer(kind: str, given: tuple[tuple[str, str], ...]) -> signers.PdfSigner:
    options = dict(given)
    stamps = HTTPTimeStamper(options["timestamps"], timeout=5) if options.get("timestamps") else None
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        reason="Issued by the insurer",
    )
    # Invisible, yet right for PDF/A and PDF/UA at once: printable, and outside of the page.
    spec = fields.SigFieldSpec(
        FIELD, box=None, invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True)
    )
    return signers.PdfSigner(meta, SIGNERS[kind](options), timestamper=stamps, new_field_spec=spec)


def signed(content: bytes, given: Given) -> bytes:
    """The PDF with the insurer's signature appended; unchanged when no signer is set. Raises SignerBroken."""
    kind = given.get("kind", "")
    if not kind:
        return content
    try:
        signer = _signer(kind, tuple(sorted(given.items())))
        output = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)))
    except (SigningError, OSError, KeyError, ValueError) as error:
        raise SignerBroken(f"the signer “{kind}” failed: {error}") from error
    return cast(io.BytesIO, output).getvalue()


@dataclass(frozen=True, slots=True)
class Signature:
    """What is known of a file's signature."""

    intact: bool  # no byte of what was signed has changed
    whole: bool  # it covers the entire file
    trusted: bool  # its certificate leads to one that the checker trusts
    signer: str


def read_signature(content: bytes, *, roots: list[x509.Certificate] | None = None) -> Signature | None:
    """The insurer's signature in a PDF; None when there is none. A file that cannot be read is not intact."""
    try:
        found = list(PdfFileReader(io.BytesIO(content)).embedded_signatures)
        if not found:
            return None
        context = ValidationContext(trust_roots=roots or [], allow_fetching=False)
        status: Any = validate_pdf_signature(found[-1], signer_validation_context=context)
    except (PdfReadError, ValueError, KeyError, TypeError, OSError, SigningError):
        return Signature(intact=False, whole=False, trusted=False, signer="")
    return Signature(
        intact=bool(status.intact and status.valid),
        whole=status.coverage.name == "ENTIRE_FILE",
        trusted=bool(status.trusted),
        signer=str(status.signing_cert.subject.human_friendly),
    )

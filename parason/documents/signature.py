"""The insurer's electronic signature in the PDF itself (PAdES), when the operator has given a key.

Who signs is pluggable: a key file (PKCS#12) or a device (PKCS#11). It proves integrity and origin; whether it
counts as a national qualified signature depends on the key.
"""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
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
# A certificate that leads nowhere is an answer of ours (`trusted`), no warning with a traceback.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.ERROR)
_lock = threading.Lock()
_made: dict[tuple[Any, ...], signers.PdfSigner] = {}


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
    try:
        from pyhanko.sign import pkcs11
    except ImportError as error:
        raise SignerBroken("install the package python-pkcs11 (`parason[device]`)") from error
    from pyhanko.config.pkcs11 import TokenCriteria

    session = pkcs11.open_pkcs11_session(
        given["library"], token_criteria=TokenCriteria(label=given["token"]), user_pin=given.get("pin")
    )
    with ExitStack() as undo:
        undo.callback(session.close)  # who is logged in to a device once cannot log in again
        signer = pkcs11.PKCS11Signer(session, cert_label=given["label"])
        # Of elliptic curves every device signs a hash that we made; not every one makes the hash itself.
        signer.use_raw_mechanism = signer.signing_cert.public_key.algorithm == "ec"
        undo.pop_all()
    return cast(signers.Signer, signer)


SIGNERS: dict[str, Callable[[Given], signers.Signer]] = {"file": _file, "pkcs11": _device}


def _signer(kind: str, options: Given) -> signers.PdfSigner:
    """The signer of these options, made once in a process."""
    name = (kind, *sorted(options.items()))
    if name not in _made:
        forget_signers()
        _made[name] = _new_signer(kind, options)
    return _made[name]


def forget_signers() -> None:
    """Close what is open, so that a device that was away, or another one, is opened anew."""
    while _made:
        _name, gone = _made.popitem()
        session = getattr(gone.signer, "pkcs11_session", None)
        with suppress(*_device_errors()):
            if session is not None:
                session.close()


def _new_signer(kind: str, options: Given) -> signers.PdfSigner:
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
        with _lock:  # a device's session does one thing at a time
            try:
                output = _signer(kind, given).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)))
            except BaseException:
                forget_signers()
                raise
    except _failures() as error:
        raise SignerBroken(f"the signer “{kind}” failed: {str(error) or type(error).__name__}") from error
    return cast(io.BytesIO, output).getvalue()


def _failures() -> tuple[type[Exception], ...]:
    return (SigningError, PdfReadError, OSError, KeyError, ValueError, *_device_errors())


def _device_errors() -> tuple[type[Exception], ...]:
    """What a device may answer; nothing as long as none was spoken to."""
    loaded = sys.modules.get("pkcs11")
    return (loaded.PKCS11Error,) if loaded else ()


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

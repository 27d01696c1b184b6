"""From data to a PDF: typst with its fonts warm. Pure: no tables, no network, no file but its own folder.

Data reach the template as one JSON string, never as markup, so a name full of typst prints as text.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
import zxingcpp

from parason.documents.fonts import covered, families, fonts

ROOT = Path(__file__).parent / "typst"
STANDARDS: list[Any] = ["a-3a", "ua-1"]
_NO_PACKAGES = ROOT / "no-packages"  # does not exist: a template that asks for a package finds none
_lock = threading.Lock()


class RenderingFailed(Exception):
    """The template and the data do not make a document; the text says where."""


def qr_modules(text: str) -> list[bytes]:
    """A QR code at level M, row by row without a frame: 0 is a dark module, 255 a light one."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture: Any = code.to_image(add_quiet_zones=False)  # a buffer of bytes, which its stubs do not say
    width, every = picture.shape[1], memoryview(picture).tobytes()
    return [every[start : start + width] for start in range(0, len(every), width)]


def qr_svg(text: str) -> str:
    """The same as SVG with its quiet zone of four modules: sharp at any size."""
    rows = qr_modules(text)
    bars = "".join(
        f"M{run.start() + 4} {y}h{run.end() - run.start()}"
        for y, row in enumerate(rows, start=4)
        for run in re.finditer(b"\\0+", row)
    )
    side = len(rows) + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path stroke="#000" transform="translate(0 .5)" d="{bars}"/></svg>'
    )


def printable(value: Any) -> Any:
    """The same data without characters that no paper shows: controls, private use, direction overrides."""
    if isinstance(value, str):
        if value.isascii() and value.isprintable():  # most are, and the long ones: codes and drawings
            return value
        return "".join(sign for sign in unicodedata.normalize("NFC", value) if _shows(sign))
    if isinstance(value, Mapping):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    return value


def _shows(sign: str) -> bool:
    if sign in "\n\u200c\u200d":  # joiners are spelling in Persian and Indic names
        return True
    return unicodedata.category(sign) not in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


def _drawable(value: Any) -> Any:
    """The same data with every sign that no font has replaced by a question mark."""
    if isinstance(value, str):
        return "".join(sign if sign == "\n" or ord(sign) in covered() else "?" for sign in value)
    if isinstance(value, dict):
        return {key: item if key == "qr" else _drawable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_drawable(item) for item in value]
    return value


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(
        root=ROOT,
        font_paths=fonts(),
        ignore_system_fonts=True,
        package_path=_NO_PACKAGES,
        package_cache_path=_NO_PACKAGES,
    )


@cache
def _source(template: Path, _changed: int) -> bytes:
    return template.read_bytes()


def _compile(template: Path, data: dict[str, Any], attachment: str, at: datetime) -> bytes:
    source = _source(template, template.stat().st_mtime_ns)
    inputs = {"data": json.dumps(data, ensure_ascii=False), "attachment": attachment}
    with _lock:  # one compiler, one document at a time: it uses the processor fully anyway
        pdf = _compiler().compile(
            source, sys_inputs=inputs, pdf_standards=STANDARDS, timestamp=int(at.timestamp())
        )
    return cast(bytes, pdf)


def render(
    data: Mapping[str, Any], *, template: Path, at: datetime, attachment: str = "", nationality: str = ""
) -> bytes:
    """A PDF (A-3a and UA-1 at once) of `data` laid out by `template`; the same input gives the same bytes.

    `attachment` is JSON text to embed as machine-readable data. Raises RenderingFailed.
    """
    sheet = printable(data) | {"fonts": families(nationality), "at": at.isoformat()}
    try:
        return _compile(template, sheet, attachment, at)
    except typst.TypstError:
        # Most often a sign that no font has; a paper with a question mark beats no paper.
        try:
            return _compile(template, _drawable(sheet), attachment, at)
        except typst.TypstError as error:
            raise RenderingFailed(f"{template}: {error.message} {' '.join(error.hints)}") from error

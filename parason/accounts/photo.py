"""Reads a photograph of a passport's page: in memory, with Tesseract where it is installed,
and forgets it.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from functools import cache

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from parason.accounts.optical import find_lines
from parason.kernel.errors import DomainError

MOST_BYTES = 12_000_000
MOST_PIXELS = 60_000_000
SIDE = 2200  # pixels; more makes reading slower, not better
SECONDS = 15  # for one attempt
FOOT = 0.35  # the lines stand in the lowest third of the page
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"


class Unreadable(DomainError):
    """The photograph gave no machine-readable lines, for the reason in `message`."""

    message = _(
        "No lines could be read on this photograph. Take it straight, in good light, or paste the lines."
    )


@cache
def reader() -> str:
    """Path of Tesseract; empty where it is not installed, and then nobody is offered to photograph."""
    return shutil.which("tesseract") or ""


def lines_on(picture: bytes) -> str:
    """The machine-readable lines on a photograph (JPEG, PNG or WebP). Raises Unreadable."""
    page = _page(picture)
    foot = page.crop((0, int(page.height * (1 - FOOT)), page.width, page.height))
    for part in (foot, page, ImageOps.scale(foot, 1.4)):
        if found := find_lines(_text(part)):
            return found
    raise Unreadable


def _page(picture: bytes) -> Image.Image:
    """The picture upright, grey and of a size that is read well;
    without what the camera wrote about the place.
    """
    if len(picture) > MOST_BYTES:
        raise Unreadable(_("The photograph is too large: at most 12 MB."))
    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Unreadable(_("The photograph has too many pixels."))
            page = ImageOps.exif_transpose(opened).convert("L")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(_("The photograph has too many pixels.")) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Unreadable(_("This is not a photograph: JPEG, PNG or WebP.")) from error
    page.thumbnail((SIDE, SIDE))
    return page


def _text(picture: Image.Image) -> str:
    """What Tesseract reads; it is given pixels that we have drawn ourselves, through a pipe."""
    drawn = io.BytesIO()
    picture.save(drawn, "PNG", compress_level=1)
    command = [
        reader(), "stdin", "stdout", "--psm", "6", "-l", "eng", "-c", f"tessedit_char_whitelist={SIGNS}",
        "-c", "load_system_dawg=0", "-c", "load_freq_dawg=0",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, input=drawn.getvalue(), capture_output=True, timeout=SECONDS, check=False,
            env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Unreadable from error
    return done.stdout.decode("utf-8", "replace")

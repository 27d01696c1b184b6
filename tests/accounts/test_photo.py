"""A photographed page of a passport is read in memory, where Tesseract is installed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image, ImageDraw, ImageFont

from parason.accounts import photo
from parason.accounts.rules import check_digit

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
reads = pytest.mark.skipif(
    not photo.reader() or not FONT.exists(), reason="Tesseract or a font is not installed"
)


def lines() -> str:
    second = "EA1234567"
    second += (
        f"{check_digit(second)}POL900517{check_digit('900517')}F320301{check_digit('320301')}{'<' * 14}0"
    )
    second += str(check_digit(second[:10] + second[13:20] + second[21:43]))
    return "P<POLKOWALSKA<<ANNA<MARIA".ljust(44, "<") + "\n" + second


def page(text: str, kind: str = "JPEG") -> bytes:
    picture = Image.new("L", (1250, 880), 235)
    drawing = ImageDraw.Draw(picture)
    drawing.rectangle((60, 80, 360, 480), fill=150)
    for place, word in enumerate(("REPUBLIC OF POLAND", "KOWALSKA", "ANNA MARIA")):
        drawing.text((420, 60 + place * 70), word, fill=30, font=ImageFont.truetype(FONT, 24))
    for place, line in enumerate(text.split("\n")):
        drawing.text((60, 720 + place * 70), line, fill=20, font=ImageFont.truetype(FONT, 26))
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


@reads
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_lines_are_read(kind: str) -> None:
    assert photo.lines_on(page(lines(), kind)) == lines()


@reads
def test_a_photograph_fills_in_the_suggestions_and_stores_nothing(
    as_anna: Client, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    picture = page(lines()) + b"\0" * 3_000_000  # larger than what Django keeps in memory by itself
    upload = io.BytesIO(picture)
    upload.name = "passport.jpg"
    answer = as_anna.post("/profile/passport", {"read": "mrz", "photo": upload})
    shown = answer.content.decode()
    assert 'value="document_number=EA1234567"' in shown
    assert 'value="nationality=POL"' in shown
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.7", "not a photograph"),
        (b"", "not a photograph"),
        (b"GIF89a" + b"\0" * 100, "not a photograph"),
        (b"\xff\xd8\xff" + b"\0" * 100, "not a photograph"),
        (b"x" * (photo.MOST_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_photograph_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(photo.Unreadable, match=sentence):
        photo.lines_on(data)


def test_a_picture_of_a_hundred_megapixels_is_not_opened() -> None:
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")
    with pytest.raises(photo.Unreadable, match="too many pixels"):
        photo.lines_on(out.getvalue())


@reads
def test_a_picture_without_lines_says_how_to_do_better() -> None:
    with pytest.raises(photo.Unreadable, match="straight"):
        photo.lines_on(page("nothing to\nread"))


def test_without_tesseract_nobody_is_offered_to_photograph(
    as_anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo, "reader", lambda: "")
    assert 'type="file"' not in as_anna.get("/profile/passport").content.decode()
    upload = io.BytesIO(b"x")
    upload.name = "x.jpg"
    answer = as_anna.post("/profile/passport", {"read": "mrz", "photo": upload})
    assert "Paste the two or three lines" in answer.content.decode()


@reads
def test_where_tesseract_is_installed_the_page_offers_it(as_anna: Client) -> None:
    shown = as_anna.get("/profile/passport").content.decode()
    assert 'type="file"' in shown
    assert "multipart/form-data" in shown

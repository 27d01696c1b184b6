"""The insurer's file: read once, refused when wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from parason.kernel.insurer import insurer, read, text
from parason.website import look


def changed(tmp_path: Path, before: str, after: str) -> Path:
    sample = settings.PARASON_INSURER.read_text("utf-8")
    assert before in sample
    path = tmp_path / "insurer.toml"
    path.write_text(sample.replace(before, after), "utf-8")
    return path


def test_the_sample_is_complete_in_all_languages() -> None:
    who = insurer()
    for texts in (who.name, who.slogan, who.legal_name, who.seat, who.licence):
        assert set(texts) >= {"en", "ru", "ar"}
    assert text(who.slogan, "en") == "Enjoy calmness!"


def test_a_missing_language_falls_back_to_english() -> None:
    assert text({"en": "Minsk", "ru": "Минск"}, "fr") == "Minsk"
    assert text({"ru": "Минск"}, "fr") == "Минск"
    assert text({"en": "a", "pt": "b"}, "pt-br") == "b"


def test_a_mistyped_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="unpp"):
        read(changed(tmp_path, "unp =", "unpp ="))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"none\.toml cannot be read"):
        read(tmp_path / "none.toml")


def test_what_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="is not TOML"):
        read(changed(tmp_path, "[name]", "[name"))


@pytest.mark.parametrize("bad", ["red;}body{display:none", "url(//evil)", "#12", "expression(1)"])
def test_only_colours_become_css(tmp_path: Path, bad: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"colours.light.brand"):
        read(changed(tmp_path, 'brand = "#0F4C3A"', f'brand = "{bad}"'))


def test_the_colours_are_served_once_and_kept(client: Client) -> None:
    page = client.get("/help/").content.decode()
    assert f"/look.css?v={look.look_version()}" in page
    answer = client.get("/look.css")
    assert answer.content.decode() == look.look_css()
    assert "--brand:#0F4C3A" in look.look_css()
    assert "immutable" in answer.headers["Cache-Control"]

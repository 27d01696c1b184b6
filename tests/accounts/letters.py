"""Reads the letters that the portal has written."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from parason.documents.models import Letter


def letters_to(email: str) -> list[Letter]:
    """Oldest first."""
    return list(Letter.objects.filter(to=email).order_by("pk"))


def link_in(letter: Letter, part: str) -> str:
    """The path of the first link in a letter's text that has `part` in it."""
    found = [link for link in re.findall(r"https?://[^\s)>\"]+", letter.text) if part in link]
    assert found, letter.text
    return str(urlsplit(found[0]).path)

"""The letters that the demo sent: Django's file backend keeps them as they would have gone out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SEPARATOR = re.compile(rb"^-{79}\n", re.MULTILINE)  # what the file backend writes after each letter
NAME = re.compile(r"[0-9A-Za-z-]{1,80}\.log")
LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")


@dataclass(frozen=True)
class SentLetter:
    """One letter; `key` is its file and its place in it."""

    key: str
    message: EmailMessage

    @property
    def at(self) -> datetime | None:
        date = self.message["Date"]
        return parsedate_to_datetime(str(date)) if date else None

    @property
    def html(self) -> str:
        """The HTML part, empty when there is none."""
        part = self.message.get_body(preferencelist=("html",))
        return str(part.get_content()) if part else ""

    @property
    def text(self) -> str:
        """The plain part."""
        part = self.message.get_body(preferencelist=("plain",))
        return str(part.get_content()) if part else ""

    @property
    def linked_text(self) -> SafeString:
        """The plain part as HTML in which addresses can be clicked."""
        return linked(self.text)

    @property
    def attachments(self) -> list[tuple[int, str]]:
        """Number and file name of each."""
        parts = enumerate(self.message.iter_attachments())
        return [(number, part.get_filename() or f"attachment-{number}") for number, part in parts]

    def attachment(self, number: int) -> tuple[str, str, bytes]:
        """Name, media type and content. Raises IndexError."""
        part = list(self.message.iter_attachments())[number]
        content = part.get_payload(decode=True)
        return (
            part.get_filename() or f"attachment-{number}",
            part.get_content_type(),
            content if isinstance(content, bytes) else bytes(part),
        )


def linked(text: str) -> SafeString:
    """Text as HTML: escaped, addresses made links, lines kept by the style sheet."""
    addresses = LINK.findall(text)
    between = LINK.split(text)
    links = [format_html('<a href="{0}">{0}</a>', address) for address in addresses]
    pairs = zip(between, [*links, ""], strict=True)
    return format_html_join("", "{}{}", pairs)


def letters(folder: Path) -> list[SentLetter]:
    """All letters, the newest first."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [letter for file in files for letter in reversed(read(file))]


def letter(folder: Path, key: str) -> SentLetter | None:
    """One letter by its key, None when there is no such."""
    name, _, place = key.rpartition("_")
    file = folder / name
    if not NAME.fullmatch(name) or not place.isdecimal() or not file.is_file():
        return None
    found = read(file)
    return found[int(place)] if int(place) < len(found) else None


def read(file: Path) -> list[SentLetter]:
    """The letters of one file."""
    pieces = SEPARATOR.split(file.read_bytes())
    messages = [message_from_bytes(piece, policy=policy.default) for piece in pieces if piece.strip()]
    return [SentLetter(f"{file.name}_{place}", message) for place, message in enumerate(messages)]

"""The words of letters: a text per kind and language, filled from a closed dictionary of strings.

A text is a subject, an empty line, and paragraphs. `{name}` is a placeholder, `[words]({address})` alone in
a paragraph is the button. Filling is one pass of replacing: what stands in a value is never a placeholder,
a tag or an instruction.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
BUTTON = re.compile(r"^\[(?P<words>[^\]]+)\]\(\{(?P<address>[a-z_]+)\}\)$")
FOOT = ("insurer", "office_phone", "insurer_email", "site")
# Their links open an account: staff see that they went out, not what they say.
ONLY_FOR_ITS_READER = frozenset({"account_activate", "account_confirm_email", "account_reset"})
RIGHT_TO_LEFT = {"ar", "he", "fa"}


class UnknownKind(LookupError):
    """There is no text for such a letter."""


class MissingWord(LookupError):
    """A text names a placeholder for which no value was given."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A letter's words, ready to send."""

    subject: str
    text: str
    html: str


@cache
def kinds() -> frozenset[str]:
    """All kinds of letters."""
    return frozenset(path.name.split(".")[0] for path in TEXTS.glob("*.en.txt"))


@cache
def source(kind: str, language: str) -> tuple[str, tuple[str, ...]]:
    """Subject and paragraphs in a language, else in English. Raises UnknownKind."""
    if kind not in kinds():
        raise UnknownKind(kind)
    path = TEXTS / f"{kind}.{language}.txt"
    raw = (path if path.is_file() else TEXTS / f"{kind}.en.txt").read_text("utf-8")
    subject, *paragraphs = raw.strip().split("\n\n")
    return subject, tuple(paragraphs)


def placeholders(kind: str, language: str = "en") -> frozenset[str]:
    """The names that a text uses."""
    subject, paragraphs = source(kind, language)
    found = PLACEHOLDER.findall("\n".join((subject, *paragraphs)))
    return frozenset(found)


def filled(text: str, words: Mapping[str, str], treat: Callable[[str], str]) -> str:
    """`text` with each placeholder replaced once by its treated value. Raises MissingWord."""

    def one(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise MissingWord(match[1])
        return treat(str(words[match[1]]))

    return PLACEHOLDER.sub(one, text)


def _line(value: str) -> str:
    return " ".join(value.split())


def word(kind: str, language: str, words: Mapping[str, str]) -> Wording:
    """The letter of a kind in a language. Raises UnknownKind, MissingWord."""
    subject, paragraphs = source(kind, language)
    return Wording(
        subject=filled(subject, words, _line)[:200],
        text=_as_text(paragraphs, words, foot=_foot(words)),
        html=_as_html(subject, paragraphs, words, language),
    )


def _foot(words: Mapping[str, str]) -> str:
    return f"-- \n{words['insurer']}\n{words['office_phone']} · {words['insurer_email']}\n{words['site']}\n"


def _as_text(paragraphs: tuple[str, ...], words: Mapping[str, str], *, foot: str) -> str:
    shown = []
    for paragraph in paragraphs:
        button = BUTTON.match(paragraph)
        if button:
            shown.append(f"{button['words']}:\n{filled('{' + button['address'] + '}', words, str)}")
        else:
            shown.append(filled(paragraph, words, str))
    return "\n\n".join([*shown, foot])


def _isolated(value: str) -> str:
    """A value in HTML: escaped, and kept apart from the direction of the text around it."""
    safe = html.escape(value)
    if re.match(r"https?://[^\s]+$", value):
        return f'<a href="{safe}"><bdi>{safe}</bdi></a>'
    return f"<bdi>{safe}</bdi>".replace("\n", "<br>")


def _as_html(subject: str, paragraphs: tuple[str, ...], words: Mapping[str, str], language: str) -> str:
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    title = html.escape(filled(subject, words, _line))
    body = "\n".join(_paragraph(paragraph, words) for paragraph in paragraphs)
    foot = "<br>".join(_isolated(words[name]) for name in FOOT)
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title></head>\n'
        '<body style="margin:0;background:#FAFAF7;color:#16211C;font:16px/1.5 system-ui,Segoe UI,Roboto,'
        'Noto Sans,Arial,sans-serif">\n'
        '<div style="max-width:34rem;margin:0 auto;padding:24px 16px">\n'
        f'<h1 style="font-size:22px;line-height:1.25;margin:0 0 16px">{title}</h1>\n{body}\n'
        '<hr style="border:0;border-top:1px solid #DDE3DC;margin:24px 0 12px">\n'
        f'<p style="font-size:14px;color:#55635B;margin:0">{foot}</p>\n</div>\n</body>\n</html>\n'
    )


def _paragraph(paragraph: str, words: Mapping[str, str]) -> str:
    button = BUTTON.match(paragraph)
    if button:
        address = html.escape(filled("{" + button["address"] + "}", words, str))
        return (
            f'<p style="margin:24px 0"><a href="{address}" style="display:inline-block;background:#0F4C3A;'
            'color:#FFFFFF;padding:12px 20px;border-radius:10px;text-decoration:none;font-weight:600">'
            f"{html.escape(button['words'])}</a></p>"
        )
    inside = filled(html.escape(paragraph, quote=False), words, _isolated).replace("\n", "<br>")
    return f'<p style="margin:0 0 12px">{inside}</p>'

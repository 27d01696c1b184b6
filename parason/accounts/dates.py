"""Dates as people type them: digits of any script, month names, whole dates pasted into one box."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache

from babel import Locale

# Month names are understood in these languages whatever the page's language is.
MONTH_LANGUAGES = ("en", "ru", "ar", "be", "uk", "de", "fr", "es", "pl", "lt", "lv", "tr", "zh", "kk", "uz")
YEARS = range(1875, 2101)


class NotADate(ValueError):
    """What was typed is no date. `reason` is one of: day, month, year, short_year, real, unreadable."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def digits(text: str) -> str:
    """The text with the digits of any script as ASCII, without invisible characters and outer space."""
    shown = (letter for letter in text if unicodedata.category(letter) != "Cf")
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in shown
    ).strip()


@cache
def _months() -> dict[str, int]:
    names: dict[str, int] = {}
    for language in MONTH_LANGUAGES:
        months = Locale.parse(language).months
        for place in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[place][width].items():
                    names.setdefault(_plain(name), number)
    return {name: number for name, number in names.items() if name and not name.isdecimal()}


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip(" .")


def month_of(text: str) -> int | None:
    """The number of a month given by number or name (whole, abbreviated,
    or any clear beginning of three letters).
    """
    text = _plain(digits(text))
    if text.isdecimal():
        return int(text) if len(text) <= 2 and 1 <= int(text) <= 12 else None
    known = _months()
    if text in known:
        return known[text]
    if len(text) < 3:
        return None
    found = {number for name, number in known.items() if name.startswith(text)}
    return found.pop() if len(found) == 1 else None


def from_parts(day: str, month: str, year: str) -> date:
    """A date from the three boxes. Raises NotADate with the box that is wrong."""
    day, month, year = digits(day).rstrip("."), digits(month), digits(year)
    number = month_of(month)
    if not day.isdecimal() or len(day) > 2 or not 1 <= int(day) <= 31:
        raise NotADate("day")
    if number is None:
        raise NotADate("month")
    if not year.isdecimal() or len(year) > 4:
        raise NotADate("year")
    if len(year) < 4:
        raise NotADate("short_year")
    if int(year) not in YEARS:
        raise NotADate("year")
    try:
        return date(int(year), number, int(day))
    except ValueError:
        raise NotADate("real") from None


ISO = re.compile(r"(\d{4})[-./ ](\d{1,2})[-./ ](\d{1,2})(?:[T ].*)?")
NUMBERS = re.compile(r"(\d{1,2})\s*[-./,\s]\s*(\d{1,2})\s*[-./,\s]\s*(\d{4})")
RUN = re.compile(r"\d{8}")
EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
WORD = r"([^\W\d_][\w.\u200c]*)"
DAY_FIRST = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|\.|-?е|-?го)?[\s,/-]*(?:of\s+|de\s+)?{WORD}[\s,./-]*(?:de\s+)?(\d{{4}})[\s\w.]{{0,8}}"
)
MONTH_FIRST = re.compile(rf"{WORD}[\s,./-]*(\d{{1,2}})(?:st|nd|rd|th)?[\s,./-]+(\d{{4}})")
YEAR_FIRST = re.compile(rf"(\d{{4}})[\s,./-]*{WORD}[\s,./-]*(\d{{1,2}})")


def is_whole(text: str) -> bool:
    """Whether a box holds more than its own part: somebody pasted a whole date."""
    text = digits(text)
    numbers = re.findall(r"\d+", text)
    has_month = bool(re.search(r"[^\W\d_]", text))
    return len(numbers) >= 3 or bool(RUN.fullmatch(text)) or (has_month and len(numbers) >= 2)


def from_text(text: str, order: str) -> date:
    """A whole date in one text. `order` is "dmy" or "mdy" and decides where only numbers stand.
    Raises NotADate.
    """
    text = digits(unicodedata.normalize("NFC", text))
    if found := (ISO.fullmatch(text) or EAST_ASIAN.fullmatch(text)):
        return from_parts(found[3], found[2], found[1])
    if RUN.fullmatch(text):
        parts = (
            (text[6:], text[4:6], text[:4]) if _begins_with_year(text) else (text[:2], text[2:4], text[4:])
        )
        return from_parts(*parts) if _begins_with_year(text) else _ordered(*parts, order)
    if found := NUMBERS.fullmatch(text):
        return _ordered(found[1], found[2], found[3], order)
    for pattern, places in ((DAY_FIRST, (1, 2, 3)), (MONTH_FIRST, (2, 1, 3)), (YEAR_FIRST, (3, 2, 1))):
        if found := pattern.fullmatch(text):
            return from_parts(*(found[place] for place in places))
    raise NotADate("unreadable")


def _begins_with_year(run: str) -> bool:
    return run[:2] in ("19", "20") and 1 <= int(run[4:6]) <= 12


def _ordered(first: str, second: str, year: str, order: str) -> date:
    day, month = (second, first) if order == "mdy" else (first, second)
    # 31/12 can only be day and month, whatever the page's order is.
    if int(month) > 12 >= int(day):
        day, month = month, day
    return from_parts(day, month, year)

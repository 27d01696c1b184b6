"""Lists as spreadsheets save them: in UTF-8, in Windows-1251 or as Unicode text; with commas, semicolons or
tabs.

A tariff's tables are read strictly (decision 13). People are told from the list page, so what an office
program does by itself is taken as it is, where it can be understood in one way only.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from parason.products.definition.files import MOST_BYTES, Unreadable, decode, parse_text, too_large
from parason.products.rating.tables import TableData

SEPARATORS = (",", ";", "\t")
UTF16 = (b"\xff\xfe", b"\xfe\xff")
HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's own first line
DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def parse_list(raw: bytes, *, columns: Sequence[str]) -> TableData:
    """The cells of a list whose heading should have these columns. Raises Unreadable."""
    text = _text(raw)
    hint = HINT.match(text)
    text = text[hint.end() :] if hint else text
    return parse_text(text, _separator(text, columns))


def _text(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise Unreadable(too_large(raw))
    if raw[:2] in UTF16:
        return decode(_or_as_it_is(raw, "utf-16"))
    try:
        return decode(raw)
    except Unreadable:
        return decode(_or_as_it_is(raw, "cp1251"))


def _or_as_it_is(raw: bytes, encoding: str) -> bytes:
    """The same text in UTF-8; bytes that are no such text stay, and are refused as what they are."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return raw
    return text.encode()


def _separator(text: str, columns: Sequence[str]) -> str:
    """The separator by which the heading falls into the most known columns; a comma when none does."""
    heading = text.split("\n", 1)[0].strip()

    def known(separator: str) -> int:
        cells = next(csv.reader([heading], delimiter=separator), [])
        return len({cell.strip() for cell in cells} & set(columns))

    return max(SEPARATORS, key=known)


def iso_day(text: str) -> str:
    """`31.12.1990`, as spreadsheets in Russian or German save a date, as `1990-12-31`; other texts as they
    are. With dots the day always stands first; with slashes nobody knows.
    """
    found = DOTTED.fullmatch(text.strip())
    return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text

"""Finds machine-readable lines in a text that was read from a photograph. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from parason.accounts.mrz import NotMrz, clean, padded, read

LETTERS, DIGITS = str.maketrans("0158", "OISB"), str.maketrans("OQDISBZ", "0001582")
# Where only letters, and where only digits can stand, by the length of a line and its place.
ONLY = {
    (44, 0): ([slice(2, 44)], []),
    (44, 1): ([slice(10, 13)], [slice(13, 20), slice(21, 28), slice(43, 44)]),
    (36, 0): ([slice(2, 36)], []),
    (36, 1): ([slice(10, 13)], [slice(13, 20), slice(21, 28), slice(35, 36)]),
    (30, 0): ([slice(2, 5)], []),
    (30, 1): ([slice(15, 18)], [slice(0, 7), slice(8, 15), slice(29, 30)]),
    (30, 2): ([slice(0, 30)], []),
}


def find_lines(text: str) -> str:
    """The machine-readable lines in a text that was read optically; empty when there are none.

    Only lines whose check digits all fit count. O and 0 are told apart where only a letter or a digit can
    stand, never in the number of the document.
    """
    lines = [line for line in (clean(line) for line in text.splitlines()) if len(line) >= 20 and "<" in line]
    for size in (3, 2):
        for start in range(len(lines) - size + 1):
            for candidate in _candidates(lines[start : start + size]):
                if _all_fit(candidate):
                    return candidate
    return ""


def _all_fit(text: str) -> bool:
    with suppress(NotMrz):
        return not read(text).wrong
    return False


def _candidates(lines: list[str]) -> Iterator[str]:
    """The lines as read, and with a zero mended that was read twice (`0Q`),
    which makes the last line too long.
    """
    yield _mended(lines)
    last = len(lines) - 1 if len(lines) == 2 else 1
    for double in re.finditer(r"(?=([0OQ]{2}))", lines[last]):
        once = lines[last][: double.start()] + "0" + lines[last][double.start() + 2 :]
        yield _mended([*lines[:last], once, *lines[last + 1 :]])


def _mended(lines: list[str]) -> str:
    try:
        whole = padded(lines[:])
    except IndexError:
        return ""
    return "\n".join(_mend(line, place) for place, line in enumerate(whole))


def _mend(line: str, place: int) -> str:
    letters, digits = ONLY.get((len(line), place), ([], []))
    signs = list(line)
    for part in letters:
        signs[part] = line[part].translate(LETTERS)
    for part in digits:
        signs[part] = line[part].translate(DIGITS)
    return "".join(signs)

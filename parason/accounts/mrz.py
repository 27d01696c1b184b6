"""Reads the machine-readable lines of passports, cards and visas (ICAO 9303-3 to -7). Pure;
decides nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from parason.accounts.countries import icao_code
from parason.accounts.rules import check_digit, check_personal_number


class NotMrz(ValueError):
    """The text is not machine-readable lines. `reason`: lines, characters or length."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Mrz:
    """What the lines say. `wrong` names the parts whose check digit does not fit;
    those are not to be trusted.
    """

    layout: str  # TD1, TD2, TD3, MRV-A, MRV-B
    kind: str  # first letters: P, I, ID, V …
    issuer: str
    primary: str  # family name, or the only name
    secondary: str
    number: str
    nationality: str
    birth: str  # YYMMDD, parts may be unknown: `<<`
    sex: str  # M, F or X
    expiry: str
    optional: str
    name_may_be_cut: bool = False
    wrong: tuple[str, ...] = field(default=())

    @property
    def is_specimen(self) -> bool:
        """Utopia's passports hang in museums."""
        return "UTO" in (self.nationality, self.issuer)

    def birth_date(self, today: date) -> date | None:
        """The latest such date that is not in the future; None when a part is unknown."""
        return _century(self.birth, lambda day: day <= today, today)

    def expiry_date(self, today: date) -> date | None:
        """The date between ten years ago and fifty ahead."""
        return _century(self.expiry, lambda day: today.year - 10 <= day.year <= today.year + 50, today)

    def values(self, today: date) -> dict[str, str | date]:
        """Suggestions by field name of a person; parts with a wrong check digit are left out."""
        found: dict[str, str | date | None] = {
            "last_name_latin": self.primary,
            "first_name_latin": self.secondary,
            "sex": self.sex,
            "nationality": icao_code(self.nationality),
            "birth_date": None if "birth" in self.wrong else self.birth_date(today),
        }
        # A visa's number and expiry are the visa's, not the passport's.
        if not self.kind.startswith("V"):
            found["document_type"] = "passport" if self.kind.startswith("P") else "id_card"
            found["expires_on"] = None if "expiry" in self.wrong else self.expiry_date(today)
            if "number" not in self.wrong:
                found |= self._numbers()
        return {name: value for name, value in found.items() if value}

    def _numbers(self) -> dict[str, str | date | None]:
        if self.nationality != "BLR":
            return {"document_number": self.number}
        personal = self.optional if check_personal_number(self.optional, nationality="BLR") is None else ""
        if self.kind.startswith("P") and re.fullmatch(r"[A-Z]{2}\d{7}", self.number):
            return {
                "document_series": self.number[:2],
                "document_number": self.number[2:],
                "personal_number": personal,
            }
        return {"document_number": self.number, "personal_number": personal}


def read(text: str) -> Mrz:
    """Read pasted lines. Raises NotMrz when they are none; wrong check digits are told in `wrong`."""
    lines = _lines(text)
    lengths = [len(line) for line in lines]
    if lengths == [30, 30, 30]:
        return _td1(lines)
    if lengths == [36, 36]:
        return _two_lines(lines, "MRV-B" if lines[0].startswith("V") else "TD2")
    if lengths == [44, 44]:
        return _two_lines(lines, "MRV-A" if lines[0].startswith("V") else "TD3")
    raise NotMrz("length" if lines else "lines")


def clean(line: str) -> str:
    """A pasted line without spaces, in capitals,
    with the sign < where typography made something else of it.
    """
    line = unicodedata.normalize("NFKC", line).upper().replace("«", "<<").replace("‹", "<")
    return re.sub(r"\s+", "", line)


def _lines(text: str) -> list[str]:
    lines = [line for line in (clean(line) for line in text[:2000].splitlines()) if line]
    if len(lines) == 1:  # pasted without the line break
        size = {88: 44, 72: 36, 90: 30}.get(len(lines[0]))
        if size is None:
            raise NotMrz("length")
        lines = [lines[0][i : i + size] for i in range(0, len(lines[0]), size)]
    if any(re.search(r"[^A-Z0-9<]", line) for line in lines):
        raise NotMrz("characters")
    if len(lines) not in (2, 3):
        raise NotMrz("lines")
    return padded(lines)


def padded(lines: list[str]) -> list[str]:
    """Fillers at the end of the line of names are easily lost;
    every other line ends with a digit that is needed.
    """
    full = 30 if len(lines) == 3 else max(len(line) for line in lines)
    names = 2 if len(lines) == 3 else 0
    lines[names] = (
        lines[names].ljust(full, "<")
        if len(lines[names]) < full
        else lines[names].rstrip("<").ljust(full, "<")
    )
    return lines


def _names(text: str) -> tuple[str, str, bool]:
    primary, _sep, secondary = text.rstrip("<").partition("<<")
    return _spaced(primary), _spaced(secondary), not text.endswith("<")


def _spaced(text: str) -> str:
    return " ".join(part for part in text.split("<") if part)


def _fits(value: str, digit: str) -> bool:
    return digit == str(check_digit(value)) or (digit == "<" and not value.strip("<"))


def _wrong(checks: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    return tuple(name for name, (value, digit) in checks.items() if not _fits(value, digit))


def _long_number(number: str, digit: str, optional: str) -> tuple[str, str, str]:
    """TD1 and TD2: nine signs are not enough, so the rest and its check digit stand in the optional part."""
    if digit != "<" or not number.strip("<"):
        return number, digit, optional
    rest, _sep, remainder = optional.partition("<")
    if len(rest) < 2:
        return number, digit, optional
    return number + rest[:-1], rest[-1], remainder


def _two_lines(lines: list[str], layout: str) -> Mrz:
    first, second = lines
    width = len(second)
    end = {"TD3": 42, "TD2": 35}.get(layout, width)
    number, digit, optional = second[:9], second[9], second[28:end]
    checked = number
    if layout == "TD2":
        checked, digit, optional = _long_number(number, digit, optional)
    checks = {
        "number": (checked, digit),
        "birth": (second[13:19], second[19]),
        "expiry": (second[21:27], second[27]),
    }
    if layout == "TD3":
        checks["optional"] = (optional, second[42])
    if not layout.startswith("MRV"):
        checks["composite"] = (second[:10] + second[13:20] + second[21 : width - 1], second[width - 1])
    primary, secondary, cut = _names(first[5:])
    return Mrz(
        layout=layout,
        kind=first[:2].rstrip("<"),
        issuer=first[2:5].rstrip("<"),
        primary=primary,
        secondary=secondary,
        number=checked.rstrip("<"),
        nationality=second[10:13].rstrip("<"),
        birth=second[13:19],
        sex=_sex(second[20]),
        expiry=second[21:27],
        optional=optional.strip("<"),
        name_may_be_cut=cut,
        wrong=_wrong(checks),
    )


def _td1(lines: list[str]) -> Mrz:
    first, second, third = lines
    number, digit, optional = _long_number(first[5:14], first[14], first[15:30])
    checks = {
        "number": (number, digit),
        "birth": (second[:6], second[6]),
        "expiry": (second[8:14], second[14]),
        "composite": (first[5:30] + second[:7] + second[8:15] + second[18:29], second[29]),
    }
    primary, secondary, cut = _names(third)
    return Mrz(
        layout="TD1",
        kind=first[:2].rstrip("<"),
        issuer=first[2:5].rstrip("<"),
        primary=primary,
        secondary=secondary,
        number=number.rstrip("<"),
        nationality=second[15:18].rstrip("<"),
        birth=second[:6],
        sex=_sex(second[7]),
        expiry=second[8:14],
        optional=optional.strip("<") or second[18:29].strip("<"),
        name_may_be_cut=cut,
        wrong=_wrong(checks),
    )


def _sex(sign: str) -> str:
    return sign if sign in "MF" else "X"


def _century(text: str, fits: Callable[[date], bool], today: date) -> date | None:
    if not text.isdecimal():
        return None
    for century in (today.year // 100 + 1, today.year // 100, today.year // 100 - 1):
        try:
            day = date(century * 100 + int(text[:2]), int(text[2:4]), int(text[4:]))
        except ValueError:
            continue
        if fits(day):
            return day
    return None

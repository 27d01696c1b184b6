"""What a person's data must look like, decided without tables and without a clock."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parason.accounts.countries import nationalities, nationality_name
from parason.accounts.latin import APOSTROPHES, has_cyrillic, latin_suggestion

__all__ = [
    "PersonFacts",
    "check_latin",
    "check_name",
    "check_personal_number",
    "facts",
    "has_cyrillic",
    "latin_suggestion",
    "missing",
    "nationalities",
    "nationality_name",
    "tidy",
    "tidy_document",
    "tidy_latin",
]

PersonFacts = dict[str, str | None]


class PersonLike(Protocol):
    """What the rules need of a person; `accounts.models.Person` is one."""

    @property
    def owner(self) -> Any: ...
    @property
    def is_self(self) -> bool: ...
    @property
    def one_name(self) -> bool: ...
    @property
    def latin_name(self) -> str: ...


FACTS = (
    "last_name",
    "first_name",
    "patronymic",
    "last_name_latin",
    "first_name_latin",
    "sex",
    "birth_date",
    "nationality",
    "document_type",
    "document_series",
    "document_number",
    "personal_number",
    "issued_on",
    "expires_on",
    "issued_by",
    "phone",
    "address",
)
DOCUMENT_TYPES = {
    "passport": _("Passport"),
    "id_card": _("Identity card"),
    "residence": _("Residence permit"),
    "travel_document": _("Travel document of a refugee or stateless person"),
    "other": _("Other document"),
}
HYPHENS = "‐‑‒–—־﹣－"
NAME_PUNCTUATION = set(" -'.,·・" + HYPHENS + APOSTROPHES)
JOINERS = {"\u200c", "\u200d"}  # Persian and Indic names are misspelt without them
SERIES_BY = ("AB", "BM", "HB", "KH", "MP", "MC", "KB", "PP", "SP", "DP")
LOOK_ALIKES = str.maketrans("АВЕКМНОРСТУХІ", "ABEKMHOPCTYXI")
SPACES = re.compile(r"\s+")


def tidy(text: str) -> str:
    """NFC, one space between words, none around; directional marks and other controls stay, to be refused."""
    return SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def tidy_latin(text: str) -> str:
    """As `tidy`, with one kind of apostrophe and hyphen, as passports print them."""
    text = tidy(text)
    for sign in APOSTROPHES:
        text = text.replace(sign, "'")
    for sign in HYPHENS:
        text = text.replace(sign, "-")
    return text


def _invisible(text: str) -> bool:
    return any(
        unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs", "Cn") and letter not in JOINERS
        for letter in text
    )


def check_characters(text: str) -> str | Promise | None:
    """What is wrong with free text such as an address: only characters that nobody can see."""
    if _invisible(text.replace("\n", " ").replace("\r", " ")):
        return _("Remove the invisible characters. Typing the text anew, instead of pasting it, helps.")
    return None


def check_name(text: str) -> str | Promise | None:
    """What is wrong with a name in any script, None when nothing is."""
    if _invisible(text):
        return check_characters(text)
    wrong = sorted({letter for letter in text if not _in_a_name(letter)})
    if wrong:
        return _("A name has only letters, spaces, hyphens and apostrophes. Remove: %s") % " ".join(
            wrong[:10]
        )
    if not any(unicodedata.category(letter).startswith("L") for letter in text):
        return _("A name has at least one letter.")
    return None


def _in_a_name(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LM" or letter in NAME_PUNCTUATION or letter in JOINERS


def check_latin(text: str) -> str | Promise | None:
    """What is wrong with a name that must be in Latin letters, None when nothing is.
    Expects `tidy_latin` text.
    """
    if _invisible(text):
        return check_characters(text)
    wrong = sorted({letter for letter in text if not (_is_latin(letter) or letter in " -'.")})
    if any("LATIN" not in unicodedata.name(letter, "") and letter.isalpha() for letter in wrong):
        return _("Use Latin letters, as in the passport.")
    if wrong:
        return _(
            "Only Latin letters, spaces, hyphens and apostrophes, as in the passport. Remove: %s"
        ) % " ".join(wrong[:10])
    if not any(_is_latin(letter) for letter in text):
        return _("A name has at least one letter.")
    return None


def _is_latin(letter: str) -> bool:
    # ª and º are called Latin too, but no passport writes them.
    return unicodedata.category(letter) in ("Lu", "Ll") and "LATIN" in unicodedata.name(letter, "")


def tidy_document(text: str) -> str:
    """Series, number or personal number as stored: capitals, no spaces,
    Cyrillic look-alikes as Latin letters.
    """
    text = unicodedata.normalize("NFKC", text).upper()
    text = "".join(str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in text)
    return re.sub(r"[\s<]+", "", text).translate(LOOK_ALIKES)


def check_document(text: str, *, most: int) -> str | Promise | None:
    """What is wrong with a tidied series or number: Latin letters and digits,
    hyphen and slash between them.
    """
    if _invisible(text):
        return check_characters(text)
    if not re.fullmatch(r"[A-Z0-9]+(?:[-/][A-Z0-9]+)*", text):
        return _("Only Latin letters and numbers, as in the document.")
    if len(text) > most:
        return _("At most %(most)d characters.") % {"most": most}
    return None


def check_digit(text: str) -> int:
    """The check digit of ICAO 9303-3 §4.9: weights 7, 3, 1 over 0–9, A–Z = 10–35, `<` = 0."""
    return sum(_value(sign) * (7, 3, 1)[place % 3] for place, sign in enumerate(text)) % 10


def _value(sign: str) -> int:
    return 0 if sign == "<" else int(sign, 36)


def check_personal_number(text: str, *, nationality: str) -> str | Promise | None:
    """What is wrong with a tidied personal number; Belarus's own (14 signs) has a check digit."""
    if nationality != "BLR":
        return check_document(text, most=24)
    if not re.fullmatch(r"\d{7}[A-Z]\d{3}[A-Z]{2}\d", text):
        return _("A personal number of Belarus has 14 characters, like 3270287A012PB2.")
    if check_digit(text[:13]) != int(text[13]):
        return _("The personal number has a mistake: its last digit does not fit the others.")
    return None


def check_passport_by(series: str, number: str) -> str | Promise | None:
    """What is wrong with a tidied passport of Belarus: a known series and seven digits."""
    if series and series not in SERIES_BY:
        return _("A passport of Belarus has one of these series: %s.") % ", ".join(SERIES_BY)
    if not re.fullmatch(r"\d{7}", number):
        return _("The number of a passport of Belarus has 7 digits.")
    return None


def facts(person: PersonLike) -> PersonFacts:
    """The person as strings, dates in ISO 8601: the snapshot that a contract keeps. Empty values are None."""
    result: PersonFacts = {}
    for name in FACTS:
        value = getattr(person, name)
        result[name] = (value.isoformat() if isinstance(value, date) else str(value)) if value else None
    result["email"] = person.owner.email if person.is_self else None
    return result


def missing(person: PersonLike | None) -> list[str]:
    """Names of the fields that a contract needs and that are empty; all of them when there is no person."""
    needed = [
        "last_name_latin",
        "first_name_latin",
        "birth_date",
        "nationality",
        "document_type",
        "document_number",
    ]
    if person is None:
        return needed
    if person.one_name:
        needed = [name for name in needed if name not in ("last_name_latin", "first_name_latin")]
        if not person.latin_name:
            needed.insert(0, "last_name_latin")
    return [name for name in needed if not getattr(person, name)]

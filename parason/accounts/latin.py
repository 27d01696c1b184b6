"""From a name to its Latin spelling: ICAO 9303-3 §6, as a suggestion; the passport's own spelling wins."""

from __future__ import annotations

import unicodedata

_PAIRS = """
    А:A Б:B В:V Г:G Ґ:G Д:D Е:E Ё:E Є:IE Ж:ZH З:Z И:I І:I Ї:I Й:I К:K Л:L М:M Н:N О:O П:P Р:R С:S
    Т:T У:U Ў:U Ф:F Х:KH Ц:TS Ч:CH Ш:SH Щ:SHCH Ъ:IE Ы:Y Э:E Ю:IU Я:IA Ѫ:U Ѵ:Y Ђ:D Ѕ:DZ Ј:J Љ:LJ Њ:NJ
    Ћ:C Ќ:K Ѓ:G Џ:DZ Ғ:G Һ:C
"""
CYRILLIC = dict(pair.split(":") for pair in _PAIRS.split())
CYRILLIC["Ь"] = ""
# A State whose passports deviate from the common table; Ukraine also by the place in the word.
DEVIATIONS = {
    "BLR": {"Г": "H", "Ё": "IO"},
    "UKR": {"Г": "H", "И": "Y"},
    "SRB": {"Г": "G", "Ж": "Z", "Х": "H", "Ц": "C", "Ч": "C", "Ш": "S"},
    "MKD": {"Х": "H", "Ќ": "KJ", "Џ": "DJ"},
    "BGR": {"Щ": "SHT"},
}
FIRST_IN_WORD = {"UKR": {"Є": "YE", "Ї": "YI", "Й": "Y", "Ю": "YU", "Я": "YA"}}
LATIN = {
    "Ä": "AE",
    "Å": "AA",
    "Ö": "OE",
    "Ü": "UE",
    "Ø": "OE",
    "Æ": "AE",
    "Œ": "OE",
    "Þ": "TH",
    "ẞ": "SS",
    "ß": "SS",
    "Ĳ": "IJ",
    "Đ": "D",
    "Ð": "D",
    "Ł": "L",
    "İ": "I",
    "ı": "I",
    "Ħ": "H",
    "Ŧ": "T",
    "Ŋ": "N",
}
APOSTROPHES = "’ʼ‘`´ʹ＇"


def has_cyrillic(text: str) -> bool:
    """Whether any letter is Cyrillic."""
    return any("CYRILLIC" in unicodedata.name(letter, "") for letter in text)


def latin_suggestion(text: str, nationality: str = "") -> str:
    """The Latin spelling that a passport would likely give, in capitals; empty when a letter has none.

    `nationality` is an ICAO code. Only a suggestion: national rules differ, and the passport decides.
    """
    result: list[str] = []
    start = True
    for letter in unicodedata.normalize("NFC", text).upper().strip():
        spelling = _spelling(letter, nationality, start)
        if spelling is None:
            return ""
        result.append(spelling)
        start = letter in " -"
    latin = "".join(result).strip(" -")
    return latin if any("A" <= letter <= "Z" for letter in latin) else ""


def _spelling(letter: str, nationality: str, start: bool) -> str | None:
    """One letter in Latin, None when the tables do not know it."""
    if letter in " -" or "A" <= letter <= "Z":
        return letter
    if letter in "'" + APOSTROPHES:
        # Between Cyrillic letters it is a sign (Мар'яна), and passports leave it out.
        return "'" if not nationality or nationality not in DEVIATIONS else ""
    if start and letter in FIRST_IN_WORD.get(nationality, {}):
        return FIRST_IN_WORD[nationality][letter]
    own = DEVIATIONS.get(nationality, {})
    for table in (own, CYRILLIC, LATIN):
        if letter in table:
            return table[letter]
    plain = unicodedata.normalize("NFD", letter)[0]
    return plain if "A" <= plain <= "Z" else None


def machine_form(text: str) -> str:
    """Letters A–Z and single spaces as the machine-readable lines write a Latin name; to compare,
    never to show.
    """
    spelled = "".join(
        _spelling(letter, "", False) or ""
        for letter in unicodedata.normalize("NFC", text).upper()
        if letter not in "'" + APOSTROPHES
    )
    return " ".join(spelled.replace("-", " ").split())


def plain_form(text: str) -> str:
    """As `machine_form`, with accents dropped instead of spelled out: MULLER beside MUELLER."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", text.upper()) if not unicodedata.combining(letter)
    )
    return machine_form(plain)

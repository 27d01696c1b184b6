"""What may be wrong with a table, in words: one list, so that every sentence can be translated.

Rating knows no Django: whoever shows faults to people sets `translator` (see parason/products/apps.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple


def gettext_noop(text: str) -> str:
    """Marks a sentence for the translators."""
    return text


class Words(NamedTuple):
    """What is wrong, and what to do; `%(name)s` stands for a figure of the table."""

    wrong: str
    remedy: str = ""


class _Translator:
    """The function from an English sentence to the reader's; English where nobody set one."""

    def __init__(self) -> None:
        self.gettext: Callable[[str], str] = gettext_noop


translator = _Translator()
NOTHING: Mapping[str, object] = MappingProxyType({})


class TableFault(NamedTuple):
    """What is wrong with one cell (or a whole line, or the table). Lines count as a spreadsheet does."""

    line: int
    column: str
    words: Words
    figures: Mapping[str, object] = NOTHING

    @property
    def wrong(self) -> str:
        """What is wrong, in the reader's language."""
        return self._say(self.words.wrong)

    @property
    def remedy(self) -> str:
        """What to do, in the reader's language."""
        return self._say(self.words.remedy)

    def _say(self, sentence: str) -> str:
        return translator.gettext(sentence) % self.figures if sentence else ""

    def __str__(self) -> str:
        where = "line %(line)s, column %(column)s" if self.column else "line %(line)s"
        place = translator.gettext(where) % {"line": self.line, "column": self.column}
        return f"{place}: {self.wrong} {self.remedy}".strip()


PLACES = (gettext_noop("line %(line)s"), gettext_noop("line %(line)s, column %(column)s"))

# --- the heading ---
HEADING = gettext_noop("The heading must read: %(heading)s.")
MISSING_COLUMN = Words(gettext_noop("This column is missing."), HEADING)
UNKNOWN_COLUMN = Words(gettext_noop("This column is not known."), HEADING)
COLUMN_ORDER = Words(gettext_noop("The columns are repeated or in another order."), HEADING)
NO_ROWS = Words(gettext_noop("The table has no rows."), gettext_noop("Add at least one."))

# --- cells ---
EMPTY_NUMBER = Words(gettext_noop("The cell is empty."), gettext_noop("Write a number."))
EMPTY_KEY = Words(gettext_noop("The cell is empty."), gettext_noop("Every row needs all its keys."))
UNKNOWN_VALUE = Words(
    gettext_noop("“%(cell)s” is not a known value."), gettext_noop("Use one of: %(known)s.")
)
NO_NUMBER = Words(
    gettext_noop("“%(cell)s” is not a number."), gettext_noop("Write digits with a decimal point.")
)
FORMULA = Words(gettext_noop("“%(cell)s” is a formula."), gettext_noop("Write its result as a plain number."))
THOUSANDS = Words(
    gettext_noop("“%(cell)s” has separators between thousands."), gettext_noop("Write the digits only.")
)
DECIMAL_COMMA = Words(gettext_noop("“%(cell)s” has a decimal comma."), gettext_noop("Write a decimal point."))
SCIENTIFIC = Words(
    gettext_noop("“%(cell)s” is in scientific notation."),
    gettext_noop("Write all digits; in Excel, format the column as text."),
)
DATE_OF_BRACKET = Words(
    gettext_noop("“%(cell)s” is a date, perhaps made by Excel out of a bracket."),
    gettext_noop("Write the number; format the column as text."),
)
EXCEL_DATE = Words(
    gettext_noop("Excel has made a date of this cell (%(cell)s)."),
    gettext_noop("Format the column as text and write the number again."),
)
PER_CENT = Words(
    gettext_noop("The cell shows %(shown)s %% but holds %(cell)s."),
    gettext_noop("Format it as a number and write %(shown)s."),
)
BINARY = Words(
    gettext_noop("%(cell)s is the rest of a calculation in binary."),
    gettext_noop("Write the number that is meant, such as %(guess)s."),
)
STRANGE_CELL = Words(
    gettext_noop("The cell holds something that is neither a number nor text."),
    gettext_noop("Write a number."),
)
TOO_SMALL = Words(gettext_noop("%(cell)s is below %(least)s."), gettext_noop("Correct the value."))

# --- brackets ---
BACKWARDS = Words(
    gettext_noop("The bracket ends at %(last)s, before it begins at %(first)s."),
    gettext_noop("Put the smaller number first."),
)
NEGATIVE = Words(gettext_noop("%(cell)s is negative."), gettext_noop("Brackets begin at 0 or above."))
BETWEEN = Words(
    gettext_noop("%(cell)s is not a multiple of %(grain)s."),
    gettext_noop("Brackets meet only at whole steps."),
)
UNSORTED = Words(
    gettext_noop("The bracket from %(first)s stands after the one from %(before)s."),
    gettext_noop("Sort the brackets from small to great."),
)
OVERLAP = Words(
    gettext_noop("%(first)s is already in the bracket of line %(other)s."),
    gettext_noop("Brackets must not overlap."),
)
GAP = Words(
    gettext_noop("Nothing covers %(gap)s."), gettext_noop("Begin this bracket at %(gap)s, or add one.")
)
BEGINS_LATE = Words(gettext_noop("Nothing covers %(gap)s."), gettext_noop("Begin at %(gap)s."))
ENDS_EARLY = Words(gettext_noop("Nothing covers what is above %(last)s."), gettext_noop("End at %(most)s."))
NEVER_ENDS = Words(
    gettext_noop("Nothing covers what is above %(last)s."),
    gettext_noop("Leave the end of the last bracket empty."),
)
SAME_KEYS = Words(
    gettext_noop("The same keys stand in line %(other)s."), gettext_noop("Delete one of the two.")
)
NO_ROW = Words(
    gettext_noop("No row for “%(value)s”."),
    gettext_noop("Add it, or take the value out of the definition."),
)
NO_ROW_UNDER = Words(gettext_noop("No row for “%(value)s” under %(place)s."), NO_ROW.remedy)
FALLS = Words(
    gettext_noop("%(cell)s is below %(before)s of line %(other)s."),
    gettext_noop("This column must not fall; correct it."),
)

# --- files ---
TOO_LARGE = Words(gettext_noop("The file has %(bytes)s bytes."), gettext_noop("At most %(most)s are read."))
NOT_UTF8 = Words(
    gettext_noop("The file is not UTF-8 (perhaps %(guess)s)."), gettext_noop("Save it as “CSV UTF-8”.")
)
NOT_TEXT = Words(gettext_noop("The file is not text."), gettext_noop("Save it as “CSV UTF-8”."))
SEPARATOR = Words(
    gettext_noop("The columns are separated by %(used)s."), gettext_noop("Save it with commas.")
)
BAD_LINE = Words(
    gettext_noop("The line cannot be read: %(why)s."), gettext_noop("Check the quotation marks.")
)
TOO_MANY_ROWS = Words(
    gettext_noop("The table has more than %(most)s rows."), gettext_noop("Split it or check the file.")
)
EMPTY_FILE = Words(gettext_noop("The file is empty."), gettext_noop("The first line names the columns."))
RAGGED = Words(
    gettext_noop("The line has %(cells)s cells, the heading %(wanted)s."),
    gettext_noop("Give every line one cell per column."),
)
NO_FILE = Words(gettext_noop("There is no such file."), gettext_noop("Add %(name)s."))
OLD_EXCEL = Words(
    gettext_noop("The file is an old Excel file, or has a password."),
    gettext_noop("Save it as XLSX without a password."),
)
UNPACKED = Words(gettext_noop("The table is far too large."), gettext_noop("At most %(most)s rows are read."))
ENTITIES = Words(
    gettext_noop("The file declares entities of its own."),
    gettext_noop("Save it anew with a spreadsheet."),
)
NO_XLSX = Words(
    gettext_noop("This is no XLSX file."),
    gettext_noop("Save it as XLSX without a password, or as CSV UTF-8."),
)
DAMAGED = Words(gettext_noop("The XLSX file is damaged."), gettext_noop("Save it anew, or as CSV UTF-8."))
SHEETS = Words(
    gettext_noop("The file has %(count)s sheets."), gettext_noop("Keep the sheet with the table only.")
)

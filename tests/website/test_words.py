"""The words of the portal: complete in Russian, in the right letters, and without pleading or blame."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).resolve().parent.parent.parent
BLAME = re.compile(r"\b(please|invalid|oops|illegal|sorry|whoops|uh-oh)\b", re.IGNORECASE)
LETTERS = {"ru": re.compile(r"[\u0600-\u06ff]"), "ar": re.compile(r"[\u0400-\u04ff]")}


@pytest.fixture(scope="module")
def messages() -> dict[str, Any]:
    """The script that collects and checks translations."""
    return runpy.run_path(str(HOUSE / "bin" / "messages"))


def test_no_message_pleads_or_blames(messages: dict[str, Any]) -> None:
    strings = [str(message.id) for message in messages["template"]() if message.id]
    assert len(strings) > 900
    assert [words for words in strings if BLAME.search(words)] == []


@pytest.mark.parametrize("language", LETTERS)
def test_a_catalogue_is_written_in_its_own_letters(messages: dict[str, Any], language: str) -> None:
    catalogue = messages["load"](language)
    texts = [text for message in catalogue if message.id for text in messages["texts_of"](message)]
    assert [text for text in texts if LETTERS[language].search(text)] == []


def test_a_translation_that_lost_its_placeholder_is_found(messages: dict[str, Any]) -> None:
    catalogue = messages["Catalog"](locale="ru")
    lost = catalogue.add("From %(sum)s.", "От.")
    kept = catalogue.add("To %(sum)s.", "До %(sum)s.")
    assert len(messages["faults"](lost)) == 1
    assert messages["faults"](kept) == []


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_every_translation_keeps_its_placeholders(messages: dict[str, Any], language: str) -> None:
    catalogue = messages["load"](language)
    assert [fault for message in catalogue if message.id for fault in messages["faults"](message)] == []

"""The payer's pages in three languages; Arabic from right to left."""

import re

import pytest

from sandbox_bank.texts import LANGUAGES, TEXTS, wanted, words
from tests.sandbox_bank.merchant import Merchant


def test_every_text_is_in_every_language_with_the_same_places_to_fill() -> None:
    for key, said in TEXTS.items():
        assert len(said) == len(LANGUAGES), key
        assert all(said), key
        assert len({tuple(sorted(re.findall(r"{\w+}", one))) for one in said}) == 1, key


@pytest.mark.parametrize(
    ("asked", "checkouts", "accepted", "language"),
    [
        ("", "ru", "", "ru"), (None, "en", "en-GB", "en"), (None, "en", "ar,en;q=0.5", "ar"),
        (None, "ru", "ar", "ru"), ("en", "en", "ar", "en"), ("ar", "ru", "", "ar"), ("xx", "ru", "", "en"),
        (None, "de", "", "en"), (None, None, "", "en"),
    ],
)  # fmt: skip
def test_the_language_of_a_page(
    asked: str | None, checkouts: str | None, accepted: str, language: str
) -> None:
    assert wanted(asked, checkouts, accepted) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_drawn_in_each_language(shop: Merchant, language: str) -> None:
    token = shop.token()
    page = shop.bank.client.get("/v2/checkout", params={"token": token, "lang": language}).text
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert words(language)["title"] in page
    for other, name in LANGUAGES.items():
        assert (f'lang="{other}" hreflang' in page) is (other != language), name
    kiosk = shop.bank.client.get("/erip", params={"lang": language}).text
    assert words(language)["kiosk_title"] in kiosk

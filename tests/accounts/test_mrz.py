"""The machine-readable lines of passports, cards and visas."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parason.accounts.mrz import Mrz, NotMrz, read
from parason.accounts.optical import find_lines
from parason.accounts.rules import check_digit

TODAY = date(2026, 6, 1)
ERIKSSON = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TKACHENKO = "P<UKRTKACHENKO<<MARIANA<<<<<<<<<<<<<<<<<<<<<\nXX000000<0UKR9108242F23092571234567890<<<<70"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
OSPELT = "IDLIEID98754015<<<<<<<<<<<<<<<\n8205122M1906224LIE<<<<<<<<<<<6\nOSPELT<BECK<<MARISA<<<<<<<<<<<"
LONG = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
VISA = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
VECTORS = [
    (ERIKSSON, "TD3", "P", "ERIKSSON", "ANNA MARIA", "L898902C3", "UTO", date(1974, 8, 12), "F"),
    (TKACHENKO, "TD3", "P", "TKACHENKO", "MARIANA", "XX000000", "UKR", date(1991, 8, 24), "F"),
    (TD2, "TD2", "I", "ERIKSSON", "ANNA MARIA", "D23145890", "UTO", date(1974, 8, 12), "F"),
    (TD1, "TD1", "I", "ERIKSSON", "ANNA MARIA", "D23145890", "UTO", date(1974, 8, 12), "F"),
    (OSPELT, "TD1", "ID", "OSPELT BECK", "MARISA", "ID9875401", "LIE", date(1982, 5, 12), "M"),
    (LONG, "TD1", "I", "STEVENSON", "PETER JOHN", "D23145890734", "UTO", date(1934, 7, 12), "M"),
    (VISA, "MRV-A", "V", "ERIKSSON", "ANNA MARIA", "L8988901C", "XXX", date(1940, 9, 7), "F"),
]


@pytest.mark.parametrize("vector", VECTORS)
def test_the_vectors_are_read_with_all_check_digits_right(vector: tuple[Any, ...]) -> None:
    text, layout, kind, primary, secondary, number, nationality, born, sex = vector
    found = read(text)
    assert found.wrong == ()
    assert (found.layout, found.kind, found.primary, found.secondary) == (layout, kind, primary, secondary)
    assert (found.number, found.nationality, found.birth_date(TODAY), found.sex) == (
        number,
        nationality,
        born,
        sex,
    )


@pytest.mark.parametrize(
    "text",
    [
        ERIKSSON.lower(),
        ERIKSSON.replace("\n", ""),
        ERIKSSON.replace("\n", "\r\n\r\n"),
        " " + ERIKSSON.replace("<", " <"),
        ERIKSSON.replace("<<", "«"),
        ERIKSSON.replace("ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "ANNA<MARIA"),
    ],
)
def test_what_pasting_does_to_the_lines_is_undone(text: str) -> None:
    assert read(text) == read(ERIKSSON)


@pytest.mark.parametrize("text", [ERIKSSON, TKACHENKO, TD2, TD1, OSPELT, LONG, VISA])
def test_any_misread_digit_is_told(text: str) -> None:
    lines = text.split("\n")
    right = read(text)
    told = 0
    for row, line in enumerate(lines):
        for place, sign in enumerate(line):
            if not sign.isdigit():
                continue
            other = lines[:]
            other[row] = line[:place] + str((int(sign) + 1) % 10) + line[place + 1 :]
            found = read("\n".join(other))
            told += bool(found.wrong)
            # An optional part that has no digit of its own is not checked on visas.
            assert found.wrong or (found.layout.startswith("MRV") and found.optional != right.optional)
    assert told


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "lines"),
        ("hello", "length"),
        ("a\nb\nc\nd", "lines"),
        ("P<UTO!\nX", "characters"),
        (ERIKSSON[:-3], "length"),
        ("Шевченко\nТарас", "characters"),
        ("🌂" * 44 + "\n" + "🌂" * 44, "characters"),
    ],
)
def test_other_texts_are_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(NotMrz) as caught:
        read(text)
    assert caught.value.reason == reason


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        found = read(text)
    except NotMrz:
        return
    assert isinstance(found, Mrz)
    found.values(TODAY)


def test_the_century_of_birth_is_the_last_that_is_past_and_of_expiry_the_near_one() -> None:
    found = read(TKACHENKO)
    assert found.birth_date(date(1991, 8, 24)) == date(1991, 8, 24)
    assert found.birth_date(date(1991, 8, 23)) == date(1891, 8, 24)
    assert found.expiry_date(TODAY) == date(2023, 9, 25)
    assert read(LONG).expiry_date(date(1993, 1, 1)) == date(1995, 7, 12)


def test_an_unknown_day_of_birth_is_no_date() -> None:
    line = "L898902C36UTO740<<<?F1204159ZE184226B<<<<<1"
    line = line.replace("?", str(check_digit("740<<<")))
    line += str(check_digit(line[:10] + line[13:20] + line[21:43]))
    found = read(ERIKSSON.split("\n")[0] + "\n" + line)
    assert found.wrong == ()
    assert found.birth_date(TODAY) is None
    assert "birth_date" not in found.values(TODAY)


def test_a_passport_of_belarus_gives_series_number_and_personal_number() -> None:
    line = "MP12345676BLR8702327M3001010" + "3270287A012PB2"
    line = (
        line[:9]
        + str(check_digit(line[:9]))
        + "BLR870227"
        + str(check_digit("870227"))
        + "M300101"
        + str(check_digit("300101"))
        + "3270287A012PB2"
    )
    line += str(check_digit("3270287A012PB2"))
    line += str(check_digit(line[:10] + line[13:20] + line[21:43]))
    found = read("P<BLRIVANOVA<<HANNA".ljust(44, "<") + "\n" + line)
    values = found.values(TODAY)
    assert found.wrong == ()
    assert (values["document_series"], values["document_number"], values["personal_number"]) == (
        "MP",
        "1234567",
        "3270287A012PB2",
    )
    assert values["expires_on"] == date(2030, 1, 1)
    assert values["document_type"] == "passport"


def test_germany_is_d_and_a_specimen_is_known() -> None:
    line = ERIKSSON.replace("UTO", "D<<")
    assert read(line).values(TODAY)["nationality"] == "D"
    assert read(ERIKSSON).is_specimen
    assert "nationality" not in read(ERIKSSON).values(TODAY)


def test_one_name_has_no_second_part() -> None:
    found = read("P<IDNSUHARTO".ljust(44, "<") + "\n" + ERIKSSON.split("\n")[1])
    assert (found.primary, found.secondary, found.name_may_be_cut) == ("SUHARTO", "", False)


def test_a_name_that_fills_the_line_may_be_cut() -> None:
    found = read(
        ("P<UTO" + "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<KRASUANG")[:44] + "\n" + ERIKSSON.split("\n")[1]
    )
    assert found.name_may_be_cut


def test_a_visas_number_is_not_taken_for_the_passports() -> None:
    assert not {"document_number", "expires_on", "document_type"} & set(read(VISA).values(TODAY))


def test_lines_are_found_in_a_page_that_was_read_optically() -> None:
    page = f"REPUBLIC OF UTOPIA\nPASSPORT  Type P\nERIKSSON\n\n{ERIKSSON}\n -- \n"
    assert find_lines(page) == ERIKSSON
    assert find_lines(page.replace("L898902C3", "L898902C4")) == find_lines("no lines") == ""
    assert find_lines(TD1) == TD1


def test_letters_and_digits_are_told_apart_only_where_one_of_them_can_stand() -> None:
    blurred = ERIKSSON.replace("UTO7408122", "UT074O8IZZ").replace("P<UTO", "P<UT0")
    assert find_lines(blurred) == ERIKSSON
    assert find_lines(ERIKSSON.replace("L898902C3", "L8989O2C3")) == ""


def test_a_zero_that_was_read_twice_is_mended() -> None:
    assert find_lines(TKACHENKO[:-1] + "Q0") == TKACHENKO

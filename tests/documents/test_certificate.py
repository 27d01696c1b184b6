"""The certificate, read back by programs that did not write it."""

from __future__ import annotations

import io
import json
import socket
import time
from typing import Any

import pdfplumber
import pikepdf
import pytest

from parason.accounts.models import User
from parason.documents import queries
from parason.documents.models import Policy
from parason.documents.operations import issue_policy
from parason.documents.papers import certificate
from parason.documents.rendering import printable
from parason.products.queries import product
from tests.documents.papers import AT, PERSON, make_contract, make_policy

NAMES = [
    ("Suharto", "", "SUHARTO", ""),
    ("O", "", "O", ""),
    ("X Æ", "", "X AE", ""),
    ("Nguyễn", "Thị Ánh", "NGUYEN", "THI ANH"),
    ("Núñez y Ortiz", "María del Carmen", "NUNEZ Y ORTIZ", "MARIA DEL CARMEN"),
    ("O’Connor", "Sean", "O'CONNOR", "SEAN"),
    ("O'Connor", "Sinéad", "O'CONNOR", "SINEAD"),
    ("van der Berg-Śmigły", "Jan", "VAN DER BERG-SMIGLY", "JAN"),
    ("Þórdís", "", "THORDIS", ""),
    ("Müller", "Jürgen", "MUELLER", "JUERGEN"),
    ("Шевченко", "Тарас", "SHEVCHENKO", "TARAS"),
    ("محمد بن سلمان", "", "MOHAMMED BIN SALMAN", ""),
    ("בן־גוריון", "דוד", "BEN GURION", "DAVID"),
    ("王小明", "", "WANG XIAOMING", ""),
    ("김", "철수", "KIM", "CHEOLSU"),
    ("김", "", "KIM", ""),
    ("นันท์นภัส", "", "NANNAPHAT", ""),
    ("Παπαδόπουλος", "Γιώργος", "PAPADOPOULOS", "GIORGOS"),
    ("शर्मा", "अनिल", "SHARMA", "ANIL"),
    ("Żółć" * 20, "Ąę" * 40, "ZOLC" * 20, "AE" * 40),
    ("Cafe\u0301", "Zoe\u0308", "CAFE", "ZOE"),
]
EVIL = [
    '#read("/etc/passwd")', "#import \"@preview/cetz:0.2.0\"", "*bold* _x_ $y$ `z` <label> @ref",
    '<img src="http://127.0.0.1:{port}/x">', "file:///etc/passwd", "{{7*7}} {% load x %} ${7*7}",
    "https://127.0.0.1:{port}/", "\\u{1F4A9} \\ # [ ] { }", "\x00\x07\u202emoc.live\u2066", "😀🇧🇾 emoji",
    "\ue000private\udcff".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "=HYPERLINK(\"x\")",
]  # fmt: skip


@pytest.fixture
def policy(anna: User) -> Policy:
    return make_policy(anna)


def text_of(content: bytes) -> str:
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return "\n".join(page.extract_text(x_tolerance=1.5) for page in pdf.pages)


def pdf_of(policy: Policy) -> bytes:
    return bytes(queries.file_of(policy).content)


def printed(policy: Policy, **person: Any) -> bytes:
    """The certificate again with another person on it."""
    facts = {**policy.facts, "insured": {**policy.facts["insured"], **person}}
    return certificate(facts=facts, token=policy.seal, template=product("oms").template, at=AT)


def test_every_fact_that_an_officer_needs_is_on_one_page(policy: Policy) -> None:
    with pdfplumber.open(io.BytesIO(pdf_of(policy))) as pdf:
        assert len(pdf.pages) == 1
        assert (round(pdf.pages[0].width), round(pdf.pages[0].height)) == (595, 842)
    text = text_of(pdf_of(policy))
    facts = policy.facts
    for wanted in (
        str(policy), "KOWALSKA ANNA", "17.05.1990", "POL", "Poland", "Польша", "EA1234567",
        "10.06.2026", "09.07.2026", "30", "10 000 EUR", "31 EUR",
        "Republic of Belarus", "Республика Беларусь", "01.06.2026", "Minsk", facts["contract"],
        "103", "112", "+375 17 200 00 03", "УНП 100000000",
        "Parason Sample Insurance Company", "Insurance certificate", "Страховой полис",
        product("oms").name("en"), product("oms").name("ru"), "emergency", "Скорая",
    ):  # fmt: skip
        assert wanted.lower() in text.lower(), wanted


def test_a_familys_certificate_says_that_the_payment_was_for_all(anna: User, policy: Policy) -> None:
    contract = make_contract(anna, people=[{}, {"first_name_latin": "JAN"}])
    one = issue_policy(contract=contract, insured=contract.insured.all()[0], at=AT)
    text = text_of(pdf_of(one))
    assert "31 EUR" in text
    assert "whole contract paid" in text
    assert "107.54 BYN" in text
    assert "whole contract" not in text_of(pdf_of(policy))


def test_the_file_is_tagged_titled_and_says_its_standards(policy: Policy) -> None:
    with pikepdf.open(io.BytesIO(pdf_of(policy))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("en")
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "A")
        assert meta["pdfuaid:part"] == "1"
        assert str(policy) in meta["dc:title"]
        assert "/OutputIntents" in pdf.Root
        assert "/Encrypt" not in pdf.trailer
        assert "/JavaScript" not in pdf.Root.get("/Names", {})
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            assert "/ToUnicode" in font


def structure(node: Any, found: list[Any]) -> list[Any]:
    if isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            found.append(node)
        kids = node.get("/K")
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            structure(kid, found)
    return found


def test_the_code_says_the_same_facts_to_who_cannot_see_it(policy: Policy) -> None:
    with pikepdf.open(io.BytesIO(pdf_of(policy))) as pdf:
        elements = structure(pdf.Root.StructTreeRoot, [])
        figures = [node for node in elements if node.S == "/Figure"]
        headings = [str(node.S) for node in elements if str(node.S) in ("/H1", "/H2")]
        assert len(figures) == 1
        alt = str(figures[0].Alt)
        for wanted in (str(policy), "KOWALSKA ANNA", "2026-06-10", "2026-07-09", "10 000 EUR"):
            assert wanted in alt
        assert headings[0] == "/H1"
        assert headings.count("/H1") == 1
        assert any(str(node.get("/Lang", "")).startswith("ru") for node in elements)


def test_the_data_are_attached_for_machines(policy: Policy) -> None:
    with pikepdf.open(io.BytesIO(pdf_of(policy))) as pdf:
        assert list(pdf.attachments) == ["policy.json"]
        spec = pdf.attachments["policy.json"]
        data = json.loads(spec.get_file().read_bytes())
        assert spec.relationship == pikepdf.Name.Data
    assert data == policy.facts | {"seal": policy.seal}


def test_it_is_small_and_quick_and_the_same_bytes_each_time(policy: Policy) -> None:
    assert len(pdf_of(policy)) < 150_000
    assert printed(policy) == printed(policy) == pdf_of(policy)
    before = time.process_time()
    for number in range(20):
        printed(policy, name_latin=f"KOWALSKA ANNA {number}")
    assert (time.process_time() - before) / 20 < 0.050


@pytest.mark.parametrize(("last", "first", "last_latin", "first_latin"), NAMES)
def test_every_name_prints_as_the_passport_has_it(
    anna: User, last: str, first: str, last_latin: str, first_latin: str
) -> None:
    policy = make_policy(
        anna, last_name=last, first_name=first, last_name_latin=last_latin, first_name_latin=first_latin
    )
    content = pdf_of(policy)
    latin = f"{last_latin} {first_latin}".strip()
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 1
        letters = [char["text"] for char in pdf.pages[0].chars]
    assert len(content) < 150_000
    assert latin.replace(" ", "") in "".join(letters).replace(" ", "")
    own = set(printable(f"{last}{first}")) - set(" \u200c\u200d")
    seen = set("".join(letters))
    # A font may draw a cluster (Thai, Devanagari, Arabic) as one glyph: then the text layer has it whole.
    assert {sign for sign in own if sign.isalpha()} <= seen
    assert "?" not in seen
    assert "\ufffd" not in seen


@pytest.mark.parametrize("evil", EVIL)
def test_injection_prints_as_text_and_reaches_nothing(policy: Policy, evil: str) -> None:
    with socket.socket() as canary:
        canary.bind(("127.0.0.1", 0))
        canary.listen()
        canary.settimeout(0.05)
        name = evil.replace("{port}", str(canary.getsockname()[1]))
        nationality = {"code": name[:20], "en": name, "ru": name}
        content = printed(policy, name_latin=name, name=name, nationality=nationality)
        with pytest.raises(TimeoutError):
            canary.accept()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert list(pdf.attachments) == ["policy.json"]
        assert len(pdf.pages) == 1
    text = text_of(content)
    assert "root:" not in text
    plain = "".join(sign for sign in printable(name) if sign.isascii()).replace(" ", "")
    assert plain[:12] in text.replace(" ", "").replace("\n", "")


def test_a_template_cannot_read_outside_its_folder(tmp_path: Any, policy: Policy) -> None:
    from parason.documents.rendering import RenderingFailed, render

    for line in ('#read("/../rendering.py")', '#read("/etc/passwd")', '#import "@preview/cetz:0.3.0": *'):
        template = tmp_path / "evil.typ"
        template.write_text(f'#set document(title: "x")\n{line}')
        with pytest.raises(RenderingFailed):
            render({"x": 1}, template=template, at=AT)


def test_black_and_white_printing_loses_nothing(policy: Policy) -> None:
    """Every text is darker than mid grey, so a laser printer does not thin it out."""
    with pdfplumber.open(io.BytesIO(pdf_of(policy))) as pdf:
        for char in pdf.pages[0].chars:
            colour = char["non_stroking_color"] or (0,)
            shade = sum(colour) / len(colour) if len(colour) != 4 else 1 - colour[3]
            assert shade < 0.5, char["text"]


def test_the_person_of_the_fixture_is_the_person_printed(policy: Policy) -> None:
    latin = f"{PERSON['last_name_latin']} {PERSON['first_name_latin']}"
    assert policy.facts["insured"]["name_latin"] == latin


def overlapping(content: bytes) -> list[tuple[str, str]]:
    """Pairs of words of which one is printed over the other."""
    found = []
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        for page in pdf.pages:
            words = page.extract_words()
            for place, one in enumerate(words):
                for other in words[place + 1 :]:
                    across = min(one["x1"], other["x1"]) - max(one["x0"], other["x0"])
                    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
                    if across > 1 and down > 3:
                        found.append((one["text"], other["text"]))
    return found


def test_a_name_without_a_space_stays_in_its_column(policy: Policy) -> None:
    name = "ZOLC" * 10 + " MOHAMMED ABDULRAHMAN IBN KHALDUN AL-HASHIMI"
    person = {**policy.facts["insured"], "name_latin": name, "name": "Żółć" * 10}
    facts = {**policy.facts, "insured": person, "policyholder": name, "replaces": "OM 0000122"}
    content = certificate(facts=facts, token=policy.seal, template=product("oms").template, at=AT)
    assert overlapping(content) == []
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 1
        assert all(char["x1"] <= pdf.pages[0].width - 40 for char in pdf.pages[0].chars)


def test_every_page_of_a_schedule_says_to_which_policy_it_belongs(policy: Policy) -> None:
    premium = {"amount": "12.50", "currency": "BYN"}
    group = [
        {
            "position": place,
            "name": f"PERSON {place}",
            "birth_date": "1985-03-01",
            "document": "",
            "premium": premium,
        }
        for place in range(1, 101)
    ]
    facts = {**policy.facts, "group": group}
    content = certificate(facts=facts, token=policy.seal, template=product("staff").template, at=AT)
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        texts = [page.extract_text() for page in pdf.pages]
    assert len(texts) >= 3
    assert all(str(policy) in text for text in texts)
    assert f"{len(texts)} / {len(texts)}" in texts[-1]
    assert overlapping(content) == []

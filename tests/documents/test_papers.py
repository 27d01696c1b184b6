"""The memo, the terms and the receipt: read back, kept as first made, shown to their owner only."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pdfplumber
import pikepdf
import pytest
from django.test import Client

from parason.accounts.models import User
from parason.documents import papers
from parason.documents.markup import blocks_of
from parason.documents.models import Policy, PolicyFile
from parason.kernel.money import Money
from parason.products.queries import product
from tests.documents.papers import AT, make_policy
from tests.documents.test_certificate import EVIL


@pytest.fixture
def policy(anna: User) -> Policy:
    return make_policy(anna)


def text_of(content: bytes) -> str:
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


def words(text: str) -> str:
    return re.sub(r"[^\w]+", "", text)


def test_the_memo_says_whom_to_call_in_both_languages_on_one_page(policy: Policy) -> None:
    content = papers.memo(facts=policy.facts, at=AT)
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 1
    text = text_of(content)
    for wanted in ("103", "112", "+375 17 200 00 03", str(policy), "KOWALSKA ANNA", "вызовите скорую"):
        assert wanted in text


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("code", ["oms", "travel"])
def test_the_terms_are_printed_word_for_word(db: None, code: str, language: str) -> None:
    source = product(code).terms(language)
    content = papers.terms(text=source, language=language, foot="OM 1", at=AT)
    printed = words(text_of(content))
    title, blocks = blocks_of(source)
    assert words(title) in printed
    for block in blocks:
        whole = words("".join(part["text"] for part in block["parts"]))
        # A foot between two pages may stand within a paragraph: its halves are there.
        assert whole in printed or (whole[:40] in printed and whole[-40:] in printed), whole
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert str(pdf.Root.Lang) == language
        assert pdf.open_metadata()["pdfuaid:part"] == "1"


@pytest.mark.parametrize("evil", EVIL)
def test_a_receipt_prints_whatever_a_payer_is_called(db: None, evil: str) -> None:
    content = papers.receipt(
        number="P-1", total=Money(10754, "BYN"), paid_on=date(2026, 6, 1), payer=evil,
        lines=[("T-000001", Money(10754, "BYN"))], at=AT, card="4200 **** 0000", bank_number="uid-1",
    )  # fmt: skip
    text = text_of(content)
    for wanted in ("107.54 BYN", "01.06.2026", "T-000001", "4200 **** 0000", "uid-1", "Квитанция"):
        assert wanted in text
    assert "root:" not in text


def test_papers_are_kept_as_first_made_and_shown_to_their_owner_only(
    policy: Policy, as_anna: Client, as_stranger: Client, client: Client
) -> None:
    for name in ("memo", "terms"):
        address = f"/policies/{policy.pk}/{name}.pdf"
        first = as_anna.get(address)
        assert first.content.startswith(b"%PDF")
        assert as_anna.get(address).content == first.content
        assert as_stranger.get(address).status_code == 404
        assert client.get(address).status_code == 302
    assert sorted(PolicyFile.objects.values_list("kind", flat=True)) == ["certificate", "memo", "terms-en"]


def test_the_page_of_papers_leads_to_each(policy: Policy, as_anna: Client, as_stranger: Client) -> None:
    address = f"/policies/{policy.pk}/papers/"
    page = as_anna.get(address).content.decode()
    links: list[Any] = re.findall(rf'href="(/policies/{policy.pk}[^"]+)"', page)
    assert len(links) == 3
    for link in links:
        assert as_anna.get(link).status_code == 200
    assert as_stranger.get(address).status_code == 404

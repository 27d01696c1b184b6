"""Every shipped product prints its policy."""

from __future__ import annotations

import io
from typing import Any

import pdfplumber
import pytest

from parason.documents.models import PolicyFile
from parason.documents.operations import issue_policy
from tests.documents.papers import AT, make_contract
from tests.products.catalogue import CODES, product

THINGS: dict[str, dict[str, Any]] = {
    "border": {
        "vehicle_type": "car",
        "plate": "WX 1234Y",
        "vin": "WVWZZZ1KZAW123456",
        "make": "Škoda",
        "registered_in": "POL",
    },
    "home": {"address": "Minsk, Niamiha 1, 7", "built_in": 1985, "area": 54},
}


@pytest.mark.django_db
@pytest.mark.parametrize("code", CODES)
def test_every_product_prints_its_policy_with_its_own_words(code: str, anna: Any) -> None:
    contract = make_contract(anna, product=code)
    own = product(code)
    contract.application.answers = {question.code: question.default for question in own.questions}
    contract.application.save()
    insured = contract.insured.get()
    if code in THINGS:
        type(insured).objects.filter(pk=insured.pk).update(facts=THINGS[code], kind=own.insured_kind)
        insured.refresh_from_db()
    policy = issue_policy(contract=contract, insured=insured, at=AT)
    assert policy.series == own.numbering.series
    content = PolicyFile.objects.get(policy=policy).content
    with pdfplumber.open(io.BytesIO(bytes(content))) as paper:
        text = " ".join((page.extract_text() or "") for page in paper.pages)
        assert len(paper.pages) == 1
    for words in (own.name("en"), own.name("ru"), policy.number, *THINGS.get(code, {}).values()):
        if words not in ("car", "POL"):
            assert str(words) in " ".join(text.split()), text

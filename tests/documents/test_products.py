"""Every shipped product prints its certificate; one policy per contract lists everybody."""

from __future__ import annotations

import io
from typing import Any

import pdfplumber
import pikepdf
import pytest

from parason.accounts.models import User
from parason.contracts.models import Insured
from parason.documents import letters, queries, seal
from parason.documents.models import Policy
from parason.documents.operations import issue_policy
from parason.products.queries import product
from tests.documents.papers import AT, PERSON, make_contract

OBJECTS: dict[str, dict[str, Any]] = {
    "vehicle": {"vehicle": "car", "plate": "AB1234-7", "vin": "WVWZZZ1JZXW000001", "make": "Volkswagen Golf"},
    "building": {"address": "Minsk, Zialionaja 7", "building": "house", "value": "100000"},
}


@pytest.mark.parametrize("code", ["oms", "travel", "border", "accident", "home", "staff"])
def test_each_product_prints_one_page_with_its_name_and_seal(anna: User, code: str) -> None:
    contract = make_contract(anna, product=code)
    kind = product(code).insured_kind
    if kind in OBJECTS:
        contract.insured.all().delete()
        Insured.objects.create(
            contract=contract, position=1, kind=kind, facts=OBJECTS[kind], premium_minor=3100
        )
    policy = issue_policy(contract=contract, insured=contract.insured.get(), at=AT)
    content = bytes(queries.file_of(policy).content)
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 1
        text = pdf.pages[0].extract_text()
    assert product(code).name("en").split()[0] in text
    assert str(policy) in text
    help_block = text.split("Help")[-1].split("Insurer /")[0]
    assert ("103" in help_block) == (code == "oms")  # the ambulance of Belarus, where the cover is Belarus
    keys = {key["kid"]: key for key in queries.public_keys()}
    assert seal.read(policy.seal, keys).claims["c"] == code


def test_one_policy_per_contract_lists_everybody_in_a_tagged_table(anna: User) -> None:
    codes = [code for code in ("staff", "home") if product(code).one_policy_per == "contract"]
    code = "staff" if "staff" in codes else codes[0]
    people = [
        {"first_name_latin": f"PERSON{number}", "document_number": f"{number:07d}"} for number in range(60)
    ]
    contract = make_contract(anna, product=code, people=people)
    issued = [issue_policy(contract=contract, insured=one, at=AT) for one in contract.insured.all()]
    assert len(set(issued)) == Policy.objects.count() == 1
    content = bytes(queries.file_of(issued[0]).content)
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        text = "\n".join(page.extract_text() for page in pdf.pages[1:])
    for number in range(60):
        assert f"KOWALSKA PERSON{number} " in text
    with pikepdf.open(io.BytesIO(content)) as pdf:
        kinds = {str(one.get("/S")) for one in pdf.objects if isinstance(one, pikepdf.Dictionary)}
    assert {"/Table", "/TH", "/TR", "/TD"} <= kinds
    letter = letters.policies_issued(contract=contract, policies=issued, link="https://x.example", at=AT)
    assert letter.attachments.count() == 1
    assert PERSON["last_name_latin"] in letter.text

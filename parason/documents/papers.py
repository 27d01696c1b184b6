"""The papers of a policy: data and template in, PDF out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from parason.accounts.registers import grouped
from parason.documents import rendering, seal
from parason.documents.facts import PolicyFacts, insurer_facts, machine_lines, spaced
from parason.documents.markup import blocks_of
from parason.kernel.insurer import insurer
from parason.kernel.money import Money


def certificate(*, facts: PolicyFacts, token: str, template: Path, at: datetime) -> bytes:
    """The certificate of one insured: one page, with the seal's code and the data attached."""
    insured = facts["insured"]
    link = seal.link(settings.PARASON_BASE_URL, token)
    sheet = {
        "insurer": insurer_facts(insurer()),
        "policy": {**facts, "machine_lines": machine_lines(facts)},
        "qr": rendering.qr_svg(link),
        "qr_alt": described(facts),
        "verify_address": settings.PARASON_BASE_URL.split("://", 1)[-1] + "/v",
        "sample": facts["sample"],
    }
    data = json.dumps({**facts, "seal": token}, ensure_ascii=False, sort_keys=True, indent=1)
    content = rendering.render(
        sheet, template=template, at=at, attachment=data, nationality=insured["nationality"]["code"]
    )
    return _signed(content)


def memo(*, facts: PolicyFacts, at: datetime) -> bytes:
    """What to do and whom to call, for the person of a policy."""
    sheet = {"insurer": insurer_facts(insurer()), "policy": facts}
    template = rendering.ROOT / "memo.typ"
    code = facts["insured"]["nationality"]["code"]
    return rendering.render(sheet, template=template, at=at, nationality=code)


def terms(*, text: str, language: str, foot: str, at: datetime) -> bytes:
    """The insurance terms of a product, given as Markdown in one language."""
    title, blocks = blocks_of(text)
    words = {"title": title, "blocks": blocks, "language": language, "foot": foot}
    sheet = {"insurer": insurer_facts(insurer()), **words}
    return rendering.render(sheet, template=rendering.ROOT / "terms.typ", at=at)


def receipt(
    *,
    number: str,
    total: Money,
    paid_on: date,
    payer: str,
    lines: Sequence[tuple[str, Money]],
    at: datetime,
    card: str = "",
    bank_number: str = "",
    organisation: Mapping[str, Any] | None = None,
) -> bytes:
    """Proof of a payment; `lines` are the references of contracts and their sums."""
    sheet = {
        "insurer": insurer_facts(insurer()),
        "number": number,
        "total": spaced(total),
        "paid_on": paid_on.isoformat(),
        "payer": payer,
        "organisation": organisation,
        "card": card,
        "bank_number": bank_number,
        "lines": _lines(lines),
    }
    return _signed(rendering.render(sheet, template=rendering.ROOT / "receipt.typ", at=at))


def _lines(lines: Sequence[tuple[str, Money]]) -> list[dict[str, Any]]:
    return [
        {
            "en": f"Premium, contract {reference}",
            "ru": f"Страховой взнос, договор {reference}",
            "sum": spaced(money),
        }
        for reference, money in lines
    ]


def invoice(
    *,
    number: str,
    total: Money,
    account: Mapping[str, Any],
    payer: str,
    dated: date,
    pay_by: date,
    organisation: Mapping[str, Any] | None,
    lines: Sequence[tuple[str, Money]],
    at: datetime,
) -> bytes:
    """The bill of a bank transfer; `account` is the attempt's instructions: iban, holder, bank, number."""
    sheet = {
        "insurer": insurer_facts(insurer()),
        "number": number,
        "total": spaced(total),
        "account": {**account, "iban": grouped(str(account["iban"]))},
        "payer": payer,
        "organisation": organisation,
        "dated": dated.isoformat(),
        "pay_by": pay_by.isoformat(),
        "lines": _lines(lines),
        "sample": settings.PARASON_DEMO,
    }
    return _signed(rendering.render(sheet, template=rendering.ROOT / "invoice.typ", at=at))


def _signed(content: bytes) -> bytes:
    if not settings.PARASON_PDF_SIGNER["kind"]:
        return content
    from parason.documents.signature import signed  # half a second to import, and seldom needed

    return signed(content, settings.PARASON_PDF_SIGNER)


def described(facts: PolicyFacts) -> str:
    """What the printed code says, for who cannot see it."""
    insured = facts["insured"]
    return (
        f"QR code that proves policy {facts['series']} {facts['number']}: {insured['name_latin']},"
        f" valid from {facts['first_day']} to {facts['last_day']}, {facts['territory']['en']},"
        f" sum insured {facts['sum_insured']['amount']} {facts['sum_insured']['currency']}."
    )

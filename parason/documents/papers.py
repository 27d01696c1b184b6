"""The papers of a policy: data and template in, PDF out."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from django.conf import settings

from parason.documents import rendering, seal
from parason.documents.facts import PolicyFacts, insurer_facts, machine_lines
from parason.kernel.insurer import insurer


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

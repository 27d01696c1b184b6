"""The check of mail records against a real DNS server of the test's own."""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import dns.message
import dns.rrset
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.management import CommandError, call_command

Zone = dict[tuple[str, str], list[str]]


class Answering(socketserver.BaseRequestHandler):
    """Answers from the server's zone."""

    def handle(self) -> None:
        data, line = self.request
        question = dns.message.from_wire(data)
        asked = question.question[0]
        kind = {1: "A", 12: "PTR", 15: "MX", 16: "TXT"}.get(int(asked.rdtype), "")
        answer = dns.message.make_response(question)
        for text in self.server.zone.get((str(asked.name).rstrip("."), kind), []):  # type: ignore[attr-defined]
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, text))
        line.sendto(answer.to_wire(), self.client_address)


@pytest.fixture
def zone() -> Zone:
    """The records of a domain that does everything right, but for DKIM."""
    return {
        ("portal.example", "TXT"): ['"v=spf1 mx -all"'],
        ("_dmarc.portal.example", "TXT"): ['"v=DMARC1; p=quarantine"'],
        ("portal.example", "MX"): ["10 mail.portal.example."],
        ("mail.portal.example", "A"): ["192.0.2.25"],
        ("25.2.0.192.in-addr.arpa", "PTR"): ["mail.portal.example."],
    }


@pytest.fixture
def server(zone: Zone) -> Iterator[str]:
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answering) as running:
        running.zone = zone  # type: ignore[attr-defined]
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{running.server_address[1]}"
        running.shutdown()


@pytest.fixture(autouse=True)
def _portal(settings: Any, zone: Zone, tmp_path: Path) -> None:
    private = rsa.generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    key = tmp_path / "dkim.pem"
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
    zone["s1._domainkey.portal.example", "TXT"] = [f'"{record[:200]}" "{record[200:]}"']
    settings.DEFAULT_FROM_EMAIL = "Portal <no-reply@portal.example>"
    settings.EMAIL_HOST = "mail.portal.example"
    settings.PARASON_DKIM = {"domain": "portal.example", "selector": "s1", "key": str(key)}


def run(server: str) -> str:
    output = StringIO()
    try:
        call_command("check_mail_dns", server=server, stdout=output)
    except CommandError as error:
        return f"{output.getvalue()}{error}"
    return output.getvalue()


def test_a_domain_that_does_everything_right_passes(server: str) -> None:
    said = run(server)
    assert "MISSING" not in said
    assert said.count("right") == 6


@pytest.mark.parametrize(
    ("name", "kind", "instead", "said"),
    [
        ("portal.example", "TXT", [], "portal.example SPF"),
        ("portal.example", "TXT", ['"v=spf1 +all"'], "portal.example SPF"),
        ("portal.example", "TXT", ['"v=spf1 mx -all"', '"v=spf1 a -all"'], "portal.example SPF"),
        ("_dmarc.portal.example", "TXT", [], "_dmarc.portal.example"),
        ("s1._domainkey.portal.example", "TXT", ['"v=DKIM1; p=AAAA"'], "s1._domainkey.portal.example"),
        ("portal.example", "MX", [], "portal.example MX or A"),
        ("25.2.0.192.in-addr.arpa", "PTR", ["other.example."], "mail.portal.example PTR"),
    ],
)
def test_each_missing_record_fails_and_says_what_to_add(
    server: str, zone: Zone, name: str, kind: str, instead: list[str], said: str
) -> None:
    zone[name, kind] = instead
    found = run(server)
    assert f"MISSING {said}" in found
    assert "1 of the records" in found


def test_letters_that_are_not_signed_fail(server: str, settings: Any) -> None:
    settings.PARASON_DKIM = {"domain": "", "selector": "", "key": ""}
    assert "PARASON_DKIM_KEY" in run(server)

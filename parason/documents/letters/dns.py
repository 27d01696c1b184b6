"""What the world's mail servers look up before they believe a letter: SPF, DKIM, DMARC, the way back."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

import dns.exception
import dns.resolver
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

Resolver = dns.resolver.Resolver


@dataclass(frozen=True, slots=True)
class Finding:
    """One record: whether it is right, and what to do when it is not."""

    name: str
    right: bool
    words: str


def texts(resolver: Resolver, name: str) -> list[str]:
    """The TXT records of a name; none when there are none."""
    try:
        answer = resolver.resolve(name, "TXT")
    except dns.exception.DNSException:
        return []
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def has(resolver: Resolver, name: str, kind: str) -> bool:
    """Whether a name has a record of a kind."""
    try:
        return len(resolver.resolve(name, kind)) > 0
    except dns.exception.DNSException:
        return False


def findings(*, sender: str, dkim: dict[str, str], host: str, resolver: Resolver) -> Iterator[Finding]:
    """All records for letters from `sender` that leave by the mail server `host`."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    yield spf(domain, resolver)
    yield dmarc(domain, resolver)
    yield from signature(domain, dkim, resolver)
    yield Finding(
        f"{domain} MX or A", has(resolver, domain, "MX") or has(resolver, domain, "A"),
        "answers and bounces need a mail server: add an MX record",
    )  # fmt: skip
    yield way_back(host, resolver)


def spf(domain: str, resolver: Resolver) -> Finding:
    """Exactly one SPF record, and not one that lets everybody send (RFC 7208)."""
    found = [text for text in texts(resolver, domain) if text.lower().startswith("v=spf1")]
    right = len(found) == 1 and not re.search(r"[+?]all\b|\sall\b", found[0])
    return Finding(f"{domain} SPF", right, "one TXT record like: v=spf1 mx include:your-provider -all")


def dmarc(domain: str, resolver: Resolver) -> Finding:
    """A DMARC policy of the domain or of the one above it (RFC 7489)."""
    names = [domain, domain.partition(".")[2]]
    found = [
        text
        for name in names
        if "." in name
        for text in texts(resolver, f"_dmarc.{name}")
        if text.replace(" ", "").lower().startswith("v=dmarc1;p=")
    ]
    return Finding(f"_dmarc.{domain}", bool(found), "a TXT record like: v=DMARC1; p=quarantine; rua=mailto:…")


def signature(domain: str, dkim: dict[str, str], resolver: Resolver) -> Iterator[Finding]:
    """Letters are signed, for the sender's own domain, and the key in the DNS is ours (RFC 6376)."""
    if not dkim.get("key"):
        yield Finding("DKIM key", False, "set PARASON_DKIM_KEY, _DOMAIN and _SELECTOR")
        return
    signing = dkim["domain"]
    aligned = signing == domain or domain.endswith(f".{signing}")
    yield Finding(f"DKIM for {signing}", aligned, f"PARASON_DKIM_DOMAIN must be {domain} or above it")
    private = load_pem_private_key(Path(dkim["key"]).read_bytes(), None)
    ours = base64.b64encode(
        private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()
    name = f"{dkim['selector']}._domainkey.{signing}"
    published = "".join(texts(resolver, name)).replace(" ", "")
    yield Finding(name, f"p={ours}" in published, f"a TXT record: v=DKIM1; k=rsa; p={ours}")


def way_back(host: str, resolver: Resolver) -> Finding:
    """The mail server's address has a name that leads back to the address."""
    advice = "ask the provider for a PTR record that names the mail server"
    try:
        address = str(resolver.resolve(host, "A")[0])
        name = str(resolver.resolve_address(address)[0]).rstrip(".")
        back = [str(record) for record in resolver.resolve(name, "A")]
    except dns.exception.DNSException:
        return Finding(f"{host} PTR", False, advice)
    return Finding(f"{host} PTR", address in back, advice)

"""DKIM: the operator's domain vouches for a letter (RFC 6376), when a key is given."""

from __future__ import annotations

from email.message import Message
from pathlib import Path

from django.conf import settings

SIGNED = (b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type")


def sign(message: Message) -> Message:
    """The same message with its DKIM-Signature, or unchanged without a key."""
    given: dict[str, str] = getattr(settings, "PARASON_DKIM", {})
    if not given.get("key"):
        return message
    import dkim

    signature = dkim.sign(
        message.as_bytes(linesep="\r\n"),  # type: ignore[call-arg]  # Django's SafeMIME takes it
        selector=given["selector"].encode(),
        domain=given["domain"].encode(),
        privkey=Path(given["key"]).read_bytes(),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=list(SIGNED),
    )
    name, _colon, value = signature.decode().partition(":")
    message[name] = value.strip().replace("\r\n", "")
    return message

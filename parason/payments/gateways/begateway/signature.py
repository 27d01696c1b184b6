"""Who sent a notification: an RSA signature over the raw bytes, and the shop's password."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache
from hmac import compare_digest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from parason.payments.gateways.begateway.config import Config
from parason.payments.gateways.interface import Forged


@lru_cache(maxsize=16)
def load_key(text: str) -> rsa.RSAPublicKey:
    """A shop's public key: bare Base64 of its DER form, or PEM. Raises ValueError."""
    body = "".join(line.strip() for line in text.splitlines() if "-----" not in line)
    key = serialization.load_der_public_key(base64.b64decode(body, validate=True))
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


def signature_fits(raw: bytes, header: str, keys: tuple[str, ...]) -> bool:
    """Whether any of the keys signed exactly these bytes (two are valid while one replaces the other)."""
    try:
        signature = base64.b64decode(header, validate=True)
    except ValueError:
        return False
    return any(_fits(raw, signature, load_key(text)) for text in keys)


def _fits(raw: bytes, signature: bytes, key: rsa.RSAPublicKey) -> bool:
    try:
        key.verify(signature, raw, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def authenticate(raw: bytes, headers: Mapping[str, str], config: Config) -> None:
    """Raises Forged. The signature alone decides; the password is asked for as well, never instead."""
    if not config.public_keys:
        raise Forged("no key configured")
    signature = headers.get("content-signature", "")
    if not signature:
        raise Forged("no signature")
    if not signature_fits(raw, signature, config.public_keys):
        raise Forged("bad signature")
    if not config.basic_required:
        return
    given = headers.get("authorization", "")
    if not given:
        # Distinct from a forgery: a proxy before us may strip the header.
        raise Forged("signed, but no password")
    if not compare_digest(given.encode(), _basic(config).encode()):
        raise Forged("signed, but a wrong password")


def _basic(config: Config) -> str:
    pair = f"{config.shop_id}:{config.secret_key}".encode()
    return "Basic " + base64.b64encode(pair).decode()

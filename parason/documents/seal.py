"""The seal: a signed token (JWS, ES256) over the few facts that a checker compares with a passport.

Pure: no tables, no clock. The token travels behind the `#` of a link, so no server ever sees it. What is
in it, and why nothing else: docs/decisions/0020-seal-in-a-link.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, TypedDict

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

Jwk = dict[str, Any]
ALGORITHMS = ["ES256"]
LONGEST_NAME = 39  # as in the machine-readable zone of a passport (ICAO 9303-4)
# Cyrillic capitals that people type in place of the same-looking Latin ones.
_LOOKALIKES = str.maketrans("АВЕКМНОРСТУХІЅЈ", "ABEKMHOPCTYXISJ")


class Claims(TypedDict):
    """The token's content; names are short because each byte makes the printed modules smaller."""

    i: str  # issuer's code
    n: str  # series and number of the policy
    p: str  # name of the person in Latin, or of the object insured
    y: int  # year of birth, 0 for objects
    d: str  # last four signs of the document number
    h: str  # 16 bits of a salted hash of the whole number
    f: str  # first day, YYYYMMDD
    t: str  # last day
    c: str  # product code
    s: str  # sum insured: "10000 EUR"
    z: str  # territory


class NotUnlocked(Exception):
    """A private key was locked with another secret than the present one."""


class NotGenuine(Exception):
    """The token is not ours, or somebody changed it."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A token whose signature holds."""

    claims: Claims
    key_id: str
    lookup: str

    @property
    def first_day(self) -> date:
        return date.fromisoformat(self.claims["f"])

    @property
    def last_day(self) -> date:
        return date.fromisoformat(self.claims["t"])


def plain_number(number: str) -> str:
    """A document number for comparing: capitals and digits, look-alikes made Latin, all else dropped."""
    return re.sub(r"[^0-9A-Z]", "", number.upper().translate(_LOOKALIKES))


def number_hash(policy: str, document_number: str) -> str:
    """16 bits of SHA-256 over policy and document number, base64url.

    So short on purpose: among the million numbers that end in the same four digits some fifteen have the same
    hash, so a copied code does not give the number away, and a wrong one passes once in 65,536.
    """
    digest = hashlib.sha256(f"{policy}:{plain_number(document_number)}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:2]).decode().rstrip("=")


def matches(claims: Claims, document_number: str) -> bool:
    """Whether a document number, as a checker types it, may be the one on the policy."""
    number = plain_number(document_number)
    return number.endswith(claims["d"]) and number_hash(claims["n"], number) == claims["h"]


def lookup_of(token: str) -> str:
    """The name by which a holder of the token may ask for its status: 128 bits, 22 characters."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).decode().rstrip("=")


def claims_of(facts: Mapping[str, Any], *, issuer: str) -> Claims:
    """The token's content for the facts of a policy."""
    insured = facts["insured"]
    policy = f"{facts['series']} {facts['number']}"
    number = plain_number(insured["document"]["number"])
    total = facts["sum_insured"]
    return {
        "i": issuer,
        "n": policy,
        "p": insured["name_latin"][:LONGEST_NAME],
        "y": int((insured["birth_date"] or "0")[:4]),
        "d": number[-4:],
        "h": number_hash(policy, number),
        "f": facts["first_day"].replace("-", ""),
        "t": facts["last_day"].replace("-", ""),
        "c": facts["product"]["code"],
        "s": f"{total['amount'].replace(' ', '')} {total['currency']}".strip(),
        "z": facts["territory_code"],
    }


def sign(content: Mapping[str, Any], key: Jwk) -> str:
    """A compact JWS over JSON."""
    payload = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact({"alg": "ES256", "kid": key["kid"]}, payload, ECKey.import_key(key))


def opened(token: str, keys: Mapping[str, Jwk]) -> tuple[dict[str, Any], str]:
    """The content and the key's id; raises NotGenuine. `keys` are public JWKs by id."""
    try:
        header = json.loads(_unpadded(token.split(".")[0]))
        key = keys[header["kid"]]
        found = jws.deserialize_compact(token, ECKey.import_key(key), algorithms=ALGORITHMS)
        content = json.loads(found.payload)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotGenuine from error
    if not isinstance(content, dict):
        raise NotGenuine
    return content, header["kid"]


def read(token: str, keys: Mapping[str, Jwk]) -> Seal:
    """The seal of a token; raises NotGenuine."""
    content, key_id = opened(token, keys)
    if not set(Claims.__required_keys__) <= set(content):
        raise NotGenuine
    claims: Claims = {name: content[name] for name in Claims.__required_keys__}  # type: ignore[assignment]
    return Seal(claims=claims, key_id=key_id, lookup=lookup_of(token))


def token_of(text: str) -> str:
    """The token in a scanned link, or the text itself."""
    return text.strip().rsplit("#", 1)[-1]


def link(base_url: str, token: str) -> str:
    """The link that the printed code holds."""
    return f"{base_url}/v#{token}"


def new_key() -> Jwk:
    """A private JWK (P-256) with a short random id."""
    key = ECKey.generate_key("P-256", private=True)
    return {**key.as_dict(private=True), "kid": secrets.token_hex(2)}


def public(key: Jwk) -> Jwk:
    """The half to publish."""
    return {name: key[name] for name in ("kty", "crv", "x", "y", "kid")} | {"alg": "ES256", "use": "sig"}


def locked(key: Jwk, secret: str) -> str:
    """A private JWK encrypted for the table (AES-GCM, key derived from the portal's secret)."""
    nonce = secrets.token_bytes(12)
    sealed = _cipher(secret).encrypt(nonce, json.dumps(key).encode(), key["kid"].encode())
    return base64.b64encode(nonce + sealed).decode()


def unlocked(text: str, key_id: str, secret: str) -> Jwk:
    """The reverse of `locked`. Raises NotUnlocked when it was locked with another secret."""
    raw = base64.b64decode(text)
    try:
        found: Jwk = json.loads(_cipher(secret).decrypt(raw[:12], raw[12:], key_id.encode()))
    except InvalidTag as error:
        raise NotUnlocked(key_id) from error
    return found


@lru_cache(maxsize=2)
def _cipher(secret: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"parason seal keys").derive(secret.encode()))


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

"""The policy in a phone's wallet: Apple's pass and Google's object, with the same seal as their barcode.

Off until the operator has certificates of its own (docs/settings.md). Pure: data in, files out.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from joserfc import jwt
from joserfc.jwk import RSAKey

from parason.documents.facts import PolicyFacts

ICONS = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}
EPOCH = (2020, 1, 1, 0, 0, 0)  # files of an archive carry a date: always the same one


@dataclass(frozen=True, slots=True)
class Pass:
    """What both wallets show, by the words of one language."""

    facts: PolicyFacts
    link: str
    insurer: str
    phone: str
    brand: str
    language: str
    day_after: str  # when the cover has ended: midnight after the last day, with the zone's offset

    def text(self, texts: Mapping[str, str]) -> str:
        return texts.get(self.language) or texts["en"]

    @property
    def number(self) -> str:
        return f"{self.facts['series']} {self.facts['number']}"


LABELS = {
    "name": {"en": "Insured", "ru": "Застрахован"},
    "from": {"en": "Valid from", "ru": "Действует с"},
    "to": {"en": "to, inclusive", "ru": "по, включительно"},
    "number": {"en": "Policy", "ru": "Полис"},
    "sum": {"en": "Sum insured", "ru": "Страховая сумма"},
    "where": {"en": "Valid in", "ru": "Территория"},
    "phone": {"en": "Assistance", "ru": "Ассистанс"},
}


def fields(one: Pass) -> dict[str, str]:
    """The facts of a pass by the keys of LABELS."""
    total = one.facts["sum_insured"]
    return {
        "name": one.facts["insured"]["name_latin"],
        "from": one.facts["first_day"],
        "to": one.facts["last_day"],
        "number": one.number,
        "sum": f"{total['amount']} {total['currency']}",
        "where": one.text(one.facts["territory"]),
        "phone": one.phone,
    }


def pass_json(one: Pass, *, pass_type: str, team: str) -> dict[str, Any]:
    """Apple's pass.json (format 1, generic)."""
    values = fields(one)

    def field(key: str) -> dict[str, str]:
        return {"key": key, "label": one.text(LABELS[key]), "value": values[key]}

    return {
        "formatVersion": 1,
        "passTypeIdentifier": pass_type,
        "teamIdentifier": team,
        "serialNumber": hashlib.sha256(one.link.encode()).hexdigest()[:32],
        "organizationName": one.insurer,
        "description": f"{one.text(one.facts['product']['name'])} {one.number}",
        "backgroundColor": _rgb(one.brand),
        "foregroundColor": "rgb(255, 255, 255)",
        "labelColor": "rgb(255, 255, 255)",
        "logoText": one.insurer,
        "expirationDate": one.day_after,
        "sharingProhibited": False,
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": one.link,
                "messageEncoding": "utf-8",
                "altText": one.number,
            }
        ],
        "generic": {
            "primaryFields": [field("name")],
            "secondaryFields": [field("from"), field("to")],
            "auxiliaryFields": [field("sum"), field("where")],
            "backFields": [field("number"), field("phone")],
        },
    }


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def icon(side: int, colour: str) -> bytes:
    """A plain square of the brand's colour as PNG."""
    row = b"\0" + bytes.fromhex(colour[1:]) * side
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * side, 9)),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def apple_pass(one: Pass, given: Mapping[str, str]) -> bytes:
    """A .pkpass: the pass, its icons, a manifest of their hashes, and the manifest's detached signature."""
    certificate = x509.load_pem_x509_certificate(Path(given["certificate"]).read_bytes())
    intermediate = x509.load_pem_x509_certificate(Path(given["intermediate"]).read_bytes())
    password = given.get("password", "").encode() or None
    key: Any = load_pem_private_key(Path(given["key"]).read_bytes(), password)
    content = pass_json(one, pass_type=given["pass_type"], team=given["team"])
    files = {"pass.json": json.dumps(content, ensure_ascii=False).encode()}
    files |= {name: icon(side, one.brand) for name, side in ICONS.items()}
    hashes = {name: hashlib.sha1(data, usedforsecurity=False).hexdigest() for name, data in files.items()}
    manifest = json.dumps(hashes).encode()
    signature = (
        PKCS7SignatureBuilder()
        .set_data(manifest)
        .add_signer(certificate, key, SHA256())
        .add_certificate(intermediate)
        .sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])
    )
    return _zipped({**files, "manifest.json": manifest, "signature": signature})


def _zipped(files: Mapping[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data)
    return output.getvalue()


def google_link(one: Pass, given: Mapping[str, str], *, at: datetime) -> str:
    """The “save to Google Wallet” link: a JWT (RS256) with the whole object inside."""
    account = json.loads(Path(given["account"]).read_text("utf-8"))
    issuer = given["issuer"]
    values = fields(one)
    thing = {
        "id": f"{issuer}.{hashlib.sha256(one.link.encode()).hexdigest()[:32]}",
        "classId": f"{issuer}.{given['class']}",
        "state": "ACTIVE",
        "cardTitle": _said(one, one.insurer),
        "header": _said(one, values["name"]),
        "subheader": _said(one, one.text(one.facts["product"]["name"])),
        "hexBackgroundColor": one.brand,
        "barcode": {"type": "QR_CODE", "value": one.link, "alternateText": one.number},
        "validTimeInterval": {"end": {"date": one.day_after}},
        "textModulesData": [
            {"id": key, "header": one.text(LABELS[key]), "body": values[key]}
            for key in ("number", "from", "to", "sum", "where", "phone")
        ],
    }
    claims = {
        "iss": account["client_email"],
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(at.timestamp()),
        "payload": {"genericObjects": [thing]},
    }
    header = {"alg": "RS256", "kid": account["private_key_id"]}
    token = jwt.encode(header, claims, RSAKey.import_key(account["private_key"]))
    return f"https://pay.google.com/gp/v/save/{token}"


def _said(one: Pass, text: str) -> dict[str, Any]:
    return {"defaultValue": {"language": one.language, "value": text}}

"""Wallet passes made with a test certificate: structure, signature, the same seal as the paper."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from django.test import Client
from joserfc import jwt
from joserfc.jwk import RSAKey
from PIL import Image

from parason.accounts.models import User
from parason.documents.models import Policy
from tests.documents.papers import make_policy


def certificate(name: str, key: Any) -> x509.Certificate:
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=900))
        .sign(key, hashes.SHA256())
    )


def pem_of(key: Any) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


@pytest.fixture
def policy(anna: User) -> Policy:
    return make_policy(anna)


@pytest.fixture
def apple(settings: Any, tmp_path: Path) -> rsa.RSAPrivateKey:
    key = rsa.generate_private_key(65537, 2048)
    (tmp_path / "pass.pem").write_bytes(
        certificate("Pass Type ID: pass.example", key).public_bytes(serialization.Encoding.PEM)
    )
    (tmp_path / "key.pem").write_bytes(pem_of(key))
    root = certificate("Intermediate", ec.generate_private_key(ec.SECP256R1()))
    (tmp_path / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    settings.PARASON_APPLE_WALLET = {
        "certificate": str(tmp_path / "pass.pem"), "key": str(tmp_path / "key.pem"), "password": "",
        "intermediate": str(tmp_path / "root.pem"), "pass_type": "pass.example", "team": "TEAM123456",
    }  # fmt: skip
    return key


def test_a_pass_has_its_files_their_hashes_and_a_valid_detached_signature(
    policy: Policy, apple: rsa.RSAPrivateKey, as_anna: Client, settings: Any
) -> None:
    answer = as_anna.get(f"/policies/{policy.pk}/wallet.pkpass")
    assert answer["Content-Type"] == "application/vnd.apple.pkpass"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    manifest = json.loads(archive.read("manifest.json"))
    assert set(manifest) == set(archive.namelist()) - {"manifest.json", "signature"}
    for name, digest in manifest.items():
        assert hashlib.sha1(archive.read(name), usedforsecurity=False).hexdigest() == digest
    shown = json.loads(archive.read("pass.json"))
    assert shown["barcodes"][0]["message"] == f"{settings.PARASON_BASE_URL}/v#{policy.seal}"
    assert (shown["passTypeIdentifier"], shown["teamIdentifier"]) == ("pass.example", "TEAM123456")
    assert shown["generic"]["primaryFields"][0]["value"] == "KOWALSKA ANNA"
    assert shown["expirationDate"] == "2026-07-10T00:00:00+03:00"
    assert Image.open(io.BytesIO(archive.read("icon@2x.png"))).size == (58, 58)

    signed = cms.ContentInfo.load(archive.read("signature"))["content"]
    assert signed["encap_content_info"]["content"].native is None  # detached
    (signer,) = signed["signer_infos"]
    digest = {one["type"].native: one["values"][0].native for one in signer["signed_attrs"]}["message_digest"]
    assert digest == hashlib.sha256(archive.read("manifest.json")).digest()
    apple.public_key().verify(
        signer["signature"].native, signer["signed_attrs"].untag().dump(), padding.PKCS1v15(), hashes.SHA256()
    )
    assert len(signed["certificates"]) == 2


def test_the_same_policy_makes_the_same_pass_but_for_its_signature(
    policy: Policy, apple: rsa.RSAPrivateKey, as_anna: Client
) -> None:
    first, second = (
        zipfile.ZipFile(io.BytesIO(as_anna.get(f"/policies/{policy.pk}/wallet.pkpass").content))
        for _ in range(2)
    )
    assert first.read("manifest.json") == second.read("manifest.json")


def test_googles_link_holds_a_signed_object_with_the_same_seal(
    policy: Policy, as_anna: Client, settings: Any, tmp_path: Path
) -> None:
    key = rsa.generate_private_key(65537, 2048)
    account = {"client_email": "w@p.iam.example", "private_key_id": "k1", "private_key": pem_of(key).decode()}
    (tmp_path / "account.json").write_text(json.dumps(account))
    settings.PARASON_GOOGLE_WALLET = {
        "account": str(tmp_path / "account.json"), "issuer": "3388", "class": "policy"
    }  # fmt: skip
    answer = as_anna.get(f"/policies/{policy.pk}/wallet")
    where = urlsplit(answer["Location"])
    assert (answer.status_code, where.netloc) == (302, "pay.google.com")
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    token = jwt.decode(where.path.rsplit("/", 1)[-1], RSAKey.import_key(public), algorithms=["RS256"])
    assert token.claims["aud"] == "google"
    (thing,) = token.claims["payload"]["genericObjects"]
    assert thing["barcode"]["value"].endswith(policy.seal)
    assert thing["classId"] == "3388.policy"


def test_without_certificates_nothing_is_offered(policy: Policy, as_anna: Client) -> None:
    page = as_anna.get(f"/policies/{policy.pk}/papers/").content.decode()
    assert "Wallet" not in page
    for path in ("wallet.pkpass", "wallet"):
        assert as_anna.get(f"/policies/{policy.pk}/{path}").status_code == 404


def test_a_strangers_pass_is_not_there(policy: Policy, apple: rsa.RSAPrivateKey, as_stranger: Client) -> None:
    assert as_stranger.get(f"/policies/{policy.pk}/wallet.pkpass").status_code == 404

"""A key and a certificate of a test's own insurer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

PASSWORD = "umbrella"


def make_signer(folder: Path, *, kind: str = "ec") -> dict[str, str]:
    """A PKCS#12 file as the settings name it; its certificate lies beside it as `root.pem`."""
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Insurer's Seal")])
    born = datetime.now(UTC) - timedelta(days=1)  # the certificate must hold now
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(born)
        .not_valid_after(born + timedelta(days=3650))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    encrypted = serialization.BestAvailableEncryption(PASSWORD.encode())
    (folder / "seal.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, encrypted)
    )
    (folder / "root.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return {"kind": "file", "file": str(folder / "seal.p12"), "password": PASSWORD}

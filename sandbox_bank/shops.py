"""Shops of the sandbox: id, secret, and the RSA key that signs their notifications."""

import base64
import secrets
from dataclasses import dataclass
from functools import lru_cache
from hmac import compare_digest

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox_bank.storage import Row, Storage

FIRST_SHOP_ID = 90001
DEFAULT_NAMES = ("Sandbox shop A", "Sandbox shop B")


@dataclass(frozen=True)
class Shop:
    shop_id: int
    secret: str
    name: str
    private_key: str
    public_key: str
    previous_public_key: str | None

    @property
    def basic(self) -> str:
        """The Authorization header that both sides use."""
        return "Basic " + base64.b64encode(f"{self.shop_id}:{self.secret}".encode()).decode()

    def sign(self, raw: bytes) -> str:
        """Content-Signature: Base64 of RSA PKCS#1 v1.5 with SHA-256 over exactly these bytes."""
        signature = _load(self.private_key).sign(raw, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()


@lru_cache(maxsize=16)
def _load(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the key of a shop must be RSA")
    return key


def new_key() -> tuple[str, str]:
    """A fresh RSA-2048 pair: PEM of the private half, bare Base64 DER of the public one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode(), base64.b64encode(der).decode()


def ensure_shops(storage: Storage, presets: list[tuple[int, str]]) -> None:
    """Bring up the preset shops and fill up to two; shops that exist keep their keys."""
    with storage.transaction():
        for shop_id, secret in presets:
            if not storage.run("UPDATE shops SET secret = ? WHERE shop_id = ?", secret, shop_id):
                _add(storage, shop_id, secret)
        shop_id = FIRST_SHOP_ID
        while len(all_shops(storage)) < len(DEFAULT_NAMES):
            if find_shop(storage, shop_id) is None:
                _add(storage, shop_id, secrets.token_hex(32))
            shop_id += 1


def _add(storage: Storage, shop_id: int, secret: str) -> None:
    private_key, public_key = new_key()
    index = len(all_shops(storage))
    name = DEFAULT_NAMES[index] if index < len(DEFAULT_NAMES) else f"Sandbox shop {shop_id}"
    storage.insert(
        "shops", shop_id=shop_id, secret=secret, name=name, private_key=private_key, public_key=public_key
    )


def _shop(row: Row) -> Shop:
    return Shop(
        shop_id=row["shop_id"],
        secret=row["secret"],
        name=row["name"],
        private_key=row["private_key"],
        public_key=row["public_key"],
        previous_public_key=row["previous_public_key"],
    )


def find_shop(storage: Storage, shop_id: int) -> Shop | None:
    row = storage.one("SELECT * FROM shops WHERE shop_id = ?", shop_id)
    return None if row is None else _shop(row)


def get_shop(storage: Storage, shop_id: int) -> Shop:
    """Raises LookupError when there is no such shop."""
    shop = find_shop(storage, shop_id)
    if shop is None:
        raise LookupError(f"no shop {shop_id}")
    return shop


def all_shops(storage: Storage) -> list[Shop]:
    return [_shop(row) for row in storage.all("SELECT * FROM shops ORDER BY shop_id")]


def authenticate(storage: Storage, header: str | None) -> Shop | None:
    """The shop of a Basic Authorization header, or None when it does not prove one."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        shop = find_shop(storage, int(user))
    except (ValueError, OverflowError):
        return None
    return shop if shop and compare_digest(shop.secret.encode(), password.encode()) else None


def rotate_key(storage: Storage, shop_id: int, at: float) -> Shop:
    """Give the shop a new key pair; notifications are signed with it from now on."""
    shop = get_shop(storage, shop_id)
    private_key, public_key = new_key()
    storage.run(
        "UPDATE shops SET private_key = ?, public_key = ?, previous_public_key = ?, rotated_at = ?"
        " WHERE shop_id = ?",
        private_key,
        public_key,
        shop.public_key,
        at,
        shop_id,
    )
    return get_shop(storage, shop_id)


def as_json(shop: Shop) -> dict[str, object]:
    """What a shop's owner would find in the bank's back office."""
    return {
        "shop_id": shop.shop_id,
        "secret_key": shop.secret,
        "public_key": shop.public_key,
        "previous_public_key": shop.previous_public_key,
        "name": shop.name,
    }

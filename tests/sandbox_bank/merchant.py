"""A shop as a test plays it: plain HTTP calls, written from the protocol and from nothing else."""

import base64
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.sandbox_bank.bank import SandboxBank
from tests.sandbox_bank.listener import Listener, Received


def signature_fits(received: Received, public_key: str) -> bool:
    key = serialization.load_der_public_key(base64.b64decode(public_key))
    assert isinstance(key, rsa.RSAPublicKey)
    try:
        signature = base64.b64decode(received.headers.get("content-signature", ""), validate=True)
        key.verify(signature, received.raw, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def checkout_request(**changes: Any) -> dict[str, Any]:
    """The documented example, without addresses; `changes` are merged into order, settings or the top."""
    order = {
        "amount": 4590,
        "currency": "BYN",
        "description": "Страхование, заявка A-000123",
        "tracking_id": "att_1",
        **changes.pop("order", {}),
    }
    return {
        "transaction_type": "payment",
        "test": True,
        "order": order,
        "customer": {"email": "ana@example.test", "first_name": "ANA", "country": "PT"},
        **changes,
    }


class Merchant:
    def __init__(self, bank: SandboxBank, box: Listener) -> None:
        self.bank, self.box = bank, box
        self.http = httpx.Client(base_url=bank.url, auth=bank.shop.auth, timeout=10, trust_env=False)

    def settings(self, **changes: Any) -> dict[str, Any]:
        return {
            "return_url": f"{self.box.url}/return?mine=1",
            "cancel_url": f"{self.box.url}/cancel",
            "notification_url": f"{self.box.url}/hook",
            "language": "en",
            **changes,
        }

    def create(self, *, settings: dict[str, Any] | None = None, **changes: Any) -> httpx.Response:
        body = {**checkout_request(**changes), "settings": self.settings(**(settings or {}))}
        return self.http.post("/ctp/api/checkouts", json={"checkout": body}, headers={"X-API-Version": "2"})

    def token(self, **changes: Any) -> str:
        answer = self.create(**changes)
        assert answer.status_code == httpx.codes.OK, answer.text
        token: str = answer.json()["checkout"]["token"]
        return token

    def checkout(self, token: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/ctp/api/checkouts/{token}").json()["checkout"]
        return found

    def paid(self, **changes: Any) -> str:
        """A paid checkout; returns the uid of the payment."""
        outcome = self.bank.pay(self.token(**changes))
        assert outcome["status"] == "successful"
        uid: str = outcome["uid"]
        return uid

    def refund(self, uid: str, refunded: int, request_id: str | None = None, **more: Any) -> httpx.Response:
        headers = {"RequestID": request_id} if request_id else {}
        request = {"parent_uid": uid, "amount": refunded, "reason": "Withdrawn", **more}
        return self.http.post("/transactions/refunds", json={"request": request}, headers=headers)

    def bill(self, request_id: str | None = None, **changes: Any) -> httpx.Response:
        request = {
            "test": True,
            "amount": 4590,
            "currency": "BYN",
            "description": "Страхование A-000123",
            "ip": "203.0.113.7",
            "order_id": 100000000123,
            "tracking_id": "att_e",
            "notification_url": f"{self.box.url}/hook",
            "payment_method": {"type": "erip", "account_number": "A000123", "service_no": "99999999"},
            **changes,
        }
        headers = {"RequestID": request_id} if request_id else {}
        return self.http.post("/beyag/payments", json={"request": request}, headers=headers)

    def page(self) -> httpx.Client:
        """A payer's browser: no credentials, follows nothing by itself."""
        return httpx.Client(base_url=self.bank.url, timeout=10, trust_env=False)

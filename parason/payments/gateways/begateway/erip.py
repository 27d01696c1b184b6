"""Bills in ERIP (“Raschet”) through beGateway: a code to type and a picture to scan. BYN only."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import quote

from parason.payments.gateways.begateway import messages
from parason.payments.gateways.begateway.adapter import CLIENT_ERRORS, MINSK, BeGateway
from parason.payments.gateways.interface import (
    Caps,
    Observation,
    Opened,
    OpenRequest,
    Reference,
    RefundRequest,
    Rejected,
)

# ERIP's own numbers of bills have 12 digits.
NUMBER_BASE = 100_000_000_000
PICTURE_LIMIT = 200_000
PNG = b"\x89PNG\r\n\x1a\n"


class BeGatewayErip(BeGateway):
    """A bill can be taken back while it is unpaid, and asked for twice with one key."""

    code = "erip"
    report_method = "erip"
    caps = Caps(
        query_by_our_ref=True,
        cancel_open=True,
        idempotent_open=True,
        idempotent_refund=True,
        async_refund=True,
        currencies=("BYN",),
        shows_page=False,
        settles=True,
    )

    def open(self, request: OpenRequest) -> Opened | Rejected:
        answer = self._call(
            "POST", f"{self.config.api_url}/beyag/payments", self._bill(request), RequestID=request.our_ref
        )
        if answer.status in CLIENT_ERRORS:
            return Rejected(f"HTTP {answer.status}: {messages.error_text(answer.body)}")
        made = answer.body.get("transaction") if isinstance(answer.body, dict) else None
        uid = made.get("uid") if isinstance(made, dict) else None
        bill = made.get("erip") if isinstance(made, dict) else None
        if not answer.ok or not isinstance(uid, str) or not isinstance(bill, dict):
            return Rejected(f"HTTP {answer.status} with an answer that is no bill")
        return Opened(uid, "", request.expires_at, _instructions(bill, request.account_number))

    def _bill(self, request: OpenRequest) -> dict[str, Any]:
        customer = {key: value for key, value in request.customer.items() if value}
        method: dict[str, Any] = {
            "type": "erip",
            "account_number": request.account_number[:30],
            "service_info": [request.description[:100]],
        }
        if self.config.erip_service_no:
            method["service_no"] = self.config.erip_service_no
        return {
            "request": {
                "test": self.config.test,
                "amount": request.amount_minor,
                "currency": request.currency,
                "description": request.description[:255],
                "ip": customer.pop("ip", "127.0.0.1"),
                "email": customer.pop("email", ""),
                "order_id": NUMBER_BASE + request.number,
                "tracking_id": request.our_ref,
                "expired_at": request.expires_at.astimezone(MINSK).isoformat(timespec="seconds"),
                "notification_url": request.notification_url,
                "language": request.language if request.language in ("ru", "be", "en") else "en",
                "customer": customer,
                "payment_method": method,
            }
        }

    def query(self, reference: Reference) -> list[Observation]:
        uid = reference.uid or reference.external_id
        if uid:
            found = self._bills(f"/beyag/payments/{quote(uid, safe='')}")
            return found or self._bills(f"/beyag/transactions/{quote(uid, safe='')}")
        return self._bills(f"/beyag/transactions/tracking_id/{quote(reference.our_ref, safe='')}")

    def _bills(self, path: str) -> list[Observation]:
        return self._transactions(path, base=self.config.api_url)

    def cancel_open(self, reference: Reference) -> bool:
        answer = self._call(
            "DELETE", f"{self.config.api_url}/beyag/payments/{quote(reference.external_id, safe='')}"
        )
        return answer.ok

    def refund(self, request: RefundRequest, key: str) -> Observation:
        """Mostly pending for days; the money goes back to the account that paid."""
        body = {"parent_uid": request.uid, "amount": request.amount_minor, "reason": request.reason[:255]}
        answer = self._call("POST", f"{self.config.api_url}/beyag/refunds", {"request": body}, RequestID=key)
        return self._refund_answer(answer, request)


def _instructions(bill: dict[str, Any], asked: str) -> dict[str, Any]:
    """What a payer needs: the path through the tree, the service, the account, a picture."""
    said = bill.get("instruction")
    path = [str(step)[:100] for step in (said if isinstance(said, list) else [said]) if step]
    return {
        "path": path[:10],
        "service_no": str(bill.get("service_no_erip") or bill.get("service_no") or "")[:20],
        "account_number": str(bill.get("account_number") or asked)[:30],
        "qr": _picture(bill.get("qr_code")),
    }


def _picture(code: Any) -> str:
    """The QR code as an address of a PNG, with or without the prefix that some answers have; or nothing."""
    if not isinstance(code, str) or len(code) > PICTURE_LIMIT:
        return ""
    body = code.partition(",")[2] if code.startswith("data:") else code
    try:
        raw = base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error):
        return ""
    return f"data:image/png;base64,{base64.b64encode(raw).decode()}" if raw.startswith(PNG) else ""

"""The calls of beGateway's hosted checkout: open, ask, refund, report, and what its notifications say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from parason.payments.gateways.begateway import messages, signature
from parason.payments.gateways.begateway.config import Config
from parason.payments.gateways.http import Answer, call, read_json
from parason.payments.gateways.interface import (
    Caps,
    Kind,
    Observation,
    Opened,
    OpenRequest,
    OutcomeUnknown,
    Reference,
    RefundRequest,
    Rejected,
    ReportLine,
    Status,
    Unreadable,
)

# Languages of the hosted page; others get English.
LANGUAGES = frozenset(
    (
        "en",
        "es",
        "tr",
        "de",
        "it",
        "ru",
        "zh",
        "fr",
        "da",
        "sv",
        "no",
        "fi",
        "pl",
        "ja",
        "uk",
        "be",
        "ka",
        "ro",
    )
)
MINSK = ZoneInfo("Europe/Minsk")
JSON = {"Content-Type": "application/json", "Accept": "application/json"}
CLIENT_ERRORS = range(400, 500)
REPORT_TIME = "%Y-%m-%d %H:%M:%S"
REPORT_PAGES = 10_000


class BeGateway:
    """Card payments. A token cannot be closed, so an open one is remembered until it expires."""

    code = "begateway"
    report_method = "credit_card"
    caps = Caps(query_by_our_ref=True, idempotent_refund=True, pre_charge_check=True, settles=True)

    def __init__(self, config: Config) -> None:
        self.config = config
        self.shop_id = config.shop_id
        self.test_allowed = config.test

    def _call(self, method: str, url: str, body: Any = None, **headers: str) -> Answer:
        auth = (self.config.shop_id, self.config.secret_key)
        return call(method, url, auth=auth, headers={**JSON, **headers}, body=body)

    def open(self, request: OpenRequest) -> Opened | Rejected:
        answer = self._call(
            "POST",
            f"{self.config.checkout_url}/ctp/api/checkouts",
            self._checkout(request),
            **{"X-API-Version": "2"},
        )
        if answer.status in CLIENT_ERRORS:
            return Rejected(f"HTTP {answer.status}: {messages.error_text(answer.body)}")
        made = answer.body.get("checkout") if isinstance(answer.body, dict) else None
        if not answer.ok or not isinstance(made, dict):
            return Rejected(f"HTTP {answer.status} with an answer that is no checkout")
        token, url = made.get("token"), made.get("redirect_url")
        if not isinstance(token, str) or not token or not isinstance(url, str):
            return Rejected("a checkout without token or redirect_url")
        if not self._may_send_to(url):
            return Rejected(f"a page on a host that is not the bank's: {urlsplit(url).netloc[:100]}")
        return Opened(token, url, request.expires_at)

    def _may_send_to(self, url: str) -> bool:
        parts = urlsplit(url)
        own = urlsplit(self.config.checkout_url)
        # Plain http only to the very host that is configured so: a bank under test on this machine.
        secure = parts.scheme == "https" or (parts.scheme == own.scheme and parts.netloc == own.netloc)
        return secure and parts.netloc in self.config.hosts

    def _checkout(self, request: OpenRequest) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "return_url": request.return_url,
            "cancel_url": request.return_url,
            "fail_url": request.return_url,
            "notification_url": request.notification_url,
            "auto_return": 0,
            "language": request.language if request.language in LANGUAGES else "en",
        }
        if request.verification_url:
            settings["verification_url"] = request.verification_url
        return {
            "checkout": {
                "transaction_type": "payment",
                "test": self.config.test,
                "attempts": request.tries,
                "order": {
                    "amount": request.amount_minor,
                    "currency": request.currency,
                    "description": request.description[:255],
                    "tracking_id": request.our_ref,
                    "expired_at": request.expires_at.astimezone(MINSK).isoformat(timespec="seconds"),
                },
                "settings": settings,
                "customer": {key: value for key, value in request.customer.items() if value},
                "payment_method": {"types": ["credit_card"]},
            }
        }

    def query(self, reference: Reference) -> list[Observation]:
        """By token, which also tells that it expired; by our reference, which also finds refunds."""
        if reference.uid:
            return self._transactions(f"/transactions/{quote(reference.uid, safe='')}")
        if reference.external_id:
            return self._by_token(reference.external_id)
        return self._transactions(f"/v2/transactions/tracking_id/{quote(reference.our_ref, safe='')}")

    def _by_token(self, token: str) -> list[Observation]:
        answer = self._call(
            "GET",
            f"{self.config.checkout_url}/ctp/api/checkouts/{quote(token, safe='')}",
            **{"X-API-Version": "2"},
        )
        found = answer.body.get("checkout") if isinstance(answer.body, dict) else None
        if not answer.ok or not isinstance(found, dict):
            raise OutcomeUnknown(f"query: HTTP {answer.status} {messages.error_text(answer.body)}")
        return messages.checkout(found)

    def _transactions(self, path: str, base: str = "") -> list[Observation]:
        answer = self._call("GET", (base or self.config.gateway_url) + path)
        if answer.status == 404:
            return []
        if not answer.ok or not isinstance(answer.body, dict):
            raise OutcomeUnknown(f"query: HTTP {answer.status}")
        rows = answer.body.get("transactions", [answer.body.get("transaction")])
        if not isinstance(rows, list):
            raise OutcomeUnknown("query: no list of transactions")
        found = (messages.transaction(row, self.shop_id) for row in rows if isinstance(row, dict))
        return [one for one in found if one is not None]

    def cancel_open(self, reference: Reference) -> bool:
        return False  # there is no such call: a token only expires

    def refund(self, request: RefundRequest, key: str) -> Observation:
        """`key` makes a repeat harmless for 24 hours (RequestID)."""
        body = {"parent_uid": request.uid, "amount": request.amount_minor, "reason": request.reason[:255]}
        answer = self._call(
            "POST", f"{self.config.gateway_url}/transactions/refunds", {"request": body}, RequestID=key
        )
        return self._refund_answer(answer, request)

    def _refund_answer(self, answer: Answer, request: RefundRequest) -> Observation:
        made = answer.body.get("transaction") if isinstance(answer.body, dict) else None
        if isinstance(made, dict):
            found = messages.transaction({"type": "refund", "parent_uid": request.uid, **made}, self.shop_id)
            if found is not None:
                return found
        if answer.status in CLIENT_ERRORS:
            return Observation(
                Kind.REFUND,
                Status.DECLINED,
                shop_id=self.shop_id,
                parent_uid=request.uid,
                message=messages.error_text(answer.body),
                code=f"HTTP {answer.status}",
            )
        raise OutcomeUnknown(f"refund: HTTP {answer.status} without a transaction")

    def authenticate(self, raw: bytes, headers: Mapping[str, str]) -> None:
        signature.authenticate(raw, headers, self.config)

    def parse_webhook(self, raw: bytes) -> list[Observation]:
        try:
            document = read_json(raw)
        except (ValueError, RecursionError) as error:
            raise Unreadable("not JSON") from error
        return messages.notification(document, self.shop_id)

    def report(self, since: datetime, until: datetime) -> list[ReportLine]:
        """All transactions that ended in success in a period, page by page."""
        return self._report(since, until, "paid_at")

    def settled(self, since: datetime, until: datetime) -> list[ReportLine]:
        """The same by the day on which they were paid out to us."""
        return self._report(since, until, "settled_at")

    def _report(self, since: datetime, until: datetime, by: str) -> list[ReportLine]:
        found: list[ReportLine] = []
        after: int | None = None
        for _ in range(REPORT_PAGES):
            answer = self._call(
                "POST",
                f"{self.config.report_url or self.config.api_url}/api/reports",
                {"report_params": self._report_params(since, until, by, after)},
                **{"X-Api-Version": "3"},
            )
            rows = answer.body.get("transactions") if isinstance(answer.body, dict) else None
            if not answer.ok or not isinstance(rows, list):
                raise OutcomeUnknown(f"report: HTTP {answer.status} {messages.error_text(answer.body)}")
            seen = (messages.report_line(row, self.shop_id) for row in rows if isinstance(row, dict))
            found += [one for one in seen if one is not None]
            after = answer.body.get("last_object_id")
            if not answer.body.get("has_more") or not isinstance(after, int):
                return found
        raise OutcomeUnknown("report: no end of pages")

    def _report_params(self, since: datetime, until: datetime, by: str, after: int | None) -> dict[str, Any]:
        params: dict[str, Any] = {
            "date_type": by,
            "from": since.astimezone(UTC).strftime(REPORT_TIME),
            "to": until.astimezone(UTC).strftime(REPORT_TIME),
            "time_zone": "UTC",
            "status": "successful",
            "payment_method_type": self.report_method,
        }
        return params if after is None else {**params, "starting_after": after}

    def precheck_reply(self, raw: bytes, accept: bool, text: str, at: datetime) -> dict[str, Any]:
        body = read_json(raw).get("transaction", {})
        reply: dict[str, Any] = {
            "code": 0 if accept else 1,
            "uid": body.get("uid"),
            "amount": body.get("amount"),
            "created_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        return reply if accept else {**reply, "message": text, "friendly_message": text}

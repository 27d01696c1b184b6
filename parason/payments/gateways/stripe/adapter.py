"""Stripe's calls. Unlike others it repeats harmlessly (idempotency keys) and can close a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import stripe

from parason.payments.gateways.http import read_json
from parason.payments.gateways.interface import (
    Caps,
    Forged,
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
from parason.payments.gateways.stripe import messages

API = "https://api.stripe.com"
HOSTS = ("checkout.stripe.com",)
SECONDS = 30.0
# A notification older than this may be an old one sent again by somebody else.
TOLERANCE = 300
# Stripe wants at least 30 minutes from when *it* gets the request.
MARGIN = timedelta(minutes=2)
# fmt: off
LANGUAGES = frozenset((
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fil", "fr", "hr", "hu", "id", "it", "ja", "ko",
    "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh",
))
# fmt: on
EXPAND = ["payment_intent.latest_charge.refunds"]
REFUSALS = (stripe.InvalidRequestError, stripe.AuthenticationError, stripe.PermissionError, stripe.CardError)


@dataclass(frozen=True, slots=True)
class Config:
    secret_key: str
    webhook_secrets: tuple[str, ...]  # two while one replaces the other
    shop_id: str = "main"
    api_url: str = API
    redirect_hosts: tuple[str, ...] = ()


class Stripe:
    """Card and other payments on Stripe's own page."""

    code = "stripe"
    caps = Caps(cancel_open=True, idempotent_open=True, idempotent_refund=True, async_refund=True)

    def __init__(self, config: Config) -> None:
        self.config = config
        self.shop_id = config.shop_id
        self.test_allowed = config.secret_key.startswith(("sk_test_", "rk_test_"))

    @cached_property
    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient(
            self.config.secret_key,
            base_addresses={"api": self.config.api_url},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=SECONDS),
        )

    def _call(self, act: Callable[[], Any]) -> Any:
        """The answer as plain values. Raises OutcomeUnknown; a refusal is the caller's."""
        try:
            return act().to_dict()
        except REFUSALS:
            raise
        except stripe.StripeError as error:
            raise OutcomeUnknown(type(error).__name__) from error

    def open(self, request: OpenRequest) -> Opened | Rejected:
        expires_at = request.expires_at + MARGIN
        params = self._session(request, expires_at)
        options: Any = {"idempotency_key": request.our_ref}
        try:
            made = self._call(lambda: self.client.v1.checkout.sessions.create(params, options))
        except stripe.StripeError as error:
            return Rejected(f"{type(error).__name__}: {error.user_message or ''}"[:300])
        token, url = made.get("id"), made.get("url")
        if not isinstance(token, str) or not isinstance(url, str):
            return Rejected("a session without id or url")
        if not self._may_send_to(url):
            return Rejected(f"a page on a host that is not Stripe's: {urlsplit(url).netloc[:100]}")
        return Opened(token, url, expires_at)

    def _may_send_to(self, url: str) -> bool:
        parts = urlsplit(url)
        if parts.netloc in (*HOSTS, *self.config.redirect_hosts):
            return parts.scheme == "https"
        own = urlsplit(self.config.api_url)
        return self.config.api_url != API and (parts.scheme, parts.netloc) == (own.scheme, own.netloc)

    def _session(self, request: OpenRequest, expires_at: datetime) -> Any:
        metadata = {"our_ref": request.our_ref}
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": request.our_ref,
            "success_url": request.return_url,
            "cancel_url": request.return_url,
            "expires_at": int(expires_at.timestamp()),
            "locale": request.language if request.language in LANGUAGES else "auto",
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": request.currency.lower(),
                        "unit_amount": request.amount_minor,
                        "product_data": {"name": request.description[:250]},
                    },
                }
            ],
        }
        if request.customer.get("email"):
            params["customer_email"] = request.customer["email"]
        return params

    def query(self, reference: Reference) -> list[Observation]:
        try:
            return self._query(reference)
        except stripe.InvalidRequestError:
            return []
        except stripe.StripeError as error:
            raise OutcomeUnknown(type(error).__name__) from error

    def _query(self, reference: Reference) -> list[Observation]:
        calls = self.client.v1
        if reference.uid.startswith("re_"):
            return [messages.refund(self._call(lambda: calls.refunds.retrieve(reference.uid)), self.shop_id)]
        if reference.uid:
            expand: Any = {"expand": ["latest_charge.refunds"]}
            found = self._call(lambda: calls.payment_intents.retrieve(reference.uid, expand))
            return messages.intent(found, self.shop_id)
        if reference.parent_uid:
            rows = self._call(lambda: calls.refunds.list({"payment_intent": reference.parent_uid}))
            return [messages.refund(row, self.shop_id) for row in rows.get("data", [])]
        if reference.external_id:
            all_of_it: Any = {"expand": EXPAND}
            found = self._call(lambda: calls.checkout.sessions.retrieve(reference.external_id, all_of_it))
            return messages.session(found, self.shop_id)
        return []

    def cancel_open(self, reference: Reference) -> bool:
        try:
            self._call(lambda: self.client.v1.checkout.sessions.expire(reference.external_id))
        except stripe.StripeError:
            return False  # paid or expired already
        return True

    def refund(self, request: RefundRequest, key: str) -> Observation:
        params: Any = {
            "payment_intent": request.uid,
            "amount": request.amount_minor,
            "reason": "requested_by_customer",
            "metadata": {"reason": request.reason[:500]},
        }
        options: Any = {"idempotency_key": key}
        try:
            made = self._call(lambda: self.client.v1.refunds.create(params, options))
        except stripe.StripeError as error:
            return Observation(
                Kind.REFUND,
                Status.DECLINED,
                shop_id=self.shop_id,
                parent_uid=request.uid,
                message=(error.user_message or type(error).__name__)[:300],
            )
        return messages.refund(made, self.shop_id, request.uid)

    def authenticate(self, raw: bytes, headers: Mapping[str, str]) -> None:
        header = headers.get("stripe-signature", "")
        if not header:
            raise Forged("no signature")
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise Forged("not text") from error
        if not any(self._signed(text, header, secret) for secret in self.config.webhook_secrets):
            raise Forged("bad signature")

    @staticmethod
    def _signed(text: str, header: str, secret: str) -> bool:
        try:
            stripe.WebhookSignature.verify_header(text, header, secret, TOLERANCE)
        except stripe.SignatureVerificationError:
            return False
        return True

    def parse_webhook(self, raw: bytes) -> list[Observation]:
        try:
            document = read_json(raw)
        except (ValueError, RecursionError) as error:
            raise Unreadable("not JSON") from error
        if not isinstance(document, dict) or document.get("object") != "event":
            raise Unreadable("not an event")
        return messages.event(document, self.shop_id)

    def report(self, since: datetime, until: datetime) -> list[ReportLine]:
        """Succeeded payments of a period."""
        params: Any = {
            "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())},
            "limit": 100,
            "expand": ["data.latest_charge.refunds"],
        }
        found: list[ReportLine] = []
        try:
            for row in self.client.v1.payment_intents.list(params).auto_paging_iter():
                seen = messages.intent(row.to_dict(), self.shop_id)
                found += [ReportLine(one) for one in seen if one.status is Status.SUCCEEDED]
        except stripe.StripeError as error:
            raise OutcomeUnknown(type(error).__name__) from error
        return found

    def settled(self, since: datetime, until: datetime) -> list[ReportLine]:
        return []

    def precheck_reply(self, raw: bytes, accept: bool, text: str, at: datetime) -> dict[str, Any]:
        return {}

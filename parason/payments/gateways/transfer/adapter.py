"""A bill to be paid by bank transfer. Nothing is called: money is seen when a statement is imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parason.payments.gateways.interface import (
    Caps,
    Forged,
    Kind,
    Observation,
    Opened,
    OpenRequest,
    Reference,
    RefundRequest,
    Rejected,
    ReportLine,
    Status,
    Unreadable,
)


@dataclass(frozen=True, slots=True)
class Config:
    iban: str
    holder: str = ""
    bank: str = ""


class Transfer:
    """Money comes days later, in the payer's own words; a refund is a transfer that a person makes."""

    code = "transfer"
    caps = Caps(
        idempotent_open=True,
        cancel_open=True,
        idempotent_refund=True,
        shows_page=False,
        by_hand=True,
        days=10,
    )
    test_allowed = False

    def __init__(self, config: Config) -> None:
        self.config = config
        self.shop_id = config.iban

    def open(self, request: OpenRequest) -> Opened | Rejected:
        instructions = {
            "iban": self.config.iban,
            "holder": self.config.holder,
            "bank": self.config.bank,
            "account_number": request.account_number,
        }
        return Opened(request.our_ref, "", request.expires_at, instructions)

    def query(self, reference: Reference) -> list[Observation]:
        return []

    def cancel_open(self, reference: Reference) -> bool:
        return True

    def refund(self, request: RefundRequest, key: str) -> Observation:
        """Our staff make the transfer; until they say so, it is pending."""
        return Observation(
            Kind.REFUND,
            Status.PENDING,
            shop_id=self.shop_id,
            uid=f"transfer-{key}",
            parent_uid=request.uid,
            amount_minor=request.amount_minor,
            currency=request.currency,
        )

    def authenticate(self, raw: bytes, headers: Mapping[str, str]) -> None:
        raise Forged("a bank transfer sends nothing")

    def parse_webhook(self, raw: bytes) -> list[Observation]:
        raise Unreadable("a bank transfer sends nothing")

    def report(self, since: datetime, until: datetime) -> list[ReportLine]:
        return []

    def settled(self, since: datetime, until: datetime) -> list[ReportLine]:
        return []

    def precheck_reply(self, raw: bytes, accept: bool, text: str, at: datetime) -> dict[str, Any]:
        return {}

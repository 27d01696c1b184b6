"""What a gateway is: one protocol, plain values in and out, no tables and no Django.

Amounts are integers in the currency's minor unit. Every call has written timeouts. An adapter raises
`Unreachable` when nothing was sent, `OutcomeUnknown` when something was sent and no clear answer came:
the caller never repeats after `OutcomeUnknown` unless the adapter's `caps` say that repeating is harmless.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class GatewayError(Exception):
    """A call to a gateway failed."""


class Unreachable(GatewayError):
    """Nothing was sent: trying again is safe."""


class OutcomeUnknown(GatewayError):
    """Sent, and no clear answer: ask before doing anything again."""


class Forged(GatewayError):
    """A notification did not prove who sent it. `reason` is a short word for the counter."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(GatewayError):
    """A genuine message that says nothing we understand."""


class Kind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"
    CHECKOUT = "checkout"
    CHARGEBACK = "chargeback"


class Status(StrEnum):
    """One vocabulary for what all gateways report."""

    OPEN = "OPEN"
    PENDING = "PENDING"
    ACTION_REQUIRED = "ACTION_REQUIRED"
    SUCCEEDED = "SUCCEEDED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    ERROR = "ERROR"
    UNKNOWN = "UNKNOWN"


FINAL = (Status.SUCCEEDED, Status.DECLINED, Status.EXPIRED, Status.CANCELLED, Status.ERROR)


@dataclass(frozen=True, slots=True)
class Caps:
    """What a gateway can do; the rules read these instead of asking for its name."""

    query_by_our_ref: bool = False
    cancel_open: bool = False
    idempotent_open: bool = False
    idempotent_refund: bool = False
    partial_refund: bool = True
    async_refund: bool = False
    pre_charge_check: bool = False
    reports_failures: bool = True
    currencies: tuple[str, ...] = ()  # empty: any
    shows_page: bool = True  # a page of the bank; else a bill with a code
    settles: bool = False  # it reports what it paid out to us, with its fees
    by_hand: bool = False  # money is sent back by our own staff, who say so
    days: int = 0  # how long a bill can be paid; 0: as is usual


@dataclass(frozen=True, slots=True)
class OpenRequest:
    our_ref: str
    number: int  # our attempt's number: gateways that want digits get it
    amount_minor: int
    currency: str
    description: str
    language: str
    return_url: str
    notification_url: str
    expires_at: datetime
    account_number: str = ""  # what a payer types at a terminal
    customer: Mapping[str, str] = field(default_factory=dict)
    tries: int = 3
    verification_url: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    external_id: str
    redirect_url: str
    expires_at: datetime
    instructions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A definite no. `message` is for our staff, never for the payer."""

    message: str


@dataclass(frozen=True, slots=True)
class Reference:
    our_ref: str = ""
    external_id: str = ""
    uid: str = ""
    parent_uid: str = ""  # of a payment whose refunds are asked for


@dataclass(frozen=True, slots=True)
class RefundRequest:
    uid: str  # of the payment at the gateway
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that a gateway says, in a notification or as an answer."""

    kind: Kind
    status: Status
    shop_id: str = ""
    uid: str = ""
    parent_uid: str = ""
    external_id: str = ""
    our_ref: str = ""
    amount_minor: int | None = None
    currency: str | None = None
    test: bool | None = None
    code: str = ""
    message: str = ""
    method: str = ""
    card: str = ""  # brand and last four, as a receipt shows them
    occurred_at: datetime | None = None
    finished: bool = False  # a checkout that cannot be tried again
    word: str = ""  # the gateway's own word for the status


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One transaction of a gateway's report, for reconciliation."""

    observation: Observation
    fee_minor: int | None = None
    settled_at: datetime | None = None  # when it was paid out to us


class Gateway(Protocol):
    """An adapter. It keeps one HTTP client and nothing else."""

    code: str
    shop_id: str
    test_allowed: bool
    caps: Caps

    def open(self, request: OpenRequest) -> Opened | Rejected:
        """Raises Unreachable or OutcomeUnknown."""

    def query(self, reference: Reference) -> list[Observation]:
        """All that is known by external id, uid or our reference. Raises Unreachable or OutcomeUnknown."""

    def cancel_open(self, reference: Reference) -> bool:
        """True when nobody can pay any more."""

    def refund(self, request: RefundRequest, key: str) -> Observation:
        """Raises Unreachable or OutcomeUnknown; a refusal is an observation DECLINED."""

    def authenticate(self, raw: bytes, headers: Mapping[str, str]) -> None:
        """Raises Forged. Header names are lower case."""

    def parse_webhook(self, raw: bytes) -> list[Observation]:
        """Only after `authenticate`. Raises Unreadable."""

    def report(self, since: datetime, until: datetime) -> list[ReportLine]:
        """The gateway's own list of transactions. Raises Unreachable or OutcomeUnknown."""

    def settled(self, since: datetime, until: datetime) -> list[ReportLine]:
        """What was paid out to us in a period, with fees; empty where `caps.settles` says no.
        Raises Unreachable or OutcomeUnknown.
        """

    def precheck_reply(self, raw: bytes, accept: bool, text: str, at: datetime) -> dict[str, Any]:
        """The answer to the question asked before a card is charged."""

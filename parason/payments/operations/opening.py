"""Opening a page to pay at: claim in the database, call the gateway with no transaction open, record.

Two clicks, two tabs or two devices find the same live attempt and get the same page.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from parason.checkout.models import Order
from parason.kernel.moves import MovedMeanwhile
from parason.kernel.prepared import Prepared
from parason.payments.errors import (
    AlreadyPaid,
    GatewayRefused,
    GatewayUnavailable,
    InReview,
    MethodNotOffered,
    OrderClosed,
)
from parason.payments.gateways.interface import (
    Gateway,
    Opened,
    OpenRequest,
    OutcomeUnknown,
    Rejected,
    Unreachable,
)
from parason.payments.gateways.registry import gateway
from parason.payments.models import Attempt, AttemptEvent, Payment
from parason.payments.operations.ending import end_page
from parason.payments.operations.moving import alert, move_attempt
from parason.payments.rules import BILL_LIFETIME, CLAIM_LIMIT, PAGE_LIFETIME, next_ask
from parason.payments.states import LIVE, PAYABLE, AttemptStatus, PaymentStatus

_A = AttemptStatus
# How long a second click waits for the first one's call, and how often it looks.
PATIENCE, LOOK_EVERY = 12.0, 0.05
NAME_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Urls:
    """Addresses for the gateway; `{ref}` is our reference, `{gateway}` and `{shop}` are its own."""

    back: str
    hook: str
    precheck: str = ""

    def of(self, pattern: str, attempt: Attempt) -> str:
        return pattern.format(ref=attempt.our_ref, gateway=attempt.gateway, shop=attempt.shop_id)


@dataclass(frozen=True, slots=True)
class _Claim:
    attempt: Attempt
    mine: bool
    to_end: bool = False


def start(
    *,
    order: Order,
    gateway_code: str,
    customer: Mapping[str, str],
    language: str,
    urls: Urls,
    at: datetime,
    description: str = "",
    account_number: str = "",
) -> Attempt:
    """An attempt that can be paid now, new or the live one. Not inside a transaction: it calls the gateway.

    Raises AlreadyPaid, BeingRecorded, InReview, OrderClosed, MethodNotOffered, GatewayUnavailable,
    GatewayRefused.
    """
    adapter = gateway(gateway_code)
    if adapter is None or (adapter.caps.currencies and order.currency not in adapter.caps.currencies):
        raise MethodNotOffered
    deadline, ended = time.monotonic() + PATIENCE, 0
    while True:
        claim = _claim(order, adapter, at, ended)
        if claim.mine:
            break
        if claim.to_end:
            # Its time is over, or another way of paying is wanted: ask and close it first.
            end_page(claim.attempt, at)
            ended = claim.attempt.pk
            continue
        if claim.attempt.status in PAYABLE:
            return claim.attempt
        if time.monotonic() > deadline:
            raise GatewayUnavailable
        time.sleep(LOOK_EVERY)
    request = _request(
        claim.attempt, order, adapter, customer, language, urls, at, description, account_number
    )
    return _open(claim.attempt, adapter, request, at)


@transaction.atomic(durable=True)
def _claim(order: Order, adapter: Gateway, at: datetime, ended: int) -> _Claim:
    """Decide under the payment's lock; committed before any call."""
    payment = _locked_payment(order, at)
    order.refresh_from_db(fields=["closed_at"])
    if payment.status != PaymentStatus.UNPAID:
        raise AlreadyPaid
    if order.closed_at is not None:
        raise OrderClosed
    attempts: list[Attempt] = _latest.instances(payment=payment.pk)
    if any(one.status in (_A.REVIEW, _A.CHARGEBACK) for one in attempts):
        raise InReview
    live = next((one for one in attempts if one.status in LIVE), None)
    if live is not None:
        other = live.gateway != adapter.code or (live.expires_at is not None and live.expires_at <= at)
        if other and live.status in PAYABLE and live.pk != ended:
            return _Claim(live, mine=False, to_end=True)
        kept = _keep(live, adapter, at)
        if kept is not None:
            return kept
    return _Claim(_new(payment, adapter, at), mine=True)


def _locked_payment(order: Order, at: datetime) -> Payment:
    found: Payment | None = _locked.instance(order=order.pk)
    if found is not None:
        return found
    made = Payment(order=order, amount_minor=order.total_minor, currency=order.currency, created_at=at)
    Payment.objects.bulk_create([made], ignore_conflicts=True)
    locked: Payment = _locked.instance(order=order.pk)
    return locked


_locked = Prepared(
    lambda order: Payment.objects.select_for_update().filter(order_id=order), order=uuid.UUID(int=0)
)
_latest = Prepared(
    lambda payment: Attempt.objects.filter(payment_id=payment).order_by("-pk")[:50], payment=uuid.UUID(int=0)
)


def _keep(live: Attempt, adapter: Gateway, at: datetime) -> _Claim | None:
    """What becomes of the live attempt: kept, waited for, repeated, or ended (None) to make room."""
    same = live.gateway == adapter.code
    if live.status == _A.OPENING:
        if live.claimed_at and at - live.claimed_at < CLAIM_LIMIT:
            return _Claim(live, mine=False)
        move_attempt(live, _A.OPEN_UNKNOWN, at=at)
    if live.status == _A.OPEN_UNKNOWN:
        if same and adapter.caps.idempotent_open:
            move_attempt(live, _A.OPENING, at=at, claimed_at=at)
            return _Claim(live, mine=True)
        move_attempt(live, _A.ABANDONED, at=at)
        return None
    if live.status == _A.NEW:
        move_attempt(live, _A.CANCELLED, at=at)
        return None
    if same and (live.expires_at is None or at < live.expires_at):
        return _Claim(live, mine=False)
    # Money for a page that is given up here counts as late money: honoured or sent back, never lost.
    to = _A.EXPIRED if live.expires_at is not None and live.expires_at <= at else _A.CANCELLED
    move_attempt(live, to, at=at, data={"why": "a new attempt was wanted"})
    return None


def _new(payment: Payment, adapter: Gateway, at: datetime) -> Attempt:
    attempt = Attempt.objects.create(
        payment=payment,
        gateway=adapter.code,
        shop_id=adapter.shop_id,
        status=_A.OPENING,
        created_at=at,
        claimed_at=at,
    )
    AttemptEvent.objects.bulk_create(
        [
            AttemptEvent(subject=attempt, name="wanted", before="", after=_A.NEW, at=at),
            AttemptEvent(subject=attempt, name="claimed", before=_A.NEW, after=_A.OPENING, at=at),
        ]
    )
    return attempt


def _request(
    attempt: Attempt,
    order: Order,
    adapter: Gateway,
    customer: Mapping[str, str],
    language: str,
    urls: Urls,
    at: datetime,
    description: str,
    account_number: str,
) -> OpenRequest:
    lifetime = PAGE_LIFETIME if adapter.caps.shows_page else BILL_LIFETIME
    if adapter.caps.days:
        lifetime = timedelta(days=adapter.caps.days)
    return OpenRequest(
        our_ref=attempt.our_ref,
        number=attempt.pk,
        amount_minor=order.total_minor,
        currency=order.currency,
        description=description or f"Insurance, order {str(order.pk)[:8]}",
        language=language,
        return_url=urls.of(urls.back, attempt),
        notification_url=urls.of(urls.hook, attempt),
        expires_at=at + lifetime,
        account_number=account_number or str(attempt.payment_id)[:8].upper(),
        customer=customer,
        tries=attempt.tries,
        verification_url=urls.of(urls.precheck, attempt),
    )


def _open(attempt: Attempt, adapter: Gateway, request: OpenRequest, at: datetime) -> Attempt:
    try:
        answer = adapter.open(request)
    except Unreachable as error:
        _record(attempt, _A.OPEN_UNKNOWN, at, str(error))
        if not adapter.caps.idempotent_open:
            _record(attempt, _A.ABANDONED, at, "nothing was sent")
        raise GatewayUnavailable from error
    except OutcomeUnknown as error:
        _record(attempt, _A.OPEN_UNKNOWN, at, str(error))
        raise GatewayUnavailable from error
    if isinstance(answer, Rejected):
        _record(attempt, _A.REJECTED, at, answer.message)
        alert("a gateway refused to open a page", gateway=adapter.code, why=answer.message)
        raise GatewayRefused
    try:
        _opened(attempt, answer, at)
    except MovedMeanwhile as error:
        # A sweep gave this attempt up while we waited: its page is shown to nobody.
        raise GatewayUnavailable from error
    return attempt


@transaction.atomic
def _opened(attempt: Attempt, answer: Opened, at: datetime) -> None:
    move_attempt(
        attempt,
        _A.OPEN,
        at=at,
        external_id=answer.external_id,
        redirect_url=answer.redirect_url,
        instructions=dict(answer.instructions),
        opened_at=at,
        expires_at=answer.expires_at,
        reason="",
        next_ask_at=next_ask(asks=0, opened_at=at, expires_at=answer.expires_at),
    )


@transaction.atomic
def _record(attempt: Attempt, to: str, at: datetime, why: str) -> None:
    try:
        with transaction.atomic():
            move_attempt(attempt, to, at=at, data={"why": why[:NAME_LIMIT]}, reason=why[:NAME_LIMIT])
    except MovedMeanwhile:
        attempt.refresh_from_db()

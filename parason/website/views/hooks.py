"""Where gateways tell us things: no CSRF token, for the signature says who speaks."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from parason.journeys import payments
from parason.kernel.clock import now
from parason.payments.operations import NotAuthentic, UnknownGateway

log = logging.getLogger(__name__)
BODY_LIMIT = 256 * 1024
# Only these are looked at; the rest, and these too, are never written down.
HEADERS = ("authorization", "content-signature", "stripe-signature", "content-type")


def _body(request: HttpRequest) -> bytes | HttpResponse:
    """The raw bytes, which the signature covers; or the refusal of too many of them."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return HttpResponse(status=400)
    if length > BODY_LIMIT:
        return HttpResponse(status=413)
    try:
        raw = request.read(BODY_LIMIT + 1)
    except UnreadablePostError:
        return HttpResponse(status=400)
    return raw if len(raw) <= BODY_LIMIT else HttpResponse(status=413)


@csrf_exempt
@require_POST
def hook(request: HttpRequest, gateway: str, shop: str) -> HttpResponse:
    """Keep a notification and answer 200; it is judged by a job.

    Whatever goes wrong on our side is not a 200, so that the gateway sends it again.
    """
    raw = _body(request)
    if isinstance(raw, HttpResponse):
        return raw
    headers = {name: request.headers.get(name, "") for name in HEADERS}
    try:
        payments.take_notification(gateway_code=gateway, shop_id=shop, raw=raw, headers=headers, at=now())
    except UnknownGateway:
        return HttpResponse(status=404)
    except NotAuthentic:
        return HttpResponse(status=401)
    return HttpResponse("OK", content_type="text/plain")


@csrf_exempt
@require_POST
def precheck(request: HttpRequest, gateway: str, shop: str) -> HttpResponse:
    """The gateway's question before it charges a card: is this still to be paid, and with this sum?"""
    raw = _body(request)
    if isinstance(raw, HttpResponse):
        return raw
    headers = {name: request.headers.get(name, "") for name in HEADERS}
    try:
        reply = payments.precheck(gateway_code=gateway, shop_id=shop, raw=raw, headers=headers, at=now())
    except UnknownGateway:
        return HttpResponse(status=404)
    except NotAuthentic:
        return HttpResponse(status=401)
    return JsonResponse(reply)

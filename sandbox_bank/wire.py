"""The shop's side of HTTP: authentication, JSON in, both error shapes out, call faults around handlers."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox_bank import faults
from sandbox_bank.bank import Bank
from sandbox_bank.faults import Fault, Stage
from sandbox_bank.shops import Shop, authenticate

LARGEST_BODY = 256 * 1024


@dataclass(frozen=True)
class Call:
    """One authenticated call of a shop."""

    bank: Bank
    shop: Shop
    request: Request
    data: dict[str, Any]

    @property
    def request_id(self) -> str | None:
        return self.request.headers.get("requestid")

    def base_url(self) -> str:
        return base_url(self.request)


Handler = Callable[[Call], Response]


class Refused(Exception):
    """The bank will not do that; `errors` is a tree of field names ending in lists of sentences."""

    def __init__(self, message: str, errors: dict[str, Any] | None = None, status: int = 422) -> None:
        super().__init__(message)
        self.message, self.errors, self.status = message, errors or {}, status


def answer(body: object, status: int = 200) -> Response:
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(raw, status, media_type="application/json")


def bank_of(request: Request) -> Bank:
    bank: Bank = request.app.state.bank
    return bank


def base_url(request: Request) -> str:
    public = bank_of(request).public_url
    return public.rstrip("/") if public else str(request.base_url).rstrip("/")


def refusal(call_shape: str, refused: Refused) -> Response:
    """`message` is the checkout's shape with a tree; `response` the gateway's with flattened paths."""
    if call_shape == "message":
        return answer({"message": refused.message, "errors": refused.errors}, refused.status)
    flat = dict(_flatten(refused.errors, ()))
    return answer(
        {"response": {"status": "error", "message": refused.message, "errors": flat}}, refused.status
    )


def _flatten(tree: dict[str, Any], path: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for name, value in tree.items():
        found += (
            _flatten(value, (*path, name)) if isinstance(value, dict) else [(".".join((*path, name)), value)]
        )
    return found


def endpoint(
    operation: str, handler: Handler, shape: str = "response"
) -> Callable[[Request], Awaitable[Response]]:
    """Wrap a handler: authentication, body, armed call faults, refusals, the log of calls."""

    async def serve(request: Request) -> Response:
        bank = bank_of(request)
        shop = authenticate(bank.storage, request.headers.get("authorization"))
        if shop is None:
            _log(bank, request, operation, 401, None, None, [])
            return JSONResponse(
                {"message": "Unauthorized"}, 401, {"WWW-Authenticate": 'Basic realm="sandbox"'}
            )
        error_shape = bank.settings["error_shape"] if shape == "setting" else shape
        tracking_id = None
        try:
            call = Call(bank, shop, request, await _body(request))
            tracking_id = _tracking_id(bank, call)
            struck = faults.take(
                bank.storage, Stage.CALL, shop_id=shop.shop_id, tracking_id=tracking_id, on=operation
            )
            response = await _with_faults(struck, lambda: _handle(call, handler, error_shape))
        except Refused as refused:
            struck, response = [], refusal(error_shape, refused)
        _log(bank, request, operation, response.status_code, shop.shop_id, tracking_id, struck)
        return response

    return serve


def _handle(call: Call, handler: Handler, shape: str) -> Response:
    try:
        with call.bank.storage.transaction():
            return handler(call)
    except Refused as refused:
        return refusal(shape, refused)


async def _with_faults(struck: list[Fault], work: Callable[[], Response]) -> Response:
    for fault in struck:
        if fault.params.get("when") == "before":
            if fault.name == "timeout":
                await asyncio.sleep(fault.params["seconds"])
                return answer({"message": "Gateway timeout"}, 504)
            return answer({"message": "Internal server error"}, int(fault.params["status"]))
    response = work()
    for fault in struck:
        if fault.name == "timeout":
            await asyncio.sleep(fault.params["seconds"])
        elif fault.name == "server_error":
            response = answer({"message": "Internal server error"}, int(fault.params["status"]))
        elif fault.name == "garbage":
            response = Response("<html><h1>Технические работы</h1></html>", 200, media_type="text/html")
        elif fault.name == "cut_off":
            response = CutOff(bytes(response.body), response.status_code, media_type="application/json")
    return response


class CutOff(Response):
    """Promises the whole body, sends half of it, and goes away."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


async def _body(request: Request) -> dict[str, Any]:
    if request.method not in ("POST", "PUT"):
        return {}
    raw = await request.body()
    if len(raw) > LARGEST_BODY:
        raise Refused("Request is too large", status=413)
    try:
        data = json.loads(raw)
        json.dumps(data, ensure_ascii=False).encode()  # half a surrogate pair cannot be kept nor sent on
    except (ValueError, RecursionError):
        raise Refused("Request is not valid JSON", status=400) from None
    if not isinstance(data, dict):
        raise Refused("Request must be a JSON object", status=400)
    return data


def _tracking_id(bank: Bank, call: Call) -> str | None:
    """The payment that a call is about, so that a fault can be armed for that payment alone."""
    path = call.request.path_params
    if "tracking_id" in path:
        return str(path["tracking_id"])
    if "token" in path:
        row = bank.storage.one("SELECT tracking_id FROM checkouts WHERE token = ?", path["token"])
        return row["tracking_id"] if row else None
    body = _branch(call.data, "request") or _branch(_branch(call.data, "checkout"), "order")
    uid = path.get("uid") or body.get("parent_uid")
    if isinstance(uid, str):
        row = bank.storage.one("SELECT tracking_id FROM transactions WHERE uid = ?", uid)
        return row["tracking_id"] if row else None
    tracking_id = body.get("tracking_id")
    return tracking_id if isinstance(tracking_id, str) else None


def _branch(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _log(
    bank: Bank,
    request: Request,
    operation: str,
    status: int,
    shop_id: int | None,
    tracking_id: str | None,
    struck: list[Fault],
) -> None:
    bank.storage.insert(
        "calls",
        at=bank.clock.now(),
        method=request.method,
        path=request.url.path,
        operation=operation,
        status=status,
        shop_id=shop_id,
        tracking_id=tracking_id,
        faults=" ".join(fault.name for fault in struck),
    )

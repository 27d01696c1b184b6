"""A stand-in for Stripe's API over HTTP: sessions, intents, refunds, idempotency, as Stripe documents them.

Stripe itself cannot be run on one's own machine. What it answers here was composed from its documentation.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import stripe

SECRET, OLD_SECRET = "whsec_new", "whsec_old"


class StandIn:
    """Its state; a test pays, expires and refunds by calling."""

    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, tuple[int, dict[str, Any]]] = {}
        self.broken: list[str] = []  # the next calls: "before" or "after" the work
        self.url = ""
        self.lock = threading.Lock()

    def serve(self, method: str, path: str, form: dict[str, str], key: str) -> tuple[int, dict[str, Any]]:
        with self.lock:
            how = self.broken.pop(0) if self.broken else ""
            if how == "before":
                return 500, {"error": {"type": "api_error", "message": "broken"}}
            if method == "POST" and key and key in self.kept:
                return self.kept[key]
            answer = self.do(method, path, form)
            if method == "POST" and key:
                self.kept[key] = answer
            return (500, {"error": {"type": "api_error", "message": "broken"}}) if how else answer

    def do(self, method: str, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        parts = path.strip("/").split("/")[1:]
        match (method, *parts):
            case ("POST", "checkout", "sessions"):
                return 200, self.open(form)
            case ("GET", "checkout", "sessions", token) if token in self.sessions:
                return 200, self.whole(self.sessions[token])
            case ("POST", "checkout", "sessions", token, "expire") if token in self.sessions:
                return self.expire(self.sessions[token])
            case ("GET", "payment_intents", uid) if uid in self.intents:
                return 200, self.intent(uid)
            case ("GET", "payment_intents"):
                rows = [self.intent(uid) for uid in self.intents]
                return 200, {"object": "list", "data": rows, "has_more": False, "url": path}
            case ("POST", "refunds"):
                return self.refund(form)
            case ("GET", "refunds", uid) if uid in self.refunds:
                return 200, self.refunds[uid]
            case ("GET", "refunds"):
                rows = [
                    one for one in self.refunds.values() if one["payment_intent"] == form["payment_intent"]
                ]
                return 200, {"object": "list", "data": rows, "has_more": False, "url": path}
        return 404, {"error": {"type": "invalid_request_error", "message": "No such thing"}}

    def open(self, form: dict[str, str]) -> dict[str, Any]:
        token = f"cs_test_{secrets.token_hex(8)}"
        self.sessions[token] = {
            "id": token, "object": "checkout.session", "url": f"{self.url}/pay/{token}", "livemode": False,
            "client_reference_id": form["client_reference_id"], "status": "open", "payment_status": "unpaid",
            "amount_total": int(form["line_items[0][price_data][unit_amount]"]),
            "currency": form["line_items[0][price_data][currency]"], "payment_intent": None,
            "expires_at": int(form["expires_at"]), "created": int(time.time()),
        }  # fmt: skip
        return self.sessions[token]

    def whole(self, session: dict[str, Any]) -> dict[str, Any]:
        uid = session["payment_intent"]
        return {**session, "payment_intent": self.intent(uid)} if uid else session

    def intent(self, uid: str) -> dict[str, Any]:
        rows = [one for one in self.refunds.values() if one["payment_intent"] == uid]
        charge = {"id": "ch", "object": "charge", "refunds": {"object": "list", "data": rows}}
        return {**self.intents[uid], "latest_charge": charge}

    def expire(self, session: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if session["status"] != "open":
            return 400, {"error": {"type": "invalid_request_error", "message": "Only open sessions"}}
        session["status"] = "expired"
        return 200, session

    def refund(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        intent = self.intents[form["payment_intent"]]
        back = sum(one["amount"] for one in self.refunds.values() if one["payment_intent"] == intent["id"])
        if back + int(form["amount"]) > intent["amount"]:
            return 400, {"error": {"type": "invalid_request_error", "message": "Greater than unrefunded"}}
        uid = f"re_{secrets.token_hex(8)}"
        self.refunds[uid] = {
            "id": uid, "object": "refund", "amount": int(form["amount"]), "currency": intent["currency"],
            "payment_intent": intent["id"], "status": "succeeded", "created": int(time.time()),
        }  # fmt: skip
        return 200, self.refunds[uid]

    def pay(self, token: str) -> dict[str, Any]:
        """The payer pays; the session as its event tells it."""
        session, uid = self.sessions[token], f"pi_{secrets.token_hex(8)}"
        self.intents[uid] = {
            "id": uid, "object": "payment_intent", "amount": session["amount_total"], "status": "succeeded",
            "currency": session["currency"], "livemode": False, "created": int(time.time()),
            "metadata": {"our_ref": session["client_reference_id"]},
        }  # fmt: skip
        session.update(status="complete", payment_status="paid", payment_intent=uid)
        return session


def event(kind: str, body: dict[str, Any]) -> bytes:
    """A notification's body."""
    told = {"id": f"evt_{secrets.token_hex(8)}", "object": "event", "type": kind, "data": {"object": body}}
    return json.dumps(told).encode()


def signed(raw: bytes, secret: str = SECRET, at: float | None = None) -> str:
    """The header Stripe-Signature."""
    moment = int(at if at is not None else time.time())
    digest = stripe.WebhookSignature._compute_signature(f"{moment}.{raw.decode()}", secret)
    return f"t={moment},v1={digest}"


@contextmanager
def running() -> Iterator[StandIn]:
    """The stand-in, on a port of its own."""
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            parts = urlsplit(self.path)
            pairs = parse_qs(self.rfile.read(length).decode() or parts.query)
            form = {name: values[0] for name, values in pairs.items()}
            key = self.headers.get("Idempotency-Key", "")
            status, body = stand_in.serve(self.command, parts.path, form, key)
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = answer

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()

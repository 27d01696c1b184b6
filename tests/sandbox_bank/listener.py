"""A little shop: an HTTP server that receives the bank's notifications and keeps them raw."""

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.raw)
        return body

    @property
    def transaction(self) -> dict[str, Any]:
        transaction: dict[str, Any] = self.body["transaction"]
        return transaction


class Listener:
    """Answers 200 to everything, unless `answers` holds (status, body) pairs to be used first."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[tuple[int, bytes]] = []
        self.by_path: dict[str, Any] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                note = Received(self.path, {k.lower(): v for k, v in self.headers.items()}, raw)
                listener.received.append(note)
                status, body = listener.answer_to(note)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler

    def answer_to(self, note: Received) -> tuple[int, bytes]:
        if note.path in self.by_path:
            status, body = self.by_path[note.path](note)
            return int(status), bytes(body)
        return self.answers.pop(0) if self.answers else (200, b"")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def wait_for(self, count: int, seconds: float = 20.0) -> list[Received]:
        """The notifications received so far, once there are `count` of them."""
        until = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.received) >= count, f"{len(self.received)} of {count} notifications came"
        return self.received

    def clear(self) -> None:
        self.received.clear()
        self.answers.clear()
        self.by_path.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *unused: object) -> None:
        self._server.shutdown()
        self._server.server_close()

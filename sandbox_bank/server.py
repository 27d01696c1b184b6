"""Serving with granian inside this very process, so that there is one event loop and one connection."""

import asyncio
import logging
import os
import signal
import socket

from granian.constants import Interfaces
from granian.server.embed import Server

from sandbox_bank.app import make_app
from sandbox_bank.bank import Bank

GRACE_SECONDS = 3


class PortInUse(Exception):
    """Somebody else listens there already."""


def serve(bank: Bank, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM. Raises PortInUse."""
    _refuse_taken_port(host, port)
    # Granian's own lines say nothing that a person at the demo needs, besides that this mode is young.
    logging.getLogger("_granian").setLevel(logging.ERROR)
    asyncio.run(_serve(bank, host, port))


def _refuse_taken_port(host: str, port: int) -> None:
    # Granian shares ports (SO_REUSEPORT), so two banks would silently take turns.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise PortInUse(f"cannot listen on {host}:{port}: {problem.strerror}") from None


async def _serve(bank: Bank, host: str, port: int) -> None:
    server = Server(
        make_app(bank),
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, _stop, server, loop)
    print(f"Sandbox bank on http://{host}:{port} (control desk: /control)", flush=True)
    await server.serve()


def _stop(server: Server, loop: asyncio.AbstractEventLoop) -> None:
    server.stop()  # type: ignore[no-untyped-call]
    # A hanging answer (that is what the faults are for) must not hold the process back.
    loop.call_later(GRACE_SECONDS, os._exit, 0)

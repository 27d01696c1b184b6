"""Serving inside this very process, so that there is one event loop and one connection to the state.

By uvicorn: granian inside a process of ours now and then forgot to wake the loop, and a page hung for 20 s.
"""

import socket

import uvicorn

from sandbox_bank.app import make_app
from sandbox_bank.bank import Bank

GRACE_SECONDS = 3


class PortInUse(Exception):
    """Somebody else listens there already."""


def serve(bank: Bank, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM. Raises PortInUse."""
    _refuse_taken_port(host, port)
    print(f"Sandbox bank on http://{host}:{port} (control desk: /control)", flush=True)
    # A hanging answer (that is what the faults are for) must not hold the process back.
    uvicorn.run(
        make_app(bank),
        host=host,
        port=port,
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _refuse_taken_port(host: str, port: int) -> None:
    # uvicorn would say it in a log, and not in one line.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise PortInUse(f"cannot listen on {host}:{port}: {problem.strerror}") from None

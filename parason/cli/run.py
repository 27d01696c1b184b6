"""Commands that run until they are stopped: demo, web, worker."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from parason.config.ready import database_ready, django_ready

WEB = "parason.config.wsgi:application"


def add_to(commands: Any) -> None:
    """Add these commands to the parser."""
    demo = commands.add_parser("demo", help="start everything on this machine, with sample data")
    demo.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    demo.add_argument("--port", type=int, default=8000, help="port of the portal (%(default)s)")
    demo.add_argument("--bank-port", type=int, default=8001, help="port of the sandbox bank (%(default)s)")
    demo.add_argument("--workers", type=int, default=2, help="web processes (%(default)s)")
    demo.set_defaults(act=start_demo)

    web = commands.add_parser("web", help="serve the portal's pages")
    web.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    web.add_argument("--port", type=int, default=8000, help="port (%(default)s)")
    web.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (%(default)s)")
    web.add_argument("--threads", type=int, default=4, help="threads of each process (%(default)s)")
    web.set_defaults(act=serve)

    worker = commands.add_parser("worker", help="do the jobs: issue policies, send letters, ask the bank")
    worker.add_argument("--once", action="store_true", help="do what is waiting, then stop")
    worker.add_argument("--concurrency", type=int, default=2, help="jobs at a time (%(default)s)")
    worker.set_defaults(act=work)


def start_demo(chosen: argparse.Namespace) -> int:
    """Everything at once; returns when it is told to stop."""
    from parason.demo.run import demo

    return demo(host=chosen.host, port=chosen.port, bank_port=chosen.bank_port, workers=chosen.workers)


def serve(chosen: argparse.Namespace) -> int:
    """Become the web server; the settings are read first, so that a wrong one is one line and not a log."""
    django_ready()
    database_ready()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--no-ws",
        "--host",
        chosen.host,
        "--port",
        str(chosen.port),
        "--workers",
        str(chosen.workers),
        "--blocking-threads",
        str(chosen.threads),
        "--log-level",
        "warning",
        WEB,
    ]
    os.execv(sys.executable, command)  # noqa: S606


def work(chosen: argparse.Namespace) -> int:
    """Be the worker until told to stop."""
    django_ready()
    database_ready()
    from parason.config.worker import run

    run(concurrency=chosen.concurrency, once=chosen.once)
    return 0

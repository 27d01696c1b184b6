"""How fast notifications are answered: 50 signed ones a second. `--keep` writes docs/performance.md.

Each has a connection of its own, as from a bank that keeps none open, and its time runs from the moment at
which it was due. The worker judges them meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import sqlite3
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))

import psycopg  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: E402

from bench import paper  # noqa: E402
from bench.system import System, Usage, system  # noqa: E402

AIM = 200.0  # milliseconds, 99 of 100


@dataclass
class Run:
    """One measurement, times in milliseconds."""

    rate: int
    seconds: float
    times: list[float] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    kept: int = 0
    judged: int = 0
    used: Usage | None = None

    @property
    def p99(self) -> float:
        return quantiles(self.times, n=100)[-1]


class Bank:
    """Signs as the sandbox bank of the measured system does."""

    def __init__(self, bench: System) -> None:
        with sqlite3.connect(bench.folder / "bank.sqlite3") as state:
            shop = state.execute("SELECT shop_id, secret, private_key FROM shops ORDER BY shop_id").fetchone()
        self.shop_id, secret, pem = shop
        key = serialization.load_pem_private_key(pem.encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self.key = key
        self.basic = base64.b64encode(f"{self.shop_id}:{secret}".encode()).decode()

    def request(self, url: str, number: int) -> bytes:
        """One whole HTTP request; the body is as long as a real one."""
        raw = json.dumps(_told(number), ensure_ascii=False).encode()
        signature = base64.b64encode(self.key.sign(raw, padding.PKCS1v15(), hashes.SHA256())).decode()
        head = (
            f"POST /hooks/begateway/{self.shop_id} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n"
            f"Authorization: Basic {self.basic}\r\nContent-Signature: {signature}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + raw


def _told(number: int) -> dict[str, object]:
    """A payment of somebody else's, with all the sections of a real body."""
    section = {"auth_code": "654321", "bank_code": "00", "rrn": "612345678901", "message": "Оплачено"}
    return {
        "transaction": {
            "uid": f"bench-{number}", "id": f"bench-{number}", "type": "payment", "status": "successful",
            "amount": 4590, "currency": "BYN", "tracking_id": f"{number:032x}", "test": True,
            "payment_method_type": "credit_card", "message": "Successfully processed",
            "created_at": "2026-10-05T12:01:00.000Z", "paid_at": "2026-10-05T12:01:08.900Z",
            "credit_card": {"holder": "ANA SILVA", "brand": "visa", "last_4": "1006", "bin": "401200"},
            "payment": section, "customer": {"ip": "203.0.113.7", "email": "ana@example.test"},
            "three_d_secure_verification": {"status": "successful", "eci": "05", "xid": "x" * 28},
            "billing_address": {"first_name": "ANA", "last_name": "SILVA", "country": "PT"},
        }
    }  # fmt: skip


async def send(run: Run, url: str, requests: list[bytes]) -> None:
    """All of them on time, whatever became of those before."""
    where, begun = urlsplit(url), time.perf_counter()
    host, port = where.hostname or "127.0.0.1", where.port or 80

    async def one(number: int, request: bytes) -> None:
        due = begun + number / run.rate
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        try:
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(request)
            answer = await asyncio.wait_for(reader.read(), 30)
            writer.close()
        except (OSError, TimeoutError) as error:
            run.failures.append(repr(error))
            return
        run.times.append((time.perf_counter() - due) * 1000)
        status = int(answer.split(b" ", 2)[1]) if answer else 0
        run.answers[status] = run.answers.get(status, 0) + 1

    await asyncio.gather(*(one(number, request) for number, request in enumerate(requests)))


def counts(bench: System) -> tuple[int, int]:
    """Notifications kept, and judged."""
    with psycopg.connect(bench.environment["DATABASE_URL"]) as connection:
        found = connection.execute(
            "SELECT count(*), count(processed_at) FROM payments_notification"
        ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


def measure(bench: System, rate: int, seconds: float) -> Run:
    """Warm up for two seconds, then measure."""
    bank = Bank(bench)
    warm, count = rate * 2, int(rate * seconds)
    requests = [bank.request(bench.url, number) for number in range(warm + count)]
    asyncio.run(send(Run(rate, 2), bench.url, requests[:warm]))
    run, before, kept = Run(rate, seconds), bench.usage(), counts(bench)[0]
    asyncio.run(send(run, bench.url, requests[warm:]))
    run.used = bench.usage().since(before)
    run.kept = counts(bench)[0] - kept
    until = time.monotonic() + 60
    while (found := counts(bench)) and found[1] < found[0] and time.monotonic() < until:
        time.sleep(0.5)
    run.judged = found[1] - kept
    return run


def report(run: Run, options: argparse.Namespace) -> str:
    """The table as Markdown."""
    times, used = sorted(run.times), run.used
    assert used is not None
    answers = ", ".join(f"{count} × {status}" for status, count in sorted(run.answers.items()))
    return "\n".join(
        [
            f"{paper.here(options.load)}; {run.rate} a second for {run.seconds:.0f} s, "
            f"{options.processes} web processes of {options.threads} threads, one worker, "
            "PostgreSQL 18 with `fsync` on, all on this machine with the sender.",
            "",
            "| sent | answers | failed | kept | judged a minute later | median ms | p95 | p99 | longest "
            "| CPU ms each: portal + worker + PostgreSQL |",
            "|---|---|---|---|---|---|---|---|---|---|",
            f"| {int(run.rate * run.seconds)} | {answers} | {len(run.failures)} | {run.kept} | {run.judged} "
            f"| {median(times):.1f} | {quantiles(times, n=20)[-1]:.1f} | {run.p99:.1f} | {times[-1]:.1f} "
            f"| {per(run, used.portal)} + {per(run, used.worker)} + {per(run, used.database)} |",
            "",
            f"The aim of p99 under {AIM:.0f} ms is {'met' if run.p99 < AIM else '**not** met'}.",
        ]
    )


def per(run: Run, seconds: float) -> str:
    return f"{seconds / max(len(run.times), 1) * 1000:.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=50, help="notifications a second")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--keep", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    options.load = os.getloadavg()[0]
    with system(
        customers=0, password="not used", processes=options.processes, threads=options.threads
    ) as bench:
        run = measure(bench, options.rate, options.seconds)
        text = report(run, options)
    print(text)
    for failure in run.failures[:3]:
        print(failure, file=sys.stderr)
    if options.keep:
        paper.keep("notifications", text)
    complete = run.answers == {200: int(options.rate * options.seconds)} and not run.failures
    return 0 if complete and run.p99 < AIM else 1


if __name__ == "__main__":
    sys.exit(main())

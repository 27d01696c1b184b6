"""Checks of policies a second: one policy's status by its code, the list, the keys, the page.

`python bench/verify.py` fills a database of its own with 1,000,000 policies (once), starts two web processes
and asks over HTTP from a third; `--check` holds the floors, `--policies 10000` is a quick try.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))
FOLDER = Path(tempfile.gettempdir()) / f"parason-bench-verify-{os.geteuid()}"
PORT, CONNECTIONS, SECONDS = 8141, 16, 10
FLOOR_RATE, CEILING_P99 = 500, 0.050
PER_CONTRACT = 10_000


def lookup(number: int) -> str:
    """The name under which the status of the made-up policy of a number is asked for."""
    return base64.urlsafe_b64encode(hashlib.sha256(str(number).encode()).digest()[:16]).decode().rstrip("=")


def prepare(policies: int) -> dict[str, str]:
    """Server, tables and rows; the environment for the web processes."""
    from parason.demo import postgres

    fast = {"shared_buffers": "512MB", "max_connections": "100", "synchronous_commit": "off"}
    name = f"verify_{policies}"
    server = postgres.start(FOLDER, options=fast)
    import psycopg

    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f"CREATE DATABASE {name}")
    given = {
        "PARASON_DEMO": "1",
        "SECRET_KEY": "for-the-benchmark-only-" + "x" * 50,
        "DATABASE_URL": server.format(name=name),
        "PARASON_BASE_URL": f"http://127.0.0.1:{PORT}",
        "DJANGO_SETTINGS_MODULE": "parason.config.settings",
        "PARASON_LOG_LEVEL": "WARNING",
    }
    os.environ.update(given)
    subprocess.run([sys.executable, "-m", "parason", "migrate"], check=True, stdout=subprocess.DEVNULL)
    import django

    django.setup()
    fill(policies)
    return {**os.environ, **given}


def fill(policies: int) -> None:
    """Rows of policies, all or none: an interrupted run leaves an empty database."""
    from django.contrib.auth import get_user_model
    from django.db import connection, transaction

    from parason.documents.models import Policy

    if Policy.objects.exists():
        return
    from tests.documents.papers import make_contract

    owner = get_user_model().objects.get_or_create(email="bench@example.com")[0]
    with transaction.atomic(), connection.cursor() as cursor:
        for begin in range(0, policies, PER_CONTRACT):
            contract = make_contract(owner, people=[])
            contract.insured.all().delete()
            end = min(begin + PER_CONTRACT, policies)
            cursor.execute(ROWS, {"contract": contract.pk, "begin": begin, "end": end})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


ROWS = """
WITH made AS (
  INSERT INTO contracts_insured (contract_id, position, kind, facts, premium_minor)
  SELECT %(contract)s, n - %(begin)s, 'person', '{}', 100 FROM generate_series(%(begin)s + 1, %(end)s) AS n
  RETURNING id, position::bigint + %(begin)s AS n)
INSERT INTO documents_policy (id, insured_id, series, number, status, issued_at, first_day, last_day,
  birth_date, document_number, facts, seal, key_id, lookup)
SELECT gen_random_uuid(), id, 'OM', lpad(n::text, 8, '0'), 'ISSUED', now(), '2026-01-01', '2026-12-31',
  DATE '1950-01-01' + (n %% 20000)::int, 'EA' || n, '{}', '', 'none',
  translate(rtrim(encode(substr(sha256(n::text::bytea), 1, 16), 'base64'), '='), '+/', '-_')
FROM made
"""


async def ask(paths: Callable[[], str], until: float, times: list[float], wrong: list[str]) -> None:
    """One connection that asks again and again; the seconds that each answer took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    while time.perf_counter() < until:
        begin = time.perf_counter()
        path = paths()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        body = await reader.readexactly(length)
        times.append(time.perf_counter() - begin)
        if " 200 " not in head.split("\r\n")[0] or b'"unknown"' in body:
            wrong.append(path)
    writer.close()


def processor_seconds(web: subprocess.Popen[bytes]) -> float:
    """What the web processes have used of the processor so far."""
    parent = psutil.Process(web.pid)
    used = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
    return sum(times.user + times.system for times in used)


async def load(paths: Callable[[], str]) -> tuple[float, list[float]]:
    """Answers a second over all connections, and each one's time. Raises RuntimeError on a wrong answer."""
    times: list[float] = []
    wrong: list[str] = []
    begin = time.perf_counter()
    await asyncio.gather(*(ask(paths, begin + SECONDS, times, wrong) for _ in range(CONNECTIONS)))
    if wrong:
        raise RuntimeError(f"{len(wrong)} wrong answers, the first to {wrong[0]}")
    return len(times) / (time.perf_counter() - begin), sorted(times)


def started(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Two web processes, ready to answer."""
    command = [sys.executable, "-m", "parason", "web", "--port", str(PORT), "--workers", "2"]
    web = subprocess.Popen(command, env=environment)
    import httpx

    for _ in range(100):
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/v/list", timeout=5)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return web
    web.terminate()
    raise RuntimeError("the web processes did not start")


def main() -> int:
    """Print the table; with `--check`, 1 when the status of policies is told too slowly."""
    options = argparse.ArgumentParser()
    options.add_argument("--policies", type=int, default=1_000_000)
    options.add_argument("--check", action="store_true")
    chosen = options.parse_args()
    web = started(prepare(chosen.policies))
    dice = random.Random(7)
    most = chosen.policies
    acts: dict[str, Callable[[], str]] = {
        "status of a random policy (1 query)": lambda: f"/v/status/{lookup(dice.randint(1, most))}",
        "list of ended policies (0 queries)": lambda: "/v/list",
        "published keys (0 queries)": lambda: "/.well-known/jwks.json",
        "the page (0 queries)": lambda: "/v",
    }
    slow = False
    try:
        print(f"| {most:,} policies | a second | median | p99 | web's processor |\n|---|---|---|---|---|")
        for name, paths in acts.items():
            before = processor_seconds(web)
            rate, times = asyncio.run(load(paths))
            each = (processor_seconds(web) - before) / len(times)
            p99 = times[int(len(times) * 0.99)]
            middle = statistics.median(times)
            figures = [f"{seconds * 1000:.1f} ms" for seconds in (middle, p99, each)]
            print(f"| {name} | {rate:,.0f} | {' | '.join(figures)} |")
            slow |= "status" in name and (rate < FLOOR_RATE or p99 > CEILING_P99)
    finally:
        web.terminate()
        web.wait(20)
    return 1 if chosen.check and slow else 0


if __name__ == "__main__":
    raise SystemExit(main())

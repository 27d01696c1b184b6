"""Checks of policies a second: one policy's status by its code, the list, the keys, the page.

`python bench/verify.py` fills a database of its own with 1,000,000 policies (once), starts two web processes
and asks over HTTP from a third: first as fast as they answer, then 500 times a second, each at its due moment
and counted from it, whether a connection was free or not. `--check` holds the floors, `--policies 10000` is
a quick try.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))
FOLDER = Path(tempfile.gettempdir()) / f"parason-bench-verify-{os.geteuid()}"
PORT, CONNECTIONS, SECONDS, WARM_UP = 8141, 4, 10, 2
FLOOR_RATE, CEILING_P99 = 500, 0.050
PER_CONTRACT = 10_000


def lookup(number: int) -> str:
    """The name under which the status of the made-up policy of a number is asked for."""
    return base64.urlsafe_b64encode(hashlib.sha256(str(number).encode()).digest()[:16]).decode().rstrip("=")


def prepare(policies: int) -> dict[str, str]:
    """Server, tables and rows; the environment for the web processes."""
    from parason.demo import postgres

    fast = {"shared_buffers": "512MB", "max_connections": "100", "synchronous_commit": "off"}
    name = f"verify_{policies}_b"  # another letter when the table of policies changes
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
        cursor.execute("VACUUM (ANALYZE)")  # as autovacuum does within a minute


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


async def ask(
    paths: Callable[[], str], due: Iterator[float], until: float, times: list[float], wrong: list[str]
) -> None:
    """One connection that asks at the moments it is given; the seconds from each to its answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    for begin in due:
        if begin > until:
            break
        if (early := begin - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        path = paths()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        times.append(time.perf_counter() - begin)
        if b" 200 " not in head[:20] or b'"unknown"' in body:
            wrong.append(path)
    writer.close()


def at_once() -> Iterator[float]:
    """The moments of who asks as soon as the last answer is there."""
    while True:
        yield time.perf_counter()


def evenly(rate: int) -> Iterator[float]:
    """The moments of `rate` questions a second, whatever the answers do."""
    begin = time.perf_counter()
    return (begin + place / rate for place in itertools.count())


def processor_seconds(web: subprocess.Popen[bytes]) -> float:
    """What the web processes have used of the processor so far."""
    parent = psutil.Process(web.pid)
    used = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
    return sum(times.user + times.system for times in used)


async def load(paths: Callable[[], str], rate: int, seconds: float) -> tuple[float, list[float]]:
    """Answers a second over all connections, and each one's time. Raises RuntimeError on a wrong answer."""
    times: list[float] = []
    wrong: list[str] = []
    begin = time.perf_counter()
    due = evenly(rate) if rate else at_once()  # one schedule for all: whoever is free takes the next
    connections = CONNECTIONS * 4 if rate else CONNECTIONS  # enough that none waits for another's answer
    await asyncio.gather(*(ask(paths, due, begin + seconds, times, wrong) for _ in range(connections)))
    if wrong:
        raise RuntimeError(f"{len(wrong)} wrong answers, the first to {wrong[0]}")
    return len(times) / (time.perf_counter() - begin), sorted(times)


def measure(web: subprocess.Popen[bytes], paths: Callable[[], str], rate: int) -> tuple[float, list[float]]:
    """Warm up, load, and the figures: answers a second; median, p99, web's, client's processor in seconds."""
    asyncio.run(load(paths, rate, WARM_UP))
    before, own = processor_seconds(web), time.process_time()
    reached, times = asyncio.run(load(paths, rate, SECONDS))
    each = (processor_seconds(web) - before) / len(times)
    client = (time.process_time() - own) / len(times)
    return reached, [statistics.median(times), times[int(len(times) * 0.99)], each, client]


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

    def status() -> str:
        return f"/v/status/{lookup(dice.randint(1, most))}"

    acts: list[tuple[str, Callable[[], str], int]] = [
        ("status of a random policy (1 query), as fast as it goes", status, 0),
        (f"status of a random policy (1 query), {FLOOR_RATE} a second", status, FLOOR_RATE),
        ("list of ended policies (0 queries)", lambda: "/v/list", 0),
        ("published keys (0 queries)", lambda: "/.well-known/jwks.json", 0),
        ("the page (0 queries)", lambda: "/v", 0),
    ]
    slow = False
    try:
        print(f"| {most:,} policies | a second | median | p99 | web's processor | client's |")
        print("|---|---|---|---|---|---|")
        for name, paths, rate in acts:
            reached, figures = measure(web, paths, rate)
            words = [f"{seconds * 1000:.2f} ms" for seconds in figures]
            print(f"| {name} | {reached:,.0f} | {' | '.join(words)} |", flush=True)
            if paths is status:
                slow |= reached < FLOOR_RATE * 0.99 or (rate > 0 and figures[1] > CEILING_P99)
    finally:
        web.terminate()
        web.wait(20)
    return 1 if chosen.check and slow else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Ten thousand neighbouring numbers asked of two web processes over HTTP: nothing is learned, limits hold."""

from __future__ import annotations

import http.client
import os
import random
import statistics
import subprocess
import sys
import time
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest
from django.db import connection

from parason.documents.models import Look
from parason.documents.operations import LIMITS
from tests.documents.papers import make_policy
from tests.sandbox_bank.bank import free_port

ROOT = Path(__file__).parents[2]
NUMBERS = 10_000
CLIENTS, PER_LINE = 4, 50
# Every second number or so of the ten thousand is a policy's, with all that a real one carries.
ROWS = """
WITH made AS (
  INSERT INTO contracts_insured (contract_id, position, kind, facts, premium_minor)
  SELECT contract_id, 1 + n, kind, '{}', 100 FROM contracts_insured, generate_series(2, %(most)s) AS n
  WHERE id = %(insured)s AND hashint4(n) %% 2 = 0
  RETURNING id, position - 1 AS n)
INSERT INTO documents_policy (id, insured_id, series, number, status, issued_at, first_day, last_day,
  birth_date, document_number, facts, seal, key_id, lookup)
SELECT gen_random_uuid(), made.id, series, lpad(n::text, 7, '0'), status, issued_at, first_day, last_day,
  birth_date, 'EB' || n, facts, seal, key_id, left(encode(sha256(n::text::bytea), 'hex'), 22)
FROM made, documents_policy WHERE insured_id = %(insured)s RETURNING number
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question brought, and the seconds it took."""

    number: int
    status: int
    words: bytes
    seconds: float


class Portal:
    """`parason web` with two processes behind a proxy that tells who asks."""

    def __init__(self, url: str, log: Path) -> None:
        self.port = free_port()
        given = {
            "DATABASE_URL": url, "PARASON_DEMO": "1", "SECRET_KEY": "s" * 60, "PARASON_TRUSTED_PROXIES": "1",
            "PARASON_BASE_URL": f"http://127.0.0.1:{self.port}", "PARASON_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "parason.config.settings",
        }  # fmt: skip
        command = [sys.executable, "-m", "parason", "web", "--port", str(self.port), "--workers", "2"]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command, env={**os.environ, **given}, cwd=ROOT, stdout=out, stderr=out
            )
        end = time.monotonic() + 60
        while True:
            try:
                with self.line() as line:
                    self.ask(line, 0, "192.0.2.1")
            except OSError:
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.1)
            else:
                return

    def line(self) -> closing[http.client.HTTPConnection]:
        """A connection that stays open from one question to the next."""
        return closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))

    def ask(self, line: http.client.HTTPConnection, number: int, address: str) -> Answer:
        """One check of a number with a birth date that is nobody's."""
        born = {"birth_date_day": "1", "birth_date_month": "1", "birth_date_year": "1971"}
        body = urlencode({"number": f"OM {number:07d}", **born})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": address,
            "Sec-Fetch-Site": "same-origin",
        }  # fmt: skip
        begin = time.perf_counter()
        line.request("POST", "/verify/check/", body, headers)
        answer = line.getresponse()
        content = answer.read()
        heads = sorted(f"{name}: {value}" for name, value in answer.getheaders() if name.lower() != "date")
        words = "\n".join(heads).encode() + content
        return Answer(number, answer.status, words, time.perf_counter() - begin)

    def ask_all(self, numbers: Sequence[int], address_of: Callable[[int], str]) -> list[Answer]:
        """Several clients at once, each often on a new connection: which process takes one is chance."""

        def client(part: Sequence[int]) -> list[Answer]:
            answers = []
            for start in range(0, len(part), PER_LINE):
                with self.line() as line:
                    answers += [
                        self.ask(line, number, address_of(number))
                        for number in part[start : start + PER_LINE]
                    ]
            return answers

        with ThreadPoolExecutor(CLIENTS) as pool:
            parts = pool.map(client, [numbers[place::CLIENTS] for place in range(CLIENTS)])
            return [answer for part in parts for answer in part]

    def seconds_used(self) -> list[float]:
        """The processor's seconds of each process that answers."""
        used = [one.cpu_times() for one in psutil.Process(self.process.pid).children(recursive=True)]
        return [times.user + times.system for times in used]


@pytest.fixture
def policies(transactional_db: None) -> set[int]:
    """The numbers that are policies'."""
    from tests.factories import make_user

    policy = make_policy(make_user("anna@example.com"))
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"insured": policy.insured_id, "most": NUMBERS})
        numbers = {int(number) for (number,) in cursor.fetchall()}
    assert NUMBERS * 0.45 < len(numbers) < NUMBERS * 0.55
    return numbers | {1}


@pytest.fixture
def portal(policies: set[int], database_url: str, tmp_path: Path) -> Iterator[Portal]:
    running = Portal(database_url, tmp_path / "web.log")
    yield running
    running.process.terminate()
    running.process.wait(20)


def advantage(some: Sequence[float], others: Sequence[float]) -> float:
    """How much more often than not one of `some` is above one of `others`: 0 tells nothing, 1 all."""
    ranked = sorted(others)
    above = sum(bisect_left(ranked, one) + bisect_right(ranked, one) for one in some) / 2
    return abs(2 * above / (len(some) * len(others)) - 1)


def test_ten_thousand_addresses_learn_nothing_about_ten_thousand_numbers(
    portal: Portal, policies: set[int]
) -> None:
    """Whoever has so many addresses is under no limit; existing and missing numbers answer alike."""
    numbers = random.Random(7).sample(range(1, NUMBERS + 1), NUMBERS)
    answers = portal.ask_all(numbers, lambda number: f"10.1.{number >> 8}.{number & 255}")
    assert Counter(answer.status for answer in answers) == {200: NUMBERS}
    assert len({answer.words for answer in answers}) == 1, "byte for byte, headers too"
    assert b"There is no policy with this number" in answers[0].words
    times: dict[bool, list[float]] = {True: [], False: []}
    for answer in answers:
        times[answer.number in policies].append(answer.seconds)
    medians = [statistics.median(times[exists]) for exists in (True, False)]
    # By chance alone 1.2 in a hundred (one sigma of 5,000 against 5,000).
    assert advantage(times[True], times[False]) < 0.06, medians
    assert Look.objects.filter(outcome="nothing").count() == NUMBERS + 1
    assert min(portal.seconds_used()) > 1, "both processes answered"


def test_one_address_gets_twenty_answers_of_ten_thousand_whatever_the_number_of_processes(
    portal: Portal,
) -> None:
    answers = portal.ask_all(range(1, NUMBERS + 1), lambda number: "203.0.113.9")
    most = LIMITS["address"][0]
    assert Counter(answer.status for answer in answers) == {200: most, 429: NUMBERS - most}
    # A refused form keeps what was typed; otherwise there are two pages, one of each kind.
    assert len({one.words.replace(b"OM %07d" % one.number, b"") for one in answers}) == 2
    assert min(portal.seconds_used()) > 1, "both processes answered"
    limited: Any = Look.objects.filter(outcome="limited")
    assert limited.count() == (NUMBERS - most) // 100 + 1, "written down, and no disk is filled by it"


def test_a_thousand_addresses_get_ten_answers_about_one_policy(portal: Portal) -> None:
    addresses = [f"10.2.{place >> 8}.{place & 255}" for place in range(1000)]

    def client(place: int) -> list[int]:
        with portal.line() as line:
            return [portal.ask(line, 1, one).status for one in addresses[place::CLIENTS]]

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = Counter(status for part in pool.map(client, range(CLIENTS)) for status in part)
    assert statuses == {200: LIMITS["policy"][0], 429: 1000 - LIMITS["policy"][0]}

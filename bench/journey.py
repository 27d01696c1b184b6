"""Whole purchases: how many a minute, and what each costs. `--keep` writes docs/performance.md."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from statistics import median, quantiles

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))

from bench import customers, paper  # noqa: E402
from bench.browser import Browser, Visit  # noqa: E402
from bench.system import System, Usage, system  # noqa: E402

CUSTOMERS_PER_USER = 8
numbers = count(1)


@dataclass
class Run:
    """One measurement: `users` people who buy again and again."""

    kind: str
    users: int
    purchases: int
    seconds: float
    used: Usage
    visits: list[Visit]
    failures: list[str]

    def row(self) -> str:
        per, ours = max(self.purchases, 1), self.visits
        times = sorted(visit.seconds * 1000 for visit in ours) or [0.0]
        p95 = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        cells = [
            self.kind,
            str(self.users),
            f"{self.purchases / self.seconds * 60:,.0f}",
            f"{(self.used.portal + self.used.worker) / per * 1000:.0f}",
            f"{self.used.portal / per * 1000:.0f} + {self.used.worker / per * 1000:.0f}",
            f"{self.used.database / per * 1000:.0f}",
            f"{self.used.bank / per * 1000:.0f}",
            f"{len(ours) / per:.1f}",
            f"{sum(visit.received for visit in ours) / per / 1000:.0f}",
            f"{median(times):.0f} / {p95:.0f}",
            str(len(self.failures)),
        ]
        return "| " + " | ".join(cells) + " |"


HEAD = (
    "| customer | users | purchases a minute | CPU ms | portal + worker | PostgreSQL ms | bank ms "
    "| requests | kB | page ms, median / p95 | failed |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def measure(bench: System, kind: str, users: int, seconds: float, act: Callable[[Browser], None]) -> Run:
    """Let `users` people act for so long; what they begin they finish."""
    # A customer buys a few times, not a hundred: each user is several customers in turn.
    turns = CUSTOMERS_PER_USER if kind == "returning" else 1
    people = [[ready(bench, kind) for _ in range(turns)] for _ in range(users)]
    browsers = [browser for turn in people for browser in turn]
    for browser in browsers:
        browser.visits.clear()
    done: Counter[int] = Counter()
    failures: list[str] = []
    start = time.perf_counter()

    def live(index: int, turn: list[Browser]) -> None:
        for browser in cycle(turn):
            if time.perf_counter() - start > seconds:
                return
            try:
                act(browser)
                done[index] += 1
            except Exception as error:  # a failure is a result
                failures.append(f"{type(error).__name__}: {error}"[:400])

    before = bench.usage()
    threads = [threading.Thread(target=live, args=pair) for pair in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.perf_counter() - start
    used = bench.usage().since(before)
    portal = bench.url.removeprefix("http://")
    visits = [visit for browser in browsers for visit in browser.visits if visit.host == portal]
    for browser in browsers:
        browser.close()
    return Run(kind, users, done.total(), lasted, used, visits, failures)


def ready(bench: System, kind: str) -> Browser:
    """A browser at its beginning: a returning customer is logged in."""
    number = next(numbers)
    browser = Browser(bench.url, address=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
    if kind == "returning":
        customers.log_in(browser, f"back{number - 1}@example.com")
    return browser


def returning(browser: Browser) -> None:
    customers.buy(browser)


def newcomer(bench: System) -> Callable[[Browser], None]:
    """Each purchase by somebody who was never seen before, from an address of their own."""

    def act(browser: Browser) -> None:
        fresh = ready(bench, "new")
        number = next(numbers)
        try:
            customers.first_purchase(fresh, f"new{number}@example.com", number, bench.outbox)
        finally:
            browser.visits += fresh.visits
            fresh.close()

    return act


def statements(bench: System) -> tuple[str, Counter[str]]:
    """SQL statements of one purchase, by process; and the most frequent ones."""
    browser, times = ready(bench, "returning"), 5
    customers.buy(browser)
    with bench.statements() as found:
        for _ in range(times):
            customers.buy(browser)
    browser.close()
    by = Counter(name for name, _ in found)
    words = Counter(" ".join(text.split())[:110] for _, text in found)
    text = ", ".join(f"{name} {number / times:.0f}" for name, number in sorted(by.items()) if name != "psql")
    return f"{sum(by.values()) / times:.0f} ({text})", words


def pages(runs: list[Run]) -> str:
    """Median and p95 of each page at the middle load."""
    chosen = [run for run in runs if run.kind == "returning" and run.users == 4] or runs[:1]
    times: dict[str, list[float]] = {}
    for visit in chosen[0].visits:
        parts = [part if len(part) < 30 else "…" for part in visit.path.split("/")]
        times.setdefault(f"{visit.method} {'/'.join(parts)}", []).append(visit.seconds * 1000)
    lines = ["| page | median ms | p95 ms |", "|---|---|---|"]
    for name, values in times.items():
        if len(values) > 1:
            lines.append(f"| `{name}` | {median(values):.0f} | {quantiles(values, n=20)[-1]:.0f} |")
    return "\n".join(lines)


def report(runs: list[Run], sql: str, pdf: str, memory: dict[str, float], options: argparse.Namespace) -> str:
    """The tables as Markdown."""
    sizes = ", ".join(f"{name} {value:.0f} MB" for name, value in memory.items())
    return "\n".join(
        [
            f"{paper.here(options.load)}; {options.processes} web processes of {options.threads} threads, "
            "one worker, PostgreSQL 18 with `fsync` on, all on this machine with the bank and the customers.",
            "",
            HEAD,
            *(run.row() for run in runs),
            "",
            f"SQL statements per purchase: {sql}. Certificate, warm: {pdf}. Memory (PSS): {sizes}.",
            "",
            "Pages of the returning customer at 4 users:",
            "",
            pages(runs),
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="length of each measurement")
    parser.add_argument("--users", type=int, nargs="*", default=[1, 4, 16])
    parser.add_argument("--new", type=int, nargs="*", default=[1, 4], help="users who are new customers")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--keep", action="store_true", help="write docs/performance.md")
    parser.add_argument("--sql", action="store_true", help="print the most frequent statements")
    options = parser.parse_args()
    options.load = os.getloadavg()[0]
    with system(
        customers=(sum(options.users) + 2) * CUSTOMERS_PER_USER,
        password=customers.PASSWORD,
        processes=options.processes,
        threads=options.threads,
    ) as bench:
        measure(bench, "returning", 1, 2, returning)  # warm
        runs = [measure(bench, "returning", users, options.seconds, returning) for users in options.users]
        sql, words = statements(bench)
        runs += [measure(bench, "new", users, options.seconds, newcomer(bench)) for users in options.new]
        text = report(runs, sql, bench.pdf(), bench.memory(), options)
    print(text)
    for run in runs:
        for failure, times in Counter(run.failures).most_common(3):
            print(f"{run.kind} {run.users}: {times} × {failure}", file=sys.stderr)
    if options.sql:
        for words_, times in words.most_common(60):
            print(f"{times / 5:5.1f} {words_}")
    if options.keep:
        paper.keep("journey", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

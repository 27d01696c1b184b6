"""The background task that posts notifications and lets time pass: expiry, refunds that become due."""

import asyncio
import contextlib
import logging

import httpx

from sandbox_bank import sweeps
from sandbox_bank.bank import Bank
from sandbox_bank.notifications import due_after
from sandbox_bank.shops import get_shop
from sandbox_bank.storage import Row

log = logging.getLogger("sandbox_bank")

AT_ONCE = 32
LONGEST_SLEEP = 1.0

READY = """
    SELECT d.* FROM deliveries d LEFT JOIN deliveries b ON b.id = d.after_id
    WHERE d.state IN ('waiting', 'held') AND d.due_at <= ?
      AND (b.id IS NULL OR b.tries > 0 OR b.state IN ('dropped', 'given_up'))
    ORDER BY d.due_at, d.id LIMIT ?
"""
UNDER_WAY = """
    SELECT count(*) AS n FROM deliveries
    WHERE state = 'sending' OR (state IN ('waiting', 'held') AND due_at <= ?)
"""


async def work(bank: Bank) -> None:
    """Run until cancelled. A crash of one round is logged and the next round goes on."""
    bank.storage.run("UPDATE deliveries SET state = 'waiting' WHERE state = 'sending'")
    bank.storage.run("UPDATE checkouts SET busy = 0")
    sending: set[asyncio.Task[None]] = set()
    try:
        while True:
            bank.wake.clear()
            try:
                sweeps.sweep(bank)
                for row in _claim(bank, AT_ONCE - len(sending)):
                    task = asyncio.create_task(_deliver(bank, row))
                    sending.add(task)
                    task.add_done_callback(sending.discard)
            except Exception:
                log.exception("a round of the delivery task failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bank.wake.wait(), _pause(bank))
    finally:
        for task in sending:
            task.cancel()


def _claim(bank: Bank, limit: int) -> list[Row]:
    with bank.storage.transaction():
        rows = bank.storage.all(READY, bank.clock.now(), max(limit, 0))
        for row in rows:
            bank.storage.run("UPDATE deliveries SET state = 'sending' WHERE id = ?", row["id"])
    return rows


def _pause(bank: Bank) -> float:
    row = bank.storage.one(
        "SELECT min(due_at) AS at FROM deliveries WHERE state IN ('waiting', 'held') AND due_at > ?",
        bank.clock.now(),
    )
    soonest = row["at"] - bank.clock.now() if row and row["at"] is not None else LONGEST_SLEEP
    return max(0.005, min(soonest, LONGEST_SLEEP))


async def _deliver(bank: Bank, row: Row) -> None:
    tries = row["tries"] + 1
    lost = tries <= row["lose_tries"]
    answer, error = (None, "lost on the way") if lost else await _post(bank, row)
    if answer == httpx.codes.OK:
        state, due_at = "delivered", row["due_at"]
    else:
        due_at = due_after(row, tries)
        state = "given_up" if due_at is None else "waiting"
    bank.storage.run(
        "UPDATE deliveries SET state = ?, tries = ?, due_at = ?, answer = ?, error = ? WHERE id = ?",
        state,
        tries,
        row["due_at"] if due_at is None else due_at,
        answer,
        error,
        row["id"],
    )
    bank.wake.set()


async def _post(bank: Bank, row: Row) -> tuple[int | None, str | None]:
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "sandbox-bank"}
    if row["basic"] != "absent":
        basic = get_shop(bank.storage, row["shop_id"]).basic
        headers["Authorization"] = basic if row["basic"] == "right" else "Basic d3Jvbmc6d3Jvbmc="
    if row["signature"] is not None:
        headers["Content-Signature"] = row["signature"]
    try:
        response = await bank.client.post(
            row["url"],
            content=row["body"],
            headers=[(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        )
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as problem:
        return None, type(problem).__name__
    return response.status_code, None


async def halt(bank: Bank, longest: float = 15.0) -> None:
    """Send nothing that waits, and wait for what is on its way."""
    bank.storage.run("UPDATE deliveries SET state = 'dropped' WHERE state IN ('waiting', 'held')")
    until = asyncio.get_running_loop().time() + longest
    while bank.storage.one("SELECT 1 FROM deliveries WHERE state = 'sending'"):
        if asyncio.get_running_loop().time() > until:
            break
        await asyncio.sleep(0.005)


async def settle(bank: Bank, longest: float = 30.0) -> bool:
    """Wait until nothing is due or under way; False when `longest` real seconds were not enough."""
    bank.wake.set()
    until = asyncio.get_running_loop().time() + longest
    await asyncio.sleep(0.01)
    while asyncio.get_running_loop().time() < until:
        row = bank.storage.one(UNDER_WAY, bank.clock.now())
        if row is not None and row["n"] == 0 and not sweeps.anything_due(bank):
            return True
        await asyncio.sleep(0.01)
    return False

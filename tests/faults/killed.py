"""A process of the portal that is killed (SIGKILL) at a named point of its work.

    python -m tests.faults.killed <point> <argument>

It has the environment of a web process or a worker; nothing of it knows that it will die.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

# point: (what the process does, module, name, whether it dies before or after that)
BANK, OPENING = "parason.payments.gateways.begateway.adapter:BeGateway", "parason.payments.operations.opening"
JOURNEY, ISSUE = "parason.journeys.payments", "parason.journeys.issue"
POINTS: dict[str, tuple[str, str, str, str]] = {
    "claimed, bank not called": ("pay", BANK, "open", "before"),
    "bank called, answer not kept": ("pay", BANK, "open", "after"),
    "page kept, not shown": ("pay", OPENING, "_open", "after"),
    "notification not yet committed": ("hook", "parason.payments.operations", "keep", "after"),
    "notification kept, not answered": ("hook", JOURNEY, "take_notification", "after"),
    "money judged, not committed": ("work", "parason.journeys.buy", "settle", "after"),
    "money judged, job not ended": ("work", JOURNEY, "judge_notification", "after"),
    "policy made, not committed": ("work", ISSUE, "issue_contract", "after"),
    "policy issued, job not ended": ("work", ISSUE, "issue", "after"),
    "refund claimed, bank not called": ("refund", BANK, "refund", "before"),
    "refund made, answer not kept": ("refund", BANK, "refund", "after"),
}


def arm(module: str, name: str, when: str) -> None:
    """From now on the process dies there."""
    from importlib import import_module

    path, _, inner = module.partition(":")
    place: Any = import_module(path)
    place = getattr(place, inner) if inner else place
    act = getattr(place, name)

    def deadly(*args: Any, **named: Any) -> Any:
        if when == "after":
            act(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(place, name, deadly)


def pay(email: str) -> None:
    from parason.accounts.models import User
    from parason.journeys import buy
    from parason.kernel.clock import now
    from parason.website.views.payments import gateway_urls

    owner = User.objects.get(email=email)
    buy.pay(owner=owner, method="begateway", language="en", urls=gateway_urls(), at=now())


def hook(path: str) -> None:
    import json
    from pathlib import Path

    from parason.journeys import payments
    from parason.kernel.clock import now

    told = json.loads(Path(path).read_text())
    payments.take_notification(
        gateway_code="begateway",
        shop_id=told["shop"],
        raw=told["raw"].encode(),
        headers=told["headers"],
        at=now(),
    )


def work(_: str) -> None:
    from tests.payments.purchases import run_jobs

    run_jobs()


def refund(key: str) -> None:
    from parason.journeys import payments
    from parason.kernel.clock import now

    payments.send_refund(refund_id=int(key), at=now())


ACTS: dict[str, Callable[[str], None]] = {"pay": pay, "hook": hook, "work": work, "refund": refund}

if __name__ == "__main__":
    import django

    django.setup()
    what, where, name, when = POINTS[sys.argv[1]]
    arm(where, name, when)
    ACTS[what](sys.argv[2])

"""Processes killed at every recovery point, by the real clock: all is well a minute after the last death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from parason.contracts.models import Contract
from parason.documents.models import Letter, Policy
from parason.journeys import payments as journey
from parason.kernel.clock import now
from parason.kernel.money import Money
from parason.payments.errors import GatewayUnavailable
from parason.payments.models import Attempt, Notification, Refund
from tests.factories import make_user
from tests.faults.ends import ends_paid
from tests.faults.mortal import points
from tests.payments.purchases import SUM, Shop, books_balance, fresh

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]
BUYERS, REFUNDS = 5, 3
PATIENCE = 60.0
HOUSE = Path(__file__).resolve().parents[2]


class Supervisor(threading.Thread):
    """Starts the worker again whenever it has died, as the machine's service manager does."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self.folder, self.environment = folder, environment
        self.stopping = threading.Event()
        self.deaths: list[float] = []
        self.others: list[int] = []

    def run(self) -> None:
        command = [sys.executable, "-m", "tests.faults.mortal", str(self.folder)]
        while not self.stopping.is_set():
            with (self.folder / "log").open("ab") as log:
                process = subprocess.Popen(command, env=self.environment, cwd=HOUSE, stdout=log, stderr=log)
                while process.poll() is None and not self.stopping.wait(0.05):
                    pass
            if self.stopping.is_set():
                process.terminate()
                process.wait(30)
            elif process.returncode == -signal.SIGKILL:
                self.deaths.append(time.monotonic())
            else:
                self.others.append(process.returncode)
                self.stopping.wait(1)


@contextmanager
def supervised(folder: Path, database_url: str) -> Iterator[Supervisor]:
    supervisor = Supervisor(folder, environment_of(database_url))
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.stopping.set()
        supervisor.join(40)


def all_is_well(bought: list[Attempt], returned: list[Refund]) -> bool:
    """Everything paid for is issued and told, everything owed is returned, nothing waits to be judged."""
    letters = Letter.objects.filter(status="SENT", kind="policy_issued")
    owed = Refund.objects.filter(pk__in=[one.pk for one in returned]).exclude(status="SUCCEEDED")
    return (
        not Notification.objects.filter(processed_at=None).exists()
        and Policy.objects.count() == len(bought) == letters.count()
        and not owed.exists()
    )


def wait_until(done: Callable[[], bool], seconds: float) -> float:
    """How long it took; the test fails when it takes longer."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if done():
            return time.monotonic() - begun
        time.sleep(0.25)
    return float("inf")


def environment_of(database_url: str) -> dict[str, str]:
    """What a process needs to be one of ours."""
    own = settings.PARASON_BEGATEWAY
    names = ("checkout_url", "gateway_url", "api_url", "shop_id", "secret_key")
    return {
        **os.environ, **{f"PARASON_BEGATEWAY_{name.upper()}": own[name] for name in names},
        "PARASON_BEGATEWAY_PUBLIC_KEY": ",".join(own["public_keys"]), "DATABASE_URL": database_url,
        "PARASON_BASE_URL": settings.PARASON_BASE_URL, "EMAIL_URL": "dummymail://", "PARASON_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "parason.config.settings", "PYTHONPATH": str(HOUSE),
    }  # fmt: skip


def test_within_a_minute_after_the_last_death_all_is_well(
    shop: Shop, database_url: str, tmp_path: Path
) -> None:
    buyers = [Shop(shop.bank, make_user(f"buyer{number}@example.com")) for number in range(BUYERS)]
    bought = []
    for buyer in buyers:
        buyer.fill_cart()
        bought.append(buyer.press_pay())
    returned: list[Refund] = []
    with supervised(tmp_path, database_url) as supervisor:
        for buyer, attempt in zip(buyers, bought, strict=True):
            buyer.bank.pay(attempt.external_id)
        paid = wait_until(lambda: all(fresh(one).status == "PAID" for one in bought), 120)
        assert paid < 120, (tmp_path / "log").read_text()[-3000:]
        for attempt in bought[:REFUNDS]:
            returned.append(
                journey.refund_by_staff(
                    payment=fresh(attempt).payment, amount=Money(1000, "BYN"), reason="r",
                    by=make_user(f"clerk{attempt.pk}@example.com"), at=now(),
                )
            )  # fmt: skip
        died = wait_until(lambda: len(supervisor.deaths) == len(points()), 150)
        assert died < 150, f"{len(supervisor.deaths)} deaths; {(tmp_path / 'log').read_text()[-3000:]}"
        took = wait_until(lambda: all_is_well(bought, returned), 120)
        since = time.monotonic() - supervisor.deaths[-1]
    assert took < 120, (tmp_path / "log").read_text()[-3000:]
    assert since < PATIENCE
    assert len(supervisor.deaths) == len(points())
    for attempt in bought:
        money = shop.bank.money(attempt.our_ref)
        back = 1000 if attempt in bought[:REFUNDS] else 0
        assert (money["charges"], money["kept"]) == (1, SUM - back)
        (contract,) = Contract.objects.filter(order_lines__order__payment=attempt.payment)
        assert contract.status == "ISSUED"
        assert Policy.objects.filter(insured__contract=contract).count() == 1
    letters = Letter.objects.filter(kind="policy_issued")
    assert sorted(letters.values_list("user__email", flat=True)) == sorted(one.owner.email for one in buyers)
    kept = BUYERS * SUM - REFUNDS * 1000
    assert books_balance() == {"premiums": -kept, "gateway": kept}


def test_a_buyer_whose_page_was_lost_gets_another_within_a_minute(shop: Shop, database_url: str) -> None:
    shop.fill_cart()
    command = [sys.executable, "-m", "tests.faults.killed", "bank called, answer not kept", shop.owner.email]
    dead = subprocess.run(
        command, env=environment_of(database_url), cwd=HOUSE, timeout=100, capture_output=True, check=False
    )
    assert dead.returncode == -signal.SIGKILL, dead.stderr.decode()[-2000:]
    lost = Attempt.objects.get()
    assert lost.status == "OPENING"

    def opened() -> bool:
        """The buyer presses the button again and again; the worker sweeps as it does every 15 seconds."""
        shop.sweep()
        try:
            return shop.press_pay().status == "OPEN"
        except GatewayUnavailable:
            return False

    assert wait_until(opened, 90) < PATIENCE
    attempt = Attempt.objects.get(status="OPEN")
    assert attempt.pk != lost.pk
    shop.pay(attempt)
    ends_paid(shop, attempt)
    assert shop.bank.money(lost.our_ref)["charges"] == 0

"""Processes killed at each recovery point: within a minute one charge, one policy, one letter."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from parason.journeys import payments as journey
from parason.kernel.clock import now
from parason.kernel.money import Money
from parason.payments import operations
from parason.payments.models import Attempt, Notification
from parason.payments.states import AttemptStatus
from tests.faults.ends import ends_paid
from tests.faults.killed import POINTS
from tests.payments.purchases import SUM, Shop, books_balance, fresh, refunds, run_jobs
from tests.payments.test_begateway import PUBLIC, sign

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(seconds=60)
# The dead worker's last sign of life is a minute old, and its jobs go back to the queue.
LONG_SILENT = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '60 seconds'"
PUT_BACK = """
UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing' AND worker_id IN (
  SELECT id FROM procrastinate_workers WHERE last_heartbeat < now() - interval '30 seconds'
)"""


@pytest.fixture
def kill(shop: Shop, database_url: str) -> Any:
    """Runs a process that dies at a point; the test fails if it lives."""

    def run(point: str, argument: str) -> None:
        own = settings.PARASON_BEGATEWAY
        names = ("checkout_url", "gateway_url", "api_url", "shop_id", "secret_key")
        given = {f"PARASON_BEGATEWAY_{name.upper()}": own[name] for name in names}
        environment = {
            **os.environ, **given, "DATABASE_URL": database_url,
            "PARASON_BASE_URL": settings.PARASON_BASE_URL,
            "DJANGO_SETTINGS_MODULE": "parason.config.settings", "PARASON_DEMO": "1",
            "PARASON_BEGATEWAY_PUBLIC_KEY": ",".join(own["public_keys"]), "EMAIL_URL": "dummymail://",
        }  # fmt: skip
        command = [sys.executable, "-m", "tests.faults.killed", point, argument]
        done = subprocess.run(command, env=environment, timeout=100, capture_output=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]

    return run


def a_minute_later(shop: Shop) -> None:
    """What the surviving processes do by themselves within a minute."""
    with connection.cursor() as cursor:
        cursor.execute(LONG_SILENT)
        cursor.execute(PUT_BACK)
    for seconds in (15, 30, 45, 60):
        shop.sweep(timedelta(seconds=seconds))
        run_jobs()


@pytest.mark.parametrize("point", [one for one, (act, *_) in POINTS.items() if act == "pay"])
def test_a_web_process_dies_while_it_opens_a_page(shop: Shop, kill: Any, point: str) -> None:
    shop.fill_cart()
    kill(point, shop.owner.email)
    left = Attempt.objects.get()
    shown = point == "page kept, not shown"
    assert left.status == (AttemptStatus.OPEN if shown else AttemptStatus.OPENING)
    attempt = shop.press_pay(at=now() + MINUTE)
    assert (attempt.pk == left.pk) is shown
    shop.pay(attempt)
    ends_paid(shop, attempt)
    assert shop.bank.money(left.our_ref)["charges"] == int(shown)


@pytest.mark.parametrize("point", [one for one, (act, *_) in POINTS.items() if act == "hook"])
def test_a_web_process_dies_while_it_takes_a_notification(
    shop: Shop, kill: Any, point: str, tmp_path: Path
) -> None:
    own = settings.PARASON_BEGATEWAY
    settings.PARASON_BEGATEWAY = own | {"public_keys": [*own["public_keys"], PUBLIC]}
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("drop", times="always")
    shop.pay(attempt)
    (charge,) = shop.bank.state(attempt.our_ref)["transactions"]
    told = {
        "uid": charge["uid"], "type": "payment", "status": "successful", "amount": SUM, "currency": "BYN",
        "tracking_id": attempt.our_ref, "test": True,
    }  # fmt: skip
    raw = json.dumps({"transaction": told})
    headers = {"content-signature": sign(raw.encode()), "authorization": shop.bank.shop.basic}
    file = tmp_path / "told.json"
    file.write_text(json.dumps({"shop": "90001", "raw": raw, "headers": headers}))
    kill(point, str(file))
    assert Notification.objects.count() == int(point == "notification kept, not answered")
    a_minute_later(shop)
    ends_paid(shop, attempt)


@pytest.mark.parametrize("point", [one for one, (act, *_) in POINTS.items() if act == "work"])
def test_a_worker_dies_while_it_judges_or_issues(shop: Shop, kill: Any, point: str) -> None:
    shop.fill_cart(contracts=2)
    attempt = shop.press_pay()
    shop.pay(attempt)
    kill(point, "")
    a_minute_later(shop)
    ends_paid(shop, attempt, contracts=2)


@pytest.mark.parametrize("point", [one for one, (act, *_) in POINTS.items() if act == "refund"])
def test_a_worker_dies_while_it_sends_a_refund(shop: Shop, kill: Any, point: str) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    run_jobs()
    refund = operations.request_refund(
        payment=fresh(attempt).payment, amount=Money(SUM, "BYN"), reason="r", by=None, at=now()
    )
    shop.bank.fault("drop", times="always")
    kill(point, str(refund.pk))
    # For all that others know, it is being sent.
    assert journey.send_refund(refund_id=refund.pk, at=now()) == "being sent"
    assert [one.status for one in refunds(attempt)] == ["SUBMITTING"]
    a_minute_later(shop)
    assert [one.status for one in refunds(attempt)] == ["SUCCEEDED"]
    assert shop.bank.money(attempt.our_ref)["refunds"] == 1
    assert fresh(attempt).payment.status == "REFUNDED"
    assert books_balance() == {}


def test_a_stalled_job_goes_back_to_the_queue(shop: Shop, kill: Any) -> None:
    """By the job that does it for real, not by hand."""
    from asgiref.sync import async_to_sync
    from procrastinate.contrib.django import app

    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    kill("money judged, not committed", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
        assert cursor.fetchone() == (1,)
        cursor.execute(LONG_SILENT)
    from parason.journeys import jobs

    class Context:
        app = None

    async def put_back() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as here:
            async with here.open_async():
                Context.app = here
                await jobs.retry_stalled.func(Context, 0)

    async_to_sync(put_back)()
    run_jobs()
    assert journey.judge_notification(notification_id=Notification.objects.get().pk, at=now()) == []
    ends_paid(shop, attempt)


def test_jobs_that_ended_well_are_forgotten_after_three_days(shop: Shop) -> None:
    from asgiref.sync import async_to_sync
    from procrastinate.contrib.django import app

    from parason.journeys import jobs

    shop.fill_cart()
    shop.pay(shop.press_pay())
    run_jobs()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'")
        (done,) = cursor.fetchone()
        assert done >= 2
        cursor.execute(
            "UPDATE procrastinate_events SET at = at - interval '73 hours' WHERE job_id <= ("
            "SELECT min(id) FROM procrastinate_jobs)"
        )

    class Context:
        app = None

    async def forget() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as here:
            async with here.open_async():
                Context.app = here
                await jobs.forget_done_jobs.func(Context, 0)

    async_to_sync(forget)()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'")
        assert cursor.fetchone() == (done - 1,)

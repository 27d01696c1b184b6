"""Ten more: clocks, keys, redirects, large bodies, unknown words, chargebacks, edges of amounts, secrets."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from parason.contracts.models import Contract
from parason.documents.models import Letter, Policy
from parason.kernel.clock import day_of, now
from parason.payments import operations
from parason.payments.models import ForgedCount, Notification
from parason.payments.states import AttemptStatus
from tests.faults.ends import answers, ends_paid
from tests.payments.purchases import Shop, books_balance, charges, fresh, run_jobs
from tests.sandbox_bank.listener import Listener

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("ahead", ["bank", "we"])
def test_clocks_are_ten_minutes_apart(shop: Shop, ahead: str) -> None:
    skew = timedelta(minutes=10)
    if ahead == "bank":
        shop.bank.advance(skew.total_seconds())
    shop.fill_cart()
    attempt = shop.press_pay(at=now() + (skew if ahead == "we" else timedelta(0)))
    shop.pay(attempt)
    ends_paid(shop, attempt)


def test_two_keys_of_the_bank_are_valid_while_it_changes_them(shop: Shop, settings: Any) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    old, new = shop.bank.shop.public_key, shop.bank.rotate_key()
    settings.PARASON_BEGATEWAY = settings.PARASON_BEGATEWAY | {"public_keys": [old, new]}
    shop.pay(attempt)
    assert not ForgedCount.objects.exists()
    ends_paid(shop, attempt)


def test_the_bank_changes_its_key_between_page_and_notification(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.rotate_key()  # nobody told us: the notification is refused, the answer to our question is not
    shop.pay(attempt)
    run_jobs()
    assert not Notification.objects.exists()
    shop.sweep(timedelta(seconds=31))
    ends_paid(shop, attempt)


def test_the_hook_never_answers_with_a_redirect(shop: Shop, portal: str) -> None:
    for path in ("/hooks/begateway/90001", "/hooks/begateway/90001/", "/hooks/begateway"):
        answer = httpx.post(portal + path, content=b"{}", follow_redirects=False)
        assert answer.status_code not in range(300, 400)
        assert answer.status_code != 200


def test_a_proxy_before_the_hook_answers_with_a_redirect(shop: Shop) -> None:
    """The bank does not follow it, gives up after its repeats, and is asked."""
    order = shop.fill_cart()
    with Listener() as proxy:
        proxy.answers = [(301, b"")] * 3
        urls = replace(shop.urls, hook=proxy.url + "/hooks/{gateway}/{shop}")
        attempt = operations.start(
            order=order, gateway_code="begateway", customer={}, language="en", urls=urls, at=now()
        )
        shop.pay(attempt)
        shop.bank.advance(300)
        assert len(proxy.received) == 3
    assert answers(shop, attempt) == [301]
    assert not Notification.objects.exists()
    shop.sweep(timedelta(minutes=5))
    ends_paid(shop, attempt)


def test_a_very_large_body_is_judged_like_any_other(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("big_body", bytes=200_000)
    shop.pay(attempt)
    assert len(bytes(Notification.objects.get().raw)) > 200_000
    ends_paid(shop, attempt)


def test_a_body_that_is_not_json_is_kept_and_told_to_the_staff(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("garbage_body")
    shop.pay(attempt)
    with caplog.at_level(logging.ERROR, "parason.alerts"):
        run_jobs()
    assert Notification.objects.get().outcome.startswith("unreadable")
    assert "cannot be read" in caplog.text
    shop.sweep(timedelta(seconds=31))
    ends_paid(shop, attempt)


def test_a_status_that_nobody_has_documented_is_waiting(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("unknown_status", status="frozen", shown_in="notification")
    shop.pay(attempt)
    with caplog.at_level(logging.ERROR, "parason.alerts"):
        (told,) = Notification.objects.all()
        from parason.journeys import payments as journey

        assert journey.judge_notification(notification_id=told.pk, at=now()) == ["in progress"]
    assert "nobody has documented" in caplog.text
    assert fresh(attempt).status == AttemptStatus.IN_PROGRESS
    shop.sweep(timedelta(seconds=31))
    ends_paid(shop, attempt)


def test_a_chargeback_after_the_cover_has_begun(shop: Shop) -> None:
    shop.fill_cart()
    Contract.objects.update(first_day=day_of(now()))
    attempt = shop.press_pay()
    shop.pay(attempt)
    ends_paid(shop, attempt)
    (charge,) = charges(attempt)
    shop.bank.chargeback(charge.uid)
    shop.bank.settle()
    run_jobs()
    assert fresh(attempt).status == AttemptStatus.CHARGEBACK
    balance = books_balance(attempt.payment)
    assert balance == {"premiums": -charge.amount_minor, "disputed": charge.amount_minor}  # type: ignore[operator]
    assert Letter.objects.filter(kind="payment_review").count() == 1
    # What becomes of the cover is for people to decide.
    assert [one.status for one in Policy.objects.all()] == ["ISSUED"]


@pytest.mark.parametrize("payable", [1, 99_999_999_999])
def test_the_smallest_and_the_largest_amount(shop: Shop, payable: int) -> None:
    shop.fill_cart(payable=payable)
    attempt = shop.press_pay()
    assert attempt.payment.amount_minor == payable
    shop.pay(attempt)
    ends_paid(shop, attempt)


def test_nothing_to_pay_is_no_order(shop: Shop) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="positive"):
        shop.fill_cart(payable=0)


def test_secrets_and_cards_are_in_no_log_and_no_row(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    from django.db import connection

    with caplog.at_level(logging.DEBUG):
        shop.fill_cart()
        attempt = shop.press_pay()
        shop.pay(attempt, "4012000000001097")
        shop.sweep(timedelta(seconds=31))
        run_jobs()
    log = "\n".join(record.getMessage() for record in caplog.records)
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith(("payments_", "procrastinate_")):
                cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
                rows += [text for (text,) in cursor.fetchall()]
    everything = log + "\n".join(rows)
    secret, basic = shop.bank.shop.secret_key, shop.bank.shop.basic
    assert rows
    assert log
    for hidden in (secret, basic, basic.removeprefix("Basic "), "4012000000001097"):
        assert hidden not in everything
        assert hidden.encode().hex() not in everything

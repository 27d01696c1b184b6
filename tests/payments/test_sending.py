"""Refunds of bank transfers: staff send them, say so with evidence, two of them above the limit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from parason.documents.models import Letter
from parason.journeys import payments as journey
from parason.kernel.clock import day_of, now
from parason.kernel.money import Money
from parason.payments import operations, payout_reports
from parason.payments.errors import NotToBeSent, ReferenceUsed, SecondPersonNeeded, SentInFuture
from parason.payments.models import Attempt, Difference, Refund, SentTransfer
from tests.factories import make_user
from tests.payments.purchases import SUM, books_balance, fresh, make_order, run_jobs
from tests.payments.test_transfer import IBAN, entry, statement, taken

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = 90_000
PAYER = "BY86AKBB10100000002966000000"


def paid(settings: Any, *, payable: int = SUM) -> Attempt:
    """An organisation has paid its bill."""
    settings.PARASON_TRANSFER = {"iban": IBAN, "holder": "Insurer", "bank": "Bank"}
    order = make_order(make_user("organisation@example.com"), payable=payable)
    urls = operations.Urls(back="https://p/{ref}", hook="https://p/{gateway}/{shop}")
    attempt = operations.start(
        order=order, gateway_code="transfer", customer={}, language="en", urls=urls, at=now()
    )
    amount = f"{payable // 100}.{payable % 100:02d}"
    line = entry(words=attempt.instructions["account_number"], amount=amount).replace(
        "</Dbtr>", f"</Dbtr><DbtrAcct><Id><IBAN>{PAYER}</IBAN></Id></DbtrAcct>"
    )
    taken(statement(line))
    run_jobs()
    return fresh(attempt)


def asked(attempt: Attempt, minor: int) -> Refund:
    """A refund that has come to the desk of transfers."""
    refund = operations.request_refund(
        payment=attempt.payment, amount=Money(minor, "BYN"), reason="Fewer people", by=None, at=now()
    )
    journey.sweep(at=now())
    refund.refresh_from_db()
    return refund


def test_a_refund_of_a_transfer_waits_for_staff_and_for_nobody_else(settings: Any) -> None:
    refund = asked(paid(settings), 1000)
    assert refund.status == "PENDING"
    for days in (1, 13, 40):
        journey.sweep(at=now() + timedelta(days=days))
    refund.refresh_from_db()
    assert (refund.status, refund.next_ask_at) == ("PENDING", None)
    (one,) = payout_reports.transfers_to_send()
    assert (one.payee, one.account, one.refund) == ("Ромашка ООО", PAYER, refund)
    assert refund.payment.number in one.words


def test_staff_say_that_it_was_sent_and_the_customer_is_told(settings: Any) -> None:
    attempt, clerk = paid(settings), make_user("clerk@example.com")
    refund = asked(attempt, 1000)
    assert books_balance() == {"premiums": -SUM + 1000, "bank": SUM, "refunds": -1000}
    journey.record_sent(refund=refund, reference="PP-17", sent_on=day_of(now()), by=clerk, at=now())
    refund.refresh_from_db()
    assert refund.status == "SUCCEEDED"
    assert fresh(attempt).payment.status == "PARTLY_REFUNDED"
    assert books_balance() == {"premiums": -SUM + 1000, "bank": SUM - 1000}
    assert Letter.objects.filter(kind="refund").count() == 1
    assert payout_reports.transfers_to_send() == []
    with pytest.raises(NotToBeSent):
        journey.record_sent(refund=refund, reference="PP-18", sent_on=day_of(now()), by=clerk, at=now())


def test_a_large_one_is_confirmed_by_somebody_else(settings: Any) -> None:
    attempt = paid(settings, payable=LARGE)
    refund = asked(attempt, LARGE)
    first, second = make_user("first@example.com"), make_user("second@example.com")
    sent = journey.record_sent(refund=refund, reference="PP-1", sent_on=day_of(now()), by=first, at=now())
    refund.refresh_from_db()
    assert (refund.status, sent.accepted) == ("PENDING", None)
    with pytest.raises(SecondPersonNeeded):
        journey.confirm_sent(sent=sent, by=first, at=now())
    with pytest.raises(NotToBeSent):
        journey.record_sent(refund=refund, reference="PP-2", sent_on=day_of(now()), by=second, at=now())
    journey.confirm_sent(sent=sent, by=second, at=now())
    assert fresh(attempt).payment.status == "REFUNDED"
    assert books_balance() == {}
    with pytest.raises(NotToBeSent):
        journey.confirm_sent(sent=sent, by=second, at=now())


def test_what_was_not_sent_after_all_waits_again(settings: Any) -> None:
    refund = asked(paid(settings, payable=LARGE), LARGE)
    first = make_user("first@example.com")
    sent = journey.record_sent(refund=refund, reference="PP-1", sent_on=day_of(now()), by=first, at=now())
    operations.refuse_sent(sent=sent, by=first, at=now())
    assert [one.sent for one in payout_reports.transfers_to_send()] == [None]
    # The reference is free again: nothing was sent by it.
    journey.record_sent(refund=refund, reference="PP-1", sent_on=day_of(now()), by=first, at=now())
    assert SentTransfer.objects.count() == 2


def test_evidence_is_used_once_and_lies_in_the_past(settings: Any) -> None:
    attempt, clerk = paid(settings), make_user("clerk@example.com")
    first, second = asked(attempt, 1000), asked(attempt, 2000)
    with pytest.raises(SentInFuture):
        journey.record_sent(
            refund=first, reference="PP-1", sent_on=day_of(now()) + timedelta(days=1), by=clerk, at=now()
        )
    journey.record_sent(refund=first, reference="PP-1", sent_on=day_of(now()), by=clerk, at=now())
    with pytest.raises(ReferenceUsed):
        journey.record_sent(refund=second, reference="PP-1", sent_on=day_of(now()), by=clerk, at=now())
    second.refresh_from_db()
    assert second.status == "PENDING"


def test_a_transfer_that_the_bank_did_not_take_may_be_asked_for_again(settings: Any) -> None:
    refund, clerk = asked(paid(settings), 1000), make_user("clerk@example.com")
    journey.cannot_send(refund=refund, why="account closed", by=clerk, at=now())
    refund.refresh_from_db()
    assert refund.status == "FAILED"
    assert "account closed" in refund.message
    assert books_balance()["refunds"] == -1000
    operations.ask_again(refund=refund, by=clerk, at=now())
    journey.sweep(at=now() + timedelta(seconds=40))  # not as the same refund made twice
    refund.refresh_from_db()
    journey.record_sent(refund=refund, reference="PP-3", sent_on=day_of(now()), by=clerk, at=now())
    assert books_balance() == {"premiums": -SUM + 1000, "bank": SUM - 1000}


def test_late_money_goes_back_by_the_same_desk(settings: Any) -> None:
    settings.PARASON_TRANSFER = {"iban": IBAN, "holder": "Insurer", "bank": "Bank"}
    attempt = paid(settings)
    taken(statement(entry(words=attempt.instructions["account_number"], reference="twice"), message="M2"))
    run_jobs()
    journey.sweep(at=now())
    (one,) = payout_reports.transfers_to_send()
    assert (one.refund.aside, one.refund.amount) == (True, Money(SUM, "BYN"))
    clerk = make_user("clerk@example.com")
    journey.record_sent(refund=one.refund, reference="PP-9", sent_on=day_of(now()), by=clerk, at=now())
    assert books_balance() == {"premiums": -SUM, "bank": SUM}
    assert fresh(attempt).payment.status == "PAID"


def test_our_own_account_needs_no_report_of_a_gateway(settings: Any) -> None:
    paid(settings)
    assert journey.reconcile(at=now()) == 0
    assert not Difference.objects.exists()


def test_no_refund_of_a_card_is_marked_by_hand(settings: Any) -> None:
    refund = asked(paid(settings), 1000)
    refund.transaction.gateway = "begateway"
    refund.transaction.save()
    with pytest.raises(NotToBeSent):
        journey.record_sent(
            refund=refund, reference="PP", sent_on=day_of(now()), by=make_user("c@example.com"), at=now()
        )

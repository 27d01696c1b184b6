"""Payouts, transfers to send and chargebacks on the cashier's pages; two people where two are needed."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parason.accounts.models import AuditEntry
from parason.backoffice import money_words
from parason.backoffice import words as all_words
from parason.journeys import payments as journey
from parason.kernel.clock import day_of, now
from parason.payments import states
from parason.payments.gateways.interface import Kind, Status
from parason.payments.gateways.registry import GATEWAYS
from parason.payments.models import Account, DifferenceKind, LineProblem, Refund, SentTransfer, Settlement
from parason.payments.models import StatementLine as Line
from tests.backoffice.people import at_work
from tests.factories import browser_of
from tests.payments.conftest import _no_jobs_of_other_tests, bank, bank_process, portal, shop
from tests.payments.purchases import SUM, Shop, books_balance, charges, fresh, run_jobs
from tests.payments.test_cost import statements
from tests.payments.test_sending import LARGE, asked
from tests.payments.test_sending import paid as paid_by_transfer

__all__ = ["_no_jobs_of_other_tests", "bank", "bank_process", "portal", "shop"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _known_payer(bank: Any, settings: Any) -> None:
    settings.PARASON_BEGATEWAY = settings.PARASON_BEGATEWAY | {"payers": ["Sandbox bank"]}


def pay(shop: Shop) -> None:
    shop.fill_cart()
    shop.pay(shop.press_pay())
    run_jobs()


def test_a_payout_is_asked_for_and_its_statement_imported(shop: Shop) -> None:
    pay(shop)
    shop.bank.pay_out()
    cashier = at_work("cashier")
    assert cashier.post(reverse("office_payouts_ask")).status_code == 302
    page = cashier.get(reverse("office_payouts")).content.decode()
    assert "On the way" in page
    assert "not explained" not in page
    file = SimpleUploadedFile("s.xml", shop.bank.statement())
    assert cashier.post(reverse("office_statement"), {"statement": file}).status_code == 302
    settlement = Settlement.objects.get()
    page = cashier.get(reverse("office_payout", args=[settlement.pk])).content.decode()
    for words in ("Arrived", "Our bank account", "Bank fees", "Sandbox bank"):
        assert words in page
    assert books_balance() == {"premiums": -SUM, "bank": SUM - 215, "fees": 215}


def test_another_sum_is_taken_by_one_and_called_a_fee_by_another(shop: Shop) -> None:
    pay(shop)
    shop.bank.pay_out(short=500)
    first, second = at_work("cashier"), at_work("cashier", "second@example.com")
    first.post(reverse("office_payouts_ask"))
    first.post(reverse("office_statement"), {"statement": SimpleUploadedFile("s.xml", shop.bank.statement())})
    line, settlement = Line.objects.get(), Settlement.objects.get()
    assign = reverse("office_payout_assign", args=[line.pk])
    assert first.post(assign).status_code == 422
    assert first.post(assign, {"payout": settlement.pk}).status_code == 302
    explain = reverse("office_payout_explain", args=[settlement.pk])
    assert first.post(explain, {"account": "fees", "reason": ""}).status_code == 422
    assert first.post(explain, {"account": "premiums", "reason": "x"}).status_code == 422
    assert first.post(explain, {"account": "rounding", "reason": "x"}).status_code == 422
    assert first.post(explain, {"account": "fees", "reason": "x"}).status_code == 422
    assert second.post(explain, {"account": "fees", "reason": "Price list of 1 May"}).status_code == 302
    settlement.refresh_from_db()
    assert settlement.status == "CLOSED"
    assert AuditEntry.objects.filter(act__in=["payout.assign", "payout.explain"]).count() == 2


@pytest.mark.parametrize("name", ["office_payouts", "office_transfers", "office_transfers_csv"])
def test_only_who_has_the_right_opens_the_pages(shop: Shop, name: str) -> None:
    assert at_work("cashier").get(reverse(name)).status_code == 200
    assert at_work("officer").get(reverse(name)).status_code == 403


def test_an_auditor_reads_payouts_and_changes_none(shop: Shop) -> None:
    auditor = at_work("auditor")
    page = auditor.get(reverse("office_payouts"))
    assert page.status_code == 200
    assert "Ask the gateways now" not in page.content.decode()
    assert auditor.post(reverse("office_payouts_ask")).status_code == 403


def test_pages_of_payouts_cost_the_same_with_one_row_and_with_more(shop: Shop) -> None:
    def another_day() -> None:
        pay(Shop.open(shop.bank))
        shop.bank.pay_out()
        at_work_once.post(reverse("office_payouts_ask"))

    at_work_once = at_work("cashier")
    another_day()
    first = reverse("office_payout", args=[Settlement.objects.get().pk])
    at_work_once.get(reverse("office_payouts")), at_work_once.get(first)
    few = [
        statements(lambda page=page: at_work_once.get(page)) for page in (reverse("office_payouts"), first)
    ]
    another_day()
    another_day()
    many = [
        statements(lambda page=page: at_work_once.get(page)) for page in (reverse("office_payouts"), first)
    ]
    assert many == few
    assert max(many) <= 40, many


def test_a_transfer_is_sent_by_the_page_with_evidence(shop: Shop, settings: Any) -> None:
    refund = asked(paid_by_transfer(settings), 1000)
    cashier = at_work("cashier")
    assert reverse("office_transfers") in cashier.get(reverse("office_desk")).content.decode()
    sent, today = reverse("office_refund_sent", args=[refund.pk]), day_of(now()).isoformat()
    assert cashier.post(sent, {"sent_on": "", "reference": "A"}).status_code == 422
    refused = cashier.post(sent, {"sent_on": today, "reference": ""})
    assert refused.status_code == 422
    assert f'value="{today}"' in refused.content.decode()
    assert cashier.post(sent, {"sent_on": today, "reference": "PP-17"}).status_code == 302
    assert Refund.objects.get().status == "SUCCEEDED"
    assert AuditEntry.objects.filter(act="refund.sent").count() == 1


def test_a_large_transfer_needs_two(shop: Shop, settings: Any) -> None:
    refund = asked(paid_by_transfer(settings, payable=LARGE), LARGE)
    first, second = at_work("cashier"), at_work("cashier", "second@example.com")
    address = reverse("office_refund_sent", args=[refund.pk])
    first.post(address, {"sent_on": day_of(now()).isoformat(), "reference": "PP-1"})
    confirm = reverse("office_sending", args=[SentTransfer.objects.get().pk, "confirm"])
    assert "Another person confirms it." in first.get(reverse("office_transfers")).content.decode()
    assert first.post(confirm).status_code == 422
    assert second.post(confirm).status_code == 302
    assert Refund.objects.get().status == "SUCCEEDED"


def test_the_list_for_the_bank_has_no_formulas(shop: Shop, settings: Any) -> None:
    asked(paid_by_transfer(settings), 1050)
    Line.objects.update(payer="=HYPERLINK(1)")
    rows = list(
        csv.reader(io.StringIO(at_work("cashier").get(reverse("office_transfers_csv")).content.decode()))
    )
    assert rows[1][1] == "'=HYPERLINK(1)"
    assert rows[1][3:5] == ["10.50", "BYN"]
    assert rows[1][2].startswith("BY86")


def test_a_failed_transfer_is_said_so(shop: Shop, settings: Any) -> None:
    refund = asked(paid_by_transfer(settings), 1000)
    cashier = at_work("cashier")
    address = reverse("office_refund_not_sent", args=[refund.pk])
    assert cashier.post(address, {"reason": ""}).status_code == 422
    assert cashier.post(address, {"reason": "account closed"}).status_code == 302
    assert Refund.objects.get().status == "FAILED"


def test_a_chargeback_leaves_the_desk_when_somebody_says_what_came_of_it(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    run_jobs()
    shop.bank.control("chargeback", uid=charges(attempt)[0].uid)
    shop.bank.settle()
    run_jobs()
    cashier, desk = at_work("cashier"), reverse("office_desk")
    assert attempt.payment.number in cashier.get(desk).content.decode()
    close = reverse("office_review", args=[attempt.pk, "close"])
    assert cashier.post(close, {"reason": ""}).status_code == 422
    assert cashier.post(close, {"reason": "Policy ended, money lost"}).status_code == 302
    assert attempt.payment.number not in cashier.get(desk).content.decode()
    assert cashier.post(close, {"reason": "again"}).status_code == 422
    assert books_balance() == {"premiums": -SUM, "disputed": SUM}
    page = browser_of(shop.owner).get(reverse("payment", args=[attempt.payment_id])).content.decode()
    assert 'data-status="review"' in page
    assert "Thank you" not in page


def test_words_of_a_bank_that_make_no_sense_do_not_stop_the_pages(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt)
    run_jobs()
    charges(attempt)[0].__class__.objects.update(currency="", status="ODD", kind="odd")
    cashier = at_work("cashier")
    assert cashier.get(reverse("office_payment", args=[attempt.payment_id])).status_code == 200
    shop.bank.fault("wrong_currency", currency="?!", shown_in="query")
    other = Shop.open(shop.bank)
    other.fill_cart()
    other.bank.fault("drop", times="always")
    strange = other.press_pay()
    other.pay(strange)
    journey.reconcile(at=now())
    assert fresh(strange).status == "REVIEW"
    assert cashier.get(reverse("office_takings")).status_code == 200
    assert cashier.get(reverse("office_reconciliations")).status_code == 200


def test_every_code_of_money_has_words() -> None:
    pairs = [
        (money_words.ATTEMPT, states.AttemptStatus.values),
        (money_words.PAYMENT, states.PaymentStatus.values),
        (money_words.REFUND, states.RefundStatus.values), (money_words.PROBLEM, LineProblem.values),
        (money_words.SETTLEMENT, states.SettlementStatus.values), (money_words.ACCOUNT, Account.values),
        (money_words.DIFFERENCE, DifferenceKind.values), (money_words.TRANSACTION, list(Status)),
        (money_words.GATEWAY, list(GATEWAYS)), (money_words.KIND, [one for one in Kind if one != "checkout"]),
    ]  # fmt: skip
    for words, codes in pairs:
        assert set(words) == {str(code) for code in codes}
    assert set(states.SETTLEMENT_MOVES.values()) | {"told"} == set(money_words.EVENTS)


def test_an_account_number_that_cannot_be_stops_the_start(settings: Any) -> None:
    settings.PARASON_TRANSFER = {"iban": "BY13NBRB3600900000002Z00AB01", "holder": "I", "bank": "B"}
    assert "parason.payments.E005" in {one.id for one in run_checks()}
    settings.PARASON_TRANSFER = {"iban": "BY13NBRB3600900000002Z00AB00", "holder": "I", "bank": "B"}
    assert "parason.payments.E005" not in {one.id for one in run_checks()}


def test_no_other_sort_of_codes_has_the_names_of_moneys() -> None:
    assert all(all_words.OF[name] is found for name, found in money_words.MONEY.items())

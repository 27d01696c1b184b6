"""Payouts: fees come from the gateway's report, money from the bank's statement; the books explain both."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from parason.journeys import payments as journey
from parason.journeys.payments import BUYING
from parason.kernel.clock import now
from parason.kernel.money import Money
from parason.payments import operations, payout_reports, reports
from parason.payments.errors import (
    LineSettled,
    NotWaited,
    OtherCurrency,
    RefundNotAllowed,
    RefundTooLarge,
    SecondPersonNeeded,
    TooMuchForRounding,
)
from parason.payments.models import (
    Attempt,
    Entry,
    GatewayTransaction,
    LineProblem,
    Settlement,
    SettlementLine,
    StatementLine,
)
from parason.payments.operations.statements import ImportedBefore
from tests.factories import make_user
from tests.payments.purchases import SUM, Shop, books_balance, fresh, run_jobs
from tests.payments.test_transfer import entry, statement

pytestmark = pytest.mark.django_db(transaction=True)
FEE = 215  # 2 % of 107.54, half up


@pytest.fixture(autouse=True)
def _known_payer(bank: Any, settings: Any) -> None:
    settings.PARASON_BEGATEWAY = settings.PARASON_BEGATEWAY | {"payers": ["Sandbox bank"]}


def paid(shop: Shop, **how: Any) -> Attempt:
    shop.fill_cart(**how)
    attempt = shop.press_pay()
    shop.pay(attempt)
    run_jobs()
    return fresh(attempt)


def told(later: timedelta = timedelta(0)) -> int:
    """Ask the gateways what they paid out."""
    return journey.take_payouts(at=now() + later)


def imported(raw: bytes, by: Any = None) -> None:
    operations.import_statement(raw=raw, by=by, consequences=BUYING, at=now())


def explained() -> payout_reports.Explained:
    """The gateway's balance from its parts: nothing may be left over."""
    found = payout_reports.explained("begateway")
    assert found.unexplained.minor == 0, found
    return found


def test_a_payment_goes_from_the_gateway_to_our_account_and_leaves_its_fee(shop: Shop) -> None:
    attempt = paid(shop)
    assert (explained().not_settled, explained().balance) == (Money(SUM, "BYN"), Money(SUM, "BYN"))
    (payout,) = shop.bank.pay_out()
    assert (payout["gross"], payout["fee"], payout["paid"]) == (SUM, FEE, SUM - FEE)
    assert told() == 1
    assert explained().on_the_way == Money(SUM - FEE, "BYN")
    assert books_balance() == {"premiums": -SUM, "gateway": SUM - FEE, "fees": FEE}
    imported(shop.bank.statement())
    assert Settlement.objects.get().status == "ARRIVED"
    assert books_balance() == {"premiums": -SUM, "bank": SUM - FEE, "fees": FEE}
    assert explained().balance == Money(0, "BYN")
    booked = [str(one.entry) for one in reports.timeline(attempt.payment, with_messages=False)]
    assert f"fees ← gateway {Money(FEE, 'BYN')}" in booked


def test_asking_again_books_nothing_twice(shop: Shop) -> None:
    paid(shop)
    shop.bank.pay_out()
    assert [told(), told(), told(timedelta(days=3))] == [1, 0, 0]
    imported(shop.bank.statement())
    imported(statement(entry(reference="other"), message="M9"))
    assert told() == 0
    assert Entry.objects.filter(debit="fees").count() == Entry.objects.filter(debit="bank").count() == 1


def test_a_refund_is_taken_from_the_next_payout(shop: Shop) -> None:
    attempt = paid(shop)
    operations.request_refund(
        payment=attempt.payment, amount=Money(1000, "BYN"), reason="r", by=None, at=now()
    )
    shop.sweep()
    shop.bank.settle()
    (payout,) = shop.bank.pay_out()
    assert payout["paid"] == SUM - 1000 - FEE
    assert told() == 2
    (found,) = [payout_reports.in_sums(one) for one in payout_reports.payouts()]
    sums = (found.count, found.gross.minor, found.back.minor, found.fee.minor, found.net.minor)
    assert sums == (2, SUM, 1000, FEE, SUM - 1000 - FEE)
    imported(shop.bank.statement())
    assert books_balance() == {"premiums": -SUM + 1000, "bank": SUM - 1000 - FEE, "fees": FEE}
    assert explained().balance.minor == 0


def test_what_nobody_told_us_of_comes_in_with_its_payout(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("drop", times="always")
    shop.pay(attempt)
    shop.bank.pay_out()
    assert told() == 1
    assert fresh(attempt).status == "PAID"
    assert explained().on_the_way == Money(SUM - FEE, "BYN")


def test_the_days_of_a_week_end_come_in_one_transfer(shop: Shop) -> None:
    owed = 0
    for day in range(3):
        payer = Shop.open(shop.bank)
        payer.fill_cart()
        payer.pay(payer.press_pay(at=now() + timedelta(days=day)))
        run_jobs()
        owed += sum(one["paid"] for one in shop.bank.pay_out())
        shop.bank.advance(86400)
    assert told(timedelta(days=4)) == 3
    words = f"{owed // 100}.{owed % 100:02d}"
    imported(statement(entry(amount=words, reference="W1").replace("Ромашка ООО", "SANDBOX BANK, Minsk")))
    assert [one.status for one in Settlement.objects.all()] == ["ARRIVED"] * 3
    assert len({one.head_id or one.pk for one in Settlement.objects.all()}) == 1
    assert books_balance() == {"premiums": -3 * SUM, "bank": 3 * (SUM - FEE), "fees": 3 * FEE}
    assert explained().balance.minor == 0


@pytest.mark.parametrize("short", [37, -37, 500])
def test_another_sum_waits_for_a_person(shop: Shop, short: int) -> None:
    paid(shop)
    shop.bank.pay_out(short=short)
    told()
    first, second = make_user("first@example.com"), make_user("second@example.com")
    imported(shop.bank.statement(), by=first)
    line, settlement = StatementLine.objects.get(), Settlement.objects.get()
    assert (line.status, settlement.status) == ("waiting", "TOLD")
    operations.assign_payouts(line=line, chosen=[settlement], by=first, at=now())
    settlement.refresh_from_db()
    assert settlement.status == "DIFFERS"
    assert explained().differences == Money(short, "BYN")
    assert list(payout_reports.payouts_to_look_at(now())) == [settlement]
    if abs(short) > 100:
        with pytest.raises(TooMuchForRounding):
            explain(settlement, "rounding", second)
        with pytest.raises(SecondPersonNeeded):
            explain(settlement, "fees", first)
        explain(settlement, "fees", second)
    else:
        explain(settlement, "rounding", first)
    account, kept = ("fees", FEE + short) if abs(short) > 100 else ("rounding", short)
    assert books_balance()["bank"] == SUM - FEE - short
    assert books_balance()[account] == kept
    assert explained().balance.minor == 0
    settlement.refresh_from_db()
    assert settlement.status == "CLOSED"
    with pytest.raises(NotWaited):
        explain(settlement, "fees", second)


def explain(settlement: Settlement, account: str, by: Any) -> None:
    operations.explain_difference(settlement=settlement, account=account, why="they said so", by=by, at=now())


def test_the_rest_of_a_payout_may_come_later(shop: Shop) -> None:
    paid(shop)
    shop.bank.pay_out(short=500)
    told()
    clerk = make_user("first@example.com")
    imported(shop.bank.statement())
    imported(statement(entry(amount="5.00", reference="rest"), message="M2"))
    for line in StatementLine.objects.all():
        operations.assign_payouts(line=line, chosen=[Settlement.objects.get()], by=clerk, at=now())
    assert Settlement.objects.get().status == "ARRIVED"
    assert [one.name for one in Settlement.objects.get().events.all()] == [
        "told", "another sum arrived", "the rest arrived",
    ]  # fmt: skip
    assert books_balance() == {"premiums": -SUM, "bank": SUM - FEE, "fees": FEE}


def test_a_transfer_of_a_stranger_is_never_taken_for_a_payout(shop: Shop) -> None:
    paid(shop)
    (payout,) = shop.bank.pay_out()
    told()
    amount = f"{payout['paid'] // 100}.{payout['paid'] % 100:02d}"
    imported(statement(entry(amount=amount)))
    assert Settlement.objects.get().status == "TOLD"
    assert StatementLine.objects.get().status == "waiting"


def test_a_line_is_decided_once_and_in_its_own_currency(shop: Shop) -> None:
    paid(shop)
    shop.bank.pay_out()
    told()
    clerk, settlement = make_user("first@example.com"), Settlement.objects.get()
    imported(statement(entry(currency="EUR", reference="E1"), entry(reference="B1")))
    euro, byn = StatementLine.objects.all()
    with pytest.raises(OtherCurrency):
        operations.assign_payouts(line=euro, chosen=[settlement], by=clerk, at=now())
    with pytest.raises(NotWaited):
        operations.assign_payouts(line=byn, chosen=[], by=clerk, at=now())
    operations.assign_payouts(line=byn, chosen=[settlement], by=clerk, at=now())
    with pytest.raises(LineSettled):
        operations.assign_payouts(line=byn, chosen=[settlement], by=clerk, at=now())


def test_another_amount_in_the_report_is_shown(shop: Shop) -> None:
    paid(shop)
    GatewayTransaction.objects.update(amount_minor=SUM - 1)
    shop.bank.pay_out()
    told()
    assert [one.problem for one in payout_reports.line_problems()] == [LineProblem.OTHER_AMOUNT]


def test_a_report_without_fees_says_so(shop: Shop) -> None:
    from parason.payments.gateways.begateway import messages

    row = {"uid": "u", "type": "payment", "status": "successful", "amount": 1, "currency": "BYN"}
    line = messages.report_line(row, "1")
    assert line is not None
    assert (line.fee_minor, line.settled_at) == (None, None)
    line = messages.report_line(row | {"transaction_fee": 3, "settled_at": "2026-11-20T03:00:00.000Z"}, "1")
    assert line is not None
    assert line.fee_minor == 3
    assert line.settled_at is not None
    assert messages.report_line(row | {"transaction_fee": 2.5}, "1").fee_minor is None  # type: ignore[union-attr]


def test_what_is_not_paid_out_for_days_is_listed(shop: Shop) -> None:
    attempt = paid(shop)
    codes = payout_reports.settling()
    assert not payout_reports.overdue(codes, now()).exists()
    assert [one.attempt for one in payout_reports.overdue(codes, now() + timedelta(days=6))] == [attempt]
    shop.bank.pay_out()
    told()
    assert not payout_reports.overdue(codes, now() + timedelta(days=6)).exists()
    assert [one.gateway for one in payout_reports.payouts_to_look_at(now() + timedelta(days=7))]


def test_takings_count_what_payers_brought_and_not_what_was_paid_out(shop: Shop) -> None:
    paid(shop)
    shop.bank.pay_out()
    told()
    imported(shop.bank.statement())
    today = now().date()
    (taking,) = reports.takings(today - timedelta(days=1), today + timedelta(days=1))
    assert (taking.received.minor, taking.returned.minor) == (SUM, 0)


def test_without_a_report_nothing_is_booked(shop: Shop) -> None:
    paid(shop)
    shop.bank.pay_out()
    shop.bank.fault("server_error", on="report", when="before", times="always")
    assert told() == 0
    assert not SettlementLine.objects.exists()


def test_an_erip_bill_is_paid_out_apart_from_cards(shop: Shop) -> None:
    paid(shop)
    other = Shop.open(shop.bank)
    other.fill_cart()
    bill = other.press_pay(method="erip")
    shop.bank.pay_bill(bill.instructions["account_number"])
    shop.bank.settle()
    run_jobs()
    assert len(shop.bank.pay_out()) == 2
    assert told() == 2
    imported(shop.bank.statement())
    # The same sum twice: which transfer is whose does not matter to the books, so a person says it.
    assert books_balance()["fees"] == 2 * FEE
    for code in ("begateway", "erip"):
        assert payout_reports.explained(code).unexplained.minor == 0


class Chance:
    """What may happen in any order: each method is something that payers, banks or clerks do."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop, self.random = shop, random.Random(seed)
        self.clerks = make_user("first@example.com"), make_user("second@example.com")
        self.attempts: list[Attempt] = []

    def pay(self) -> None:
        self.attempts.append(paid(Shop.open(self.shop.bank), payable=1000 + 100 * len(self.attempts)))

    def money_back(self) -> None:
        attempt = fresh(self.random.choice(self.attempts))
        with suppress(RefundTooLarge, RefundNotAllowed):
            operations.request_refund(
                payment=attempt.payment, amount=Money(300, "BYN"), reason="r", by=None, at=now()
            )
        self.shop.sweep()
        self._told()

    def charge_back(self) -> None:
        attempt = fresh(self.random.choice(self.attempts))
        if attempt.status == "PAID" and not attempt.payment.refunds.exists():
            self.shop.bank.control("chargeback", uid=attempt.transactions.get(kind="payment").uid)
            self._told()

    def _told(self) -> None:
        self.shop.bank.settle()
        run_jobs()

    def pay_out(self) -> None:
        self.shop.bank.pay_out(short=self.random.choice([0, 0, 7, -40]))

    def ask(self) -> None:
        told()

    def import_all(self) -> None:
        with suppress(ImportedBefore):
            imported(self.shop.bank.statement())

    def decide(self) -> None:
        for line in StatementLine.objects.filter(status="waiting"):
            chosen = list(payout_reports.open_payouts()[:1])
            if chosen:
                operations.assign_payouts(line=line, chosen=chosen, by=self.clerks[0], at=now())
        for one in Settlement.objects.filter(status="DIFFERS", head=None):
            explain(one, "fees", self.clerks[1])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_happens_the_balance_explains_itself(shop: Shop, seed: int) -> None:
    """Payments, refunds, chargebacks, payouts short or not, told late, statements, people: in any order."""
    chance = Chance(shop, seed)
    acts = (
        chance.pay, chance.money_back, chance.charge_back, chance.pay_out, chance.ask, chance.import_all,
        chance.decide,
    )  # fmt: skip
    chance.pay()
    for _step in range(30):
        chance.random.choice(acts)()
        explained()
        books_balance()
    shop.bank.advance(60)
    for act in (chance.pay, chance.pay_out, chance.ask, chance.import_all, chance.decide):
        act()
        explained()
    assert Entry.objects.filter(debit="bank").exists()

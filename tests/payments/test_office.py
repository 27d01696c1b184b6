"""The cashier's pages: what waits, who may decide, two people where two are needed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parason.accounts.models import AuditEntry
from parason.contracts.models import Contract
from parason.kernel.clock import now
from parason.kernel.money import Money
from parason.payments import operations, reports
from parason.payments.models import Attempt, Refund, Review, StatementLine
from tests.backoffice.people import at_work
from tests.payments.purchases import SUM, Shop, books_balance, fresh, run_jobs
from tests.payments.test_cost import statements
from tests.payments.test_transfer import IBAN, entry, statement

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ["office_payments", "office_desk", "office_takings", "office_reconciliations"]


def paid(shop: Shop, **how: Any) -> Attempt:
    shop.fill_cart(**how)
    attempt = shop.press_pay()
    shop.pay(attempt)
    run_jobs()
    return fresh(attempt)


def in_review(shop: Shop) -> Attempt:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.bank.fault("wrong_amount", add=100)
    shop.pay(attempt)
    run_jobs()
    return fresh(attempt)


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_for_cashiers_and_for_nobody_without_the_right(shop: Shop, name: str) -> None:
    paid(shop)
    assert at_work("cashier").get(reverse(name)).status_code == 200
    assert at_work("officer").get(reverse(name)).status_code == 403


@pytest.mark.parametrize("by", ["number", "our_ref", "uid", "contract", "email"])
def test_a_payment_is_found_by_whatever_a_caller_can_read_out(shop: Shop, by: str) -> None:
    attempt, other = paid(shop), paid(Shop.open(shop.bank))
    words = {
        "number": attempt.payment.number,
        "our_ref": attempt.our_ref,
        "uid": attempt.transactions.get().uid,
        "contract": Contract.objects.get(order_lines__order__payment=attempt.payment).reference,
        "email": shop.owner.email,
    }[by]
    page = at_work("cashier").get(reverse("office_payments"), {"q": words}).content.decode()
    assert attempt.payment.number in page
    assert other.payment.number not in page


def test_the_line_of_time_tells_everything_and_no_secret(shop: Shop) -> None:
    attempt = paid(shop)
    page = at_work("cashier").get(reverse("office_payment", args=[attempt.payment_id])).content.decode()
    for word in ("sending to the bank", "opened", "paid", "Ledger", "Message of the bank", attempt.our_ref):
        assert word in page
    for hidden in (attempt.external_id, shop.bank.shop.secret_key, "cavv&quot;: &quot;A"):
        assert hidden not in page


def test_a_small_refund_is_sent_at_once_and_a_large_one_needs_a_second_person(shop: Shop) -> None:
    attempt = paid(shop, payable=90_000)
    first, second = at_work("cashier"), at_work("cashier", "second@example.com")
    address = reverse("office_refund", args=[attempt.payment_id])
    assert first.post(address, {"amount": "10,50", "reason": "Kindness"}).status_code == 302
    run_jobs()
    assert Refund.objects.get().status == "SUCCEEDED"
    assert first.post(address, {"amount": "700", "reason": "Withdrawn"}).status_code == 302
    run_jobs()
    large = Refund.objects.latest("pk")
    assert (large.status, large.needs_second_person) == ("REQUESTED", True)
    approve = reverse("office_refund_decide", args=[large.pk, "approve"])
    assert first.post(approve).status_code == 422
    assert second.post(approve).status_code == 302
    shop.sweep()
    large.refresh_from_db()
    assert large.status == "SUCCEEDED"
    assert shop.bank.money(attempt.our_ref)["refunded"] == 71_050
    assert books_balance() == {"premiums": -90_000 + 71_050, "gateway": 90_000 - 71_050}
    assert AuditEntry.objects.filter(act__startswith="refund.").count() == 3


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("107.55", "r"),
        ("0", "r"),
        ("-1", "r"),
        ("abc", "r"),
        ("", "r"),
        ("NaN", "r"),
        ("1e9", "r"),
        ("1", ""),
    ],
)
def test_a_refund_that_cannot_be_is_refused_in_words(shop: Shop, amount: str, reason: str) -> None:
    attempt = paid(shop)
    answer = at_work("cashier").post(
        reverse("office_refund", args=[attempt.payment_id]), {"amount": amount, "reason": reason}
    )
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert not Refund.objects.exists()


def test_money_under_review_is_sent_back_by_one_person(shop: Shop) -> None:
    attempt = in_review(shop)
    cashier = at_work("cashier")
    assert attempt.payment.number in cashier.get(reverse("office_desk")).content.decode()
    address = reverse("office_review", args=[attempt.pk, "return"])
    assert cashier.post(address, {"reason": ""}).status_code == 422
    assert cashier.post(address, {"reason": "Other sum"}).status_code == 302
    assert cashier.post(address, {"reason": "Other sum"}).status_code == 422
    run_jobs()
    assert fresh(attempt).status == "REFUNDED"
    assert shop.bank.money(attempt.our_ref)["kept"] == 0
    assert books_balance() == {}


def test_money_under_review_is_counted_by_two(shop: Shop) -> None:
    attempt = in_review(shop)
    first, second = at_work("cashier"), at_work("cashier", "second@example.com")
    first.post(reverse("office_review", args=[attempt.pk, "propose"]), {"reason": "The payer added a rouble"})
    review = Review.objects.get()
    confirm = reverse("office_proposal", args=[review.pk, "confirm"])
    assert first.post(confirm).status_code == 422
    assert fresh(attempt).status == "REVIEW"
    assert second.post(confirm).status_code == 302
    assert second.post(confirm).status_code == 422
    run_jobs()
    assert (fresh(attempt).status, fresh(attempt).payment.status) == ("PAID", "PAID")
    assert Contract.objects.get().status == "ISSUED"
    assert books_balance() == {"premiums": -SUM, "gateway": SUM + 100, "customers": -100}


def test_a_proposal_that_is_refused_leaves_the_money_under_review(shop: Shop) -> None:
    attempt = in_review(shop)
    first, second = at_work("cashier"), at_work("cashier", "second@example.com")
    first.post(reverse("office_review", args=[attempt.pk, "propose"]), {"reason": "?"})
    second.post(reverse("office_proposal", args=[Review.objects.get().pk, "refuse"]))
    assert fresh(attempt).status == "REVIEW"
    assert Review.objects.get().accepted is False
    first.post(reverse("office_review", args=[attempt.pk, "propose"]), {"reason": "!"})
    assert Review.objects.count() == 2


def test_while_money_is_under_review_nobody_pays_again(shop: Shop) -> None:
    from parason.payments.errors import InReview

    in_review(shop)
    with pytest.raises(InReview):
        shop.press_pay()


def test_a_statement_is_imported_and_its_lines_decided(shop: Shop, settings: Any) -> None:
    settings.PARASON_TRANSFER = {"iban": IBAN, "holder": "Insurer", "bank": "Bank"}
    shop.fill_cart()
    attempt = shop.press_pay(method="transfer")
    cashier = at_work("cashier")
    raw = statement(entry(words="for insurance"), entry(reference="R2", words="rent"))
    address = reverse("office_statement")
    file = {"statement": SimpleUploadedFile("s.xml", raw)}
    assert cashier.post(address, file).status_code == 302
    assert cashier.post(address, {"statement": SimpleUploadedFile("s.xml", raw)}).status_code == 422
    assert cashier.post(address, {"statement": SimpleUploadedFile("s.xml", b"x")}).status_code == 422
    assert cashier.post(address).status_code == 422
    first, second = StatementLine.objects.all()
    assert cashier.post(reverse("office_line", args=[first.pk]), {"number": "ZZZZZZZZ"}).status_code == 422
    cashier.post(reverse("office_line", args=[first.pk]), {"number": attempt.payment.number})
    cashier.post(reverse("office_line", args=[second.pk]), {"number": ""})
    run_jobs()
    assert fresh(attempt).status == "PAID"
    assert books_balance() == {"premiums": -SUM, "bank": 2 * SUM, "aside": -SUM}


def test_takings_are_told_by_day_and_balance_with_the_books(shop: Shop) -> None:
    attempt = paid(shop)
    operations.request_refund(
        payment=attempt.payment, amount=Money(1000, "BYN"), reason="r", by=None, at=now()
    )
    shop.sweep()
    cashier = at_work("cashier")
    csv = cashier.get(reverse("office_takings_csv")).content.decode().splitlines()
    assert csv[0] == "day,gateway,currency,received,returned,kept"
    assert csv[1].endswith(",begateway,BYN,107.54,10.00,97.54")
    assert cashier.get(reverse("office_takings"), {"since": "nonsense"}).status_code == 200
    balances = reports.balances()
    assert sum(money.minor for _, money in balances) == 0
    assert dict(balances)["gateway"] == Money(SUM - 1000, "BYN")


def test_lists_cost_the_same_with_one_row_and_with_more(shop: Shop) -> None:
    paid(shop)
    in_review(Shop.open(shop.bank, "r"))
    cashier = at_work("cashier")
    few = {}
    for name in PAGES:
        cashier.get(reverse(name))
        few[name] = statements(lambda name=name: cashier.get(reverse(name)))
    for number in range(3):
        paid(Shop.open(shop.bank, f"p{number}"))
        in_review(Shop.open(shop.bank, f"q{number}"))
    many = {name: statements(lambda name=name: cashier.get(reverse(name))) for name in PAGES}
    assert many == few
    assert max(many.values()) <= 22, many

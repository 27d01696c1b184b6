"""How a story of money may end: state, money, policies, letters and books must tell the same."""

from __future__ import annotations

from parason.contracts.models import Contract
from parason.documents.models import Letter, Policy
from parason.payments.models import Attempt
from parason.payments.states import AttemptStatus, PaymentStatus
from tests.payments.purchases import SUM, Shop, books_balance, fresh, refunds, run_jobs


def answers(shop: Shop, attempt: Attempt) -> list[int | None]:
    """What we answered to each notification that the bank has sent of it, in order."""
    return [one["answer"] for one in shop.bank.state(attempt.our_ref)["deliveries"]]


def ends_paid(shop: Shop, attempt: Attempt, *, contracts: int = 1) -> None:
    """One charge kept, one policy for each contract, one letter for each, books balanced; twice over."""
    run_jobs()
    shop.bank.settle()
    run_jobs()
    attempt = fresh(attempt)
    total = attempt.payment.amount_minor
    assert (attempt.status, attempt.payment.status) == (AttemptStatus.PAID, PaymentStatus.PAID)
    assert shop.bank.money(attempt.our_ref)["kept"] == total
    mine = Contract.objects.filter(order_lines__order__payment=attempt.payment)
    assert [one.status for one in mine] == ["ISSUED"] * contracts
    assert Policy.objects.filter(insured__contract__in=mine).count() == contracts
    assert attempt.events.filter(after=AttemptStatus.PAID).count() == 1
    written = Letter.objects.filter(kind="policy_issued").values_list("status", flat=True)
    assert list(written) == ["SENT"] * contracts
    assert books_balance(attempt.payment) == {"premiums": -total, "gateway": total}


def ends_unpaid(shop: Shop, attempt: Attempt, status: str) -> None:
    """Nothing charged, nothing issued, nothing written."""
    run_jobs()
    assert fresh(attempt).status == status
    assert shop.bank.money(attempt.our_ref)["kept"] == 0
    assert nothing_issued(attempt)
    assert books_balance() == {}


def ends_in_review(shop: Shop, attempt: Attempt, *, held: dict[str, int] | None = None) -> None:
    """The money is set aside, nobody is insured by it, the payer was told once."""
    run_jobs()
    assert fresh(attempt).status == AttemptStatus.REVIEW
    assert fresh(attempt).payment.status == PaymentStatus.UNPAID
    assert nothing_issued(attempt)
    assert Letter.objects.filter(kind="payment_review").count() == 1
    assert books_balance() == ({"gateway": SUM, "aside": -SUM} if held is None else held)


def ends_returned(shop: Shop, attempt: Attempt) -> None:
    """All of the money went back, once, and the payer was told."""
    run_jobs()
    shop.bank.settle()
    run_jobs()
    attempt = fresh(attempt)
    assert attempt.status == AttemptStatus.REFUNDED
    (refund,) = refunds(attempt)
    assert (refund.status, refund.aside) == ("SUCCEEDED", True)
    money = shop.bank.money(attempt.our_ref)
    assert (money["kept"], money["refunds"]) == (0, 1)
    assert Letter.objects.filter(kind="money_goes_back").count() == 1


def nothing_issued(attempt: Attempt) -> bool:
    """No policy, and the contracts still wait."""
    mine = Contract.objects.filter(order_lines__order__payment=attempt.payment)
    return (
        not Policy.objects.filter(insured__contract__in=mine).exists()
        and not Letter.objects.filter(kind="policy_issued").exists()
    )

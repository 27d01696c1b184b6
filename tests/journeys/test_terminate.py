"""A contract that ends early: the sum by the product's rule, shown before, returned once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from parason.accounts.models import User
from parason.contracts.models import Contract
from parason.contracts.rules import paid_back
from parason.documents.models import Letter, Policy
from parason.journeys import issue, terminate
from parason.kernel.clock import now
from parason.kernel.money import Money
from parason.kernel.periods import Period
from parason.payments.models import Attempt, GatewayTransaction, Refund
from parason.products.definition.parts import Refund as Rule
from tests.factories import NOON
from tests.journeys import acts

JUNE = Period(date(2026, 6, 10), date(2026, 6, 19))
SUM = Money(10_000, "BYN")


@pytest.mark.parametrize(
    ("rule", "today", "minor"),
    [
        (Rule(before_start="full"), date(2026, 6, 9), 10_000),
        (Rule(before_start="less_fee", fee_percent=Decimal("12.5")), date(2026, 6, 9), 8_750),
        (Rule(before_start="none"), date(2026, 6, 9), 0),
        (Rule(after_start="none"), date(2026, 6, 10), 0),
        (Rule(after_start="pro_rata"), date(2026, 6, 10), 9_000),
        (Rule(after_start="pro_rata"), date(2026, 6, 19), 0),
        (Rule(after_start="pro_rata", fee_percent=Decimal(10)), date(2026, 6, 14), 4_500),
    ],
)
def test_the_sum_follows_the_products_rule(rule: Rule, today: date, minor: int) -> None:
    assert paid_back(paid=SUM, period=JUNE, rule=rule, today=today) == Money(minor, "BYN")


@given(st.integers(0, 10**9), st.integers(-5, 15), st.decimals(0, 100, places=2))
def test_never_more_than_was_paid_and_never_less_than_nothing(minor: int, day: int, fee: Decimal) -> None:
    rule = Rule(before_start="less_fee", after_start="pro_rata", fee_percent=fee)
    paid = Money(minor, "BYN")
    back = paid_back(paid=paid, period=JUNE, rule=rule, today=JUNE.first + timedelta(days=day))
    assert Money(0, "BYN") <= back <= paid


@pytest.fixture
def contract(anna: User) -> Contract:
    """Paid by card and issued; begins tomorrow."""
    acts.stock()
    acts.stock(at=now())
    contract = acts.make_contract(anna, at=now())
    order = acts.order_of(anna, contract, at=now())
    payment = acts.pay(order, at=now())
    type(payment).objects.filter(pk=payment.pk).update(status="PAID", paid_at=now())
    attempt = Attempt.objects.create(
        payment=payment, gateway="begateway", shop_id="1", status="PAID", created_at=now()
    )
    GatewayTransaction.objects.create(
        gateway="begateway", shop_id="1", uid="u-1", kind="payment", attempt=attempt, status="SUCCEEDED",
        amount_minor=payment.amount_minor, currency="BYN", seen_at=now(), our_ref=attempt.our_ref,
    )  # fmt: skip
    issue.issue(order_id=order.pk, at=now())
    contract.refresh_from_db()
    return contract


@pytest.mark.django_db
def test_before_the_first_day_the_whole_sum_goes_back_and_the_policy_is_withdrawn(
    anna: User, as_anna: Client, contract: Contract
) -> None:
    address = reverse("contract_end", args=[contract.pk])
    page = as_anna.get(address).content.decode()
    assert f'name="seen_minor" value="{contract.payable_minor}"' in page
    as_anna.post(address, {"seen_minor": str(contract.payable_minor)})
    contract.refresh_from_db()
    assert contract.status == "TERMINATED"
    assert Policy.objects.get().status == "WITHDRAWN"
    assert Refund.objects.get().amount == contract.payable
    assert Letter.objects.get(kind="contract_terminated").to == anna.email
    page = as_anna.get(reverse("contract", args=[contract.pk])).content.decode()
    assert "End this insurance early" not in page


@pytest.mark.django_db
def test_a_second_click_returns_nothing_more(as_anna: Client, contract: Contract) -> None:
    address = reverse("contract_end", args=[contract.pk])
    for _click in range(2):
        as_anna.post(address, {"seen_minor": str(contract.payable_minor)})
    assert Refund.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("seen", ["0", "99999999", "", "-1", "x" * 50])
def test_another_sum_than_the_one_due_ends_nothing(as_anna: Client, contract: Contract, seen: str) -> None:
    answer = as_anna.post(reverse("contract_end", args=[contract.pk]), {"seen_minor": seen})
    assert answer.status_code == 422
    contract.refresh_from_db()
    assert contract.status == "ISSUED"
    assert not Refund.objects.exists()


@pytest.mark.django_db
def test_after_midnight_of_the_first_day_the_seen_sum_no_longer_holds(anna: User, contract: Contract) -> None:
    with pytest.raises(terminate.RefundChanged):
        terminate.terminate(
            contract=contract, owner=anna, seen=contract.payable, reason="", at=now() + timedelta(days=1)
        )


@pytest.mark.django_db
def test_a_stranger_cannot_end_annas_insurance(as_stranger: Client, contract: Contract) -> None:
    address = reverse("contract_end", args=[contract.pk])
    assert as_stranger.get(address).status_code == 404
    assert as_stranger.post(address, {"seen_minor": str(contract.payable_minor)}).status_code == 404
    contract.refresh_from_db()
    assert contract.status == "ISSUED"


@pytest.mark.django_db
def test_what_is_over_or_unpaid_cannot_be_ended(anna: User) -> None:
    acts.stock()
    contract = acts.make_contract(anna)
    assert not terminate.may_end(contract, at=NOON)
    contract.status = "ISSUED"
    assert terminate.may_end(contract, at=NOON)
    assert not terminate.may_end(contract, at=NOON + timedelta(days=400))

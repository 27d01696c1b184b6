"""A premium in parts: a plan to the last unit, each part paid once and in order, an end if one is missing."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import pdfplumber
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from parason.accounts.models import User
from parason.checkout import operations as checkout
from parason.checkout import queries as carts
from parason.checkout.models import CartItem, Order, OrderLine
from parason.contracts import queries as agreed
from parason.contracts.models import Contract, Part, PartEvent
from parason.contracts.rules import paid_back
from parason.documents.facts import spaced
from parason.documents.letters.reminders import remind
from parason.documents.models import Letter, Policy
from parason.journeys import apply, buy, instalments, lapse, terminate
from parason.journeys.ready import NotReady
from parason.kernel.clock import day_of
from parason.kernel.money import Money
from parason.kernel.moves import ForbiddenMove
from parason.kernel.periods import Period
from parason.payments import operations as payments
from parason.payments.models import Attempt, ExchangeRate, GatewayTransaction, Payment, Refund
from parason.products.definition.parts import Refund as Rule
from parason.products.definition.parts import months_later
from parason.products.queries import product
from tests.factories import NOON
from tests.journeys import acts, parts

pytestmark = pytest.mark.django_db
YEAR = Period(date(2027, 1, 1), date(2027, 12, 31))


@pytest.fixture(autouse=True)
def _stock(db: None) -> None:
    acts.stock()


def noon(day: date) -> datetime:
    return NOON.replace(year=day.year, month=day.month, day=day.day)


def plan(contract: Contract) -> list[Part]:
    return agreed.plan_of(contract)


# --- the plan -----------------------------------------------------------------------------------------------


def test_a_plan_is_agreed_with_the_contract_to_the_last_unit(anna: User) -> None:
    contract = parts.home(anna)
    found = plan(contract)
    assert [part.number for part in found] == [1, 2, 3, 4]
    assert sum(part.premium_minor for part in found) == contract.premium_minor
    assert [part.payable for part in found] == [part.premium for part in found]
    assert found[0].due_on == day_of(NOON)
    assert [part.due_on for part in found[1:]] == [months_later(contract.first_day, n) for n in (3, 6, 9)]
    assert [(part.pay_until - part.due_on).days for part in found[1:]] == [14, 14, 14]


def test_whoever_pays_at_once_has_no_plan(anna: User) -> None:
    for chosen in (None, 1):
        contract = parts.home(anna, parts=chosen)
        assert contract.parts == 1
        assert plan(contract) == []
    assert not Part.objects.exists()


def test_a_number_that_is_no_longer_offered_must_be_chosen_again(anna: User) -> None:
    with pytest.raises(NotReady) as refused:
        parts.home(anna, parts=3)
    assert refused.value.step == "parts"
    application, own = parts.apply_for_home(anna), product("home")
    with pytest.raises(instalments.NotOffered):
        instalments.choose(
            application=application, product=own, count=3, revision=0, total=Money(10_000, "BYN"), at=NOON
        )
    assert not Contract.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM contracts_part WHERE number = 4",
        "UPDATE contracts_part SET premium_minor = premium_minor + 1 WHERE number = 1",
        "UPDATE contracts_part SET due_on = due_on + 1",
        "UPDATE contracts_part SET status = 'PAID' WHERE number = 2",
        "UPDATE contracts_part SET status = 'NEVER'",
    ],
)
def test_the_database_keeps_a_plan_as_it_was_agreed(anna: User, change: str) -> None:
    parts.home(anna)
    with pytest.raises(Exception, match="part"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def write_and_look(row: Contract | Part) -> None:
    """What the end of the transaction would say of a new row."""
    row.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_refuses_a_plan_that_does_not_sum_to_the_premium(anna: User) -> None:
    contract, day = parts.home(anna, parts=None), day_of(NOON)
    part = Part(contract=contract, number=1, due_on=day, pay_until=day, premium_minor=1)
    with pytest.raises(IntegrityError, match="not its plan"), transaction.atomic():
        write_and_look(part)


def test_the_database_refuses_a_contract_in_parts_without_its_plan(anna: User) -> None:
    contract = parts.home(anna, parts=None)
    quote = apply.quote_application(application=parts.apply_for_home(anna), persons=[], at=NOON)
    contract.pk, contract.reference, contract.parts = quote.application_id, "A-TWIN", 4
    contract.quote, contract.application = quote, quote.application
    with pytest.raises(IntegrityError, match="not its plan"), transaction.atomic():
        write_and_look(contract)


# --- the cart and the order ---------------------------------------------------------------------------------


def test_the_first_part_buys_the_policy(anna: User) -> None:
    contract = parts.home(anna)
    checkout.add(owner=anna, contract=contract, at=NOON)
    order = checkout.place_order(owner=anna, at=NOON)
    assert order.total == plan(contract)[0].premium
    assert order.total < contract.payable
    parts.pay_by_card(anna, at=NOON)
    contract.refresh_from_db()
    assert contract.status == "ISSUED"
    assert [part.status for part in plan(contract)] == ["PAID", "DUE", "DUE", "DUE"]
    facts = Policy.objects.get().facts
    assert len(facts["parts"]) == 4
    assert facts["paid"]["amount"] == str(plan(contract)[0].premium.amount)


@pytest.mark.parametrize("count", [2, 4, 12])
def test_the_certificate_names_each_part_and_stays_one_page(anna: User, count: int) -> None:
    with parts.monthly("home", counts=(1, count)):
        contract = parts.buy_first_part(anna, parts.home(anna, parts=count))
    content = bytes(Policy.objects.get().files.get(kind="certificate").content)
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        (page,) = pdf.pages
        words = " ".join(page.extract_text().split())
    assert f"Premium in {count} parts" in words
    for part in plan(contract):
        assert f"{part.number}. {part.due_on:%d.%m.%Y}: {spaced(part.premium)['amount']} BYN" in words


def test_parts_are_paid_ahead_one_by_one_or_several_together(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna))
    parts.pay_part(anna, contract, 2, at=NOON + timedelta(days=1))
    together = parts.pay_part(anna, contract, 3, 4, at=NOON + timedelta(days=2))
    third, fourth = plan(contract)[2:]
    assert together.amount == third.premium + fourth.premium
    assert {part.status for part in plan(contract)} == {"PAID"}
    assert Policy.objects.count() == 1
    assert sum(payment.amount_minor for payment in Payment.objects.all()) == contract.premium_minor
    kinds = [letter.kind for letter in Letter.objects.order_by("pk")]
    assert kinds == ["policy_issued", "part_paid", "part_paid", "part_paid_last"]


def test_a_part_goes_into_the_cart_after_the_parts_before_it_and_leaves_before_them(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna))
    with pytest.raises(checkout.EarlierPartUnpaid):
        checkout.add(owner=anna, contract=contract, part=3, at=NOON)
    for number in (2, 3, 3):
        checkout.add(owner=anna, contract=contract, part=number, at=NOON)
    assert [one.key for one in carts.cart(anna)] == [(contract.pk, 2), (contract.pk, 3)]
    assert carts.cart_count(anna) == 2
    checkout.remove(owner=anna, contract=contract, part=2)
    assert carts.cart(anna) == []


@pytest.mark.parametrize("number", [0, 1, 5, 99])
def test_a_part_that_there_is_not_or_that_was_paid_cannot_be_paid(anna: User, number: int) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna))
    with pytest.raises(checkout.NotPayable):
        checkout.add(owner=anna, contract=contract, part=number, at=NOON)


def test_later_parts_wait_until_the_policy_is_there_and_are_the_owners_alone(
    anna: User, stranger: User
) -> None:
    contract = parts.home(anna)
    with pytest.raises(checkout.NotPayable):
        checkout.add(owner=anna, contract=contract, part=2, at=NOON)
    parts.buy_first_part(anna, contract)
    with pytest.raises(checkout.NotPayable):
        checkout.add(owner=stranger, contract=contract, part=2, at=NOON)


def test_a_part_stands_in_one_open_order_and_another_part_may_stand_in_another(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna))
    checkout.add(owner=anna, contract=contract, part=2, at=NOON)
    order = checkout.place_order(owner=anna, at=NOON)
    assert checkout.place_order(owner=anna, at=NOON) == order
    other = Order.objects.create(owner=anna, total_minor=1, currency="BYN", created_at=NOON)
    OrderLine.objects.create(order=other, contract=contract, part=3, amount_minor=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.create(order=other, contract=contract, part=2, amount_minor=1)


def test_a_part_is_paid_once(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna))
    checkout.add(owner=anna, contract=contract, part=2, at=NOON)
    first = checkout.place_order(owner=anna, at=NOON)
    checkout.add(owner=anna, contract=contract, part=3, at=NOON)
    second = checkout.place_order(owner=anna, at=NOON)
    late = acts.pay(first)
    second.refresh_from_db()
    assert second.closed_at is not None
    assert [one.key for one in carts.cart(anna)] == [(contract.pk, 3)]
    again = Payment(order=second, amount_minor=second.total_minor, currency="BYN", created_at=NOON)
    assert not buy.may_be_honoured(payment=again, at=NOON)
    with pytest.raises(ForbiddenMove), transaction.atomic():
        buy.settle(payment=again, at=NOON)
    assert [part.status for part in plan(contract)] == ["PAID", "PAID", "DUE", "DUE"]
    assert not buy.may_be_honoured(payment=late, at=NOON)


def test_a_part_in_euro_costs_what_the_day_of_its_payment_says(anna: User) -> None:
    with parts.monthly():
        contract = acts.make_contract(anna, parts=3, days=90)
        first, second, third = plan(contract)
        assert (second.payable, third.payable) == (None, None)
        parts.buy_first_part(anna, contract)
        assert first.payable == Money(round(first.premium_minor * 3.5), "BYN")
        later = noon(second.due_on)
        ExchangeRate.objects.create(
            currency="EUR", date=second.due_on, rate=Decimal("4.0"), scale=1, source="test"
        )
        checkout.add(owner=anna, contract=contract, part=2, at=later)
        with pytest.raises(checkout.NotPayable):  # without a price nothing is guessed
            checkout.place_order(owner=anna, at=later)
        assert parts.pay_part(anna, contract, 2, at=later).amount.minor == second.premium_minor * 4
        assert plan(contract)[1].payable == Money(second.premium_minor * 4, "BYN")


def test_a_new_rate_makes_a_new_order(anna: User) -> None:
    with parts.monthly():
        contract = parts.buy_first_part(anna, acts.make_contract(anna, parts=2, days=90))
        tomorrow = NOON + timedelta(days=1)
        ExchangeRate.objects.create(
            currency="EUR", date=day_of(tomorrow), rate=Decimal("4.0"), scale=1, source="test"
        )
        checkout.add(owner=anna, contract=contract, part=2, at=NOON)
        today = checkout.place_order(owner=anna, at=NOON, price=instalments.price_on(NOON))
        same = checkout.place_order(owner=anna, at=NOON, price=instalments.price_on(NOON))
        other = checkout.place_order(owner=anna, at=tomorrow, price=instalments.price_on(tomorrow))
    assert same == today != other
    assert other.total.minor == plan(contract)[1].premium_minor * 4


def test_no_part_is_paid_behind_one_whose_time_is_over(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna))
    for number in (2, 3):
        checkout.add(owner=anna, contract=contract, part=number, at=NOON)
    last = noon(plan(contract)[1].pay_until)
    assert len(checkout.place_order(owner=anna, at=last).lines.all()) == 2
    with pytest.raises(checkout.CartEmpty):
        checkout.place_order(owner=anna, at=last + timedelta(days=1))


def test_what_staff_returned_before_is_not_returned_again_when_a_contract_ends_unpaid(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna, parts=2))
    payment = Payment.objects.get()
    returned = payment.amount - Money(1, "BYN")
    payments.request_refund(
        payment=payment, amount=returned, reason="goodwill", by=None, at=NOON, origin="staff"
    )
    assert instalments.end_unpaid(at=noon(plan(contract)[1].pay_until) + timedelta(days=1)) == 1
    assert sorted(refund.amount_minor for refund in Refund.objects.all()) == [1, returned.minor]


def test_one_contract_that_cannot_be_ended_does_not_keep_the_others(anna: User) -> None:
    stuck, other = (parts.buy_first_part(anna, parts.home(anna, parts=2)) for _each in range(2))
    GatewayTransaction.objects.filter(attempt__payment__order__lines__contract=stuck).update(
        status="DECLINED"
    )
    after = noon(plan(stuck)[1].pay_until) + timedelta(days=1)
    assert instalments.end_unpaid(at=after) == 1
    stuck.refresh_from_db()
    other.refresh_from_db()
    assert (stuck.status, other.status) == ("ISSUED", "TERMINATED")


def test_an_unpaid_first_part_lapses_like_any_contract(anna: User) -> None:
    contract = parts.home(anna)
    assert lapse.lapse_overdue(at=contract.pay_before + timedelta(seconds=1)) == 1
    contract.refresh_from_db()
    assert contract.status == "LAPSED"
    other = parts.home(anna)
    buy.withdraw(contract=other, owner=anna, at=NOON)
    assert {part.status for part in plan(other)} == {"DROPPED"}


# --- the end ------------------------------------------------------------------------------------------------


def test_a_part_that_stays_unpaid_ends_the_contract_after_its_days_of_grace(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna))
    second = plan(contract)[1]
    checkout.add(owner=anna, contract=contract, part=2, at=noon(second.due_on))
    order = checkout.place_order(owner=anna, at=noon(second.due_on))
    assert instalments.end_unpaid(at=noon(second.pay_until)) == 0
    after = noon(second.pay_until) + timedelta(days=1)
    assert instalments.end_unpaid(at=after) == 1
    assert instalments.end_unpaid(at=after) == 0
    contract.refresh_from_db()
    assert contract.status == "TERMINATED"
    assert contract.events.get(after="TERMINATED").data == {"reason": terminate.UNPAID}
    assert Policy.objects.get().status == "WITHDRAWN"
    assert [part.status for part in plan(contract)] == ["PAID", "DROPPED", "DROPPED", "DROPPED"]
    assert PartEvent.objects.filter(after="DROPPED").count() == 3
    order.refresh_from_db()
    assert order.closed_at == after
    assert not CartItem.objects.exists()
    letter = Letter.objects.get(kind="contract_ended_unpaid")
    assert "Part 2 of 4" in letter.text
    assert not Refund.objects.exists()  # the paid quarter is used up
    late = Payment(order=order, amount_minor=order.total_minor, currency="BYN", created_at=after)
    assert not buy.may_be_honoured(payment=late, at=after)
    with pytest.raises(ForbiddenMove), transaction.atomic():
        buy.settle(payment=late, at=after)


def test_what_the_paid_part_has_left_goes_back_when_the_contract_ends_unpaid(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna, parts=2))
    second = plan(contract)[1]
    after = noon(second.pay_until) + timedelta(days=1)
    used = (day_of(after) - contract.first_day).days + 1
    assert instalments.end_unpaid(at=after) == 1
    paid = plan(contract)[0].premium_minor
    left = (paid * 365 - contract.premium_minor * used) / 365
    refund = Refund.objects.get()
    assert refund.amount_minor == pytest.approx(left * 0.8, abs=1)
    assert refund.amount_minor < paid
    assert refund.origin == "automatic"


def test_what_is_being_paid_at_the_bank_does_not_end(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna))
    second = plan(contract)[1]
    checkout.add(owner=anna, contract=contract, part=2, at=NOON)
    order = checkout.place_order(owner=anna, at=NOON)
    payment = Payment.objects.create(
        order=order, amount_minor=order.total_minor, currency="BYN", created_at=NOON
    )
    Attempt.objects.create(
        payment=payment, gateway="begateway", shop_id="1", status="OPEN", created_at=NOON,
        expires_at=NOON + timedelta(minutes=30),
    )  # fmt: skip
    after = noon(second.pay_until) + timedelta(days=1)
    assert instalments.end_unpaid(at=after) == 0
    with pytest.raises(buy.BeingPaid):
        terminate.terminate(
            contract=contract, owner=anna, seen=terminate.due_back(contract, at=NOON), reason="", at=NOON
        )
    assert buy.may_be_honoured(payment=payment, at=after)  # late, and the contract still goes on
    buy.settle(payment=payment, at=after)
    assert [part.status for part in plan(contract)][:2] == ["PAID", "PAID"]


def test_ending_early_returns_only_what_was_paid_from_each_payment(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna))
    parts.pay_part(anna, contract, 2, at=NOON)
    paid = [part.premium_minor for part in plan(contract)[:2]]
    due = terminate.due_back(contract, at=NOON)
    assert due.minor == sum(paid) < contract.payable_minor
    assert terminate.terminate(contract=contract, owner=anna, seen=due, reason="", at=NOON) == due
    assert sorted(refund.amount_minor for refund in Refund.objects.all()) == sorted(paid)
    assert {refund.payment.amount_minor for refund in Refund.objects.all()} == set(paid)


@given(
    st.integers(1, 10**9),
    st.integers(1, 12),
    st.integers(1, 12),
    st.integers(-5, 370),
    st.decimals(0, 100, places=2),
)
def test_a_paid_share_gives_back_no_more_than_was_paid_nor_than_the_whole_would(
    whole: int, count: int, done: int, day: int, fee: Decimal
) -> None:
    held = min(whole * min(done, count) // count + 1, whole)
    rule = Rule(before_start="less_fee", after_start="pro_rata", fee_percent=fee)
    today = YEAR.first + timedelta(days=day)
    paid, all_of_it = Money(held, "BYN"), Money(whole, "BYN")
    back = paid_back(paid=paid, period=YEAR, rule=rule, today=today, share=(held, whole))
    assert Money(0, "BYN") <= back <= paid
    assert back <= paid_back(paid=all_of_it, period=YEAR, rule=rule, today=today)


# --- letters ------------------------------------------------------------------------------------------------


def told(day: date) -> list[str]:
    """The kinds of the letters about parts that exist after the worker's hours of a day."""
    for hour in range(3):
        remind(at=noon(day) + timedelta(hours=hour))
    return sorted(Letter.objects.filter(kind__startswith="part_").values_list("kind", flat=True))


def test_each_part_is_remembered_a_week_ahead_and_once_when_it_is_overdue(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna))
    second = plan(contract)[1]
    assert told(second.due_on - timedelta(days=8)) == []
    assert told(second.due_on - timedelta(days=7)) == ["part_due"]
    assert told(second.due_on) == ["part_due"]
    assert told(second.due_on + timedelta(days=1)) == ["part_due", "part_overdue"]
    assert told(second.pay_until) == ["part_due", "part_overdue"]
    overdue = Letter.objects.get(kind="part_overdue")
    assert str(contract.pk) in overdue.html
    assert "withdrawn" in overdue.text


def test_who_paid_ahead_is_not_reminded_and_a_missed_day_is_made_good(anna: User) -> None:
    contract = parts.buy_first_part(anna, parts.home(anna))
    parts.pay_part(anna, contract, 2, at=NOON)
    second, third = plan(contract)[1:3]
    assert told(second.due_on) == ["part_paid"]
    assert told(third.due_on - timedelta(days=3)) == ["part_due", "part_paid"]


def test_letters_are_in_the_owners_language(anna: User) -> None:
    anna.language = "ru"
    anna.save()
    contract = parts.buy_first_part(anna, parts.home(anna))
    told(plan(contract)[1].due_on)
    assert "Часть 2 из 4" in Letter.objects.get(kind="part_due").subject

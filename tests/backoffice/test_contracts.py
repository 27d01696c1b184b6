"""Contracts: found by what a caller says, shown with everything that happened to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from parason.accounts.models import AuditEntry, User
from parason.backoffice import words
from parason.contracts.models import Contract
from parason.contracts.states import MOVES as CONTRACT_MOVES
from parason.contracts.states import ContractStatus
from parason.documents.states import LETTER_MOVES, PolicyStatus
from parason.documents.states import MOVES as POLICY_MOVES
from parason.journeys.issue import issue
from parason.kernel.clock import day_of, now
from parason.payments.states import MOVES as ATTEMPT_MOVES
from parason.payments.states import PAYMENT_MOVES, RATE_MOVES, REFUND_MOVES
from parason.products.states import MOVES as TARIFF_MOVES
from tests.backoffice.people import ALL_ROLES, at_work
from tests.factories import make_person, make_user
from tests.journeys import acts

SEES_PERSONS = ("underwriter", "support", "auditor")
SEES_NONE = ("actuary", "cashier")


@pytest.fixture
def contract(anna: User) -> Contract:
    """Anna's contract, paid for, with its policy."""
    acts.stock(at=now())
    made = acts.make_contract(anna, at=now())
    order = acts.order_of(anna, made, at=now())
    acts.pay(order, at=now())
    issue(order_id=order.pk, at=now())
    made.refresh_from_db()
    return made


def found(client: Client, query: str) -> list[str]:
    answer = client.get(f"/backoffice/contracts/?{query}")
    assert answer.status_code == 200
    return [one.reference for one, _product, _status in answer.context["found"]]


@pytest.mark.parametrize("role", SEES_PERSONS)
def test_who_sees_persons_finds_by_whatever_the_caller_says(contract: Contract, role: str) -> None:
    client = at_work(role)
    policy = contract.insured.get().policies.get()
    for said in (
        contract.reference, contract.reference.lower(), policy.number, f"{policy.series} {policy.number}",
        "anna@example.com", "ANNA@EXAMPLE.COM", "kowal", "Kowalska", "EA 1234567", "ea1234567",
    ):  # fmt: skip
        assert found(client, f"q={said}") == [contract.reference], said
    assert found(client, "q=nobody") == []


@pytest.mark.parametrize("role", SEES_NONE)
def test_who_sees_no_persons_finds_none_by_their_data(contract: Contract, role: str) -> None:
    client = at_work(role)
    policy = contract.insured.get().policies.get()
    for said in ("anna@example.com", "kowal", "EA1234567"):
        assert found(client, f"q={said}") == [], said
    for said in (contract.reference, policy.number):
        assert found(client, f"q={said}") == [contract.reference]
    listed = client.get("/backoffice/contracts/").content.decode()
    shown = client.get(f"/backoffice/contracts/{contract.pk}/").content.decode()
    for secret in ("KOWALSKA", "1234567", "+48221234567", "ul. Prosta", "1990-05-17"):
        assert secret not in listed + shown, secret
    assert "Your role does not see persons" in shown


@pytest.mark.parametrize("role", SEES_PERSONS)
def test_a_look_at_a_persons_contract_is_written_down(contract: Contract, role: str) -> None:
    page = at_work(role).get(f"/backoffice/contracts/{contract.pk}/").content.decode()
    assert "KOWALSKA" in page
    assert "1234567" in page
    line = AuditEntry.objects.get(act="contract.view")
    assert (line.who, line.subject) == (f"{role}@example.com", f"contract {contract.reference}")


def test_filters_narrow_and_stand_in_the_address(contract: Contract) -> None:
    client, day = at_work("support"), day_of(now())
    other = acts.make_contract(make_user("other@example.com"), at=now())
    both = {contract.reference, other.reference}
    assert set(found(client, "")) == both
    assert found(client, "status=ISSUED") == [contract.reference]
    assert found(client, "status=FORMED") == [other.reference]
    assert found(client, "product=travel") == []
    assert set(found(client, f"since={day}&until={day}")) == both
    assert found(client, f"since={day + timedelta(days=1)}") == []
    assert found(client, f"until={day - timedelta(days=1)}") == []


@pytest.mark.parametrize(
    "query", ["since=tomorrow", "until=9999-99-99", "q=" + "x" * 101, "q=%00", "product=" + "x" * 41]
)
def test_a_search_that_makes_no_sense_is_refused_with_a_word(contract: Contract, query: str) -> None:
    answer = at_work("support").get(f"/backoffice/contracts/?{query}")
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


@pytest.mark.parametrize("said", ["%", "_", "'; drop table contracts_contract; --", "\\", "😀", "-", "  "])
def test_signs_in_a_search_are_only_signs(contract: Contract, said: str) -> None:
    assert set(found(at_work("support"), f"q={said}")) <= {contract.reference}
    assert Contract.objects.count() == 1


def test_one_line_of_time_tells_contract_policy_and_letters(contract: Contract) -> None:
    client = at_work("support")
    page = client.get(f"/backoffice/contracts/{contract.pk}/")
    told = [(str(one.thing).split()[0], one.words) for one in page.context["timeline"]]
    assert {("Contract", word) for word in ("formed", "paid", "issued")} <= set(told)
    assert ("Policy", "issued") in told
    assert any(thing.startswith("Letter") for thing, _words in told)
    moments = [one.at for one in page.context["timeline"]]
    assert moments == sorted(moments, reverse=True)


def test_letters_are_told_only_to_who_may_see_letters(contract: Contract) -> None:
    page = at_work("underwriter").get(f"/backoffice/contracts/{contract.pk}/")
    assert not any("Letter" in str(one.thing) for one in page.context["timeline"])


def test_a_contract_tells_how_its_price_was_made_and_by_which_rate(contract: Contract) -> None:
    page = at_work("auditor").get(f"/backoffice/contracts/{contract.pk}/").content.decode()
    assert "1 EUR = 3.5000 BYN" in page
    assert "Premium for the number of days (30 days)" in page
    assert f"/backoffice/tariffs/oms/{contract.quote.tariff_id}/" in page


def test_a_name_is_shown_as_text_whatever_it_is(db: None) -> None:
    acts.stock(at=now())
    owner = make_user("odd@example.com")
    make_person(owner, first_name="<b>Anna</b>", address="<script>alert(1)</script>")
    made = acts.make_contract(owner, at=now())
    page = at_work("support").get(f"/backoffice/contracts/{made.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_list_asks_as_often_for_many_contracts_as_for_few(
    contract: Contract, django_assert_num_queries: Any
) -> None:
    client = at_work("support")
    client.get("/backoffice/")
    with django_assert_num_queries(5):
        client.get("/backoffice/contracts/")
    for number in range(3):
        acts.make_contract(make_user(f"n{number}@example.com"), at=now())
    with django_assert_num_queries(5):
        assert len(found(client, "")) == 4


def test_a_long_list_has_pages_that_keep_the_filters(contract: Contract, monkeypatch: Any) -> None:
    from parason.backoffice import contracts

    monkeypatch.setattr(contracts, "PER_PAGE", 1)
    acts.make_contract(make_user("other@example.com"), at=now())
    client = at_work("support")
    page = client.get("/backoffice/contracts/?product=oms").content.decode()
    assert "?product=oms&amp;page=2" in page
    first, second = found(client, "product=oms"), found(client, "product=oms&page=2")
    assert len({*first, *second}) == 2


# --- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moves",
    [
        CONTRACT_MOVES, POLICY_MOVES, LETTER_MOVES, ATTEMPT_MOVES, PAYMENT_MOVES, REFUND_MOVES, RATE_MOVES,
        TARIFF_MOVES,
    ],
)  # fmt: skip
def test_every_event_has_words(moves: dict[tuple[str, str], str]) -> None:
    assert set(moves.values()) <= set(words.EVENTS)


def test_every_status_and_role_has_words() -> None:
    assert set(words.CONTRACT) == set(ContractStatus.values)
    assert set(words.POLICY) == set(PolicyStatus.values)
    assert set(words.ROLES) == set(ALL_ROLES)


def test_a_code_without_words_is_shown_as_it_is() -> None:
    assert words.in_words("unheard of", "event") == "unheard of"

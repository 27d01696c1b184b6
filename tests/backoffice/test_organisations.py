"""Staff find a contract by the organisation that concluded it, and read what was agreed."""

from __future__ import annotations

import pytest
from django.test import Client

from parason.accounts.models import User
from parason.contracts.models import Contract
from parason.journeys.issue import issue
from parason.kernel.clock import now
from tests.backoffice.people import at_work
from tests.factories import make_organisation, make_person
from tests.journeys import acts


@pytest.fixture
def contract(anna: User) -> Contract:
    """Medical insurance of a guest, concluded and paid for by an organisation, with its policy."""
    acts.stock(at=now())
    make_person(anna)
    guest = make_person(anna, is_self=False, last_name_latin="GUEST", document_number="C1")
    made = acts.make_contract(
        anna, at=now(), policyholder_kind="organisation", organisation=make_organisation(anna),
        policyholder_is_insured=False, person_ids=[guest.pk],
    )  # fmt: skip
    order = acts.order_of(anna, made, at=now())
    acts.pay(order, at=now())
    issue(order_id=order.pk, at=now())
    made.refresh_from_db()
    return made


def found(client: Client, query: str) -> list[str]:
    answer = client.get(f"/backoffice/contracts/?q={query}")
    return [one.reference for one, _product, _status in answer.context["found"]]


def test_who_sees_persons_finds_an_organisations_contract(contract: Contract) -> None:
    client = at_work("support")
    for said in ("ромашк", "190275968", "190 275 968", "guest"):
        assert found(client, said) == [contract.reference], said
    assert "ООО Ромашка" in client.get("/backoffice/contracts/").content.decode()
    page = client.get(f"/backoffice/contracts/{contract.pk}/").content.decode()
    for words in ("Ромашка", "190275968", "Алена Дырэктар", "Устав", "Legal address", "Registration number"):
        assert words in page
    assert ">kind<" not in page


def test_who_sees_no_persons_does_not_see_who_signs(contract: Contract) -> None:
    client = at_work("cashier")
    assert found(client, "ромашк") == []
    listed = client.get("/backoffice/contracts/").content.decode()
    page = client.get(f"/backoffice/contracts/{contract.pk}/").content.decode()
    assert "Дырэктар" not in listed + page


def test_the_desk_of_a_border_post_names_the_organisation(contract: Contract, as_staff: Client) -> None:
    policy = contract.insured.get().policies.get()
    answer = as_staff.post("/verify/", {"asked": str(policy)})
    html = answer.content.decode()
    assert "GUEST" in html
    assert "ООО Ромашка" in html
    assert "190275968" in html


def test_the_policy_of_an_invited_guest_says_who_invited(contract: Contract) -> None:
    policy = contract.insured.get().policies.get()
    assert policy.facts["policyholder"] == "ООО Ромашка"
    assert policy.facts["organisation"]["number"] == "190275968"
    assert policy.facts["insured"]["sex"] == "F"

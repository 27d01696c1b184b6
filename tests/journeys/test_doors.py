"""The pages: strangers find nothing, steps out of order lead back, two tabs are told, lists cost the same."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parason.accounts.models import Person, User
from parason.checkout import operations as checkout
from parason.checkout.models import CartItem
from parason.contracts import queries as contracts
from parason.contracts.models import Contract
from parason.documents.models import Policy
from parason.journeys import issue
from parason.kernel.clock import day_of, now
from parason.quotes import operations as quotes
from parason.quotes.models import Application
from tests.factories import make_person
from tests.journeys import acts

pytestmark = pytest.mark.django_db
APPLICATION_PAGES = ("buy_dates", "buy_people", "buy_person", "buy_check", "buy_conclude", "buy_discard")
CONTRACT_PAGES = (
    "contract", "buy_done", "contract_to_cart", "contract_withdraw", "contract_extend", "contract_calendar",
    "cart_remove",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _stock(db: None) -> None:
    acts.stock(at=now())


def hidden(html: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def bought(owner: User, *, people: int = 1) -> Contract:
    """A contract of the owner that is paid and issued."""
    contract = acts.make_contract(owner, at=now())
    order = acts.order_of(owner, contract, at=now())
    acts.pay(order, at=now())
    issue.issue(order_id=order.pk, at=now())
    return contract


@pytest.mark.parametrize("name", APPLICATION_PAGES)
@pytest.mark.parametrize("who", ["stranger", "nobody"])
def test_a_strangers_visit_to_an_application_finds_nothing_and_changes_nothing(
    anna: User, as_stranger: Client, client: Client, name: str, who: str
) -> None:
    application = acts.make_application(anna, at=now())
    before = Application.objects.values().get()
    visitor = as_stranger if who == "stranger" else client
    sent = {"revision": "0", "confirm": "on", "sure": "yes"}
    for method in (visitor.get, visitor.post):
        answer = method(reverse(name, args=[application.pk]), sent)
        assert answer.status_code in ((404, 405) if who == "stranger" else (302, 404, 405))
        if answer.status_code == 302:
            assert answer["Location"].startswith("/account/login/")
    assert Application.objects.values().get() == before
    assert not Contract.objects.exists()


@pytest.mark.parametrize("name", CONTRACT_PAGES)
def test_a_strangers_visit_to_a_contract_finds_nothing_and_changes_nothing(
    anna: User, as_stranger: Client, name: str
) -> None:
    contract = acts.make_contract(anna, at=now())
    checkout.add(owner=anna, contract=contract, at=now())
    address = reverse(name, args=[contract.pk])
    assert {as_stranger.get(address).status_code, as_stranger.post(address).status_code} <= {404, 405}
    contract.refresh_from_db()
    assert contract.status == "FORMED"
    assert CartItem.objects.filter(owner=anna).count() == 1
    assert Application.objects.count() == 1


@pytest.mark.parametrize("name", ["policy_pdf", "policy_qr"])
def test_a_strangers_visit_to_a_policy_finds_nothing(
    anna: User, as_anna: Client, as_stranger: Client, client: Client, name: str
) -> None:
    contract = bought(anna)
    policy = contract.insured.get().policies.get()
    address = reverse(name, args=[policy.pk])
    assert as_anna.get(address).status_code == 200
    assert as_stranger.get(address).status_code == 404
    assert client.get(address).status_code == 302
    assert as_anna.get(reverse(name, args=[uuid.uuid4()])).status_code == 404


def test_somebody_elses_saved_person_cannot_be_opened_or_insured(
    anna: User, as_anna: Client, stranger: User
) -> None:
    theirs = make_person(stranger)
    application = acts.make_application(anna, at=now())
    assert as_anna.get(reverse("buy_person_edit", args=[application.pk, theirs.pk])).status_code == 404
    answer = as_anna.post(
        reverse("buy_people", args=[application.pk]),
        {"revision": 0, "self_insured": "on", "person": theirs.pk},
    )
    application.refresh_from_db()
    assert theirs.pk not in application.person_ids
    assert answer.status_code in (302, 422)


def test_the_check_page_before_the_people_leads_back_to_them(anna: User, as_anna: Client) -> None:
    application = acts.make_application(anna, at=now(), policyholder_is_insured=False)
    answer = as_anna.get(reverse("buy_check", args=[application.pk]))
    assert answer["Location"] == reverse("buy_people", args=[application.pk])


def test_the_check_page_without_dates_leads_back_to_them(anna: User, as_anna: Client) -> None:
    application = acts.make_application(anna, at=now(), first_day=None, last_day=None)
    answer = as_anna.get(reverse("buy_check", args=[application.pk]))
    assert answer["Location"] == reverse("buy_dates", args=[application.pk])


def test_an_incomplete_profile_is_told_what_is_missing_and_the_way_there_and_back(
    anna: User, as_anna: Client
) -> None:
    application = acts.make_application(anna, at=now())
    Person.objects.update(birth_date=None, document_number="")
    page = as_anna.get(reverse("buy_people", args=[application.pk])).content.decode()
    assert "Birth date" in page
    assert "Number (Numbers and/or Latin Symbols)" in page
    assert f"{reverse('profile')}?next={reverse('buy_people', args=[application.pk])}" in page
    Person.objects.update(birth_date="1990-05-17")
    page = as_anna.get(reverse("buy_people", args=[application.pk])).content.decode()
    assert f"{reverse('profile_passport')}?next=" in page


def test_a_concluded_application_leads_to_its_contract_whatever_step_is_asked(
    anna: User, as_anna: Client
) -> None:
    application = acts.make_application(anna, at=now())
    contract = acts.conclude(application, at=now())
    for name in ("buy_dates", "buy_people", "buy_person", "buy_check"):
        answer = as_anna.get(reverse(name, args=[application.pk]), follow=True)
        assert answer.redirect_chain[-1][0] == reverse("buy_done", args=[contract.pk])
    answer = as_anna.post(reverse("buy_conclude", args=[application.pk]), {})
    assert answer["Location"] == reverse("buy_done", args=[contract.pk])


def test_the_back_button_after_paying_shows_a_page_that_cannot_pay_again(anna: User, as_anna: Client) -> None:
    contract = bought(anna)
    for name in ("buy_done", "contract", "contract_to_cart"):
        page = as_anna.get(reverse(name, args=[contract.pk])).content.decode()
        assert "Move to the cart" not in page
    as_anna.post(reverse("contract_to_cart", args=[contract.pk]))
    assert not CartItem.objects.exists()


def test_an_older_tab_is_told_and_shown_how_things_stand(anna: User, as_anna: Client) -> None:
    application = acts.make_application(anna, at=now())
    quotes.save(application=application, revision=0, at=now(), people=2)
    address = reverse("buy_people", args=[application.pk])
    answer = as_anna.post(address, {"revision": "0", "self_insured": "on"}, follow=True)
    assert "changed in another window" in answer.content.decode()
    first = day_of(now()) + timedelta(days=40)
    answer = as_anna.post(
        reverse("buy_dates", args=[application.pk]),
        {"revision": "0", "first_day": first, "days": "5"},
        follow=True,
    )
    assert "changed in another window" in answer.content.decode()
    application.refresh_from_db()
    assert application.first_day != first


def test_another_price_is_shown_and_nothing_is_concluded(anna: User, as_anna: Client) -> None:
    application = acts.make_application(anna, at=now())
    answer = as_anna.post(
        reverse("buy_conclude", args=[application.pk]),
        {"revision": "0", "seen_minor": "1", "seen_currency": "BYN", "confirm": "on", "sure": "yes"},
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "The price has changed since you saw it" in html
    assert hidden(html, "seen_minor") == "10500"
    assert not Contract.objects.exists()


def test_without_scripts_the_dialog_is_a_page(anna: User, as_anna: Client) -> None:
    application = acts.make_application(anna, at=now())
    address = reverse("buy_conclude", args=[application.pk])
    html = as_anna.get(reverse("buy_check", args=[application.pk])).content.decode()
    seen = {name: hidden(html, name) for name in ("revision", "seen_minor", "seen_currency")}
    refused = as_anna.post(address, seen)
    assert refused.status_code == 422
    assert "Tick the box" in refused.content.decode()
    asked = as_anna.post(address, {**seen, "confirm": "on"})
    assert "<dialog" in asked.content.decode()
    assert " open " in asked.content.decode()
    assert not Contract.objects.exists()
    done = as_anna.post(address, {**seen, "confirm": "on", "sure": "yes"})
    assert done["Location"] == reverse("buy_done", args=[Contract.objects.get().pk])


def test_an_exempt_nationality_is_warned_and_never_stopped(anna: User, as_anna: Client) -> None:
    application = acts.make_application(anna, at=now())
    Person.objects.update(nationality="KAZ")
    html = as_anna.get(reverse("buy_check", args=[application.pk])).content.decode()
    assert "1997" in html
    assert "Enter into a contract" in html


def test_a_passport_that_ends_before_the_cover_is_warned_about(anna: User, as_anna: Client) -> None:
    application = acts.make_application(anna, at=now())
    Person.objects.update(expires_on=day_of(now()))
    html = as_anna.get(reverse("buy_check", args=[application.pk])).content.decode()
    assert "before the first day of cover" in html
    assert "Enter into a contract" in html


def test_extending_begins_the_day_after_with_the_same_people(anna: User, as_anna: Client) -> None:
    contract = bought(anna)
    answer = as_anna.post(reverse("contract_extend", args=[contract.pk]))
    application = Application.objects.get(concluded_at=None)
    assert answer["Location"] == reverse("buy_dates", args=[application.pk])
    assert application.first_day == contract.last_day + timedelta(days=1)
    assert application.period is not None
    assert application.period.days == contract.period.days
    assert as_anna.get(answer["Location"]).status_code == 200


def test_the_calendar_entry_covers_the_days_both_ends_included(anna: User, as_anna: Client) -> None:
    contract = bought(anna)
    answer = as_anna.get(reverse("contract_calendar", args=[contract.pk]))
    lines = answer.content.decode().split("\r\n")
    assert f"DTSTART;VALUE=DATE:{contract.first_day:%Y%m%d}" in lines
    assert f"DTEND;VALUE=DATE:{contract.last_day + timedelta(days=1):%Y%m%d}" in lines
    assert all(len(line.encode()) <= 75 for line in lines)


def test_withdrawing_takes_a_draft_away(anna: User, as_anna: Client) -> None:
    contract = acts.make_contract(anna, at=now())
    checkout.add(owner=anna, contract=contract, at=now())
    page = as_anna.post(reverse("contract_withdraw", args=[contract.pk]), follow=True).content.decode()
    assert "has been withdrawn" in page
    assert not CartItem.objects.exists()


LISTS: dict[str, tuple[Callable[[User], object], int]] = {
    "drafts": (lambda anna: acts.make_contract(anna, at=now()), 5),
    "cart": (
        lambda anna: checkout.add(owner=anna, contract=acts.make_contract(anna, at=now()), at=now()), 3,
    ),
    "policies": (bought, 5),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_with_one_row_and_with_fifty(anna: User, as_anna: Client, name: str) -> None:
    make, expected = LISTS[name]
    costs = []
    for rows in (1, 49):
        for _row in range(rows):
            make(anna)
        as_anna.get(reverse(name))
        with CaptureQueriesContext(connection) as queries:
            assert as_anna.get(reverse(name)).status_code == 200
        costs.append(len(queries))
    assert costs == [expected, expected]


@pytest.mark.parametrize(
    ("name", "expected"), [("buy_dates", 5), ("buy_people", 6), ("buy_person", 3), ("buy_check", 5)]
)
def test_a_step_costs_few_queries(anna: User, as_anna: Client, name: str, expected: int) -> None:
    application = acts.make_application(anna, at=now())
    for person in range(10):
        make_person(anna, is_self=False, document_number=f"C{person}")
    address = reverse(name, args=[application.pk])
    as_anna.post(reverse("buy_people", args=[application.pk]), {"revision": "0", "self_insured": "on"})
    as_anna.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert as_anna.get(address).status_code == 200
    assert len(queries) == expected, [query["sql"][:200] for query in queries]


def test_policies_come_in_pages_with_what_holds_first(
    anna: User, as_anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parason.website.cards.PAGE", 2)
    numbers = [str(bought(anna).insured.get().policies.get()) for _policy in range(3)]
    first = as_anna.get(reverse("policies")).content.decode()
    second = as_anna.get(reverse("policies") + "?page=2").content.decode()
    shown = [[number for number in numbers if number in page] for page in (first, second)]
    assert sorted(map(len, shown)) == [1, 2]
    assert sorted(shown[0] + shown[1]) == numbers
    assert 'href="?page=2"' in first
    assert 'href="?page=1"' in second


def test_a_policy_that_is_issued_while_the_page_is_made_is_shown_as_issued(
    anna: User, as_anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contract is read before the worker's commit, the policy after it."""
    order = acts.order_of(anna, acts.make_contract(anna, at=now()), at=now())
    acts.pay(order, at=now())
    waiting = as_anna.get(reverse("policies")).content.decode()
    assert ("being issued" in waiting, 'http-equiv="refresh"' in waiting) == (True, True)
    read = contracts.paid_for

    def overtaken(*args: Any, **how: Any) -> list[Contract]:
        found = read(*args, **how)
        issue.issue(order_id=order.pk, at=now())
        return found

    monkeypatch.setattr("parason.website.cards.contracts.paid_for", overtaken)
    page = as_anna.get(reverse("policies")).content.decode()
    assert reverse("policy_pdf", args=[Policy.objects.get().pk]) in page
    assert "being issued" not in page.lower()
    assert 'http-equiv="refresh"' not in page


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "", "٣"])
def test_a_senseless_page_is_a_page(as_anna: Client, page: str) -> None:
    assert as_anna.get(reverse("policies"), {"page": page}).status_code == 200

"""A premium in parts on the pages: chosen, checked, changed, paid part by part, and ended."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from parason.accounts.models import User
from parason.checkout.models import CartItem
from parason.contracts.models import Contract
from parason.contracts.queries import plan_of
from parason.journeys import instalments
from parason.kernel.clock import day_of, now
from parason.quotes import queries as applications
from parason.quotes.models import Application
from tests.factories import browser_of, make_user
from tests.journeys import acts, parts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stock(db: None) -> None:
    acts.stock(at=now())


@pytest.fixture
def application(anna: User) -> Application:
    found: Application = parts.apply_for_home(anna, at=now())
    return found


def text_of(answer: Any) -> str:
    """The words of a page, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def choose(client: Client, application: Application, count: object, revision: int | None = None) -> Any:
    given = {"parts": str(count), "revision": str(application.revision if revision is None else revision)}
    return client.post(reverse("buy_parts", args=[application.pk]), given)


def test_the_choice_is_asked_for_before_the_check(as_anna: Client, application: Application) -> None:
    check, ways = (reverse(name, args=[application.pk]) for name in ("buy_check", "buy_parts"))
    answer = as_anna.get(check)
    assert (answer.status_code, answer["Location"]) == (302, ways)
    page = text_of(as_anna.get(ways))
    assert "All at once" in page
    assert "In 2 parts" in page
    assert "Part 4 of 4" in page
    assert "within 14 days" in page
    assert choose(as_anna, application, 4)["Location"] == check
    application.refresh_from_db()
    assert (application.parts, application.revision) == (4, 1)
    assert applications.latest_quote(application).application_revision == 1  # type: ignore[union-attr]
    page = text_of(as_anna.get(check))
    assert "In 4 parts" in page
    assert page.count("Part 4 of 4") == 2  # in the plan and in the explanation
    assert f'href="{ways}"' in as_anna.get(check).content.decode()


def test_the_choice_can_be_changed_and_what_was_chosen_is_marked(
    as_anna: Client, application: Application
) -> None:
    choose(as_anna, application, 4)
    page = as_anna.get(reverse("buy_parts", args=[application.pk])).content.decode()
    assert re.search(r'value="4"[^>]*checked', page)
    application.refresh_from_db()
    choose(as_anna, application, 1)
    assert "All at once" in text_of(as_anna.get(reverse("buy_check", args=[application.pk])))


@pytest.mark.parametrize("count", ["3", "", "x", "-1", "1e9", "4\x00"])
def test_a_number_that_is_not_offered_is_refused_at_its_field(
    as_anna: Client, application: Application, count: str
) -> None:
    answer = choose(as_anna, application, count)
    assert answer.status_code == 422
    assert "Choose how you want to pay." in text_of(answer)
    application.refresh_from_db()
    assert application.parts is None


def test_an_older_window_does_not_overwrite_the_choice(as_anna: Client, application: Application) -> None:
    choose(as_anna, application, 4)
    assert choose(as_anna, application, 2, revision=0)["Location"].endswith("/parts")
    application.refresh_from_db()
    assert application.parts == 4


def test_a_stranger_neither_sees_nor_makes_the_choice(as_stranger: Client, application: Application) -> None:
    assert as_stranger.get(reverse("buy_parts", args=[application.pk])).status_code == 404
    assert choose(as_stranger, application, 4).status_code == 404


def test_a_choice_that_is_gone_with_the_dates_is_asked_for_again(anna: User, as_anna: Client) -> None:
    with parts.monthly():
        application = acts.make_application(anna, at=now(), days=90, parts=3)
        shorter = day_of(now()) + timedelta(days=41)
        Application.objects.filter(pk=application.pk).update(last_day=shorter)
        check = reverse("buy_check", args=[application.pk])
        assert as_anna.get(check)["Location"] == reverse("buy_parts", args=[application.pk])
        page = text_of(as_anna.get(reverse("buy_parts", args=[application.pk])))
        assert "In 2 parts" in page
        assert "In 3 parts" not in page
        assert "official rate of the day on which you pay it" in page


def test_whoever_has_no_choice_is_never_asked(anna: User, as_anna: Client) -> None:
    application = acts.make_application(anna, at=now())
    assert "Ways to pay" not in text_of(as_anna.get(reverse("buy_check", args=[application.pk])))
    assert as_anna.get(reverse("buy_parts", args=[application.pk]))["Location"].endswith("/check")


def test_the_contract_is_concluded_with_the_plan_that_was_shown(
    as_anna: Client, application: Application
) -> None:
    choose(as_anna, application, 2)
    page = as_anna.get(reverse("buy_check", args=[application.pk])).content.decode()
    seen = dict(re.findall(r'name="(revision|seen_minor|seen_currency)" value="([^"]*)"', page))
    as_anna.post(reverse("buy_conclude", args=[application.pk]), {**seen, "confirm": "on", "sure": "yes"})
    contract = Contract.objects.get()
    first, second = plan_of(contract)
    page = text_of(as_anna.get(reverse("buy_done", args=[contract.pk])))
    to_pay = f"To pay · Part 1 of 2 BYN {first.premium.amount}"
    assert to_pay in page.replace("\xa0", " ").replace(",", "")
    assert "Pay part 2" not in page
    assert second.due_on.year >= day_of(now()).year


@pytest.fixture
def contract(anna: User) -> Contract:
    return parts.buy_first_part(anna, parts.home(anna, at=now()), at=now())


def test_a_later_part_goes_from_the_contract_to_the_cart_and_out_again(
    as_anna: Client, contract: Contract
) -> None:
    address = reverse("contract", args=[contract.pk])
    assert "Pay part 2 of 4" in text_of(as_anna.get(address))
    assert "Pay part 2 of 4" in text_of(as_anna.get(reverse("policies")))
    for _click in range(2):
        assert as_anna.post(reverse("contract_part", args=[contract.pk, 2]))["Location"] == reverse("cart")
    assert CartItem.objects.count() == 1
    page = as_anna.get(reverse("cart"))
    assert "Part 2 of 4" in text_of(page)
    assert 'name="part" value="2"' in page.content.decode()
    assert "Pay part 3 of 4" in text_of(as_anna.get(address))
    as_anna.post(reverse("contract_part", args=[contract.pk, 3]))
    assert text_of(as_anna.get(reverse("cart"))).count(" of 4") >= 2
    as_anna.post(reverse("cart_remove", args=[contract.pk]), {"part": "2"})
    assert not CartItem.objects.exists()


@pytest.mark.parametrize("number", [1, 3, 5, 70_000, 10**30])
def test_a_part_out_of_turn_or_that_there_is_not_goes_nowhere(
    as_anna: Client, contract: Contract, number: int
) -> None:
    answer = as_anna.post(reverse("contract_part", args=[contract.pk, number]))
    assert answer["Location"] == reverse("contract", args=[contract.pk])
    assert not CartItem.objects.exists()


def test_a_stranger_cannot_pay_annas_part(as_stranger: Client, contract: Contract) -> None:
    assert as_stranger.post(reverse("contract_part", args=[contract.pk, 2])).status_code == 404
    assert as_stranger.get(reverse("contract_part", args=[contract.pk, 2])).status_code in (404, 405)
    assert not CartItem.objects.exists()


def test_a_premium_that_is_paid_in_full_says_so(anna: User, as_anna: Client, contract: Contract) -> None:
    parts.pay_part(anna, contract, 2, 3, 4, at=now())
    page = text_of(as_anna.get(reverse("contract", args=[contract.pk])))
    assert "The premium is paid in full." in page
    assert "Pay part" not in page
    assert "Pay part" not in text_of(as_anna.get(reverse("policies")))


def test_a_contract_that_ended_unpaid_says_why_and_asks_for_nothing(
    as_anna: Client, contract: Contract
) -> None:
    last = plan_of(contract)[1].pay_until
    assert instalments.end_unpaid(at=now() + (last - day_of(now())) + timedelta(days=1)) == 1
    page = text_of(as_anna.get(reverse("contract", args=[contract.pk])))
    assert "ended because a part of the premium was not paid" in page
    assert "No longer owed" in page
    assert "Pay part" not in page
    as_anna.post(reverse("contract_part", args=[contract.pk, 2]))
    assert not CartItem.objects.exists()


def test_ending_early_shows_what_was_paid_and_not_the_whole(as_anna: Client, contract: Contract) -> None:
    paid = plan_of(contract)[0].premium_minor
    page = as_anna.get(reverse("contract_end", args=[contract.pk])).content.decode()
    assert f'name="seen_minor" value="{paid}"' in page


def test_staff_see_the_plan_and_what_happened_to_each_part(contract: Contract, staff: User) -> None:
    parts.pay_part(contract.owner, contract, 2, at=now())
    staff.is_superuser = True
    staff.save()
    page = text_of(browser_of(staff).get(reverse("office_contract", args=[contract.pk])))
    assert page.count("Part of the premium 2") == 2
    assert "Part of the premium 4" in page


@pytest.mark.parametrize(("name", "cost"), [("policies", 8), ("cart", 6), ("contract", 7)])
def test_a_page_costs_the_same_for_one_contract_in_parts_and_for_many(
    anna: User, as_anna: Client, django_assert_max_num_queries: Any, name: str, cost: int
) -> None:
    for _contract in range(4):
        one = parts.buy_first_part(anna, parts.home(anna, at=now()), at=now())
    for bought in Contract.objects.all():
        as_anna.post(reverse("contract_part", args=[bought.pk, 2]))
    address = reverse(name, args=[one.pk] if name == "contract" else [])
    as_anna.get(address)
    with django_assert_max_num_queries(cost):
        assert as_anna.get(address).status_code == 200


class WhateverIsSent(TestCase):
    """The choice page answers whatever comes with a page, never with an error of ours."""

    def setUp(self) -> None:
        acts.stock(at=now())
        self.owner = make_user("whatever@example.com")
        self.application = parts.apply_for_home(self.owner, at=now())
        self.browser = browser_of(self.owner)

    @settings(max_examples=30, deadline=None)
    @given(st.dictionaries(st.sampled_from(["parts", "revision", "x"]), st.text(max_size=20)))
    def test_it_is_refused_or_kept(self, sent: dict[str, str]) -> None:
        answer = self.browser.post(reverse("buy_parts", args=[self.application.pk]), sent)
        assert answer.status_code in (302, 422)

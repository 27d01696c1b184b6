"""Many at once: one account, one activation, one person; nobody sees an error of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from parason.accounts.models import Consent, Person, User
from tests.accounts.test_profile import PERSONAL
from tests.accounts.test_registration import NEW, activation, sign_up
from tests.crowd import Crowd
from tests.factories import browser_of, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 8
AtOnce = Callable[[Callable[[int], Any]], Counter[int]]


@pytest.fixture
def at_once(crowd: Crowd) -> AtOnce:
    """Statuses of MANY answers that were asked for in the same moment."""

    def ask(act: Callable[[int], Any]) -> Counter[int]:
        answers = crowd.at_once([partial(act, number) for number in range(MANY)])
        return Counter(one.status_code for one in answers)

    return ask


@pytest.fixture
def no_limits(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = dict.fromkeys(settings.ACCOUNT_RATE_LIMITS)


def test_one_address_registered_many_times_in_one_moment_makes_one_account(
    no_limits: None, at_once: AtOnce
) -> None:
    statuses = at_once(lambda number: sign_up(Client(), NEW if number % 2 else NEW.upper()))
    assert statuses == {302: MANY}
    assert User.objects.count() == EmailAddress.objects.count() == 1
    assert Consent.objects.count() == 2


def test_an_activation_link_pressed_many_times_activates_once(no_limits: None, at_once: AtOnce) -> None:
    sign_up(Client())
    path = activation()
    statuses = at_once(lambda _number: Client().post(path))
    assert set(statuses) <= {302, 410}
    assert statuses[302] >= 1
    assert EmailAddress.objects.get().verified


def test_a_profile_begun_in_many_tabs_is_one_person(at_once: AtOnce) -> None:
    anna = make_user()
    clients = [browser_of(anna) for _ in range(MANY)]
    statuses = at_once(lambda number: clients[number].post("/profile/", PERSONAL))
    assert statuses == {302: 1, 409: MANY - 1}
    assert Person.objects.count() == 1


def test_of_many_tabs_that_save_the_same_revision_one_wins(at_once: AtOnce) -> None:
    anna = make_user()
    make_person(anna)
    clients = [browser_of(anna) for _ in range(MANY)]
    statuses = at_once(
        lambda number: clients[number].post("/profile/", {**PERSONAL, "address": f"flat {number}"})
    )
    assert statuses == {302: 1, 409: MANY - 1}
    assert Person.objects.get().revision == 1


def test_two_accounts_that_claim_one_address_end_with_one_owner(no_limits: None, at_once: AtOnce) -> None:
    users = [make_user(f"user{number}@example.com") for number in range(MANY)]
    for user in users:
        EmailAddress.objects.create(user=user, email="wanted@example.com", verified=False, primary=False)
    from allauth.account.models import EmailConfirmationHMAC

    keys = [EmailConfirmationHMAC(one).key for one in EmailAddress.objects.filter(email="wanted@example.com")]
    statuses = at_once(
        lambda number: Client(raise_request_exception=False).post(f"/account/confirm-email/{keys[number]}/")
    )
    assert 500 not in statuses, statuses
    assert EmailAddress.objects.filter(email="wanted@example.com", verified=True).count() == 1
    assert User.objects.filter(email="wanted@example.com").count() == 1

"""What was begun before registration is the person's after it, on whatever device the letter is opened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from parason.accounts.models import User
from parason.kernel.clock import day_of, now
from parason.quotes import operations as quotes
from parason.quotes.models import Application
from parason.website.registration import APPLICATION
from tests.accounts.letters import letters_to, link_in
from tests.accounts.test_registration import NEW, PASSWORD, sign_up
from tests.factories import PASSWORD as OLD
from tests.journeys import acts

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun() -> tuple[Client, Application]:
    """A visitor's browser in which somebody has chosen dates."""
    acts.stock(at=now())
    client = Client()
    session = client.session
    session[APPLICATION] = "a-browsers-secret"
    session.save()
    client.cookies["session"] = session.session_key or ""
    first = day_of(now()) + timedelta(days=3)
    application = quotes.start(
        product_code="oms", owner=None, browser_key="a-browsers-secret", first_day=first,
        last_day=first + timedelta(days=9), answers={}, at=now(),
    )  # fmt: skip
    return client, application


def test_registration_adopts_and_another_device_goes_on(begun: tuple[Client, Application]) -> None:
    client, application = begun
    sign_up(client)
    application.refresh_from_db()
    assert application.owner == User.objects.get(email=NEW)
    telephone = Client()
    telephone.post(link_in(letters_to(NEW)[0], "confirm-email"))
    answer = telephone.post("/account/login/", {"login": NEW, "password": PASSWORD})
    assert answer["Location"] == "/buy/resume" or "resume" in answer["Location"]
    following = telephone.get(answer["Location"])
    assert following.status_code == 302
    assert str(application.pk) in following["Location"]


def test_logging_in_adopts_too(begun: tuple[Client, Application], anna: User) -> None:
    client, application = begun
    answer = client.post("/account/login/", {"login": anna.email, "password": OLD})
    application.refresh_from_db()
    assert application.owner == anna
    assert "resume" in answer["Location"]


def test_a_customer_with_an_old_draft_comes_to_the_policies(anna: User) -> None:
    acts.stock(at=now())
    acts.make_contract(anna, at=now())
    acts.make_application(anna, at=now())
    answer = Client().post("/account/login/", {"login": anna.email, "password": OLD})
    assert answer["Location"] == "/policies/"


def test_a_customer_who_has_just_begun_goes_on_with_it(begun: tuple[Client, Application], anna: User) -> None:
    acts.make_contract(anna, at=now())
    client, _application = begun
    answer = client.post("/account/login/", {"login": anna.email, "password": OLD})
    assert "resume" in answer["Location"]


def test_meeting_a_known_address_at_registration_keeps_the_answers_for_the_log_in(
    begun: tuple[Client, Application], anna: User
) -> None:
    client, application = begun
    sign_up(client, anna.email)
    application.refresh_from_db()
    assert application.owner is None
    client.post("/account/login/", {"login": anna.email, "password": OLD})
    application.refresh_from_db()
    assert application.owner == anna


def test_another_browser_adopts_nothing(begun: tuple[Client, Application], stranger: User) -> None:
    _client, application = begun
    Client().post("/account/login/", {"login": stranger.email, "password": OLD})
    application.refresh_from_db()
    assert application.owner is None


def test_a_corrected_address_keeps_the_answers(begun: tuple[Client, Application]) -> None:
    client, application = begun
    sign_up(client, "wrong@example.com")
    client.post("/account/confirm-email/another-address", {"email": NEW})
    application.refresh_from_db()
    assert application.owner is not None
    assert application.owner.email == NEW


def test_the_way_back_wins_over_the_open_application(begun: tuple[Client, Application], anna: User) -> None:
    client, _application = begun
    answer = client.post("/account/login/", {"login": anna.email, "password": OLD, "next": "/profile/"})
    assert answer["Location"] == "/profile/"
    answer = Client().post(
        "/account/login/?next=https://evil.example/", {"login": anna.email, "password": OLD}
    )
    assert "evil" not in answer["Location"]

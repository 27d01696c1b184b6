"""The purchase page by page, over HTTP."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from parason.accounts.models import User
from parason.contracts.models import Contract
from parason.journeys import issue
from parason.kernel.clock import day_of, now
from tests.factories import make_person
from tests.journeys import acts

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> None:
    acts.stock(at=now())


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


@pytest.mark.usefixtures("shop")
def test_a_returning_customer_buys_from_the_dates_to_the_policy(as_anna: Client, anna: User) -> None:
    make_person(anna)
    page = as_anna.get("/buy/oms/")
    assert page.status_code == 200
    first = day_of(now()) + timedelta(days=3)
    answer = as_anna.post("/buy/oms/start", {"first_day": first.isoformat(), "days": "30"})
    assert answer.status_code == 302, answer.content.decode()
    page = as_anna.get(answer["Location"])
    html = page.content.decode()
    assert "policyholder is the insured person" in html
    answer = as_anna.post(answer["Location"], {"revision": hidden(html, "revision"), "self_insured": "on"})
    assert answer.status_code == 302, answer.content.decode()
    page = as_anna.get(answer["Location"])
    html = page.content.decode()
    assert page.status_code == 200
    assert "I confirm that all the data I have provided are correct" in html
    seen = {name: hidden(html, name) for name in ("revision", "seen_minor", "seen_currency")}
    conclude = answer["Location"].replace("check", "conclude")
    answer = as_anna.post(conclude, {**seen, "confirm": "on", "sure": "yes"})
    assert answer.status_code == 302, answer.content.decode()
    page = as_anna.get(answer["Location"])
    assert "has been formed" in page.content.decode()
    contract = Contract.objects.get(owner=anna)
    assert as_anna.get("/drafts/").status_code == 200
    answer = as_anna.post(f"/contract/{contract.pk}/cart")
    assert answer["Location"] == "/cart/"
    page = as_anna.get("/cart/")
    assert "Pay by card" in page.content.decode()
    order = acts.order_of(anna, contract, at=now())
    acts.pay(order, at=now())
    (policy,) = issue.issue(order_id=order.pk, at=now())
    page = as_anna.get("/policies/")
    assert str(policy.number) in page.content.decode()
    pdf = as_anna.get(f"/policies/{policy.pk}.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert as_anna.get(f"/policies/{policy.pk}.svg").status_code == 200

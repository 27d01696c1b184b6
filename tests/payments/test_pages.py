"""What the payer sees: from the cart's button to the big sign, with and without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parason.payments.models import Attempt, Payment
from tests.factories import browser_of
from tests.payments.purchases import Shop, fresh, make_contract, run_jobs
from tests.payments.test_transfer import IBAN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(shop: Shop) -> Client:
    """The payer's browser, with one contract in the cart."""
    from parason.checkout import operations as checkout
    from parason.kernel.clock import now

    checkout.add(owner=shop.owner, contract=make_contract(shop.owner), at=now())
    return browser_of(shop.owner)


def methods(client: Client) -> list[str]:
    return re.findall(r'name="method" value="(\w+)"', client.get(reverse("cart")).content.decode())


def test_the_cart_offers_what_is_configured(client: Client, settings: Any) -> None:
    assert methods(client) == ["begateway", "erip"]
    settings.PARASON_TRANSFER = {"iban": IBAN, "holder": "I", "bank": "B"}
    settings.PARASON_BEGATEWAY = settings.PARASON_BEGATEWAY | {"erip": False}
    assert methods(client) == ["begateway", "transfer"]


def test_pay_by_card_leads_to_the_banks_page_and_only_there(client: Client, shop: Shop) -> None:
    assert client.get(reverse("pay")).status_code == 405
    answer = client.post(reverse("pay"), {"method": "begateway", "next": "https://evil.example"})
    assert answer.status_code == 302
    assert answer["Location"] == Attempt.objects.get().redirect_url
    assert answer["Location"].startswith(shop.bank.url)
    assert client.post(reverse("pay"), {"method": "begateway"})["Location"] == answer["Location"]


@pytest.mark.parametrize("method", ["nobank", "", "erip", "../erip", "x" * 5000])
def test_other_words_for_a_method_do_no_harm(client: Client, method: str) -> None:
    answer = client.post(reverse("pay"), {"method": method})
    assert answer.status_code == 302
    assert Payment.objects.count() == int(method in ("", "erip"))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"name": "server_error", "on": "create"}, "does not answer at the moment"),
        ({"name": "foreign_redirect"}, "did not accept the payment request"),
    ],
)
def test_a_broken_bank_is_told_in_the_cart(
    client: Client, shop: Shop, fault: dict[str, Any], words: str
) -> None:
    shop.bank.fault(**fault)
    page = client.post(reverse("pay"), {"method": "begateway"}, follow=True).content.decode()
    assert words in page
    assert "You have not been charged" in page
    assert client.post(reverse("pay"), {"method": "begateway"})["Location"].startswith(shop.bank.url)


def test_an_empty_cart_has_nothing_to_pay(shop: Shop) -> None:
    page = browser_of(shop.owner).post(reverse("pay"), follow=True).content.decode()
    assert "The cart is empty." in page


def seen(client: Client, **headers: str) -> str:
    page = client.get(reverse("payment", args=[Payment.objects.get().pk]), headers=headers)
    assert page.status_code == 200
    return page.content.decode()


def test_the_page_renews_itself_until_it_is_known(client: Client, shop: Shop) -> None:
    client.post(reverse("pay"), {"method": "begateway"})
    page = seen(client)
    assert '<noscript><meta http-equiv="refresh"' in page
    assert 'hx-trigger="every 3s"' in page
    assert seen(client, **{"HX-Request": "true"}).lstrip().startswith('<div id="payment-status"')
    shop.pay(Attempt.objects.get())
    page = seen(client)
    assert 'data-status="paid"' in page
    assert "http-equiv" not in page
    assert "hx-trigger" not in page
    run_jobs()
    assert reverse("receipt", args=[Payment.objects.get().pk]) in page
    assert client.get(reverse("receipt", args=[Payment.objects.get().pk])).status_code == 200


def test_a_declined_card_is_told_with_the_banks_words(client: Client, shop: Shop) -> None:
    client.post(reverse("pay"), {"method": "begateway"})
    for _ in range(3):
        shop.pay(Attempt.objects.get(), "declined")
        run_jobs()
    page = seen(client)
    assert 'data-status="not_paid"' in page
    assert "Do not honor" in page or "eclined" in page
    assert "You have not been charged" in page
    assert client.get(reverse("receipt", args=[Payment.objects.get().pk])).status_code == 404


def test_each_way_without_a_page_shows_what_the_payer_needs(client: Client, settings: Any) -> None:
    settings.PARASON_TRANSFER = {"iban": IBAN, "holder": "Insurer", "bank": "Bank"}
    for method, words in (("erip", "Service code"), ("transfer", IBAN)):
        page = client.post(reverse("pay"), {"method": method}, follow=True).content.decode()
        number = Attempt.objects.latest("pk").instructions["account_number"]
        assert words in page
        assert number in page


def test_the_return_address_is_a_secret_and_believes_nothing(client: Client, shop: Shop) -> None:
    client.post(reverse("pay"), {"method": "begateway"})
    attempt = Attempt.objects.get()
    for wrong in ("0" * 32, attempt.our_ref[:-1] + "x", "x"):
        assert client.get(reverse("payment_return", args=[wrong])).status_code == 404
    claim = {"status": "successful", "token": attempt.external_id, "uid": "u"}
    assert client.get(reverse("payment_return", args=[attempt.our_ref]), claim).status_code == 302
    assert fresh(attempt).status == "OPEN"
    # A payer whose session is over is asked to log in, and sees nothing before.
    answer = Client().get(reverse("payment_return", args=[attempt.our_ref]), follow=True)
    assert attempt.payment.number not in answer.content.decode()


def test_the_page_speaks_the_payers_language(client: Client, shop: Shop) -> None:
    shop.owner.language = "ru"
    shop.owner.save(update_fields=["language"])
    client.post(reverse("pay"), {"method": "begateway"})
    assert 'lang="ru"' in seen(client)
    assert "Not paid so far" not in seen(client)

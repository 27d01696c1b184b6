"""Creation and state of checkout tokens."""

from typing import Any

import httpx
import pytest

from tests.sandbox_bank.merchant import Merchant, checkout_request


def test_a_checkout_is_opened_and_its_page_can_be_reached(shop: Merchant) -> None:
    answer = shop.create()
    opened = answer.json()["checkout"]
    assert answer.status_code == 200
    assert len(opened["token"]) == 64
    assert int(opened["token"], 16)
    page = shop.page().get(opened["redirect_url"])
    assert page.status_code == 200
    assert "45.90 BYN" in page.text


def test_an_unpaid_checkout_is_neither_finished_nor_expired(shop: Merchant) -> None:
    found = shop.checkout(shop.token())
    assert (found["finished"], found["expired"], found["status"]) == (False, False, None)
    assert found["order"]["tracking_id"] == "att_1"
    assert found["shop_id"] == shop.bank.shop.shop_id


def test_a_paid_checkout_tells_the_uid_and_the_amount(shop: Merchant) -> None:
    token = shop.token()
    outcome = shop.bank.pay(token)
    found = shop.checkout(token)
    assert (found["finished"], found["expired"], found["status"]) == (True, False, "successful")
    assert found["gateway_response"]["payment"]["uid"] == outcome["uid"]
    assert found["order"]["amount"] == 4590


@pytest.mark.parametrize("auth", [None, ("90001", "wrong"), ("90009", "sandbox-secret"), ("x", "y")])
def test_wrong_credentials_are_refused_with_401(shop: Merchant, auth: tuple[str, str] | None) -> None:
    client = httpx.Client(base_url=shop.bank.url, auth=auth)
    body = {"checkout": checkout_request()}
    assert client.post("/ctp/api/checkouts", json=body).status_code == 401
    assert client.get("/transactions/abc").status_code == 401
    assert shop.bank.state()["checkouts"] == []


def test_another_shop_cannot_see_the_checkout(shop: Merchant) -> None:
    token = shop.token()
    other = shop.bank.shops[1]
    answer = httpx.get(f"{shop.bank.url}/ctp/api/checkouts/{token}", auth=other.auth)
    assert answer.status_code == 404
    assert answer.json()["message"] == "Record not found"


BAD_ORDERS: list[tuple[dict[str, Any], str]] = [
    ({"amount": None}, "amount"),
    ({"amount": 45.9}, "amount"),
    ({"amount": "4590"}, "amount"),
    ({"amount": True}, "amount"),
    ({"amount": 0}, "amount"),
    ({"amount": -1}, "amount"),
    ({"amount": 10**15}, "amount"),
    ({"currency": None}, "currency"),
    ({"currency": "byn"}, "currency"),
    ({"description": ""}, "description"),
    ({"description": "x" * 256}, "description"),
    ({"tracking_id": "x" * 256}, "tracking_id"),
    ({"tracking_id": 7}, "tracking_id"),
    ({"expired_at": "tomorrow"}, "expired_at"),
    ({"expired_at": "2020-01-01T00:00:00+03:00"}, "expired_at"),
    ({"expired_at": "2099-01-01T00:00:00"}, "expired_at"),
]


@pytest.mark.parametrize(("order", "field"), BAD_ORDERS)
def test_a_wrong_order_is_refused_by_name(shop: Merchant, order: dict[str, Any], field: str) -> None:
    answer = shop.create(order=order)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]["checkout"]["order"]) == [field]
    assert shop.bank.state()["checkouts"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"transaction_type": None},
        {"transaction_type": "gift"},
        {"transaction_type": "tokenization"},
        {"transaction_type": "charge"},
        {"attempts": 0},
        {"attempts": 10**30},
        {"payment_method": {"types": ["erip"]}},
        {"test": "yes"},
        {"customer": {"email": "no"}},
        {"customer": {"country": "Portugal"}},
        {"payment_method": {"types": []}},
        {"payment_method": {"types": ["coins"]}},
        {"settings": {"return_url": "ftp://x"}},
        {"settings": {"notification_url": "//nowhere"}},
        {"settings": {"auto_return": -1}},
        {"settings": {"customer_fields": {"visible": ["shoe_size"]}}},
        {"customer": {}, "settings": {"customer_fields": {"read_only": ["email"]}}},
    ],
)
def test_a_wrong_field_anywhere_is_refused(shop: Merchant, changes: dict[str, Any]) -> None:
    answer = shop.create(**changes)
    assert answer.status_code == 422
    assert answer.json()["errors"]["checkout"]
    assert shop.bank.state()["checkouts"] == []


def test_all_errors_come_together_and_in_either_shape(shop: Merchant) -> None:
    order = {"amount": 0, "currency": "XXX"}
    tree = shop.create(order=order).json()
    assert tree["message"] == "amount must be greater than 0"
    assert set(tree["errors"]["checkout"]["order"]) == {"amount", "currency"}
    shop.bank.switch(error_shape="response")
    flat = shop.create(order=order).json()["response"]
    assert flat["errors"]["checkout.order.currency"] == ["is invalid"]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'"x"', b"{}", b'{"checkout": 7}', b"\xff", b"[" * 99999, b'"\\ud800"']
)
def test_a_body_that_is_no_checkout_is_refused(shop: Merchant, raw: bytes) -> None:
    answer = shop.http.post("/ctp/api/checkouts", content=raw)
    assert answer.status_code in (400, 422)
    assert answer.json()["message"]


def test_without_api_version_2_the_return_url_is_not_known(shop: Merchant) -> None:
    body = {**checkout_request(), "settings": shop.settings(success_url=f"{shop.box.url}/success")}
    token = shop.http.post("/ctp/api/checkouts", json={"checkout": body}).json()["checkout"]["token"]
    assert "/success?" in shop.bank.pay(token)["return_url"]


def test_a_repeated_request_id_opens_a_second_token(shop: Merchant) -> None:
    shop.http.headers["RequestID"] = "same"
    assert shop.token() != shop.token()


def test_an_unpaid_token_expires_by_the_banks_clock(shop: Merchant) -> None:
    token = shop.token()
    shop.bank.advance(24 * 3600 - 60)
    assert not shop.checkout(token)["expired"]
    shop.bank.advance(61)
    found = shop.checkout(token)
    assert (found["finished"], found["expired"], found["status"]) == (False, True, "error")
    assert found["gateway_response"] is None
    assert shop.bank.pay(token)["status"] == "closed"
    assert shop.bank.money("att_1")["charges"] == 0

"""Faults in answers and data, and how they are armed."""

import time
from typing import Any

import httpx
import pytest

from tests.sandbox_bank.merchant import Merchant


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize(("when", "opened"), [("before", 0), ("after", 1)])
def test_a_server_error_on_create_may_come_before_or_after(
    shop: Merchant, status: int, when: str, opened: int
) -> None:
    shop.bank.fault("server_error", status=status, when=when)
    assert shop.create().status_code == status
    assert len(shop.bank.state("att_1")["checkouts"]) == opened
    assert shop.create().status_code == 200


@pytest.mark.parametrize(("when", "opened"), [("before", 0), ("after", 1)])
def test_a_timeout_on_create_may_come_before_or_after(shop: Merchant, when: str, opened: int) -> None:
    shop.bank.fault("timeout", seconds=1, when=when)
    shop.http.timeout = httpx.Timeout(0.3)
    with pytest.raises(httpx.ReadTimeout):
        shop.create()
    time.sleep(0.9)
    assert len(shop.bank.state("att_1")["checkouts"]) == opened


def test_a_query_can_fail_once_and_then_answer(shop: Merchant) -> None:
    token = shop.token()
    shop.bank.fault("server_error", on="query", status=502)
    assert shop.http.get(f"/ctp/api/checkouts/{token}").status_code == 502
    assert shop.http.get(f"/ctp/api/checkouts/{token}").status_code == 200


def test_a_refund_that_answers_500_may_have_been_made(shop: Merchant) -> None:
    uid = shop.paid()
    shop.bank.fault("server_error", on="refund", when="after")
    assert shop.refund(uid, 4590, "key-1").status_code == 500
    again = shop.refund(uid, 4590, "key-1")
    assert again.json()["transaction"]["status"] == "successful"
    assert shop.bank.money("att_1")["refunds"] == 1


def test_garbage_instead_of_json(shop: Merchant) -> None:
    shop.bank.fault("garbage")
    answer = shop.create()
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()


def test_a_connection_that_breaks_in_the_middle_of_the_answer(shop: Merchant) -> None:
    shop.bank.fault("cut_off")
    with pytest.raises(httpx.RemoteProtocolError):
        shop.create()
    assert len(shop.bank.state("att_1")["checkouts"]) == 1
    assert shop.create().status_code == 200


def test_no_redirect_url_and_a_foreign_one(shop: Merchant) -> None:
    shop.bank.fault("no_redirect_url")
    assert set(shop.create().json()["checkout"]) == {"token"}
    shop.bank.fault("foreign_redirect", host="https://evil.example")
    assert shop.create().json()["checkout"]["redirect_url"].startswith("https://evil.example/v2/")


TWISTS: list[tuple[str, dict[str, Any], str, Any]] = [
    ("wrong_amount", {"add": 10}, "amount", 4600),
    ("wrong_amount", {"add": -90}, "amount", 4500),
    ("wrong_currency", {"currency": "RUB"}, "currency", "RUB"),
    ("flip_test", {}, "test", False),
    ("unknown_tracking_id", {"to": "att_of_nobody"}, "tracking_id", "att_of_nobody"),
    ("unknown_status", {"status": "frozen"}, "status", "frozen"),
    ("null_amount", {}, "amount", None),
]


@pytest.mark.parametrize(("name", "params", "field", "value"), TWISTS)
def test_a_twisted_payment_is_shown_so_everywhere(
    shop: Merchant, name: str, params: dict[str, Any], field: str, value: Any
) -> None:
    shop.bank.fault(name, **params)
    token = shop.token()
    uid = shop.bank.pay(token)["uid"]
    [note] = shop.box.wait_for(1)
    queried = shop.http.get(f"/transactions/{uid}").json()["transaction"]
    assert note.transaction[field] == value
    assert queried[field] == value
    found = shop.checkout(token)
    assert {**found["order"], **found}[field] == value


def test_a_twist_can_be_in_the_notification_only(shop: Merchant) -> None:
    shop.bank.fault("wrong_amount", add=1, shown_in="notification")
    uid = shop.paid()
    [note] = shop.box.wait_for(1)
    assert note.transaction["amount"] == 4591
    assert shop.http.get(f"/transactions/{uid}").json()["transaction"]["amount"] == 4590
    assert shop.bank.money("att_1")["charged"] == 4590


def test_a_twisted_payment_can_be_straightened(shop: Merchant) -> None:
    shop.bank.fault("unknown_status")
    token = shop.token()
    uid = shop.bank.pay(token)["uid"]
    assert shop.checkout(token)["status"] == "frozen"
    shop.box.wait_for(1)
    shop.bank.straighten(uid)
    first, second = shop.box.wait_for(2)
    assert (first.transaction["status"], second.transaction["status"]) == ("frozen", "successful")
    assert shop.checkout(token)["status"] == "successful"


def test_a_wrong_amount_everywhere_is_what_was_charged(shop: Merchant) -> None:
    shop.bank.fault("wrong_amount", add=1)
    shop.paid()
    assert shop.bank.money("att_1")["charged"] == 4591


def test_hang_after_charging_leaves_the_payer_without_an_answer(shop: Merchant) -> None:
    shop.bank.fault("hang_after_charge", seconds=3)
    token = shop.token()
    page = shop.page()
    card = {"number": "4200000000000000", "expiry": "12/40", "cvc": "111", "holder": "ANA SILVA"}
    with pytest.raises(httpx.ReadTimeout):
        page.post(f"/v2/checkout?token={token}", data=card, timeout=2)
    assert shop.bank.money("att_1")["charged"] == 4590
    assert shop.box.wait_for(1)[0].transaction["status"] == "successful"


def test_a_fault_strikes_as_often_as_told(shop: Merchant) -> None:
    shop.bank.fault("server_error", times=2)
    assert [shop.create().status_code for _ in range(3)] == [500, 500, 200]
    shop.bank.fault("server_error", times="always")
    assert {shop.create().status_code for _ in range(4)} == {500}
    shop.bank.clear_faults()
    assert shop.create().status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "earthquake"},
        {"name": "drop", "trys": 3},
        {"name": "drop", "times": 0},
        {"name": "drop", "times": "twice"},
        {"name": "server_error", "on": "moon"},
        {"name": "server_error", "status": "500"},
        {"name": "corrupt_signature", "mode": "bend"},
        {"name": "wrong_currency", "currency": 7},
        {},
    ],
)
def test_a_misspelt_fault_is_refused_and_not_armed(shop: Merchant, wish: dict[str, Any]) -> None:
    answer = httpx.post(f"{shop.bank.url}/control/faults", json=wish)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert shop.bank.faults() == []


def test_several_faults_are_armed_together_or_not_at_all(shop: Merchant) -> None:
    bad = httpx.post(
        f"{shop.bank.url}/control/faults", json={"faults": [{"name": "drop"}, {"name": "earthquake"}]}
    )
    assert bad.status_code == 422
    assert shop.bank.faults() == []


def test_every_fault_of_the_catalogue_can_be_armed_with_its_defaults(shop: Merchant) -> None:
    kinds = httpx.get(f"{shop.bank.url}/control/faults").json()["kinds"]
    for name in kinds:
        shop.bank.fault(name)
    assert [fault["name"] for fault in shop.bank.faults()] == list(kinds)


@pytest.mark.parametrize("switches", [{"sunshine": True}, {"duplicate_rule": 1}, {"error_shape": "round"}])
def test_an_unknown_switch_or_value_is_refused(shop: Merchant, switches: dict[str, Any]) -> None:
    assert httpx.post(f"{shop.bank.url}/control/settings", json=switches).status_code == 422
    assert httpx.get(f"{shop.bank.url}/control/settings").json()["duplicate_rule"] is False


def test_the_clock_never_goes_back(shop: Merchant) -> None:
    assert httpx.post(f"{shop.bank.url}/control/clock", json={"advance_seconds": -1}).status_code == 422
    assert httpx.post(f"{shop.bank.url}/control/clock", json={"advance_seconds": "1"}).status_code == 422

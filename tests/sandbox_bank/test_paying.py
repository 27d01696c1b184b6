"""Cards, tries, duplicates, and the shop's word before charging."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import pytest

from tests.sandbox_bank.listener import Received
from tests.sandbox_bank.merchant import Merchant

CARDS = [
    ("4200000000000000", "successful"),
    ("4005550000000019", "failed"),
    ("4012000000001006", "successful"),
    ("4012000000001055", "successful"),
    ("4012000000001097", "successful"),
    ("4012000000001022", "failed"),
    ("4012000000001030", "failed"),
    ("4012000000001014", "failed"),
    ("5204240000015003", "successful"),
    ("5204240000015011", "successful"),
    ("5204240000015029", "successful"),
    ("5204240000015045", "failed"),
    ("5204240000015052", "failed"),
    ("5204240000015060", "failed"),
]


@pytest.mark.parametrize(("card", "status"), CARDS)
def test_every_documented_card_does_what_is_documented(shop: Merchant, card: str, status: str) -> None:
    token = shop.token()
    outcome = shop.bank.pay(token, card)
    told = shop.http.get(f"/transactions/{outcome['uid']}").json()["transaction"]
    assert outcome["status"] == told["status"] == told["payment"]["status"] == status
    assert shop.bank.money("att_1")["charges"] == (1 if status == "successful" else 0)
    secure = told["three_d_secure_verification"]
    if secure and status == "successful":
        assert secure["eci"] == ("05" if card.startswith("4") else "02")
        assert secure["cavv"]


@pytest.mark.parametrize(
    ("code", "status", "message"),
    [
        ("51", "failed", "Insufficient funds"),
        ("54", "failed", "Expired card"),
        ("91", "failed", "Issuer is temporarily unavailable"),
        ("77", "failed", "Declined with code 77"),
        ("00", "successful", "Payment was approved"),
    ],
)
def test_expected_bank_code_forces_the_answer(shop: Merchant, code: str, status: str, message: str) -> None:
    uid = shop.bank.pay(shop.token(order={"additional_data": {"expected_bank_code": code}}), "declined")[
        "uid"
    ]
    told = shop.http.get(f"/transactions/{uid}").json()["transaction"]
    assert told["status"] == status
    assert (told["payment"]["bank_code"], told["payment"]["message"]) == (code, message)


def test_expected_bank_code_is_for_tests_only(shop: Merchant) -> None:
    order = {"additional_data": {"expected_bank_code": "51"}}
    assert shop.bank.pay(shop.token(test=False, order=order))["status"] == "successful"


def test_a_cancelled_challenge_charges_nothing(shop: Merchant) -> None:
    token = shop.token()
    outcome = shop.bank.pay(token, "challenge", challenge="cancel")
    assert outcome["status"] == "failed"
    assert "status=failed" in outcome["return_url"]
    assert shop.bank.money("att_1")["charges"] == 0


def test_a_challenge_left_alone_stays_incomplete_until_the_token_expires(shop: Merchant) -> None:
    token = shop.token()
    uid = shop.bank.pay(token, "challenge", challenge="leave")["uid"]
    assert shop.http.get(f"/transactions/{uid}").json()["transaction"]["status"] == "incomplete"
    shop.bank.advance(24 * 3600 + 1)
    assert shop.http.get(f"/transactions/{uid}").json()["transaction"]["status"] == "failed"
    assert shop.checkout(token)["expired"]


def test_a_paid_token_is_never_charged_again(shop: Merchant) -> None:
    token = shop.token(attempts=5)
    assert shop.bank.pay(token)["status"] == "successful"
    assert shop.bank.pay(token)["status"] == "closed"
    assert shop.bank.money("att_1")["charges"] == 1


def test_twenty_payers_at_once_make_one_charge(shop: Merchant) -> None:
    token = shop.token(attempts=20)
    with ThreadPoolExecutor(20) as pool:
        endings = list(pool.map(lambda _: shop.bank.pay(token)["status"], range(20)))
    assert endings.count("successful") == 1
    assert shop.bank.money("att_1")["charges"] == 1


def test_tries_are_counted_and_the_last_decline_finishes_the_token(shop: Merchant) -> None:
    token = shop.token(attempts=2)
    assert shop.bank.pay(token, "declined")["status"] == "failed"
    found = shop.checkout(token)
    assert (found["finished"], found["status"]) == (False, "failed")
    assert shop.bank.pay(token, "declined")["status"] == "failed"
    found = shop.checkout(token)
    assert (found["finished"], found["status"]) == (True, "failed")
    assert shop.bank.pay(token, "ok")["status"] == "closed"


def test_the_duplicate_rule_can_be_switched_on(shop: Merchant) -> None:
    shop.bank.switch(duplicate_rule=True)
    shop.paid()
    second = shop.bank.pay(shop.token(order={"tracking_id": "att_2"}))
    assert second["status"] == "failed"
    told = shop.http.get(f"/transactions/{second['uid']}").json()["transaction"]
    assert told["message"] == "Duplicate transaction"
    other_amount = {"tracking_id": "att_3", "amount": 4591}
    assert shop.bank.pay(shop.token(order=other_amount))["status"] == "successful"
    shop.bank.advance(31)
    assert shop.bank.pay(shop.token(order={"tracking_id": "att_4"}))["status"] == "successful"


def _agree(note: Received) -> tuple[int, bytes]:
    told = note.transaction
    reply = {"code": 0, "uid": told["uid"], "amount": told["amount"], "created_at": told["created_at"]}
    return 200, json.dumps(reply).encode()


def test_the_shop_is_asked_before_charging(shop: Merchant) -> None:
    shop.box.by_path["/verify"] = _agree
    shop.paid(settings={"verification_url": f"{shop.box.url}/verify"})
    question, notification = shop.box.wait_for(2)
    assert question.path == "/verify"
    assert question.headers["authorization"] == shop.bank.shop.basic
    assert question.transaction["uid"] == notification.transaction["uid"]


REFUSALS: list[tuple[int, Any]] = [
    (200, {"code": 1, "message": "superseded", "friendly_message": "The application has changed"}),
    (200, {"code": 0, "uid": "another", "amount": 4590}),
    (200, "nonsense"),
    (500, {}),
]


@pytest.mark.parametrize(("status", "reply"), REFUSALS)
def test_a_shop_that_does_not_agree_is_not_paid(shop: Merchant, status: int, reply: Any) -> None:
    shop.box.by_path["/verify"] = lambda _: (status, json.dumps(reply).encode())
    outcome = shop.bank.pay(shop.token(settings={"verification_url": f"{shop.box.url}/verify"}))
    assert outcome["status"] == "failed"
    assert shop.bank.money("att_1")["charges"] == 0
    if status == 200 and isinstance(reply, dict) and reply["code"]:
        told = shop.http.get(f"/transactions/{outcome['uid']}").json()["transaction"]
        assert told["message"] == "The application has changed"


def test_an_unreachable_verification_url_can_be_let_pass(shop: Merchant) -> None:
    settings = {"verification_url": "http://127.0.0.1:1/verify"}
    assert shop.bank.pay(shop.token(settings=settings))["status"] == "failed"
    shop.bank.switch(precheck_fails_open=True)
    token = shop.token(order={"tracking_id": "att_2"}, settings=settings)
    assert shop.bank.pay(token)["status"] == "successful"


def test_a_second_payer_waits_while_the_shop_is_being_asked(shop: Merchant) -> None:
    others_were_told = threading.Event()

    def slowly(note: Received) -> tuple[int, bytes]:
        others_were_told.wait(20)
        return _agree(note)

    shop.box.by_path["/verify"] = slowly
    token = shop.token(attempts=5, settings={"verification_url": f"{shop.box.url}/verify"})
    with ThreadPoolExecutor(5) as pool:
        endings = as_completed([pool.submit(shop.bank.pay, token) for _payer in range(5)])
        assert [next(endings).result()["status"] for _payer in range(4)] == ["busy"] * 4
        others_were_told.set()
        assert next(endings).result()["status"] == "successful"
    assert shop.bank.money("att_1")["charges"] == 1
    assert shop.checkout(token)["finished"]

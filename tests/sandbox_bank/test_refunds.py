"""Money going back: limits, repeats, duplicates, slow and failed refunds, chargebacks."""

from typing import Any

import pytest

from tests.sandbox_bank.merchant import Merchant


def test_a_full_refund_gives_the_money_back_and_is_notified(shop: Merchant) -> None:
    uid = shop.paid()
    shop.box.wait_for(1)  # tellings that are on the way together may arrive in any order
    told = shop.refund(uid, 4590).json()["transaction"]
    assert (told["type"], told["status"], told["parent_uid"]) == ("refund", "successful", uid)
    assert told["refund"]["status"] == "successful"
    money = shop.bank.money("att_1")
    assert (money["charged"], money["refunded"], money["kept"]) == (4590, 4590, 0)
    assert shop.box.wait_for(2)[1].transaction["uid"] == told["uid"]


def test_several_partial_refunds_never_exceed_the_payment(shop: Merchant) -> None:
    uid = shop.paid()
    assert shop.refund(uid, 4000).status_code == 200
    assert shop.refund(uid, 590).status_code == 200
    assert shop.refund(uid, 1).status_code == 422
    assert shop.bank.money("att_1")["refunded"] == 4590


def test_the_same_amount_within_30_seconds_is_a_duplicate(shop: Merchant) -> None:
    uid = shop.paid()
    assert shop.refund(uid, 100).status_code == 200
    refused = shop.refund(uid, 100)
    assert refused.status_code == 422
    assert refused.json()["response"]["message"] == "Duplicate transaction"
    assert shop.refund(uid, 100, duplicate_check=False).status_code == 200
    shop.bank.advance(31)
    assert shop.refund(uid, 100).status_code == 200
    assert shop.bank.money("att_1")["refunds"] == 3


def test_the_same_request_id_gives_the_first_refund_again_for_24_hours(shop: Merchant) -> None:
    uid = shop.paid()
    first = shop.refund(uid, 100, "key").json()["transaction"]["uid"]
    shop.bank.advance(23 * 3600)
    assert shop.refund(uid, 100, "key").json()["transaction"]["uid"] == first
    shop.bank.advance(3600 + 1)
    assert shop.refund(uid, 100, "key").json()["transaction"]["uid"] != first


def test_a_request_id_of_one_shop_means_nothing_to_another(shop: Merchant) -> None:
    uid = shop.paid()
    shop.refund(uid, 100, "key")
    shop.http.auth = shop.bank.shops[1].auth
    assert shop.refund(uid, 100, "key").status_code == 422


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"reason": ""}, "Reason can't be blank."),
        ({"reason": None}, "Reason can't be blank."),
        ({"reason": "x" * 256}, "reason is too long (maximum is 255 characters)"),
        ({"amount": 0}, "amount must be greater than 0"),
        ({"amount": 4591}, "Amount is more than what is left to refund"),
        ({"parent_uid": "nobody"}, "Parent transaction is not found"),
        ({"parent_uid": None}, "parent_uid can't be blank"),
    ],
)
def test_a_wrong_refund_is_refused_in_words(shop: Merchant, more: dict[str, Any], message: str) -> None:
    uid = shop.paid()
    answer = shop.refund(uid, 100, **more)
    assert answer.status_code == 422
    assert answer.json()["response"]["message"] == message
    assert shop.bank.money("att_1")["refunds"] == 0


def test_a_declined_payment_cannot_be_refunded(shop: Merchant) -> None:
    uid = shop.bank.pay(shop.token(), "declined")["uid"]
    assert shop.refund(uid, 100).status_code == 422


def test_a_pending_refund_ends_by_the_clock_and_is_notified_twice(shop: Merchant) -> None:
    shop.bank.fault("refund_pending", seconds=3600)
    uid = shop.paid()
    shop.box.wait_for(1)
    told = shop.refund(uid, 4590, "key").json()["transaction"]
    assert told["status"] == "pending"
    assert shop.bank.money("att_1")["refunded"] == 0
    assert shop.refund(uid, 1).status_code == 422
    shop.bank.settle()
    shop.bank.advance(3601)
    assert shop.refund(uid, 4590, "key").json()["transaction"]["status"] == "successful"
    assert shop.bank.money("att_1")["refunded"] == 4590
    statuses = [note.transaction["status"] for note in shop.box.wait_for(3)]
    assert statuses == ["successful", "pending", "successful"]


def test_a_failed_refund_leaves_the_money_and_can_be_asked_for_again(shop: Merchant) -> None:
    shop.bank.fault("refund_failed")
    uid = shop.paid()
    assert shop.refund(uid, 4590).json()["transaction"]["status"] == "failed"
    assert shop.bank.money("att_1")["kept"] == 4590
    shop.bank.advance(31)
    assert shop.refund(uid, 4590).json()["transaction"]["status"] == "successful"


def test_a_refund_made_at_the_bank_is_notified(shop: Merchant) -> None:
    uid = shop.paid()
    shop.box.wait_for(1)
    shop.bank.refund(uid, 1000)
    told = shop.box.wait_for(2)[1].transaction
    assert (told["type"], told["amount"], told["parent_uid"]) == ("refund", 1000, uid)
    shop.bank.refund(uid)
    assert shop.bank.money("att_1")["kept"] == 0


def test_card_refunds_can_be_kept_quiet(shop: Merchant) -> None:
    shop.bank.switch(notify_card_refunds=False)
    shop.bank.refund(shop.paid())
    shop.bank.settle()
    assert [note.transaction["type"] for note in shop.box.received] == ["payment"]


def test_a_chargeback_takes_the_money_back_and_is_notified(shop: Merchant) -> None:
    uid = shop.paid()
    shop.box.wait_for(1)
    shop.bank.chargeback(uid)
    told = shop.box.wait_for(2)[1].transaction
    assert (told["type"], told["status"], told["parent_uid"]) == ("chargeback", "successful", uid)
    money = shop.bank.money("att_1")
    assert (money["charged_back"], money["kept"]) == (4590, 0)
    assert shop.refund(uid, 1).status_code == 422

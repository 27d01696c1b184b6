"""Signed notifications: what they say, how they are repeated, and how they can go wrong."""

import json
import re

import pytest

from tests.sandbox_bank.merchant import Merchant, signature_fits


def test_a_payment_is_notified_with_signature_and_basic(shop: Merchant) -> None:
    token = shop.token()
    outcome = shop.bank.pay(token, "3ds")
    [note] = shop.box.wait_for(1)
    assert note.path == "/hook"
    assert note.headers["authorization"] == shop.bank.shop.basic
    assert signature_fits(note, shop.bank.shop.public_key)
    told = note.transaction
    assert (told["uid"], told["type"], told["status"]) == (outcome["uid"], "payment", "successful")
    assert (told["amount"], told["currency"], told["tracking_id"], told["test"]) == (
        4590,
        "BYN",
        "att_1",
        True,
    )
    assert told["payment"]["bank_code"] == "00"
    assert told["three_d_secure_verification"]["pa_status"] == "Y"
    assert told["additional_data"]["vendor"]["token"] == token
    assert told["credit_card"]["last_4"] == "1006"


def test_the_body_is_raw_utf8_with_unsorted_keys_and_no_card_number(shop: Merchant) -> None:
    shop.paid()
    [note] = shop.box.wait_for(1)
    assert "Страхование".encode() in note.raw
    assert b"\\u" not in note.raw
    keys = list(note.transaction)
    assert keys != sorted(keys)
    assert b"4200000000000000" not in note.raw
    reordered = json.dumps(note.body, sort_keys=True).encode()
    assert reordered != note.raw


def test_no_card_number_is_written_into_the_state_file(shop: Merchant) -> None:
    shop.paid()
    shop.bank.settle()
    written = b"".join(path.read_bytes() for path in shop.bank.state_file.parent.glob("bank.db*"))
    assert b"4200000000000000" not in written
    assert b"att_1" in written


def test_an_expired_token_is_notified_without_a_transaction(shop: Merchant) -> None:
    token = shop.token(order={"expired_at": None})
    shop.bank.advance(24 * 3600 + 1)
    [note] = shop.box.wait_for(1)
    assert signature_fits(note, shop.bank.shop.public_key)
    assert "transaction" not in note.body
    assert (note.body["token"], note.body["status"]) == (token, "error")
    assert (note.body["expired"], note.body["finished"]) == (True, False)
    assert note.body["order"]["tracking_id"] == "att_1"


def test_only_exactly_200_acknowledges(shop: Merchant) -> None:
    shop.box.answers = [(204, b""), (301, b""), (200, b"")]
    shop.paid()
    shop.bank.advance(600)
    assert len(shop.box.wait_for(3)) == 3
    assert shop.bank.state()["deliveries"][0]["state"] == "delivered"
    assert len({note.raw for note in shop.box.received}) == 1


def test_the_checkout_service_retries_twice_within_three_minutes(shop: Merchant) -> None:
    shop.box.answers = [(500, b"")] * 10
    shop.paid()
    shop.bank.settle()
    assert len(shop.box.received) == 1
    shop.bank.advance(14)
    assert len(shop.box.received) == 1
    shop.bank.advance(40)
    assert len(shop.box.received) == 2
    shop.bank.advance(180)
    assert len(shop.box.received) == 3
    shop.bank.advance(40 * 3600)
    assert len(shop.box.received) == 3
    assert shop.bank.state()["deliveries"][0]["state"] == "given_up"


def test_the_card_service_retries_fifteen_times_within_two_days(shop: Merchant) -> None:
    shop.bank.switch(checkout_schedule="card")
    shop.box.answers = [(500, b"")] * 20
    shop.paid()
    shop.bank.advance(30 * 3600)
    assert 10 < len(shop.box.received) < 16
    shop.bank.advance(10 * 3600)
    assert len(shop.box.received) == 16


def test_a_shop_that_is_down_gets_the_notification_when_it_is_back(shop: Merchant) -> None:
    shop.paid(settings={"notification_url": "http://127.0.0.1:1/nobody"})
    shop.bank.settle()
    [delivery] = shop.bank.state()["deliveries"]
    assert (delivery["state"], delivery["tries"], delivery["error"]) == ("waiting", 1, "ConnectError")


def test_a_declined_try_and_a_paid_one_are_both_notified(shop: Merchant) -> None:
    token = shop.token(attempts=2)
    shop.bank.pay(token, "declined")
    shop.bank.settle()
    shop.bank.pay(token, "ok")
    first, second = shop.box.wait_for(2)
    assert (first.transaction["status"], second.transaction["status"]) == ("failed", "successful")
    assert first.transaction["uid"] != second.transaction["uid"]
    assert first.transaction["payment"]["message"] == "Do not honor"


def test_failed_tries_can_be_kept_quiet(shop: Merchant) -> None:
    shop.bank.switch(notify_failed_tries=False)
    token = shop.token(attempts=2)
    shop.bank.pay(token, "declined")
    shop.bank.settle()
    assert shop.box.received == []
    shop.bank.pay(token, "declined")
    assert len(shop.box.wait_for(1)) == 1


def test_a_lost_notification_never_comes(shop: Merchant) -> None:
    shop.bank.fault("drop")
    shop.paid()
    shop.bank.advance(3600)
    assert shop.box.received == []
    assert shop.bank.money("att_1")["charges"] == 1


def test_only_the_first_deliveries_may_be_lost(shop: Merchant) -> None:
    shop.bank.fault("drop", tries=2)
    shop.paid()
    shop.bank.advance(60)
    assert shop.box.received == []
    shop.bank.advance(180)
    assert len(shop.box.wait_for(1)) == 1


def test_a_delayed_notification_comes_when_the_clock_says_so(shop: Merchant) -> None:
    shop.bank.fault("delay", seconds=600)
    shop.paid()
    shop.bank.advance(500)
    assert shop.box.received == []
    shop.bank.advance(101)
    assert len(shop.box.wait_for(1)) == 1


def test_a_doubled_notification_comes_as_often_as_told(shop: Merchant) -> None:
    shop.bank.fault("double", times_sent=5)
    shop.paid()
    notes = shop.box.wait_for(5)
    shop.bank.settle()
    assert len(notes) == 5
    assert len({note.raw for note in notes}) == 1


def test_reordered_notifications_come_backwards(shop: Merchant) -> None:
    shop.bank.fault("reorder", count=2)
    token = shop.token(attempts=2)
    shop.bank.pay(token, "declined")
    shop.bank.settle()
    assert shop.box.received == []
    shop.bank.pay(token, "ok")
    first, second = shop.box.wait_for(2)
    assert (first.transaction["status"], second.transaction["status"]) == ("successful", "failed")


def test_a_held_notification_is_let_go_in_the_end(shop: Merchant) -> None:
    shop.bank.fault("reorder", count=2, seconds=60)
    shop.paid()
    shop.bank.advance(61)
    assert len(shop.box.wait_for(1)) == 1


@pytest.mark.parametrize("mode", ["flip", "absent", "not_base64", "other_key"])
def test_a_corrupt_signature_does_not_fit(shop: Merchant, mode: str) -> None:
    shop.bank.fault("corrupt_signature", mode=mode)
    shop.paid()
    [note] = shop.box.wait_for(1)
    assert not signature_fits(note, shop.bank.shop.public_key)
    assert ("content-signature" in note.headers) is (mode != "absent")
    assert note.headers["authorization"] == shop.bank.shop.basic


@pytest.mark.parametrize("mode", ["absent", "wrong"])
def test_basic_can_be_dropped_while_the_signature_fits(shop: Merchant, mode: str) -> None:
    shop.bank.fault("drop_basic", mode=mode)
    shop.paid()
    [note] = shop.box.wait_for(1)
    assert note.headers.get("authorization") != shop.bank.shop.basic
    assert signature_fits(note, shop.bank.shop.public_key)


def test_a_reencoded_body_says_the_same_and_does_not_fit(shop: Merchant) -> None:
    shop.bank.fault("reencode")
    uid = shop.paid()
    [note] = shop.box.wait_for(1)
    assert note.transaction["uid"] == uid
    assert b"\\u" in note.raw
    assert not signature_fits(note, shop.bank.shop.public_key)


def test_a_big_body_is_rightly_signed(shop: Merchant) -> None:
    shop.bank.fault("big_body", bytes=100_000)
    shop.paid()
    [note] = shop.box.wait_for(1)
    assert len(note.raw) > 100_000
    assert signature_fits(note, shop.bank.shop.public_key)


def test_a_garbage_body_is_rightly_signed(shop: Merchant) -> None:
    shop.bank.fault("garbage_body")
    shop.paid()
    [note] = shop.box.wait_for(1)
    assert signature_fits(note, shop.bank.shop.public_key)
    assert not re.match(rb"\s*[{\[]", note.raw)


def test_the_refund_can_be_notified_before_its_payment(shop: Merchant) -> None:
    shop.bank.fault("refund_first")
    uid = shop.paid()
    shop.bank.settle()
    assert shop.box.received == []
    assert shop.refund(uid, 1000).status_code == 200
    first, second = shop.box.wait_for(2)
    assert (first.transaction["type"], first.transaction["parent_uid"]) == ("refund", uid)
    assert (second.transaction["type"], second.transaction["uid"]) == ("payment", uid)


def test_an_old_notification_is_replayed_byte_for_byte(shop: Merchant) -> None:
    uid = shop.paid()
    shop.refund(uid, 4590)
    shop.box.wait_for(2)
    shop.bank.replay(tracking_id="att_1", about="payment", status="successful")
    notes = shop.box.wait_for(3)
    assert notes[2].raw == notes[0].raw
    assert notes[2].headers["content-signature"] == notes[0].headers["content-signature"]


def test_the_expired_notification_can_come_after_success(shop: Merchant) -> None:
    token = shop.token()
    shop.bank.pay(token)
    shop.box.wait_for(1)
    shop.bank.expire(token)
    late = shop.box.wait_for(2)[1]
    assert (late.body["token"], late.body["status"]) == (token, "error")
    assert shop.checkout(token)["status"] == "successful"


def test_after_a_key_rotation_only_the_new_key_fits(shop: Merchant) -> None:
    old = shop.bank.shop.public_key
    shop.paid()
    new = shop.bank.rotate_key()
    shop.paid(order={"tracking_id": "att_2"})
    first, second = shop.box.wait_for(2)
    assert old != new
    assert signature_fits(first, old)
    assert signature_fits(second, new)
    assert not signature_fits(second, old)


def test_a_fault_for_one_payment_spares_the_others(shop: Merchant) -> None:
    shop.bank.fault("drop", tracking_id="att_2", times="always")
    shop.paid()
    shop.paid(order={"tracking_id": "att_2"})
    shop.bank.settle()
    assert [note.transaction["tracking_id"] for note in shop.box.received] == ["att_1"]
    assert shop.bank.faults()[0]["used"] == 1


def test_a_fault_for_refunds_spares_the_payment(shop: Merchant) -> None:
    shop.bank.fault("drop", about="refund")
    uid = shop.paid()
    shop.refund(uid, 100)
    shop.bank.settle()
    assert [note.transaction["type"] for note in shop.box.received] == ["payment"]

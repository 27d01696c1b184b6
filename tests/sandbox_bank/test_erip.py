"""ERIP bills: creation, deletion, the kiosk, slow refunds."""

import base64
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp

from tests.sandbox_bank.merchant import Merchant, signature_fits

BILL = {"type": "erip", "account_number": "A000123", "service_no": "99999999"}


def _uid(shop: Merchant, **changes: Any) -> str:
    answer = shop.bill(**changes)
    assert answer.status_code == 201, answer.text
    uid: str = answer.json()["transaction"]["uid"]
    return uid


def _status(shop: Merchant, uid: str) -> str:
    status: str = shop.http.get(f"/beyag/payments/{uid}").json()["transaction"]["status"]
    return status


def test_a_bill_is_created_with_everything_a_payer_needs(shop: Merchant) -> None:
    told = shop.bill().json()["transaction"]
    assert (told["status"], told["payment_method_type"], told["amount"]) == ("pending", "erip", 4590)
    assert told["erip"]["account_number"] == "A000123"
    assert told["erip"]["instruction"]
    assert [note.transaction["status"] for note in shop.box.wait_for(1)] == ["pending"]


def test_the_qr_code_reads_back(shop: Merchant) -> None:
    section = shop.bill().json()["transaction"]["erip"]
    png = base64.b64decode(section["qr_code"].removeprefix("data:image/png;base64,"))
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [section["qr_code_raw"]]


def test_a_paid_bill_is_notified_and_signed(shop: Merchant) -> None:
    uid = _uid(shop)
    shop.box.wait_for(1)  # tellings that are on the way together may arrive in any order
    shop.bank.pay_bill("A000123")
    told = shop.box.wait_for(2)[1]
    assert signature_fits(told, shop.bank.shop.public_key)
    assert (told.transaction["uid"], told.transaction["status"]) == (uid, "successful")
    assert told.transaction["erip"]["transaction_id"]
    assert _status(shop, uid) == "successful"
    assert shop.bank.money("att_e")["charged"] == 4590


def test_a_bill_is_found_by_uid_order_id_and_tracking_id(shop: Merchant) -> None:
    uid = _uid(shop)
    get = shop.http.get
    assert get(f"/beyag/transactions/{uid}").json()["transaction"]["uid"] == uid
    assert get("/beyag/payments/", params={"order_id": 100000000123}).json()["transaction"]["uid"] == uid
    [found] = get("/beyag/transactions/tracking_id/att_e").json()["transactions"]
    assert found["uid"] == uid
    assert get(f"/transactions/{uid}").status_code == 404
    assert get("/v2/transactions/tracking_id/att_e").json() == {"transactions": []}


def test_a_deleted_bill_cannot_be_paid(shop: Merchant) -> None:
    uid = _uid(shop)
    assert shop.http.delete(f"/beyag/payments/{uid}").json() == {"message": "Successfully deleted"}
    assert _status(shop, uid) == "deleted"
    with pytest.raises(AssertionError, match="no bill to pay"):
        shop.bank.pay_bill("A000123")
    assert shop.http.delete(f"/beyag/payments/{uid}").status_code == 422


def test_a_paid_bill_cannot_be_deleted(shop: Merchant) -> None:
    uid = _uid(shop)
    shop.bank.pay_bill("A000123")
    assert shop.http.delete(f"/beyag/payments/{uid}").status_code == 422
    assert _status(shop, uid) == "successful"


def test_a_bill_being_paid_cannot_be_deleted_for_half_an_hour(shop: Merchant) -> None:
    uid = _uid(shop)
    shop.bank.pay_bill("A000123", "start")
    assert _status(shop, uid) == "start"
    assert shop.http.delete(f"/beyag/payments/{uid}").status_code == 422
    shop.bank.advance(31 * 60)
    assert _status(shop, uid) == "pending"


def test_an_interrupted_payment_is_notified_as_failed_and_can_still_be_paid(shop: Merchant) -> None:
    uid = _uid(shop)
    shop.bank.settle()
    shop.bank.pay_bill("A000123", "failed")
    assert _status(shop, uid) == "pending"
    shop.bank.settle()
    shop.bank.pay_bill("A000123")
    statuses = [note.transaction["status"] for note in shop.box.wait_for(3)]
    assert statuses == ["pending", "failed", "successful"]


def test_a_new_bill_for_the_same_account_expires_the_old_one(shop: Merchant) -> None:
    old, new = _uid(shop), _uid(shop, tracking_id="att_e2")
    assert (_status(shop, old), _status(shop, new)) == ("expired", "pending")


def test_a_bill_expires_at_its_time(shop: Merchant) -> None:
    uid = _uid(shop)
    shop.bank.settle()  # the first telling has arrived: a day later both would go out at once
    shop.bank.advance(24 * 3600 + 1)
    assert _status(shop, uid) == "expired"
    assert [note.transaction["status"] for note in shop.box.wait_for(2)] == ["pending", "expired"]


def test_the_same_request_id_gives_the_same_bill(shop: Merchant) -> None:
    first, again = shop.bill("key").json(), shop.bill("key").json()
    assert first["transaction"]["uid"] == again["transaction"]["uid"]
    assert len(shop.bank.state("att_e")["transactions"]) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"currency": "EUR"}, "currency"),
        ({"amount": None}, "amount"),
        ({"description": None}, "description"),
        ({"ip": None}, "ip"),
        ({"order_id": 10**12}, "order_id"),
        ({"payment_method": None}, "payment_method"),
        ({"payment_method": {**BILL, "type": "card"}}, "payment_method.type"),
        ({"payment_method": {**BILL, "account_number": "x" * 31}}, "payment_method.account_number"),
        ({"payment_method": {**BILL, "service_no": "12"}}, "payment_method.service_no"),
        ({"expired_at": "yesterday"}, "expired_at"),
    ],
)
def test_a_wrong_bill_is_refused_by_name(shop: Merchant, changes: dict[str, Any], field: str) -> None:
    answer = shop.bill(**changes)
    assert answer.status_code == 422
    assert field in answer.json()["response"]["errors"]
    assert shop.bank.state("att_e")["transactions"] == []


def _refund(shop: Merchant, uid: str, amount: int = 4590) -> Any:
    request = {"parent_uid": uid, "amount": amount, "reason": "Withdrawn"}
    return shop.http.post("/beyag/refunds", json={"request": request})


def test_an_erip_refund_waits_a_day_and_then_stays_pending_for_days(shop: Merchant) -> None:
    uid = _uid(shop)
    shop.bank.pay_bill("A000123")
    assert _refund(shop, uid).status_code == 422
    shop.bank.advance(24 * 3600 + 1)
    assert _refund(shop, uid).json()["transaction"]["status"] == "pending"
    shop.bank.advance(71 * 3600)
    assert shop.bank.money("att_e")["refunded"] == 0
    shop.box.wait_for(3)
    shop.bank.advance(3600 + 1)
    assert shop.bank.money("att_e")["refunded"] == 4590
    assert shop.box.wait_for(4)[3].transaction["status"] == "successful"


def test_an_erip_refund_may_fail_after_days(shop: Merchant) -> None:
    shop.bank.switch(erip_refund_rules=False, erip_refund_hours=1)
    shop.bank.fault("refund_failed")
    uid = _uid(shop)
    shop.bank.pay_bill("A000123")
    refund = _refund(shop, uid).json()["transaction"]
    assert refund["status"] == "pending"
    assert "_will_fail" not in refund
    shop.bank.advance(3601)
    assert _status(shop, refund["uid"]) == "failed"
    assert shop.bank.money("att_e")["kept"] == 4590


def test_the_kiosk_page_pays_a_bill_by_its_number(shop: Merchant) -> None:
    uid = _uid(shop)
    page = shop.page()
    assert "счёта" in page.get("/erip", params={"account": "Z9"}).text.lower()
    found = page.get("/erip", params={"account": "A000123", "lang": "en"}).text
    assert "45.90 BYN" in found
    assert uid in found
    answer = page.post("/erip", data={"uid": uid})
    assert (answer.status_code, answer.headers["location"]) == (303, "/erip?done=paid&lang=ru")
    assert _status(shop, uid) == "successful"
    assert page.post("/erip", data={"uid": uid}).headers["location"] == "/erip?account=-&lang=ru"
    assert shop.bank.money("att_e")["charges"] == 1

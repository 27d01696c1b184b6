"""Questions of a shop: by uid, by tracking id, and the report for reconciliation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.sandbox_bank.merchant import Merchant


def test_a_transaction_is_found_by_uid(shop: Merchant) -> None:
    uid = shop.paid()
    assert shop.http.get(f"/transactions/{uid}").json()["transaction"]["uid"] == uid
    assert shop.http.get("/transactions/nobody").status_code == 404


def test_another_shop_finds_nothing(shop: Merchant) -> None:
    uid = shop.paid()
    other = httpx.Client(base_url=shop.bank.url, auth=shop.bank.shops[1].auth)
    assert other.get(f"/transactions/{uid}").status_code == 404
    assert other.get("/v2/transactions/tracking_id/att_1").json() == {"transactions": []}


def test_by_tracking_id_come_the_ten_newest(shop: Merchant) -> None:
    uids = [shop.paid() for _ in range(12)]
    found = shop.http.get("/v2/transactions/tracking_id/att_1").json()["transactions"]
    assert [transaction["uid"] for transaction in found] == uids[:1:-1]
    assert shop.http.get("/v2/transactions/tracking_id/att_9").json() == {"transactions": []}


def test_the_unversioned_path_gives_one(shop: Merchant) -> None:
    uid = shop.paid()
    assert shop.http.get("/transactions/tracking_id/att_1").json()["transaction"]["uid"] == uid


def _report(shop: Merchant, **changes: Any) -> httpx.Response:
    now = datetime.now(UTC)
    params = {
        "date_type": "created_at",
        "from": f"{now - timedelta(hours=1):%Y-%m-%d %H:%M:%S}",
        "to": f"{now + timedelta(hours=1):%Y-%m-%d %H:%M:%S}",
        "status": "all",
        "payment_method_type": "credit_card",
        "time_zone": "UTC",
        **changes,
    }
    return shop.http.post("/api/reports", json={"report_params": params}, headers={"X-API-Version": "3"})


def test_the_report_lists_payments_and_refunds_page_by_page(shop: Merchant) -> None:
    uids = [shop.paid(order={"tracking_id": f"att_{n}"}) for n in range(4)]
    uids.append(shop.refund(uids[0], 100).json()["transaction"]["uid"])
    listed, after = [], None
    for _ in range(3):
        page = _report(shop, max=2, starting_after=after).json()
        listed += [transaction["uid"] for transaction in page["transactions"]]
        after = page["last_object_id"]
    assert listed == uids
    assert page["has_more"] is False


def test_the_report_keeps_to_period_status_and_method(shop: Merchant) -> None:
    shop.paid()
    shop.bank.pay(shop.token(), "declined")
    shop.bill()
    assert len(_report(shop).json()["transactions"]) == 2
    assert len(_report(shop, status="failed").json()["transactions"]) == 1
    assert len(_report(shop, payment_method_type="erip").json()["transactions"]) == 1
    assert _report(shop, **{"to": "2020-01-01 00:00:00", "from": "2019-01-01 00:00:00"}).json()["count"] == 0


def test_the_report_reads_its_period_in_the_asked_zone(shop: Merchant) -> None:
    shop.paid()
    minsk = datetime.now(UTC) + timedelta(hours=3)
    period = {"from": f"{minsk - timedelta(minutes=5):%F %T}", "to": f"{minsk + timedelta(minutes=5):%F %T}"}
    assert _report(shop, **period, time_zone="Europe/Minsk").json()["count"] == 1
    assert _report(shop, **period, time_zone="UTC").json()["count"] == 0


def test_the_report_omits_test_transactions_when_so_switched(shop: Merchant) -> None:
    shop.paid()
    real = shop.paid(test=False)
    shop.bank.switch(reports_include_test=False)
    assert [line["uid"] for line in _report(shop).json()["transactions"]] == [real]


@pytest.mark.parametrize(
    "changes",
    [
        {"payment_method_type": None},
        {"payment_method_type": "coins"},
        {"status": "fine"},
        {"date_type": "born_at"},
        {"from": "yesterday"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"starting_after": "x"},
    ],
)
def test_a_wrong_report_is_refused(shop: Merchant, changes: dict[str, Any]) -> None:
    assert _report(shop, **changes).status_code == 422

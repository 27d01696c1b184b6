"""Whatever a shop or a person sends, the bank answers in words and never with a mistake of its own."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox_bank.bank import SandboxBank
from tests.sandbox_bank.merchant import checkout_request

rough = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ROUGHLY = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
URLS = {"return_url": "http://127.0.0.1:1/r", "language": "ru", "auto_return": 3, "button_text": "Pay"}
FULL: dict[str, Any] = {
    "checkout": {
        **checkout_request(attempts=2, payment_method={"types": ["credit_card"]}),
        "settings": {**URLS, "customer_fields": {"visible": ["email"], "read_only": ["email"]}},
    },
    "bill": {
        "request": {
            "amount": 1,
            "currency": "BYN",
            "description": "x",
            "ip": "1.2.3.4",
            "tracking_id": "t",
            "order_id": 1,
            "customer": {"phone": "1"},
            "payment_method": {"type": "erip", "account_number": "1", "service_no": "12345678"},
        }
    },
    "refund": {"request": {"parent_uid": "x", "amount": 1, "reason": "y", "duplicate_check": True}},
    "report": {
        "report_params": {
            "date_type": "paid_at",
            "from": "2026-01-01 00:00:00",
            "to": "2026-01-02 00:00:00",
            "status": "all",
            "payment_method_type": "credit_card",
            "time_zone": "UTC",
            "starting_after": 1,
            "max": 5,
        }
    },
}
PATHS = {
    "checkout": "/ctp/api/checkouts",
    "bill": "/beyag/payments",
    "refund": "/transactions/refunds",
    "report": "/api/reports",
}


def _places(tree: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(tree, dict):
        return [path]
    return [path, *(place for key, value in tree.items() for place in _places(value, (*path, key)))]


def _put(tree: Any, path: tuple[str, ...], value: Any) -> Any:
    return {**tree, path[0]: _put(tree[path[0]], path[1:], value)} if path else value


@pytest.mark.parametrize("kind", list(FULL))
@given(data=st.data())
@ROUGHLY
def test_a_rough_value_in_any_place_is_no_500(bank_process: SandboxBank, kind: str, data: Any) -> None:
    place = data.draw(st.sampled_from(_places(FULL[kind])))
    body = _put(FULL[kind], place, data.draw(rough))
    answer = bank_process.client.post(
        PATHS[kind], json=body, auth=bank_process.shop.auth, headers={"X-API-Version": "2"}
    )
    assert answer.status_code in (200, 201, 400, 422), (body, answer.text)
    if kind == "checkout" and answer.is_success:
        page = bank_process.client.get(answer.json()["checkout"]["redirect_url"])
        assert page.status_code == 200, (body, page.text)


@pytest.mark.parametrize(
    "act", ["faults", "clock", "pay", "erip/pay", "refund", "replay", "rotate", "settings"]
)
@given(body=st.dictionaries(st.sampled_from(["name", "times", "uid", "token", "shop_id", "card"]), rough))
@ROUGHLY
def test_a_rough_wish_at_the_desk_is_no_500(bank_process: SandboxBank, act: str, body: Any) -> None:
    answer = bank_process.client.post(f"/control/{act}", json=body)
    assert answer.status_code in (200, 404, 422), (body, answer.text)


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic Og==", "Bearer x", "Basic OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTp4"]
)
def test_a_malformed_authorization_is_401(bank: SandboxBank, header: str) -> None:
    answer = httpx.get(f"{bank.url}/transactions/x", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_body_of_ten_megabytes_is_refused(bank: SandboxBank) -> None:
    answer = bank.client.post("/ctp/api/checkouts", content=b"x" * 10_000_000, auth=bank.shop.auth)
    assert answer.status_code == 413

"""The adapter against golden vectors: bodies as the provider documents them, keys and signatures."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from parason.payments import checks
from parason.payments.gateways.begateway import messages
from parason.payments.gateways.begateway.adapter import BeGateway
from parason.payments.gateways.begateway.config import read
from parason.payments.gateways.begateway.signature import load_key
from parason.payments.gateways.interface import Forged, Kind, Status, Unreadable

SUCCESS: dict[str, Any] = {
    "uid": "3b1f0a52-7a1e-4c0b-9d55-0d6e2f1c9a10", "type": "payment", "status": "successful",
    "message": "Successfully processed", "amount": 4590, "currency": "BYN", "tracking_id": "att_01J9Z7Q4",
    "payment_method_type": "credit_card", "test": True, "updated_at": "2026-10-05T12:01:09.000Z",
    "credit_card": {"brand": "visa", "last_4": "1006"},
    "payment": {"bank_code": "00", "message": "Payment was approved", "status": "successful"},
    "additional_data": {"vendor": {"token": "5f0c"}},
}  # fmt: skip
EXPIRED: dict[str, Any] = {
    "token": "5f0c", "shop_id": 90001, "transaction_type": "payment", "gateway_response": None,
    "order": {"amount": 4590, "currency": "BYN", "tracking_id": "att_01J9Z7Q4"}, "finished": False,
    "expired": True, "test": True, "status": "error", "message": "Token is expired.",
}  # fmt: skip


def key_pair() -> tuple[rsa.RSAPrivateKey, str]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, base64.b64encode(public).decode()


PRIVATE, PUBLIC = key_pair()
OTHER_PRIVATE, OTHER_PUBLIC = key_pair()
VALUES = {
    "checkout_url": "https://checkout.bepaid.by", "gateway_url": "https://gateway.bepaid.by",
    "api_url": "https://api.bepaid.by", "shop_id": "90001", "secret_key": "s3cret", "public_keys": [PUBLIC],
}  # fmt: skip
BASIC = "Basic " + base64.b64encode(b"90001:s3cret").decode()


def adapter(**changes: Any) -> BeGateway:
    return BeGateway(read({**VALUES, **changes}))


def sign(raw: bytes, key: rsa.RSAPrivateKey = PRIVATE) -> str:
    return base64.b64encode(key.sign(raw, padding.PKCS1v15(), hashes.SHA256())).decode()


def parsed(document: Any) -> list[Any]:
    return adapter().parse_webhook(json.dumps(document).encode())


def test_a_successful_payment_is_read() -> None:
    (seen,) = parsed({"transaction": SUCCESS})
    assert (seen.kind, seen.status, seen.uid) == (Kind.PAYMENT, Status.SUCCEEDED, SUCCESS["uid"])
    assert (seen.amount_minor, seen.currency, seen.our_ref) == (4590, "BYN", "att_01J9Z7Q4")
    assert (seen.external_id, seen.test, seen.card, seen.code) == ("5f0c", True, "visa •••• 1006", "00")
    assert seen.occurred_at.isoformat() == "2026-10-05T12:01:09+00:00"


def test_an_expired_token_has_no_transaction() -> None:
    (seen,) = parsed(EXPIRED)
    assert (seen.kind, seen.status, seen.our_ref) == (Kind.CHECKOUT, Status.EXPIRED, "att_01J9Z7Q4")
    assert (seen.external_id, seen.shop_id) == ("5f0c", "90001")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("failed", Status.DECLINED), ("incomplete", Status.ACTION_REQUIRED), ("pending", Status.PENDING),
        ("expired", Status.EXPIRED), ("frozen", Status.UNKNOWN), (None, Status.UNKNOWN),
        ("error", Status.ERROR),
    ],
)  # fmt: skip
def test_words_of_the_gateway_have_our_meaning(word: Any, status: Status) -> None:
    (seen,) = parsed({"transaction": SUCCESS | {"status": word}})
    assert seen.status is status


@pytest.mark.parametrize("amount", [45.9, "4590", None, True, [4590], 4590.0])
def test_only_an_integer_is_an_amount(amount: Any) -> None:
    (seen,) = parsed({"transaction": SUCCESS | {"amount": amount}})
    assert seen.amount_minor is None


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'"x"', b"{}", b"\xff\xfe", b"[" * 100_000])
def test_what_cannot_be_read_says_so(body: bytes) -> None:
    with pytest.raises(Unreadable):
        adapter().parse_webhook(body)


def test_types_that_move_no_money_are_nothing() -> None:
    assert parsed({"transaction": SUCCESS | {"type": "tokenization"}}) == []


@pytest.mark.parametrize(
    ("finished", "expired", "word", "status"),
    [
        (False, False, None, Status.OPEN), (False, False, "error", Status.OPEN),
        (True, False, "successful", Status.SUCCEEDED), (False, False, "successful", Status.OPEN),
        (True, False, "failed", Status.DECLINED), (False, True, "error", Status.EXPIRED),
        (True, True, "successful", Status.SUCCEEDED),
    ],
)  # fmt: skip
def test_a_page_is_judged_by_three_facts(finished: bool, expired: bool, word: Any, status: Status) -> None:
    (seen,) = messages.checkout(EXPIRED | {"finished": finished, "expired": expired, "status": word})
    assert seen.status is status


@pytest.mark.parametrize(
    "body",
    [
        {
            "message": "fail_url is in invalid format",
            "errors": {"checkout": {"settings": {"fail_url": ["x"]}}},
        },
        {
            "response": {
                "message": "fail_url is in invalid format",
                "errors": {"order.currency": ["is invalid"]},
            }
        },
        {"code": "E.1025", "message": "m", "friendly_message": "fail_url is in invalid format"},
    ],
)
def test_each_shape_of_an_error_is_understood(body: Any) -> None:
    assert messages.error_text(body).startswith("fail_url is in invalid format")
    assert messages.error_text(None) == messages.error_text({}) == "refused without a reason"


RAW = '{"transaction":{"uid":"u","message":"Оплачено ✓"}}'.encode()


def test_a_genuine_message_passes() -> None:
    adapter().authenticate(RAW, {"content-signature": sign(RAW), "authorization": BASIC})


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "no signature"),
        ({"authorization": BASIC}, "no signature"),
        ({"content-signature": "", "authorization": BASIC}, "no signature"),
        ({"content-signature": "not base64!", "authorization": BASIC}, "bad signature"),
        ({"content-signature": "AAAA", "authorization": BASIC}, "bad signature"),
        ({"content-signature": sign(RAW, OTHER_PRIVATE), "authorization": BASIC}, "bad signature"),
        ({"content-signature": sign(RAW + b" "), "authorization": BASIC}, "bad signature"),
        ({"content-signature": sign(RAW)}, "signed, but no password"),
        ({"content-signature": sign(RAW), "authorization": "Basic AAAA"}, "signed, but a wrong password"),
    ],
)
def test_a_message_that_proves_nothing_is_refused(headers: dict[str, str], reason: str) -> None:
    with pytest.raises(Forged) as caught:
        adapter().authenticate(RAW, headers)
    assert caught.value.reason == reason


def test_no_key_means_no_message_is_genuine() -> None:
    with pytest.raises(Forged):
        adapter(public_keys=[]).authenticate(RAW, {"content-signature": sign(RAW), "authorization": BASIC})


def test_every_flipped_bit_of_a_signature_is_noticed() -> None:
    good = base64.b64decode(sign(RAW))
    for position in range(0, len(good) * 8, 37):
        bad = bytearray(good)
        bad[position // 8] ^= 1 << position % 8
        headers = {"content-signature": base64.b64encode(bytes(bad)).decode(), "authorization": BASIC}
        with pytest.raises(Forged):
            adapter().authenticate(RAW, headers)


def test_two_keys_are_good_while_one_replaces_the_other() -> None:
    both = adapter(public_keys=[PUBLIC, OTHER_PUBLIC])
    for key in (PRIVATE, OTHER_PRIVATE):
        both.authenticate(RAW, {"content-signature": sign(RAW, key), "authorization": BASIC})


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_key_may_be_bare_or_in_armour(ending: str) -> None:
    lines = [PUBLIC[i : i + 64] for i in range(0, len(PUBLIC), 64)]
    armoured = ending.join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])
    assert load_key(armoured).public_numbers() == load_key(PUBLIC).public_numbers()


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://checkout.bepaid.by/v2/checkout?token=x", True),
        ("https://checkout.bepaid.by/widget/hpp.html?token=x", True),
        ("http://checkout.bepaid.by/v2/checkout?token=x", False),
        ("https://evil.example/v2/checkout?token=x", False),
        ("https://checkout.bepaid.by@evil.example/", False),
        ("https://checkout.bepaid.by.evil.example/", False),
        ("https://checkout.bepaid.by:8443/", False),
        ("//checkout.bepaid.by/", False),
        ("javascript:alert(1)//checkout.bepaid.by", False),
        ("", False),
    ],
)
def test_a_payer_is_sent_to_the_bank_and_nowhere_else(url: str, may: bool) -> None:
    assert adapter()._may_send_to(url) is may


def test_an_amount_of_money_leaves_as_an_integer() -> None:
    from datetime import UTC, datetime

    from parason.payments.gateways.interface import OpenRequest

    request = OpenRequest(
        our_ref="r" * 32, number=1, amount_minor=4590, currency="BYN", description="ä" * 300, language="ar",
        return_url="https://p/back", notification_url="https://p/hook",
        customer={"email": "a@b.c", "phone": ""},
        expires_at=datetime(2026, 10, 5, 12, 30, tzinfo=UTC),
    )  # fmt: skip
    body = adapter()._checkout(request)["checkout"]
    assert body["order"]["amount"] == 4590
    assert body["order"]["expired_at"] == "2026-10-05T15:30:00+03:00"
    assert len(body["order"]["description"]) == 255
    assert body["settings"]["language"] == "en"  # the bank's page has no Arabic
    assert body["customer"] == {"email": "a@b.c"}
    assert body["payment_method"] == {"types": ["credit_card"]}


def test_a_half_configured_gateway_stops_the_start(settings: Any) -> None:
    def found() -> set[str]:
        return {str(one.id) for one in checks.gateways()}

    settings.PARASON_BEGATEWAY = VALUES
    assert found() == set()
    settings.PARASON_BEGATEWAY = dict.fromkeys(VALUES, "")
    assert found() == set()
    for name in VALUES:
        settings.PARASON_BEGATEWAY = VALUES | {name: ""}
        assert "parason.payments.E001" in found()
    settings.PARASON_BEGATEWAY = VALUES | {"public_keys": ["nonsense"]}
    assert found() == {"parason.payments.E002"}
    settings.PARASON_BEGATEWAY = VALUES | {"gateway_url": "http://gateway.bepaid.by"}
    assert found() == {"parason.payments.W001"}

"""The payer's pages over plain HTTP: form, issuer, result, return."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.sandbox_bank.merchant import Merchant

GOOD = {"number": "4200 0000 0000 0000", "expiry": "12/40", "cvc": "111", "holder": "ANA SILVA"}
CHALLENGE = {**GOOD, "number": "4012000000001097"}


def _submit(shop: Merchant, token: str, card: dict[str, str]) -> httpx.Response:
    return shop.page().post(f"/v2/checkout?token={token}", data=card)


def _returned(location: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(location)
    return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}


def test_auto_return_0_sends_the_payer_back_at_once_with_the_query_kept(shop: Merchant) -> None:
    token = shop.token(settings={"auto_return": 0})
    answer = _submit(shop, token, GOOD)
    assert answer.status_code == 303
    path, query = _returned(answer.headers["location"])
    assert path == "/return"
    assert query == {
        "mine": "1",
        "token": token,
        "status": "successful",
        "uid": shop.checkout(token)["gateway_response"]["payment"]["uid"],
    }


def test_auto_return_3_shows_the_result_and_goes_on_after_3_seconds(shop: Merchant) -> None:
    token = shop.token(settings={"auto_return": 3})
    result = shop.page().get(_submit(shop, token, GOOD).headers["location"])
    assert "Payment successful" in result.text
    wait, _, url = result.headers["refresh"].partition("; url=")
    assert wait == "3"
    assert _returned(url)[1]["status"] == "successful"


def test_without_auto_return_the_payer_clicks(shop: Merchant) -> None:
    result = shop.page().get(_submit(shop, shop.token(), GOOD).headers["location"])
    assert "refresh" not in result.headers
    assert "Return to the shop" in result.text


@pytest.mark.parametrize(("card", "path"), [("ok", "/success"), ("declined", "/decline")])
def test_without_return_url_success_and_decline_go_their_own_ways(
    shop: Merchant, card: str, path: str
) -> None:
    own = {f"{name}_url": f"{shop.box.url}/{name}" for name in ("success", "decline", "fail")}
    outcome = shop.bank.pay(shop.token(settings={"return_url": None, **own}), card)
    assert _returned(outcome["return_url"])[0] == path


def test_the_cancel_link_leads_to_the_shop_and_charges_nothing(shop: Merchant) -> None:
    token = shop.token()
    page = shop.page().get(f"/v2/checkout?token={token}").text
    assert f"{shop.box.url}/cancel?token={token}&amp;status=canceled" in page
    assert not shop.checkout(token)["finished"]


def test_the_challenge_asks_for_a_code_and_then_pays(shop: Merchant) -> None:
    token = shop.token(settings={"auto_return": 0})
    page = shop.page()
    acs = _submit(shop, token, CHALLENGE).headers["location"]
    assert "45.90 BYN" in page.get(acs).text
    assert page.post(acs, data={"code": "000000"}).status_code == 422
    assert not shop.checkout(token)["finished"]
    answer = page.post(acs, data={"code": "123456"})
    assert _returned(answer.headers["location"])[1]["status"] == "successful"
    assert shop.bank.money("att_1")["charges"] == 1
    again = page.post(acs, data={"code": "123456"})
    assert _returned(again.headers["location"])[1]["status"] == "successful"
    assert shop.bank.money("att_1")["charges"] == 1


def test_three_wrong_codes_decline(shop: Merchant) -> None:
    token = shop.token(settings={"auto_return": 0})
    acs = _submit(shop, token, CHALLENGE).headers["location"]
    answers = [shop.page().post(acs, data={"code": "1"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 303]
    assert _returned(answers[2].headers["location"])[1]["status"] == "failed"


def test_the_last_try_at_the_issuer_is_not_multiplied(shop: Merchant) -> None:
    token = shop.token(attempts=1)
    acs = _submit(shop, token, CHALLENGE).headers["location"]
    assert _submit(shop, token, GOOD).headers["location"] == acs
    assert shop.page().get(f"/v2/checkout?token={token}").headers["location"] == acs
    assert shop.bank.money("att_1")["charges"] == 0


def test_a_cancelled_challenge_with_tries_left_leads_back_to_the_form(shop: Merchant) -> None:
    token = shop.token(attempts=2)
    acs = _submit(shop, token, CHALLENGE).headers["location"]
    back = shop.page().post(acs, data={"cancel": "1", "code": ""}).headers["location"]
    page = shop.page().get(back).text
    assert "Authentication cancelled by the customer" in page
    assert "Tries left: 1" in page


def test_a_declined_card_with_tries_left_says_why_and_lets_try_again(shop: Merchant) -> None:
    token = shop.token(attempts=3)
    back = _submit(shop, token, {**GOOD, "bank_code": "51"}).headers["location"]
    assert "Insufficient funds" in shop.page().get(back).text
    assert _submit(shop, token, GOOD).status_code == 303
    assert shop.checkout(token)["status"] == "successful"


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"number": "4111111111111111"}, "not one of the test cards"),
        ({"number": ""}, "not one of the test cards"),
        ({"expiry": "13/40"}, "Enter month and year"),
        ({"expiry": ""}, "Enter month and year"),
        ({"expiry": "01/20"}, "The card has expired"),
        ({"cvc": "11"}, "Enter the 3 digits"),
        ({"cvc": "١١١"}, "Enter the 3 digits"),
        ({"holder": " "}, "Enter the name"),
    ],
)
def test_a_wrong_field_is_explained_and_nothing_is_charged(
    shop: Merchant, wrong: dict[str, str], text: str
) -> None:
    token = shop.token()
    answer = _submit(shop, token, {**GOOD, **wrong})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert text in answer.text
    assert "<title>Error: " in answer.text
    assert shop.checkout(token)["status"] is None


def test_a_number_that_may_be_real_is_not_echoed(shop: Merchant) -> None:
    answer = _submit(shop, shop.token(), {**GOOD, "number": "4111111111111111"})
    assert "4111111111111111" not in answer.text


def test_the_page_speaks_russian_when_the_shop_asks(shop: Merchant) -> None:
    token = shop.token(settings={"language": "ru"})
    page = shop.page()
    assert "Номер карты" in page.get(f"/v2/checkout?token={token}").text
    assert "Card number" in page.get(f"/v2/checkout?token={token}&lang=en").text
    fallback = shop.token(settings={"language": "ka"})
    assert "Card number" in page.get(f"/v2/checkout?token={fallback}").text


def test_what_a_shop_sends_is_escaped(shop: Merchant) -> None:
    text = "<script>alert(1)</script>"
    token = shop.token(order={"description": text}, settings={"button_text": text})
    page = shop.page().get(f"/v2/checkout?token={token}")
    assert text not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_an_unknown_token_and_an_expired_one_say_so(shop: Merchant) -> None:
    page = shop.page()
    assert page.get("/v2/checkout?token=nobody").status_code == 404
    assert page.get("/v2/checkout").status_code == 404
    assert page.get("/acs/nobody").status_code == 404
    token = shop.token()
    shop.bank.advance(24 * 3600 + 1)
    assert "The time to pay is over" in page.get(f"/v2/checkout?token={token}").text
    assert _submit(shop, token, GOOD).status_code == 303
    assert shop.bank.money("att_1")["charges"] == 0


def test_a_return_address_with_other_letters_survives(shop: Merchant) -> None:
    token = shop.token(settings={"auto_return": 5, "return_url": f"{shop.box.url}/возврат?имя=да&x=%20"})
    result = shop.page().get(_submit(shop, token, GOOD).headers["location"])
    url = result.headers["refresh"].partition("; url=")[2]
    assert _returned(url)[1]["имя"] == "да"
    assert "x=%20" in url


def test_a_person_can_do_everything_at_the_control_desk(shop: Merchant) -> None:
    page = shop.page()

    def act(act_name: str, **form: str) -> str:
        answer = page.post(f"/control/form/{act_name}", data=form)
        assert answer.status_code == 303
        return parse_qs(urlsplit(answer.headers["location"]).query)["note"][0]

    assert act("faults", name="double", times_sent="3", times="", tracking_id="") == "Done: faults"
    token = shop.token()
    assert act("pay", token=token, card="ok") == "Done: pay"
    shop.box.wait_for(3)
    uid = shop.checkout(token)["gateway_response"]["payment"]["uid"]
    assert act("refund", uid=uid, amount="100") == "Done: refund"
    assert act("chargeback", uid=uid) == "Done: chargeback"
    assert act("settings", duplicate_rule="True") == "Done: settings"
    assert act("settings", unpaid_status="error") == "Done: settings"
    assert act("clock", advance_seconds="60") == "Done: clock"
    assert act("rotate", shop_id=str(shop.bank.shop.shop_id)) == "Done: rotate"
    assert act("replay", delivery_id=str(shop.bank.state()["deliveries"][0]["id"])) == "Done: replay"
    assert act("faults", name="double", times="often").startswith("Not done: ")
    assert act("refund", uid="nobody").startswith("Not done: ")
    desk = page.get("/control")
    assert desk.status_code == 200
    assert uid in desk.text
    assert page.post("/control/form/steal").status_code == 404
    assert act("reset") == "Done: reset"

"""Why a bank declined, in the payer's language; unknown reasons in the bank's own text."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from parason.payments import queries, reasons
from sandbox_bank.cards import BANK_CODES
from tests.factories import browser_of
from tests.payments.purchases import Shop, fresh, run_jobs


def test_every_decline_that_the_sandbox_knows_has_words() -> None:
    without = {code for code in BANK_CODES if code not in reasons.REASONS}
    assert without == {"00", "12"}  # approved; and a transaction that is invalid for no reason told
    told = {code for code, _message in BANK_CODES.values() if code not in reasons.REASONS}
    assert told == {"S.0000", "F.0999"}


def test_a_lost_or_stolen_card_is_told_nothing_of_it() -> None:
    plain = reasons.in_words(code="F.0105", said="Do not honor")
    for code in ("F.0115", "F.0116", "41", "43", "fraudulent"):
        assert reasons.in_words(code=code, said="Stolen card") == plain


def test_what_is_in_no_table_is_told_in_the_banks_text() -> None:
    assert "Zahlung abgelehnt" in reasons.in_words(code="F.4711", said="Zahlung abgelehnt")
    assert reasons.in_words(code="", said="") == "The bank declined the payment."


def test_what_we_told_the_bank_comes_back_in_the_payers_language() -> None:
    with translation.override("ru"):
        assert reasons.in_words(code="F.0105", said=reasons.OURS) == translation.gettext(reasons.OURS)


@pytest.mark.django_db(transaction=True)
def test_the_payer_reads_why_and_may_try_again(shop: Shop) -> None:
    shop.fill_cart()
    attempt = shop.press_pay()
    shop.pay(attempt, bank_code="51")
    run_jobs()
    page = browser_of(shop.owner).get(reverse("payment", args=[attempt.payment_id])).content.decode()
    assert "There is not enough money on the card." in page
    assert "Insufficient funds" not in page
    assert queries.last_decline(fresh(attempt)) == str(reasons.FUNDS)
    shop.pay(attempt)
    run_jobs()
    page = browser_of(shop.owner).get(reverse("payment", args=[attempt.payment_id])).content.decode()
    assert 'data-status="paid"' in page
    assert "not enough money" not in page

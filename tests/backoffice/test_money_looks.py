"""The cashier's pages in a real browser: wide and narrow, light and dark, in both directions of reading."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from parason.journeys import payments as journey
from parason.journeys.payments import BUYING
from parason.kernel.clock import day_of, now
from parason.payments import operations
from parason.payments.models import Settlement
from parason.payments.models import StatementLine as Line
from tests.backoffice.test_looks import tab
from tests.e2e.looks import Looker
from tests.factories import make_user
from tests.payments.conftest import _no_jobs_of_other_tests, bank, bank_process, portal, shop
from tests.payments.purchases import Shop, charges, run_jobs
from tests.payments.test_sending import LARGE, asked
from tests.payments.test_sending import paid as paid_by_transfer
from tests.payments.test_transfer import entry, statement, taken

__all__ = ["_no_jobs_of_other_tests", "bank", "bank_process", "portal", "shop"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]


@pytest.fixture
def pages(shop: Shop, settings: Any) -> list[str]:
    """A desk with one of everything on it; the pages, those with the widest tables last."""
    settings.PARASON_BEGATEWAY = settings.PARASON_BEGATEWAY | {"payers": ["Sandbox bank"]}
    clerk = make_user("clerk@example.com")
    attempts = []
    for number in range(3):
        payer = Shop.open(shop.bank)
        payer.fill_cart(contracts=2)
        attempts.append(payer.press_pay())
        if number == 1:
            shop.bank.fault("wrong_amount", add=100)
        payer.pay(attempts[-1])
        run_jobs()
    shop.bank.control("chargeback", uid=charges(attempts[2])[0].uid)
    shop.bank.settle()
    run_jobs()
    refund = asked(paid_by_transfer(settings, payable=LARGE), LARGE - 2000)
    journey.record_sent(refund=refund, reference="ПП-117", sent_on=day_of(now()), by=clerk, at=now())
    asked(refund.transaction.attempt, 1200)
    taken(statement(entry(reference="rent", words="За аренду помещения, без НДС"), message="M2"))
    shop.bank.pay_out(short=37)
    journey.take_payouts(at=now())
    operations.import_statement(raw=shop.bank.statement(), by=clerk, consequences=BUYING, at=now())
    line, settlement = Line.objects.get(payer="Sandbox bank"), Settlement.objects.get()
    operations.assign_payouts(line=line, chosen=[settlement], by=clerk, at=now())
    journey.reconcile(at=now())
    return [
        "payments/", "takings/", f"payments/{attempts[0].payment_id}/", "desk/", "reconciliation/",
        "transfers/", "payouts/", f"payouts/{settlement.pk}/",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_cashiers_pages_look_right(
    browser: Browser, live_server: Any, pages: list[str], language: str
) -> None:
    context = tab(browser, live_server.url, language)
    looker = Looker(context.new_page(), f"{live_server.url}/backoffice/")
    for path in pages if language == "en" else pages[3:]:
        looker.look_at(path)
    context.close()
    assert not looker.faults, "\n".join(looker.faults)

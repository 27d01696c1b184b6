"""A price that was given stays: across a tariff that changes at midnight,
and years later on the command line.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from parason.cli.explain import main as explain_command
from parason.documents.operations import issue_policy
from parason.journeys import apply, buy
from parason.kernel.money import Money
from parason.kernel.stop import CannotStart
from parason.products import operations, queries
from parason.quotes import queries as applications
from tests.factories import NOON
from tests.journeys.acts import conclude, make_application, order_of, pay, stock
from tests.products.test_tariffs import APPROVE, PROPOSE, doubled, staff_with

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 6, 30, 20, 50, tzinfo=UTC)  # ten minutes before midnight in Minsk
NIGHT = EVENING + timedelta(minutes=15)


@pytest.fixture
def dearer_from_july(db: None) -> None:
    """A tariff twice as dear, from 1 July in Minsk."""
    stock(date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2), at=EVENING - timedelta(days=9))
    version = operations.propose_tariff(
        product=queries.product("oms"),
        version="2026-07",
        valid_from=date(2026, 7, 1),
        act="Decree 1 of 2026",
        tables=doubled(),
        by=staff_with("pavel@example.com", PROPOSE),
        at=EVENING - timedelta(days=8),
    )
    operations.approve_tariff(
        version=version, by=staff_with("alesya@example.com", APPROVE), at=EVENING - timedelta(days=7)
    )


def test_a_price_seen_before_midnight_holds_for_the_contract_and_the_payment_after_it(
    dearer_from_july: None, anna: Any
) -> None:
    application = make_application(anna, at=EVENING, days=30)
    _holder, persons = applications.people_of(application)
    seen = apply.quote_application(application=application, persons=persons, at=EVENING)
    assert seen.premium_minor == 3000
    contract = buy.conclude(
        application=application,
        revision=application.revision,
        seen_total=seen.payable,
        statement_accepted=True,
        language="en",
        at=NIGHT,
    )
    assert (contract.premium_minor, contract.quote.tariff.version) == (3000, "B")
    order = order_of(anna, contract, at=NIGHT)
    assert Money(order.total_minor, order.currency) == seen.payable
    pay(order, at=NIGHT)
    contract.refresh_from_db()
    assert contract.premium_minor == 3000


def test_a_click_on_an_expired_price_is_refused_and_the_new_tariff_is_shown(
    dearer_from_july: None, anna: Any
) -> None:
    july = {"first_day": date(2026, 7, 5), "last_day": date(2026, 8, 3)}
    application = make_application(anna, at=EVENING, **july)
    _holder, persons = applications.people_of(application)
    seen = apply.quote_application(application=application, persons=persons, at=EVENING)
    later = EVENING + timedelta(hours=25)  # the quote has expired
    with pytest.raises(buy.PriceChanged) as changed:
        buy.conclude(
            application=application,
            revision=application.revision,
            seen_total=seen.payable,
            statement_accepted=True,
            language="en",
            at=later,
        )
    assert changed.value.quote.premium_minor == 6000
    assert changed.value.quote.tariff.version == "2026-07"


def test_a_policys_price_is_explained_from_its_number_alone(
    anna: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    stock()
    contract = conclude(make_application(anna, days=30))
    pay(order_of(anna, contract))
    contract.refresh_from_db()
    policy = issue_policy(contract=contract, insured=contract.insured.get(), at=NOON)
    assert explain_command([f"{policy.series} {policy.number}"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Premium for the number of days (30 days): 30.00 EUR",
        "Premium: 30.00 EUR",
        "Tariff version B; every line gives its figure again.",
    ]
    with pytest.raises(CannotStart, match="no policy OM9999999"):
        explain_command(["OM9999999"])

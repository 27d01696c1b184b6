"""Concluding: once, at the price that was seen, with the words that were accepted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from parason.accounts.models import User
from parason.contracts.models import Contract
from parason.journeys import apply, buy
from parason.kernel.money import Money
from parason.payments.models import ExchangeRate
from parason.products import queries as products
from parason.quotes import operations as quotes
from parason.quotes import queries as applications
from parason.quotes.models import Application, Quote
from parason.quotes.rules import WrongDates
from tests.factories import NOON, make_person
from tests.journeys import acts

pytestmark = pytest.mark.django_db
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def _stock(db: None) -> None:
    acts.stock()


def click(application: Application, **changed: object) -> Contract:
    """The click on “Enter into a contract”, by somebody who saw 105 BYN."""
    given: dict[str, object] = {
        "revision": application.revision, "seen_total": Money(10_500, "BYN"), "statement_accepted": True,
        "language": "en", "at": NOON,
    }  # fmt: skip
    return buy.conclude(application=application, **{**given, **changed})  # type: ignore[arg-type]


def test_everything_agreed_is_copied_into_the_contract(anna: User) -> None:
    application = acts.make_application(anna)
    contract = click(application, language="ru")
    contract.refresh_from_db()
    text, version = products.product("oms").statement("ru")
    assert contract.statement.splitlines()[0] == text
    assert (contract.statement_language, contract.statement_version) == ("ru", version)
    assert contract.policyholder["last_name_latin"] == "KOWALSKA"
    assert contract.policyholder["email"] == anna.email
    assert [one.facts["document_number"] for one in contract.insured.all()] == ["1234567"]
    assert (contract.first_day, contract.last_day) == (application.first_day, application.last_day)
    assert contract.premium == Money(3_000, "EUR")
    assert contract.payable == Money(10_500, "BYN")


def test_a_later_change_of_the_profile_leaves_the_contract_alone(anna: User) -> None:
    contract = click(acts.make_application(anna))
    anna.persons.update(last_name_latin="OTHER")
    contract.refresh_from_db()
    assert contract.policyholder["last_name_latin"] == "KOWALSKA"


def test_without_the_box_nothing_is_concluded(anna: User) -> None:
    application = acts.make_application(anna)
    with pytest.raises(buy.StatementNotAccepted):
        click(application, statement_accepted=False)
    assert not Contract.objects.exists()


def test_a_second_click_gets_the_same_contract(anna: User) -> None:
    application = acts.make_application(anna)
    assert click(application) == click(application)
    assert Contract.objects.count() == 1


def test_a_click_on_an_older_page_is_refused(anna: User) -> None:
    application = acts.make_application(anna)
    seen = application.revision
    quotes.save(application=application, revision=seen, at=NOON, people=1)
    with pytest.raises(quotes.ChangedElsewhere):
        click(application, revision=seen)
    assert not Contract.objects.exists()


def test_another_price_than_the_one_seen_concludes_nothing_and_is_offered(anna: User) -> None:
    application = acts.make_application(anna)
    with pytest.raises(buy.PriceChanged) as caught:
        click(application, seen_total=Money(10_499, "BYN"))
    assert caught.value.quote.payable == Money(10_500, "BYN")
    assert Quote.objects.get() == caught.value.quote
    assert not Contract.objects.exists()
    assert click(application).payable == Money(10_500, "BYN")


def test_a_quote_pins_its_rate_until_it_expires(anna: User) -> None:
    application = acts.make_application(anna)
    _holder, persons = applications.people_of(application)
    apply.quote_application(application=application, persons=persons, at=NOON)
    ExchangeRate.objects.update(rate=Decimal("3.6"))
    late = NOON + timedelta(hours=23, minutes=59)
    assert click(application, at=late).payable == Money(10_500, "BYN")


def test_an_expired_quote_is_never_repriced_silently(anna: User) -> None:
    first = (NOON + timedelta(days=3)).date()
    application = acts.make_application(anna, first_day=first, last_day=first + timedelta(days=29))
    _holder, persons = applications.people_of(application)
    apply.quote_application(application=application, persons=persons, at=NOON)
    ExchangeRate.objects.create(
        currency="EUR", date=TOMORROW.date(), rate=Decimal("3.6"), scale=1, source="test"
    )
    shown = apply.summary(application=application, product=products.product("oms"), at=TOMORROW)
    assert shown.changed
    assert shown.payable == Money(10_800, "BYN")
    with pytest.raises(buy.PriceChanged):
        click(application, at=TOMORROW)
    assert click(application, at=TOMORROW, seen_total=Money(10_800, "BYN")).payable == Money(10_800, "BYN")


def test_dates_that_were_right_yesterday_are_checked_again(anna: User) -> None:
    application = acts.make_application(anna)
    with pytest.raises(WrongDates):
        click(application, at=NOON + timedelta(days=2))


@pytest.mark.parametrize("field", ["birth_date", "document_number", "nationality", "last_name_latin"])
def test_an_incomplete_profile_leads_back(anna: User, field: str) -> None:
    application = acts.make_application(anna)
    anna.persons.update(**{field: None if field == "birth_date" else ""})
    with pytest.raises(apply.NotReady) as caught:
        click(application)
    assert caught.value.step == "profile"


def test_nobody_insured_leads_back(anna: User) -> None:
    with pytest.raises(apply.NotReady) as caught:
        click(acts.make_application(anna, policyholder_is_insured=False))
    assert caught.value.step == "people"


def test_a_family_pays_the_sum_of_its_premiums(anna: User) -> None:
    make_person(anna)
    children = [make_person(anna, is_self=False, document_number=f"C{place}") for place in range(2)]
    application = acts.make_application(anna, person_ids=[child.pk for child in children])
    contract = click(application, seen_total=Money(31_500, "BYN"))
    insured = list(contract.insured.all())
    assert [one.position for one in insured] == [1, 2, 3]
    assert sum(one.premium_minor for one in insured) == contract.premium_minor == 9_000


def test_a_contract_for_somebody_else_names_both(anna: User) -> None:
    make_person(anna)
    guest = make_person(anna, is_self=False, last_name_latin="GUEST", document_number="G1")
    application = acts.make_application(anna, person_ids=[guest.pk], policyholder_is_insured=False)
    contract = click(application)
    assert contract.policyholder["last_name_latin"] == "KOWALSKA"
    assert [one.facts["last_name_latin"] for one in contract.insured.all()] == ["GUEST"]

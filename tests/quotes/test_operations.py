"""Applications: saved at every step, never overwritten by an older tab; quotes that expire."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from parason.accounts.models import User
from parason.journeys import apply
from parason.quotes import operations as quotes
from parason.quotes import queries as applications
from parason.quotes.models import Application, Quote
from tests.factories import NOON, make_person
from tests.journeys import acts

pytestmark = pytest.mark.django_db


def test_an_older_tab_cannot_overwrite_a_newer_one(anna: User) -> None:
    application = acts.make_application(anna)
    first_tab, second_tab = application.revision, application.revision
    quotes.save(application=application, revision=second_tab, at=NOON, people=3)
    with pytest.raises(quotes.ChangedElsewhere):
        quotes.save(application=application, revision=first_tab, at=NOON, people=1)
    application.refresh_from_db()
    assert application.people == 3


def test_a_concluded_application_changes_no_more(anna: User) -> None:
    acts.stock()
    application = acts.make_application(anna)
    acts.conclude(application)
    with pytest.raises(quotes.ChangedElsewhere):
        quotes.save(application=application, revision=application.revision, at=NOON, people=2)
    quotes.discard(application=application)
    assert Application.objects.filter(pk=application.pk).exists()


def test_a_stranger_finds_neither_a_users_nor_another_browsers_application(
    anna: User, stranger: User
) -> None:
    hers = acts.make_application(anna)
    unnamed = quotes.start(product_code="oms", owner=None, browser_key="secret", at=NOON)
    for application in (hers, unnamed):
        for user in (stranger, None):
            assert applications.application_of(user=user, browser_key="", pk=application.pk) is None
            assert applications.application_of(user=user, browser_key="guess", pk=application.pk) is None
    assert applications.application_of(user=anna, browser_key="", pk=hers.pk) == hers
    assert applications.application_of(user=None, browser_key="secret", pk=unnamed.pk) == unnamed


def test_logging_in_makes_the_browsers_applications_the_users(anna: User) -> None:
    application = quotes.start(product_code="oms", owner=None, browser_key="secret", at=NOON)
    other = quotes.start(product_code="oms", owner=None, browser_key="another", at=NOON)
    assert quotes.adopt(owner=anna, browser_key="secret", at=NOON) == 1
    assert quotes.adopt(owner=anna, browser_key="", at=NOON) == 0
    application.refresh_from_db()
    other.refresh_from_db()
    assert application.owner == anna
    assert application.browser_key == ""
    assert other.owner is None


def test_an_application_belongs_to_somebody() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(product_code="oms", created_at=NOON, updated_at=NOON)


def test_a_live_quote_is_offered_again_and_an_expired_one_is_not(anna: User) -> None:
    acts.stock((NOON + timedelta(days=1)).date())
    application = acts.make_application(anna)
    _holder, persons = applications.people_of(application)
    first = apply.quote_application(application=application, persons=persons, at=NOON)
    again = apply.quote_application(application=application, persons=persons, at=NOON + timedelta(hours=23))
    later = apply.quote_application(application=application, persons=persons, at=NOON + timedelta(hours=24))
    assert first == again
    assert later != first
    assert first.expires_at == NOON + timedelta(hours=24)


def test_a_changed_answer_needs_a_new_quote(anna: User) -> None:
    acts.stock()
    application = acts.make_application(anna)
    _holder, persons = applications.people_of(application)
    first = apply.quote_application(application=application, persons=persons, at=NOON)
    quotes.save(
        application=application, revision=application.revision, at=NOON, first_day=application.last_day
    )
    second = apply.quote_application(application=application, persons=persons, at=NOON)
    assert second != first
    assert second.premium_minor < first.premium_minor


def test_a_quote_keeps_tariff_rate_and_calculation(anna: User) -> None:
    acts.stock()
    application = acts.make_application(anna)
    _holder, persons = applications.people_of(application)
    quote = apply.quote_application(application=application, persons=persons, at=NOON)
    quote.refresh_from_db()
    assert (quote.premium_minor, quote.premium_currency) == (3_000, "EUR")
    assert (quote.payable_minor, quote.payable_currency) == (10_500, "BYN")
    assert (quote.rate, quote.rate_scale, quote.rate_source) == (Decimal("3.5"), 1, "test")
    assert quote.calculation["total_minor"] == 3_000
    assert quote.tariff.product_code == "oms"


def test_answers_of_strangers_are_forgotten_and_those_of_users_are_not(anna: User) -> None:
    hers = acts.make_application(anna)
    quotes.start(product_code="oms", owner=None, browser_key="secret", at=NOON)
    fresh = quotes.start(product_code="oms", owner=None, browser_key="new", at=NOON + timedelta(days=20))
    quotes.forget_stale(before=NOON + timedelta(days=10))
    assert set(Application.objects.all()) == {hers, fresh}


def test_discarding_takes_the_quotes_along(anna: User) -> None:
    acts.stock()
    application = acts.make_application(anna)
    _holder, persons = applications.people_of(application)
    apply.quote_application(application=application, persons=persons, at=NOON)
    quotes.discard(application=application)
    assert not Quote.objects.exists()
    assert not Application.objects.exists()


def test_people_come_in_the_chosen_order_with_the_policyholder_first(anna: User) -> None:
    me = make_person(anna)
    lena = make_person(anna, is_self=False, first_name_latin="LENA")
    jonas = make_person(anna, is_self=False, first_name_latin="JONAS")
    application = acts.make_application(anna, person_ids=[jonas.pk, lena.pk, 10**9])
    assert applications.people_of(application) == (me, [me, jonas, lena])
    application.policyholder_is_insured = False
    assert applications.people_of(application) == (me, [jonas, lena])


def test_somebody_elses_person_is_never_insured(anna: User, stranger: User) -> None:
    theirs = make_person(stranger)
    application = acts.make_application(anna, person_ids=[theirs.pk], policyholder_is_insured=False)
    assert applications.people_of(application)[1] == []

"""The story before the contract: who is insured, what it costs, what the check page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from parason.accounts.models import Person
from parason.accounts.rules import facts
from parason.journeys.prices import Offer, offer
from parason.journeys.ready import NotReady as NotReady
from parason.journeys.ready import check_ready
from parason.kernel.money import Money
from parason.kernel.periods import Period
from parason.kernel.transactions import in_transaction
from parason.products import queries as products
from parason.products.queries import Definition, Premium
from parason.quotes import operations as quotes
from parason.quotes import queries as applications
from parason.quotes.models import Application, Quote
from parason.quotes.rules import next_step


def insured_facts(*, application: Application, persons: Sequence[Person]) -> list[dict[str, Any]]:
    """Facts of each insured, as rating and the contract take them: persons, or the objects named in the
    application."""
    if application.objects_insured:
        return [dict(thing) for thing in application.objects_insured]
    return [{**facts(person), **application.insured_answers.get(str(person.pk), {})} for person in persons]


def preview(
    *, product: Definition, period: Period, answers: Mapping[str, Any], people: int, at: datetime
) -> Offer:
    """The price before anybody is named: `people` alike, as the answers describe them. Stores nothing."""
    return offer(product=product, period=period, answers=answers, insured=[answers] * people, at=at)


def price_now(
    *, application: Application, product: Definition, persons: Sequence[Person], at: datetime
) -> Offer:
    """What the application would cost now; before people are named, as many as the buyer means to insure."""
    period = application.period
    if period is None:
        raise NotReady("dates")
    insured = (
        insured_facts(application=application, persons=persons) or [application.answers] * application.people
    )
    return offer(product=product, period=period, answers=application.answers, insured=insured, at=at)


@in_transaction
def quote_application(*, application: Application, persons: Sequence[Person], at: datetime) -> Quote:
    """Offer a price for the application as it stands; the live quote of the same revision stays."""
    latest = applications.latest_quote(application)
    if latest is not None and applications.is_live(latest, application=application, at=at):
        return latest
    return _new_quote(application, persons, at=at)


def _new_quote(application: Application, persons: Sequence[Person], *, at: datetime) -> Quote:
    product = products.product(application.product_code)
    now = price_now(application=application, product=product, persons=persons, at=at)
    return quotes.quote(
        application=application, premium=now.premium, payable=now.payable, rate=now.rate, at=at
    )


@in_transaction
def choose_people(
    *,
    application: Application,
    revision: int,
    policyholder_is_insured: bool,
    persons: Sequence[Person],
    answers: Mapping[str, Any],
    at: datetime,
) -> None:
    """Say who is insured, with the answers about each by person's key, and offer the price of it.

    `persons` are the insured in their order, the policyholder among them when insured.
    """
    quotes.save(
        application=application,
        revision=revision,
        at=at,
        policyholder_is_insured=policyholder_is_insured,
        person_ids=[person.pk for person in persons if not person.is_self],
        insured_answers=dict(answers),
    )
    if persons:
        _new_quote(application, persons, at=at)  # whatever was quoted before was for an older revision


@in_transaction
def add_person(*, application: Application, revision: int, person: Person, at: datetime) -> list[Person]:
    """Insure one more saved person; who is insured now."""
    ids = [pk for pk in application.person_ids if pk != person.pk]
    quotes.save(application=application, revision=revision, at=at, person_ids=[*ids, person.pk])
    _policyholder, persons = applications.people_of(application)
    return persons


@in_transaction
def choose_objects(
    *, application: Application, revision: int, things: list[dict[str, Any]], at: datetime
) -> Quote:
    """Say what is insured (vehicles, buildings), and offer the price of it."""
    quotes.save(
        application=application,
        revision=revision,
        at=at,
        objects_insured=things,
        people=max(len(things), 1),
    )
    return _new_quote(application, [], at=at)


@in_transaction
def answer_late(
    *,
    application: Application,
    product: Definition,
    revision: int,
    answers: Mapping[str, Any],
    at: datetime,
) -> None:
    """Keep the answers that the price does not depend on; it is offered again for the new revision."""
    late = late_answers(application, product)
    priced = {code: value for code, value in application.answers.items() if code not in late}
    quotes.save(application=application, revision=revision, at=at, answers={**priced, **answers})
    _policyholder, persons = applications.people_of(application)
    if persons or application.objects_insured:
        _new_quote(application, persons, at=at)


def late_answers(application: Application, product: Definition) -> dict[str, Any]:
    """The answers that the calculator knows nothing of: new dates leave them alone."""
    late = {question.code for question in product.late_questions}
    return {code: value for code, value in application.answers.items() if code in late}


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that the check page shows. `changed` means: an earlier price was shown, and it was
    another."""

    period: Period
    policyholder: dict[str, str | None]
    insured: list[dict[str, Any]]
    premiums: list[Money]
    premium: Money
    payable: Money
    rate_date: date | None
    calculation: dict[str, Any]
    sum_insured: Money | None
    changed: bool


def summary(
    *, application: Application, product: Definition, at: datetime, late_questions: bool = True
) -> Summary:
    """The application as it would be concluded now; stores nothing. Raises NotReady, WrongDates, pricing
    errors. The step before the late questions does not ask for their answers yet."""
    policyholder, persons = applications.people_of(application)
    holder = check_ready(
        application, product=product, policyholder=policyholder, persons=persons, at=at,
        late_questions=late_questions,
    )  # fmt: skip
    if application.period is None:
        raise NotReady("dates")
    insured = insured_facts(application=application, persons=persons)
    latest = applications.latest_quote(application)
    if latest is not None and applications.is_live(latest, application=application, at=at):
        return Summary(
            application.period,
            holder,
            insured,
            applications.premiums(latest),
            latest.premium,
            latest.payable,
            latest.rate_date,
            latest.calculation,
            Premium.of_record(latest.calculation).sum_insured,
            changed=False,
        )
    now = price_now(application=application, product=product, persons=persons, at=at)
    same_answers = latest is not None and latest.application_revision == application.revision
    return Summary(
        application.period,
        holder,
        insured,
        list(now.premium.per_insured),
        now.premium.total,
        now.payable,
        now.rate.date if now.rate else None,
        now.premium.record(),
        now.premium.sum_insured,
        changed=same_answers and latest is not None and latest.payable != now.payable,
    )


def step_of(application: Application, *, persons: Sequence[Person]) -> str:
    """The step at which to go on: dates, people or check."""
    return next_step(period=application.period, insured=persons or application.objects_insured)

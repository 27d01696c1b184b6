"""From what a buyer said to a risk; from a record to plain words;
what is paid back, and when parts are due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from parason.kernel.money import Money, half_up
from parason.kernel.periods import Period
from parason.products.definition.answers import clean
from parason.products.definition.model import Definition
from parason.products.definition.parts import Instalments, Refund
from parason.products.definition.questions import say
from parason.products.errors import OutOfRange
from parason.products.rating.risk import Fact, Risk, Unit, period_facts, plain


def age_on(birth: date, day: date) -> int:
    """Whole years on a day; whoever is born on 29 February has a birthday on 1 March of common years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def risk_of(
    product: Definition,
    *,
    period: Period,
    answers: Mapping[str, Any],
    insured: Sequence[Mapping[str, Any]],
    unit: Unit | None = None,
    sums: Sequence[int] = (),
) -> Risk:
    """A risk from answers. Raises OutOfRange with the question's code and the sentence for its field.

    Questions about each insured may also be answered once for all: an answer of the insured goes first.
    """
    facts: dict[str, Fact] = period_facts(period)
    cleaned, faults = clean(product.priced_questions, answers, facts)
    for field, fault in faults.items():
        raise OutOfRange(field, fault)
    facts.update(cleaned)
    facts["sum_insured"] = Decimal(plain(product.sum_insured(answers, sums).amount))
    for limit in product.limits:
        if limit.broken(facts):
            raise OutOfRange(limit.field, say(limit.message, get_language() or "en"))
    if not product.insured.least <= len(insured) <= product.insured.most:
        limits = {"least": product.insured.least, "most": product.insured.most}
        raise OutOfRange(
            "insured", _("Between %(least)s and %(most)s can be insured in one contract.") % limits
        )
    each = [
        _insured_facts(product, index, {**answers, **own}, facts, period.first)
        for index, own in enumerate(insured)
    ]
    return Risk(facts, each, unit)


def _insured_facts(
    product: Definition, index: int, given: Mapping[str, Any], shared: Mapping[str, Fact], first_day: date
) -> dict[str, Fact]:
    facts, faults = clean(product.rated_questions, given, shared)
    for field, fault in faults.items():
        raise OutOfRange(field, fault, index=index)
    if product.insured.kind == "person":
        facts["age"] = _age(product, index, given, first_day)
    if product.sums.of and any(code in given for code in product.sums.of):
        facts["sum_insured"] = Decimal(plain(product.sum_insured(given).amount))
    return facts


def _age(product: Definition, index: int, given: Mapping[str, Any], first_day: date) -> int:
    """Age on the first day of cover; before anybody is named, the age that the product assumes."""
    born = given.get("birth_date")
    if not born:
        return product.insured.assumed_age
    try:
        birth = born if isinstance(born, date) else date.fromisoformat(str(born))
    except ValueError:
        raise OutOfRange("birth_date", _("This is not a date of the calendar."), index=index) from None
    age = age_on(birth, first_day)
    least, most = product.insured.least_age, product.insured.most_age
    if age < 0:
        raise OutOfRange("birth_date", _("The birth date is after the first day of insurance."), index=index)
    if least is not None and age < least:
        message = _("This insurance is for people of %(age)s years or more on its first day.")
        raise OutOfRange("birth_date", message % {"age": least}, index=index)
    if most is not None and age > most:
        message = _("This insurance is for people of %(age)s years or less on its first day.")
        raise OutOfRange("birth_date", message % {"age": most}, index=index)
    return age


def refund(
    rule: Refund, *, paid: Money, period: Period, ended_on: date, claim_paid: bool = False
) -> tuple[Money, str]:
    """What is paid back for a contract that ends on a day, and the reason in one word: full, fee, pro_rata,
    none.

    Pro rata counts the whole days after `ended_on`; the fee is taken from what would be paid back. Rounded
    half up.
    """
    nothing = Money(0, paid.currency)
    if claim_paid and rule.after_claim == "none":
        return nothing, "none"
    if ended_on < period.first:
        if rule.before_start == "none":
            return nothing, "none"
        fee = rule.fee_percent if rule.before_start == "less_fee" else Decimal(0)
        return _less(paid, 1, 1, fee), "fee" if fee else "full"
    left = (period.last - ended_on).days
    if rule.after_start == "none" or left <= 0:
        return nothing, "none"
    return _less(paid, left, period.days, rule.fee_percent), "pro_rata"


def _less(paid: Money, left: int, days: int, fee_percent: Decimal) -> Money:
    return Money(half_up(paid.minor * left * (100 - fee_percent) / (100 * days)), paid.currency)


class PlannedPart(NamedTuple):
    """One part of a premium: it falls due on `due_on`, and may be paid until the end of `pay_until`."""

    number: int  # from 1
    due_on: date
    pay_until: date
    premium: Money


def counts_offered(rule: Instalments, *, total: Money, period: Period) -> tuple[int, ...]:
    """Into how many parts this premium may be split; 1 is always among them."""
    return tuple(count for count in rule.choices(period) if count == 1 or total.minor >= count)


def instalments(
    rule: Instalments, *, total: Money, count: int, period: Period, today: date
) -> list[PlannedPart]:
    """The plan of a premium that is agreed today.

    Parts are equal, and the odd minor units go to the first. The first falls due at once, the others by
    months from the first day of cover.
    """
    each, odd = divmod(total.minor, count)
    plan = [PlannedPart(1, today, max(today, period.first), Money(each + odd, total.currency))]
    for number in range(2, count + 1):
        due = rule.due_on(number, period.first)
        until = due + timedelta(days=rule.grace_days or 0)
        plan.append(PlannedPart(number, due, until, Money(each, total.currency)))
    return plan

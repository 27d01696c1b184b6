"""Pure decisions about contracts: until when one may be paid, whose passport runs out too early."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from parason.accounts.registers import is_organisation, name_of
from parason.kernel.money import Money, half_up
from parason.kernel.periods import Period
from parason.products.definition.parts import Refund


def pay_before(*, formed_at: datetime, first_day: date, hours: int, zone: ZoneInfo) -> datetime:
    """Until when a contract may be paid: `hours` after it was formed, never past the end of its first day
    of cover."""
    end_of_first_day = datetime.combine(first_day + timedelta(days=1), time(), tzinfo=zone)
    return min(formed_at + timedelta(hours=hours), end_of_first_day)


def expires_too_early(facts: Mapping[str, str | None], first_day: date) -> bool:
    """Whether the travel document is no longer valid on the first day of cover: a warning, never a
    refusal."""
    expires_on = facts.get("expires_on")
    return bool(expires_on) and date.fromisoformat(str(expires_on)) < first_day


def full_name(facts: Mapping[str, str | None]) -> str:
    """The name as on the passport's data page, family name first; an organisation's as in its register."""
    if is_organisation(facts):
        return name_of(facts)
    return " ".join(part for part in (facts.get("last_name_latin"), facts.get("first_name_latin")) if part)


def paid_back(
    *, paid: Money, period: Period, rule: Refund, today: date, share: tuple[int, int] = (1, 1)
) -> Money:
    """What is returned when cover ends early on `today`, by the product's rule; half up, never below zero,
    never more than was paid.

    Before the first day the whole sum counts, from then on (where the rule says so) the days that have not
    begun. `share` is the premium of the paid parts and the whole premium: who paid a quarter of a year's
    premium gets back what the days so far have left of that quarter.
    """
    if today < period.first:
        base = 0 if rule.before_start == "none" else paid.minor
        fee = rule.fee_percent if rule.before_start == "less_fee" else Decimal(0)
    elif rule.after_start == "pro_rata":
        left = max((period.last - today).days, 0)
        held, whole = share
        unused = max(held * period.days - whole * (period.days - left), 0)
        base = half_up(Decimal(paid.minor * unused) / (held * period.days))
        fee = rule.fee_percent
    else:
        return Money(0, paid.currency)
    return Money(base - half_up(base * fee / 100), paid.currency)

"""Acts on applications and quotes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from parason.accounts.models import User
from parason.kernel.errors import DomainError
from parason.kernel.money import Money
from parason.kernel.transactions import in_transaction
from parason.products.rating.premium import Premium
from parason.quotes.models import Application, Quote


class ChangedElsewhere(DomainError):
    """Another tab or device saved a newer revision, or the application is concluded."""

    message = _("This application was changed in another window. Here is how it stands now.")


class Rate(Protocol):
    """An official rate as it was on a day: `rate` units of the payable currency for `scale` units of the
    tariff's."""

    @property
    def rate(self) -> Decimal: ...
    @property
    def scale(self) -> int: ...
    @property
    def date(self) -> date: ...
    @property
    def source(self) -> str: ...


@in_transaction
def start(
    *, product_code: str, owner: User | None, browser_key: str, at: datetime, **answers: Any
) -> Application:
    """Begin an application; `answers` are its fields as far as they are known."""
    return Application.objects.create(
        product_code=product_code,
        owner=owner,
        browser_key="" if owner else browser_key,
        created_at=at,
        updated_at=at,
        **answers,
    )


@in_transaction
def save(*, application: Application, revision: int, at: datetime, **changes: Any) -> Application:
    """Write the answers of one step when nobody wrote since `revision`; raises ChangedElsewhere."""
    open_row = Application.objects.filter(pk=application.pk, revision=revision, concluded_at=None)
    if not open_row.update(**changes, revision=revision + 1, updated_at=at):
        raise ChangedElsewhere
    for name, value in changes.items():
        setattr(application, name, value)
    application.revision = revision + 1
    application.updated_at = at
    return application


@in_transaction
def adopt(*, owner: User, browser_key: str, at: datetime) -> int:
    """Give the applications of an anonymous browser to the person who logged in there; how many."""
    if not browser_key:
        return 0
    return Application.objects.filter(owner=None, browser_key=browser_key).update(
        owner=owner, browser_key="", updated_at=at
    )


@in_transaction
def discard(*, application: Application) -> None:
    """Throw away what was begun and not concluded, with its quotes."""
    Quote.objects.filter(application=application, application__concluded_at=None).delete()
    Application.objects.filter(pk=application.pk, concluded_at=None).delete()


@in_transaction
def quote(
    *, application: Application, premium: Premium, payable: Money, rate: Rate | None, at: datetime
) -> Quote:
    """Offer a price for the application as it is now, until settings.PARASON_QUOTE_HOURS have passed."""
    return Quote.objects.create(
        application=application,
        application_revision=application.revision,
        tariff_id=premium.tariff_id,
        premium_minor=premium.total.minor,
        premium_currency=premium.total.currency,
        payable_minor=payable.minor,
        payable_currency=payable.currency,
        rate=rate.rate if rate else None,
        rate_scale=rate.scale if rate else None,
        rate_date=rate.date if rate else None,
        rate_source=rate.source if rate else "",
        calculation=premium.record(),
        created_at=at,
        expires_at=at + timedelta(hours=settings.PARASON_QUOTE_HOURS),
    )


@in_transaction
def conclude(*, application: Application, at: datetime) -> None:
    """Close the application: nothing of it changes any more."""
    Application.objects.filter(pk=application.pk).update(concluded_at=at)
    application.concluded_at = at


@in_transaction
def forget_stale(*, before: datetime) -> int:
    """Erase what strangers began and nobody adopted since `before`; how many."""
    stale = Application.objects.filter(owner=None, concluded_at=None, updated_at__lt=before)
    Quote.objects.filter(application__in=stale).delete()
    return stale.delete()[0]

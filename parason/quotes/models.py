"""Applications and the quotes made for them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from parason.kernel.money import Money
from parason.kernel.periods import Period


class PolicyholderKind(models.TextChoices):
    """Who concludes the contract: the account's own person, or an organisation of the account."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Application(models.Model):
    """What a buyer has answered so far; saved at every step, resumable from any device.

    `revision` grows with every save: a tab that saw an older one cannot overwrite a newer one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="applications"
    )
    browser_key = models.CharField(max_length=64, blank=True)  # secret of an anonymous buyer's session
    product_code = models.CharField(max_length=40)
    revision = models.PositiveIntegerField(default=0)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    answers = models.JSONField(default=dict)  # the product's questions, by key
    people = models.PositiveSmallIntegerField(default=1)  # how many the buyer means to insure
    # Empty until somebody chose: then the first kind that the product names counts.
    policyholder_kind = models.CharField(max_length=12, choices=PolicyholderKind, blank=True)
    organisation = models.ForeignKey(
        "accounts.Organisation", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # The person of the account, whoever the policyholder is.
    policyholder_is_insured = models.BooleanField(default=True)
    person_ids = models.JSONField(default=list)  # accounts.Person of the owner, in order
    insured_answers = models.JSONField(
        default=dict
    )  # questions about each insured person: answers by person's key
    # In how many the premium is to be paid; None until somebody chose, which counts as one.
    parts = models.PositiveSmallIntegerField(null=True, blank=True)
    objects_insured = models.JSONField(default=list)  # vehicles, buildings: facts by key
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    concluded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-updated_at"]
        indexes = [
            models.Index("browser_key", condition=Q(owner=None), name="application_of_a_browser"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day=None) | Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="application_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(browser_key=""), name="application_belongs_to_somebody"
            ),
            models.CheckConstraint(condition=Q(parts__gte=1), name="application_has_a_part"),
            models.CheckConstraint(
                condition=Q(policyholder_kind__in=["", *PolicyholderKind.values]),
                name="application_policyholder_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(organisation=None) | Q(policyholder_kind="organisation"),
                name="application_organisation_only_as_policyholder",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_code} {self.id}"

    @property
    def period(self) -> Period | None:
        """The days of cover, once both are chosen."""
        if self.first_day is None or self.last_day is None:
            return None
        return Period(self.first_day, self.last_day)


class Quote(models.Model):
    """A price offered until `expires_at`: premium with its tariff, payable sum with its official rate.

    `calculation` keeps every line of the price, per insured, for ever.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="quotes")
    application_revision = models.PositiveIntegerField()
    tariff = models.ForeignKey("products.TariffVersion", models.PROTECT, related_name="+")
    premium_minor = models.BigIntegerField()
    premium_currency = models.CharField(max_length=3)
    payable_minor = models.BigIntegerField()
    payable_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    rate_scale = models.PositiveIntegerField(null=True)
    rate_date = models.DateField(null=True)
    rate_source = models.CharField(max_length=40, blank=True)
    calculation = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(premium_minor__gte=0) & Q(payable_minor__gte=0), name="quote_sums_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def premium(self) -> Money:
        """In the tariff's currency."""
        return Money(self.premium_minor, self.premium_currency)

    @property
    def payable(self) -> Money:
        """In the currency in which it is paid, at the rate kept here."""
        return Money(self.payable_minor, self.payable_currency)

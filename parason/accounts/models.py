"""Users, the persons whom they insure, travel documents, consents."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from parason.accounts.registers import full_name
from parason.kernel.moves import never_change


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who can log in: a customer or a member of the staff."""

    email = models.EmailField(max_length=254, unique=True)
    language = models.CharField(max_length=8, default="en")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_the_case")]

    def __str__(self) -> str:
        return self.email


class Session(AbstractBaseSession):
    """A session, and who is logged in by it: both are read at once. Ends with the user."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store


class Person(models.Model):
    """A person as in the passport: the user (`is_self`) or somebody whom the user insures.

    Names are kept as typed (NFC). The Latin names are the passport's; either Latin name may be empty
    for people with one name only, never both.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="persons")
    is_self = models.BooleanField(default=False)
    last_name = models.CharField(max_length=120, blank=True)
    first_name = models.CharField(max_length=120, blank=True)
    patronymic = models.CharField(max_length=120, blank=True)
    one_name = models.BooleanField(default=False)
    last_name_latin = models.CharField(max_length=120, blank=True)
    first_name_latin = models.CharField(max_length=120, blank=True)
    sex = models.CharField(max_length=1, blank=True)  # M, F or X, as in the passport
    birth_date = models.DateField(null=True, blank=True)
    phone = models.CharField(max_length=20, blank=True)  # E.164
    address = models.TextField(max_length=600, blank=True)
    # The travel document: a person has one that the policy names.
    document_type = models.CharField(max_length=20, blank=True)  # passport, id_card, residence, other
    nationality = models.CharField(max_length=3, blank=True)  # ICAO 9303-3 code
    document_series = models.CharField(max_length=10, blank=True)
    document_number = models.CharField(max_length=24, blank=True)
    personal_number = models.CharField(max_length=24, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    issued_by = models.CharField(max_length=200, blank=True)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-is_self", "pk"]
        constraints = [
            models.UniqueConstraint("owner", condition=Q(is_self=True), name="person_self_once_per_owner"),
            models.CheckConstraint(
                condition=Q(sex__in=["", "M", "F", "X"]), name="person_sex_as_in_passport"
            ),
        ]

    def __str__(self) -> str:
        return self.latin_name or f"{self.first_name} {self.last_name}".strip()

    @property
    def latin_name(self) -> str:
        """Family name first, as on the passport's data page."""
        return f"{self.last_name_latin} {self.first_name_latin}".strip()


class Organisation(models.Model):
    """An organisation for which its owner concludes contracts, as in the register of its country.

    `number` is the UNP in Belarus, elsewhere the number in the register.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="organisations")
    name = models.CharField(max_length=160)
    legal_form = models.CharField(max_length=60, blank=True)  # empty where it is a part of the name
    country = models.CharField(max_length=3)  # ICAO 9303-3 code
    number = models.CharField(max_length=30)
    legal_address = models.TextField(max_length=600)
    bank_account = models.CharField(max_length=34, blank=True)  # IBAN
    signatory_name = models.CharField(max_length=120)
    signatory_post = models.CharField(max_length=120)
    signatory_basis = models.CharField(max_length=160)  # the document on which the signatory acts
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=20, blank=True)  # E.164
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("owner", "country", "number", name="organisation_once_per_owner"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(number=""), name="organisation_is_named"),
        ]

    def __str__(self) -> str:
        return full_name(self.legal_form, self.name)


class Consent(models.Model):
    """Proof that a person agreed: to which text, in which version and language, when, from where."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=20)  # terms, personal_data
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=8)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        triggers = [never_change("consent_is_evidence")]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class AuditEntry(models.Model):
    """Who did what to which thing, when, from where. Rows are only ever added.

    `who` is kept beside `actor`, so that a row still speaks after the account is gone.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    who = models.CharField(max_length=254)
    act = models.CharField(max_length=60)  # room.verb: tariff.approve, policy.view
    subject = models.CharField(max_length=120, blank=True)  # what it was done to: "tariff 12"
    data = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["subject", "-at"], name="audit_subject_newest_first")]
        triggers = [never_change("audit_entry_is_evidence")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.who} {self.act} {self.subject}".strip()

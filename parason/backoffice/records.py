"""Which records are shown, and how. Nothing that is evidence can be changed here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from parason.accounts.models import AuditEntry, Consent, User
from parason.backoffice import labels
from parason.backoffice.site import Noted, ReadOnly, Say, office
from parason.backoffice.words import in_words
from parason.checkout.models import Order
from parason.contracts.models import Contract, ContractEvent
from parason.documents.models import Letter, Look, Policy
from parason.payments.models import ExchangeRate
from parason.products.models import BaseUnit, SalesStop, TariffEvent, TariffVersion
from parason.products.queries import products


def words(sort: str) -> Say:
    """What says a code of one sort."""
    return partial(in_words, of=sort)


def product_name(code: str) -> str:
    """What customers call a product; the code of one that is not on the shelf any more."""
    return next((one.name(get_language() or "en") for one in products() if one.code == code), code)


class Timeline(TabularInline):
    """What happened to a thing, in order."""

    extra = 0
    can_delete = False
    hide_title = True
    state: ClassVar[str]  # the sort of the codes before and after
    fields: ClassVar[tuple[str, ...]] = ("at", "event", "was", "becomes", "by", "data")
    readonly_fields: ClassVar[tuple[str, ...]] = fields
    verbose_name_plural = _("Timeline")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever may see the thing may see what happened to it.
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("by")

    @display(description=labels.FIELDS["name"])
    def event(self, one: Any) -> str:
        return in_words(one.name, "event")

    @display(description=labels.FIELDS["before"])
    def was(self, one: Any) -> str:
        return in_words(one.before, self.state)

    @display(description=labels.FIELDS["after"])
    def becomes(self, one: Any) -> str:
        return in_words(one.after, self.state)


class TariffTimeline(Timeline):
    model = TariffEvent
    state = "tariff"


class ContractTimeline(Timeline):
    model = ContractEvent
    state = "contract"


class TariffAdmin(ReadOnly):
    words: ClassVar[Mapping[str, Say]] = {
        "product_code": product_name,
        "status": words("tariff"),
        "unit": words("unit"),
    }
    list_display = ("product_code", "version", "status", "valid_from", "valid_to", "unit", "verified")
    list_filter = ("product_code", "status", "verified")
    search_fields = ("version", "act")
    exclude = ("steps", "specs", "tables")  # they are on the version's own page
    inlines = (TariffTimeline,)


class BaseUnitAdmin(ReadOnly):
    list_display = ("valid_from", "value", "currency", "act")
    ordering = ("-valid_from",)


class SalesStopAdmin(ReadOnly):
    words: ClassVar[Mapping[str, Say]] = {"product_code": product_name}
    list_display = ("product_code", "territory", "first_day", "last_day", "reason", "stopped_by", "lifted_at")
    list_filter = ("product_code",)
    list_select_related = ("stopped_by",)


class RateAdmin(ReadOnly):
    list_display = ("date", "currency", "scale", "rate", "source")
    list_filter = ("currency", "source")
    date_hierarchy = "date"


class ContractAdmin(ReadOnly):
    words: ClassVar[Mapping[str, Say]] = {"product_code": product_name, "status": words("contract")}
    list_display = ("reference", "product_code", "status", "first_day", "last_day", "formed_at")
    list_filter = ("status", "product_code")
    search_fields = ("reference",)
    exclude = ("policyholder", "answers", "statement")  # a person's data are on the contract's own page
    inlines = (ContractTimeline,)


class PolicyAdmin(ReadOnly):
    words: ClassVar[Mapping[str, Say]] = {"status": words("policy")}
    list_display = ("series", "number", "status", "first_day", "last_day", "issued_at")
    list_filter = ("status", "series")
    search_fields = ("number",)
    exclude = ("facts", "seal", "lookup", "birth_date", "document_number")


class LetterAdmin(ReadOnly):
    words: ClassVar[Mapping[str, Say]] = {"kind": words("letter"), "status": words("letter status")}
    list_display = ("created_at", "kind", "to", "language", "subject", "status", "sent_at", "error")
    list_filter = ("status", "kind", "language")
    search_fields = ("to", "subject")
    exclude = ("text", "html")  # some hold a link that opens an account; the rest is on the letter's own page


class LookAdmin(ReadOnly):
    """Who looked a policy up, at a desk or by hand; the auditor reads it."""

    words: ClassVar[Mapping[str, Say]] = {"door": words("door"), "outcome": words("outcome")}
    list_display = ("at", "door", "user", "address", "asked", "outcome", "policy")
    list_filter = ("door", "outcome")
    list_select_related = ("user", "policy")
    search_fields = ("asked",)
    date_hierarchy = "at"


class OrderAdmin(ReadOnly):
    list_display = ("id", "owner", "total_minor", "currency", "created_at", "closed_at")
    list_select_related = ("owner",)


class ConsentAdmin(ReadOnly):
    words: ClassVar[Mapping[str, Say]] = {"kind": words("consent")}
    list_display = ("at", "user", "kind", "version", "language", "address")
    list_filter = ("kind", "version")
    list_select_related = ("user",)


class AuditAdmin(ReadOnly):
    list_display = ("at", "who", "act", "subject", "address")
    list_filter = ("act",)
    search_fields = ("who", "subject", "act")
    date_hierarchy = "at"


class Roles(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Roles in words."""

    def label_from_instance(self, obj: Any) -> str:
        return in_words(obj.name, "role")


class UserAdmin(Noted):
    """Accounts and roles. Only who may change users (no role may) sees anything to be changed."""

    list_display = ("email", "is_staff", "is_active", "language", "date_joined", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email",)
    fields = ("email", "language", "is_active", "is_staff", "groups", "date_joined", "last_login")
    readonly_fields = ("email", "language", "date_joined", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs |= {"widget": forms.CheckboxSelectMultiple, "form_class": Roles, "help_text": ""}
        return super().formfield_for_manytomany(db_field, request, **kwargs)


KINDS = {
    User: UserAdmin, AuditEntry: AuditAdmin, Consent: ConsentAdmin, TariffVersion: TariffAdmin,
    BaseUnit: BaseUnitAdmin, SalesStop: SalesStopAdmin, ExchangeRate: RateAdmin,
    Contract: ContractAdmin, Policy: PolicyAdmin, Letter: LetterAdmin, Look: LookAdmin,
    Order: OrderAdmin,
}  # fmt: skip
labels.name_records(KINDS)
labels.name_fields(TariffEvent)
labels.name_fields(ContractEvent)
for model, how in KINDS.items():
    office.register(model, how)

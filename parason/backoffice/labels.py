"""Words for the records of Django's admin: kinds of record, their fields, and unfold's own sentences.

Rooms keep no words for pages of theirs that only the staff see. A field's and a model's words are set on the
classes when the staff's site registers them, beside what a migration compares: none of them changes by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_noop, pgettext_lazy

from parason.backoffice.words import RECORDS

ONE: dict[str, Any] = {
    "accounts.auditentry": pgettext_lazy("record", "Line of the audit trail"),
    "accounts.consent": pgettext_lazy("record", "Consent"),
    "accounts.user": pgettext_lazy("record", "Account"),
    "checkout.order": pgettext_lazy("record", "Order"),
    "contracts.contract": pgettext_lazy("record", "Contract"),
    "documents.letter": pgettext_lazy("record", "Letter"),
    "documents.look": pgettext_lazy("record", "Check of a policy"),
    "documents.policy": pgettext_lazy("record", "Policy"),
    "payments.exchangerate": pgettext_lazy("record", "Exchange rate"),
    "products.baseunit": pgettext_lazy("record", "Base unit"),
    "products.salesstop": pgettext_lazy("record", "Sales stop"),
    "products.tariffversion": pgettext_lazy("record", "Tariff version"),
}
# By the field's name; a name that means something else in one kind of record stands with its kind.
FIELDS: dict[str, Any] = {
    "act": pgettext_lazy("record", "Act on which it rests"),
    "act_link": pgettext_lazy("record", "Link to the act"),
    "actor": pgettext_lazy("record", "Account"),
    "address": pgettext_lazy("record", "Network address"),
    "after": pgettext_lazy("record", "After"),
    "application": pgettext_lazy("record", "Application"),
    "approved_by": pgettext_lazy("record", "Approved by"),
    "asked": pgettext_lazy("record", "What was asked"),
    "at": pgettext_lazy("record", "When"),
    "auditentry.act": pgettext_lazy("record", "Act"),
    "auditentry.subject": pgettext_lazy("record", "To what"),
    "before": pgettext_lazy("record", "Before"),
    "by": pgettext_lazy("record", "By"),
    "closed_at": pgettext_lazy("record", "Closed"),
    "consent.version": pgettext_lazy("record", "Version of the text"),
    "created_at": pgettext_lazy("record", "Made"),
    "currency": pgettext_lazy("record", "Currency"),
    "data": pgettext_lazy("record", "Details"),
    "date": pgettext_lazy("record", "Day"),
    "date_joined": pgettext_lazy("record", "Account since"),
    "digest": pgettext_lazy("record", "Digest"),
    "door": pgettext_lazy("record", "Where"),
    "email": pgettext_lazy("record", "E-mail address"),
    "error": pgettext_lazy("record", "What went wrong"),
    "first_day": pgettext_lazy("record", "First day"),
    "formed_at": pgettext_lazy("record", "Formed"),
    "from_catalogue": pgettext_lazy("record", "Came with the product's folder"),
    "groups": pgettext_lazy("record", "Roles"),
    "id": pgettext_lazy("record", "Number"),
    "insured": pgettext_lazy("record", "Insured"),
    "is_active": pgettext_lazy("record", "May log in"),
    "is_staff": pgettext_lazy("record", "Staff"),
    "issued_at": pgettext_lazy("record", "Issued"),
    "key": pgettext_lazy("record", "Event of the letter"),
    "key_id": pgettext_lazy("record", "Key of the seal"),
    "kind": pgettext_lazy("record", "Kind"),
    "language": pgettext_lazy("record", "Language"),
    "last_day": pgettext_lazy("record", "Last day"),
    "last_login": pgettext_lazy("record", "Last log-in"),
    "lifted_at": pgettext_lazy("record", "Sold again from"),
    "lifted_by": pgettext_lazy("record", "Sold again by"),
    "message_id": pgettext_lazy("record", "Number for mail servers"),
    "name": pgettext_lazy("record", "Event"),
    "note": pgettext_lazy("record", "Note"),
    "number": pgettext_lazy("record", "Number"),
    "outcome": pgettext_lazy("record", "Outcome"),
    "owner": pgettext_lazy("record", "Account"),
    "paid_at": pgettext_lazy("record", "Paid"),
    "parts": pgettext_lazy("record", "Paid in parts"),
    "pay_before": pgettext_lazy("record", "To be paid before"),
    "payable_currency": pgettext_lazy("record", "Currency of payment"),
    "payable_minor": pgettext_lazy("record", "To pay, in the smallest unit"),
    "policy": pgettext_lazy("record", "Policy"),
    "premium_currency": pgettext_lazy("record", "Currency of the premium"),
    "premium_minor": pgettext_lazy("record", "Premium, in the smallest unit"),
    "product_code": pgettext_lazy("record", "Product"),
    "proposed_by": pgettext_lazy("record", "Proposed by"),
    "quote": pgettext_lazy("record", "Quote"),
    "rate": pgettext_lazy("record", "Rate in BYN"),
    "reason": pgettext_lazy("record", "Reason"),
    "reference": pgettext_lazy("record", "Contract number"),
    "replaces": pgettext_lazy("record", "Replaces"),
    "scale": pgettext_lazy("record", "For how many units"),
    "sent_at": pgettext_lazy("record", "Sent"),
    "series": pgettext_lazy("record", "Series"),
    "source": pgettext_lazy("record", "Source"),
    "statement_language": pgettext_lazy("record", "Language of the statement"),
    "statement_version": pgettext_lazy("record", "Version of the statement"),
    "status": pgettext_lazy("record", "Status"),
    "stopped_at": pgettext_lazy("record", "Stopped"),
    "stopped_by": pgettext_lazy("record", "Stopped by"),
    "subject": pgettext_lazy("record", "Subject"),
    "sums_insured": pgettext_lazy("record", "Sums insured"),
    "territory": pgettext_lazy("record", "Territory"),
    "to": pgettext_lazy("record", "To"),
    "total_minor": pgettext_lazy("record", "Sum, in the smallest unit"),
    "tries": pgettext_lazy("record", "Tries"),
    "unit": pgettext_lazy("record", "Unit of the tables"),
    "user": pgettext_lazy("record", "Account"),
    "valid_from": pgettext_lazy("record", "In force from"),
    "valid_to": pgettext_lazy("record", "In force until"),
    "value": pgettext_lazy("record", "Value"),
    "verified": pgettext_lazy("record", "Compared with the act"),
    "version": pgettext_lazy("record", "Version"),
    "who": pgettext_lazy("record", "Who"),
}


def name_fields(model: type[Model]) -> None:
    """Give each field that has words its words."""
    for field in [*model._meta.fields, *model._meta.many_to_many]:
        words = FIELDS.get(f"{model._meta.model_name}.{field.name}") or FIELDS.get(field.name)
        if words is not None:
            field.verbose_name = words


def name_records(models: Iterable[type[Model]]) -> None:
    """Give each kind of record and its fields their words."""
    for model in models:
        options = model._meta
        options.verbose_name = ONE[options.label_lower]
        plural: Any = RECORDS[options.label_lower]
        options.verbose_name_plural = plural
        name_fields(model)


# unfold speaks English only. Its sentences that our pages show, so that our catalogues know them.
UNFOLD = (
    gettext_noop("False"),
    gettext_noop("No results found"),
    gettext_noop("Reset filters"),
    gettext_noop("This page yielded into no results. Create a new item or reset your filters."),
    gettext_noop("True"),
)

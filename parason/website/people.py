"""The second step of a purchase, for persons and for objects alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from parason.accounts.labels import LABELS
from parason.accounts.models import Organisation, Person, User
from parason.accounts.queries import persons_of
from parason.accounts.rules import missing
from parason.journeys import apply, ready
from parason.journeys.prices import Offer
from parason.kernel.errors import DomainError
from parason.products.queries import Definition
from parason.quotes.models import Application
from parason.website.forms.people import ObjectsForm, PeopleForm

PASSPORT = {
    "nationality",
    "document_type",
    "document_series",
    "document_number",
    "personal_number",
    "issued_on",
    "expires_on",
    "issued_by",
}


class PeopleStep:
    """What the page shows and what a valid answer does. `ready` is False while the profile lacks something
    (G13)."""

    def __init__(
        self,
        application: Application,
        product: Definition,
        *,
        owner: User,
        data: Mapping[str, Any] | None,
        language: str,
        at: datetime,
    ) -> None:
        self.application, self.product, self.at = application, product, at
        self.persons = persons_of(owner)
        self.policyholder: Person | None = next((person for person in self.persons if person.is_self), None)
        self.organisation: Organisation | None = None
        if ready.by_organisation(application, product):
            self.organisation = ready.organisation_in(application)
        # Where an organisation concludes, the person of the account need not be known.
        self.missing = [] if self.organisation else missing(self.policyholder)
        self.ready = not self.missing
        self.form: PeopleForm | ObjectsForm
        if product.insured_kind == "person":
            self.form = PeopleForm(
                data, application=application, product=product, persons=self.persons, language=language
            )
        else:
            self.form = ObjectsForm(data, application=application, product=product, language=language)

    @property
    def nobody(self) -> bool:
        """Whether everybody was unticked: then the next window asks for the insured person's data (G19)."""
        return isinstance(self.form, PeopleForm) and not self.form.chosen

    def save(self, *, revision: int, at: datetime) -> None:
        """Keep who or what is insured, with its price. Raises ChangedElsewhere and the errors of pricing."""
        if isinstance(self.form, ObjectsForm):
            apply.choose_objects(
                application=self.application, revision=revision, things=self.form.answers, at=at
            )
            return
        apply.choose_people(
            application=self.application,
            revision=revision,
            persons=self.form.chosen,
            answers=self.form.answers,
            at=at,
            policyholder_is_insured=self.form.cleaned_data["self_insured"],
        )

    def refuse(self, error: DomainError) -> None:
        """Say at the form why what was answered cannot be had."""
        self.form.add_error(None, str(error.message))

    def context(self) -> dict[str, Any]:
        """For the template: the form, the people with their premiums, what is missing and where to fill it
        in."""
        offer = self._offer()
        rows = self._rows(self.form, offer) if isinstance(self.form, PeopleForm) else None
        return {
            "form": self.form,
            "rows": rows,
            "offer": offer,
            "missing": self._missing(),
            "profile_tab": self._tab(),
            "organisation": self.organisation,
            "another": rows is not None
            and self.product.insured.most > 1
            and not self.product.insured.from_list,
        }

    def _tab(self) -> str:
        return "profile_passport" if set(self.missing) <= PASSPORT else "profile"

    def _missing(self) -> list[str]:
        return [str(LABELS.get(name, name)) for name in self.missing]

    def _rows(self, form: PeopleForm, offer: Offer | None) -> list[dict[str, Any]]:
        now = self._chosen()
        each = (
            dict(zip([person.pk for person in now], offer.premium.per_insured, strict=False)) if offer else {}
        )
        return [
            {
                "person": person,
                "asked": form.each.get(person.pk),
                "ticked": self._ticked(person),
                "premium": each.get(person.pk),
                "lacks": bool(missing(person)),
            }
            for person in self.persons
        ]

    def _ticked(self, person: Person) -> bool:
        if not self.form.is_bound:
            return person in self._chosen()
        if person.is_self:
            return "self_insured" in self.form.data
        return str(person.pk) in self.form.data.getlist("person")  # type: ignore[attr-defined] # a QueryDict

    def _offer(self) -> Offer | None:
        try:
            return apply.price_now(
                application=self.application, product=self.product, persons=self._chosen(), at=self.at
            )
        except DomainError:
            return None

    def _chosen(self) -> list[Person]:
        ids = set(self.application.person_ids)
        return [
            person
            for person in self.persons
            if (self.application.policyholder_is_insured if person.is_self else person.pk in ids)
        ]

"""Whether an application may be concluded: who the policyholder is, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from parason.accounts.errors import NoSuchOrganisation
from parason.accounts.models import Organisation, Person, User
from parason.accounts.queries import organisation_of
from parason.accounts.registers import facts as organisation_facts
from parason.accounts.rules import PersonFacts, facts, missing
from parason.kernel.clock import day_of
from parason.kernel.errors import DomainError
from parason.kernel.transactions import in_transaction
from parason.products.queries import Definition
from parason.quotes import operations as quotes
from parason.quotes.models import Application, PolicyholderKind
from parason.quotes.rules import check_period


class NotReady(DomainError):
    """A step before was left out; `step` is where to go: dates, policyholder, profile, people, questions."""

    message = _("Something is still missing.")

    def __init__(self, step: str) -> None:
        self.step = step
        super().__init__()


class NotAllowed(DomainError):
    """The product is not sold to policyholders of this kind."""

    message = _("This insurance cannot be concluded by this policyholder. Choose another one.")


def kind_of(application: Application, product: Definition) -> str:
    """Person or organisation: as chosen, else the first kind that the product names."""
    return application.policyholder_kind or product.policyholders[0]


def by_organisation(application: Application, product: Definition) -> bool:
    """Whether an organisation concludes the contract."""
    return kind_of(application, product) == PolicyholderKind.ORGANISATION


def chosen(application: Application, product: Definition) -> bool:
    """Whether it is known who the policyholder is; asks the database nothing."""
    kind = kind_of(application, product)
    person = kind == PolicyholderKind.PERSON
    return kind in product.policyholders and (person or application.organisation_id is not None)


def organisation_in(application: Application) -> Organisation:
    """The organisation that concludes the contract, its owner's own. Raises NotReady."""
    if application.owner is None or application.organisation_id is None:
        raise NotReady("policyholder")
    try:
        return organisation_of(application.owner, application.organisation_id)
    except NoSuchOrganisation:
        raise NotReady("policyholder") from None


@in_transaction
def choose_policyholder(
    *,
    application: Application,
    product: Definition,
    revision: int,
    owner: User,
    organisation_id: int | None,
    at: datetime,
) -> None:
    """Say who concludes the contract: an organisation of the owner, or the owner (None).

    Raises NotAllowed, NoSuchOrganisation, ChangedElsewhere. When the kind changes, the person of the account
    is insured only where that person is the policyholder.
    """
    organisation = None if organisation_id is None else organisation_of(owner, organisation_id)
    kind = PolicyholderKind.PERSON if organisation is None else PolicyholderKind.ORGANISATION
    if kind not in product.policyholders:
        raise NotAllowed
    insured = {}
    if kind != kind_of(application, product) or not application.policyholder_kind:
        insured = {"policyholder_is_insured": organisation is None}
    quotes.save(
        application=application,
        revision=revision,
        at=at,
        policyholder_kind=kind,
        organisation=organisation,
        **insured,
    )


def check_ready(
    application: Application,
    *,
    product: Definition,
    policyholder: Person | None,
    persons: Sequence[Person],
    at: datetime,
    late_questions: bool = True,
) -> PersonFacts:
    """The policyholder's facts, when nothing is missing any more; raises NotReady or WrongDates."""
    if application.period is None:
        raise NotReady("dates")
    check_period(period=application.period, term=product.term, today=day_of(at))
    holder = _holder(application, product, policyholder)
    # Where the insured come from a list, ticking the policyholder is not enough.
    if not application.objects_insured and (
        product.insured.from_list or not persons or any(missing(person) for person in persons)
    ):
        raise NotReady("people")
    if late_questions and product.late_answers_missing(application.answers):
        raise NotReady("questions")
    return holder


def _holder(application: Application, product: Definition, person: Person | None) -> PersonFacts:
    if not chosen(application, product):
        raise NotReady("policyholder")
    if by_organisation(application, product):
        return organisation_facts(organisation_in(application))
    if person is None or missing(person):
        raise NotReady("profile")
    return facts(person)

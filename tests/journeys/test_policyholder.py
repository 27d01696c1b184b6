"""Who concludes the contract, the account's person or one of its organisations; and the late questions."""

from __future__ import annotations

import io
from typing import Any

import pdfplumber
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parason.accounts.models import Organisation, User
from parason.contracts.models import Contract
from parason.contracts.states import ContractStatus
from parason.documents.models import Letter, Policy, PolicyFile
from parason.journeys import issue, ready
from parason.kernel.clock import now
from parason.products.queries import product
from parason.quotes.models import Application
from tests.factories import browser_of, make_organisation, make_person
from tests.journeys import acts

pytestmark = pytest.mark.django_db
HEADING = "last_name_latin,first_name_latin,birth_date,occupation"
ANSWERS = {"hours": "work", "accidents": 0, "sum_insured": "10000"}


@pytest.fixture
def romashka(anna: User) -> Organisation:
    return make_organisation(anna)


@pytest.fixture
def staff_application(anna: User) -> Application:
    """Begun for employees; nobody has said yet who concludes."""
    acts.stock(at=now())
    return acts.make_application(anna, at=now(), days=365, product_code="staff", answers=ANSWERS)


def step(name: str, application: Application) -> str:
    return reverse(f"buy_{name}", args=[application.pk])


def send(browser: Client, name: str, application: Application, data: dict[str, Any], query: str = "") -> Any:
    """A form of a step, with the revision that the page would carry."""
    application.refresh_from_db()
    return browser.post(f"{step(name, application)}{query}", {"revision": str(application.revision), **data})


def through(browser: Client, application: Application, organisation: Organisation) -> None:
    """The policyholder, the list and the last questions; ends before the check."""
    send(browser, "policyholder", application, {"policyholder": str(organisation.pk)})
    file = SimpleUploadedFile(
        "l.csv", f"{HEADING}\nNOVIK,IHAR,1985-01-02,office\nKIM,ANNA,1990-01-02,office\n".encode()
    )
    send(browser, "list", application, {"file": file})
    send(browser, "questions", application, {"q_activity": "Строительство", "q_contact": ""})


def conclude(browser: Client, application: Application) -> Contract:
    """What the buttons of the check page send."""
    application.refresh_from_db()
    page = browser.get(step("check", application))
    assert page.status_code == 200, page
    ready_now = page.context["ready"]
    seen = {"seen_minor": ready_now.payable.minor, "seen_currency": ready_now.payable.currency}
    given = {"revision": application.revision, "confirm": "on", "sure": "yes", **seen}
    assert browser.post(step("conclude", application), given).status_code == 302
    return Contract.objects.get(application=application)


def issued(contract: Contract) -> Policy:
    Contract.objects.filter(pk=contract.pk).update(status=ContractStatus.PAID, paid_at=now())
    contract.refresh_from_db()
    return issue.issue_contract(contract=contract, at=now())[0]


def text_of(policy: Policy) -> str:
    with pdfplumber.open(io.BytesIO(bytes(PolicyFile.objects.get(policy=policy).content))) as pdf:
        return " ".join(" ".join(str(page.extract_text()).split()) for page in pdf.pages)


# --- who ----------------------------------------------------------------------------------------------------


def test_employees_are_insured_by_an_organisation_only(
    as_anna: Client, staff_application: Application, romashka: Organisation
) -> None:
    answer = as_anna.get(step("people", staff_application), follow=True)
    assert answer.redirect_chain[-1][0] == step("policyholder", staff_application)
    html = answer.content.decode()
    assert "ООО Ромашка · 190275968" in html
    assert "I myself" not in html
    refused = send(as_anna, "policyholder", staff_application, {"policyholder": "self"})
    assert refused.status_code == 422
    assert "Choose who concludes the contract." in refused.content.decode()


def test_an_organisation_is_added_on_the_way_and_nothing_is_lost(
    as_anna: Client, staff_application: Application
) -> None:
    here = step("policyholder", staff_application)
    html = as_anna.get(here).content.decode()
    assert "This insurance is concluded by an organisation." in html
    address = f"{reverse('organisation_new')}?next={here}"
    assert f'href="{address}"' in html.replace("%2F", "/")
    filled = {
        "name": "Müller GmbH", "country": "D", "number": "HRB 1", "legal_address": "Leipzig",
        "signatory_name": "Jonas Müller", "signatory_post": "CEO", "signatory_basis": "Charter",
        "email": "a@b.example", "revision": "0",
    }  # fmt: skip
    answer = as_anna.post(address, filled)
    made = Organisation.objects.get()
    assert answer["Location"] == f"{here}?organisation={made.pk}"
    chosen = as_anna.get(answer["Location"]).content.decode()
    assert f'value="{made.pk}" id="policyholder_0" checked' in " ".join(chosen.split()).replace(
        'required id="policyholder_0"', 'id="policyholder_0"'
    ).replace(f'value="{made.pk}" required', f'value="{made.pk}"')
    staff_application.refresh_from_db()
    assert staff_application.answers == ANSWERS


def test_the_contract_keeps_the_organisation_for_ever(
    as_anna: Client, anna: User, staff_application: Application, romashka: Organisation
) -> None:
    anna.persons.all().delete()  # no profile is needed
    through(as_anna, staff_application, romashka)
    check = as_anna.get(step("check", staff_application)).content.decode()
    for words in ("Ромашка", "UNP", "190275968", "Директор", "Устав", "BY13 NBRB", "Строительство"):
        assert words in check
    assert f"{step('policyholder', staff_application)}?back=check" in check
    contract = conclude(as_anna, staff_application)
    as_anna.post(reverse("organisation_delete", args=[romashka.pk]))
    contract.refresh_from_db()
    assert contract.policyholder["kind"] == "organisation"
    assert contract.policyholder["number"] == "190275968"
    page = as_anna.get(reverse("contract", args=[contract.pk])).content.decode()
    assert "Ромашка" in page
    assert "Строительство" in page
    policy = issued(contract)
    paper = text_of(policy)
    for words in (
        "ООО Ромашка",
        "УНП / UNP 190275968",
        "220030, г. Минск",
        "Директор Алена Дырэктар (Устав)",
    ):
        assert words in paper
    assert policy.facts["policyholder"] == "ООО Ромашка"


def test_the_letter_goes_to_the_organisation_too(
    as_anna: Client, staff_application: Application, romashka: Organisation
) -> None:
    through(as_anna, staff_application, romashka)
    issued(conclude(as_anna, staff_application))
    letters = Letter.objects.filter(kind="policy_issued")
    assert {letter.to for letter in letters} == {"anna@example.com", "papers@romashka.example"}
    assert all("ООО Ромашка" in letter.text for letter in letters)
    assert all(letter.attachments.count() == 1 for letter in letters)


def test_a_person_may_buy_medical_insurance_as_an_organisation_and_change_her_mind(
    as_anna: Client, anna: User, romashka: Organisation
) -> None:
    acts.stock(at=now())
    application = acts.make_application(anna, at=now())
    make_person(
        anna, is_self=False, last_name_latin="GUEST", first_name_latin="INVITED", document_number="C1"
    )
    people = as_anna.get(step("people", application)).content.decode()
    assert "Buy in the name of an organisation" in people
    assert "policyholder is the insured person" in people
    send(as_anna, "policyholder", application, {"policyholder": str(romashka.pk)})
    application.refresh_from_db()
    assert (application.policyholder_kind, application.policyholder_is_insured) == ("organisation", False)
    people = as_anna.get(step("people", application)).content.decode()
    assert "policyholder is the insured person" not in people
    assert "ООО Ромашка" in people
    guest = anna.persons.get(is_self=False)
    send(as_anna, "people", application, {"person": str(guest.pk)})
    contract_text = as_anna.get(step("check", application)).content.decode()
    assert "GUEST" in contract_text
    assert "190275968" in contract_text
    send(as_anna, "policyholder", application, {"policyholder": "self"}, "?back=check")
    application.refresh_from_db()
    assert (application.policyholder_kind, application.organisation_id) == ("person", None)
    assert application.policyholder_is_insured
    assert "190275968" not in as_anna.get(step("check", application)).content.decode()


def test_the_age_of_the_person_at_the_browser_does_not_matter_to_an_organisation(
    as_anna: Client, anna: User, romashka: Organisation
) -> None:
    """A child's account, an exempt nationality: rules of a natural policyholder who is insured."""
    acts.stock(at=now())
    application = acts.make_application(anna, at=now())
    anna.persons.update(nationality="RUS", birth_date=now().date())
    guest = make_person(anna, is_self=False, nationality="POL", document_number="C1")
    send(as_anna, "policyholder", application, {"policyholder": str(romashka.pk)})
    send(as_anna, "people", application, {"person": str(guest.pk)})
    html = as_anna.get(step("check", application)).content.decode()
    assert "notice--wait" not in html, "nobody insured here is exempt"
    assert conclude(as_anna, application).policyholder["name"] == "Ромашка"


def test_a_removed_organisation_is_asked_for_again(
    as_anna: Client, staff_application: Application, romashka: Organisation
) -> None:
    through(as_anna, staff_application, romashka)
    romashka.delete()
    assert as_anna.get(step("check", staff_application))["Location"] == step(
        "policyholder", staff_application
    )
    staff_application.refresh_from_db()
    with pytest.raises(ready.NotReady) as missing:
        acts.conclude(staff_application, at=now())
    assert missing.value.step == "policyholder"
    assert not Contract.objects.exists()


def test_nobody_buys_in_the_name_of_a_strangers_organisation(
    as_anna: Client, anna: User, staff_application: Application, stranger: User
) -> None:
    theirs = make_organisation(stranger)
    make_organisation(anna, number="200988541")
    answer = send(as_anna, "policyholder", staff_application, {"policyholder": str(theirs.pk)})
    assert answer.status_code == 422
    # Not even when it got into the row some other way.
    Application.objects.update(policyholder_kind="organisation", organisation=theirs)
    staff_application.refresh_from_db()
    with pytest.raises(ready.NotReady):
        ready.organisation_in(staff_application)
    assert as_anna.get(step("check", staff_application)).status_code == 302


def test_a_product_for_persons_knows_no_organisation(
    as_anna: Client, anna: User, romashka: Organisation
) -> None:
    acts.stock(at=now())
    application = acts.make_application(anna, at=now(), days=365, product_code="home")
    assert "Buy in the name" not in as_anna.get(step("people", application)).content.decode()
    with pytest.raises(ready.NotAllowed):
        ready.choose_policyholder(
            application=application, product=product("home"), revision=0, owner=anna,
            organisation_id=romashka.pk, at=now(),
        )  # fmt: skip


def test_two_tabs_do_not_choose_over_each_other(
    as_anna: Client, anna: User, staff_application: Application, romashka: Organisation
) -> None:
    other = make_organisation(anna, number="200988541")
    address = step("policyholder", staff_application)
    as_anna.post(address, {"revision": "0", "policyholder": str(romashka.pk)})
    answer = as_anna.post(address, {"revision": "0", "policyholder": str(other.pk)})
    assert answer["Location"] == address
    staff_application.refresh_from_db()
    assert staff_application.organisation_id == romashka.pk


def test_a_strangers_application_has_no_policyholder_page(
    staff_application: Application, stranger: User
) -> None:
    browser = browser_of(stranger)
    assert browser.get(step("policyholder", staff_application)).status_code == 404
    assert browser.get(step("questions", staff_application)).status_code == 404


# --- the last questions -------------------------------------------------------------------------------------


def test_questions_that_no_price_depends_on_are_asked_before_the_check(
    as_anna: Client, staff_application: Application, romashka: Organisation
) -> None:
    assert "What does the organisation do?" not in as_anna.get("/buy/staff/").content.decode()
    send(as_anna, "policyholder", staff_application, {"policyholder": str(romashka.pk)})
    file = SimpleUploadedFile("l.csv", f"{HEADING}\nNOVIK,IHAR,1985-01-02,office\n".encode())
    send(as_anna, "list", staff_application, {"file": file})
    shown = as_anna.get(step("list", staff_application)).content.decode()
    assert "NOVIK" in shown, "the list shows its price before the last questions"
    asked = as_anna.get(step("check", staff_application))
    assert asked["Location"] == step("questions", staff_application)
    refused = send(as_anna, "questions", staff_application, {"q_activity": "", "q_contact": "Ihar"})
    html = refused.content.decode()
    assert refused.status_code == 422
    assert 'href="#q_activity"' in html
    assert 'value="Ihar"' in html
    send(as_anna, "questions", staff_application, {"q_activity": "Bridges", "q_contact": ""})
    staff_application.refresh_from_db()
    assert staff_application.answers == {**ANSWERS, "activity": "Bridges", "contact": ""}
    assert "Bridges" in as_anna.get(step("check", staff_application)).content.decode()


def test_new_dates_leave_the_late_answers_alone(
    as_anna: Client, staff_application: Application, romashka: Organisation
) -> None:
    through(as_anna, staff_application, romashka)
    dates = {
        "first_day": str(staff_application.first_day), "days": "6", "q_hours": "always",
        "q_accidents": "1", "q_sum_insured": "5000", "q_occupation": "office",
    }  # fmt: skip
    answer = send(as_anna, "dates", staff_application, dates, "?back=check")
    assert answer.status_code == 302, answer.content.decode()
    staff_application.refresh_from_db()
    assert staff_application.answers["activity"] == "Строительство"
    assert staff_application.answers["hours"] == "always"


def test_the_paper_prints_the_answers_that_its_template_names(
    as_anna: Client, staff_application: Application, romashka: Organisation
) -> None:
    through(as_anna, staff_application, romashka)
    send(as_anna, "questions", staff_application, {"q_activity": "Мосты", "q_contact": "not on the paper"})
    paper = text_of(issued(conclude(as_anna, staff_application)))
    assert "Чем занимается организация? Мосты" in paper or "Мосты" in paper
    assert "At work and on the way there and back" in paper
    assert "not on the paper" not in paper


def test_who_is_on_a_list_has_no_sex_on_the_paper(
    as_anna: Client, staff_application: Application, romashka: Organisation
) -> None:
    through(as_anna, staff_application, romashka)
    policy = issued(conclude(as_anna, staff_application))
    assert policy.facts["insured"]["sex"] == ""
    paper = text_of(policy)
    assert "Sex / Пол" not in paper
    assert "NOVIK IHAR" in paper


def test_who_acts_for_an_organisation_may_be_insured_too_and_fills_in_the_profile_then(
    as_anna: Client, anna: User, romashka: Organisation
) -> None:
    acts.stock(at=now())
    application = acts.make_application(anna, at=now())
    anna.persons.update(document_number="")
    send(as_anna, "policyholder", application, {"policyholder": str(romashka.pk)})
    people = as_anna.get(step("people", application)).content.decode()
    assert f'href="{reverse("profile")}?next={step("people", application)}"' in people
    send(as_anna, "people", application, {"self_insured": "on"})
    assert as_anna.get(step("check", application))["Location"] == step("people", application)
    anna.persons.update(document_number="1234567")
    contract = conclude(as_anna, application)
    assert contract.insured.get().facts["last_name_latin"] == "KOWALSKA"
    assert contract.policyholder["name"] == "Ромашка"


def test_who_buys_again_finds_the_organisation_chosen(
    as_anna: Client, staff_application: Application, romashka: Organisation
) -> None:
    through(as_anna, staff_application, romashka)
    contract = conclude(as_anna, staff_application)
    as_anna.post(reverse("contract_extend", args=[contract.pk]))
    again = Application.objects.latest("created_at")
    assert (again.policyholder_kind, again.organisation_id) == ("organisation", romashka.pk)
    assert again.answers["activity"] == "Строительство"


@pytest.mark.parametrize("step_name", ["people", "check"])
def test_a_person_who_buys_meets_no_statement_about_organisations(
    as_anna: Client, anna: User, romashka: Organisation, step_name: str
) -> None:
    """The hot path; its counts stand in test_doors."""
    acts.stock(at=now())
    application = acts.make_application(anna, at=now())
    send(as_anna, "people", application, {"self_insured": "on"})
    with CaptureQueriesContext(connection) as queries:
        assert as_anna.get(step(step_name, application)).status_code == 200
    assert not [one["sql"] for one in queries if "accounts_organisation" in one["sql"]]

"""Transfers of organisations: recognised by number, account or name, when the words name no payment."""

from __future__ import annotations

import io
import re
from typing import Any

import pdfplumber
import pytest
from django.test import Client

from parason.accounts.registers import facts as organisation_facts
from parason.contracts.models import Contract
from parason.journeys.payments import BUYING
from parason.kernel.clock import now
from parason.payments import operations
from parason.payments.models import Attempt, StatementLine
from tests.factories import browser_of, make_organisation, make_user
from tests.payments.purchases import books_balance, fresh, make_order
from tests.payments.test_transfer import IBAN, entry, statement

pytestmark = pytest.mark.django_db(transaction=True)
OWN = "BY13NBRB3600900000002Z00AB00"
UNP = "190275968"


@pytest.fixture(autouse=True)
def account(settings: Any) -> None:
    settings.PARASON_TRANSFER = {"iban": IBAN, "holder": "Insurer", "bank": "Bank"}


def bill(email: str = "organisation@example.com", **organisation: Any) -> Attempt:
    """An organisation's order, to be paid by transfer."""
    owner = make_user(email)
    made = make_organisation(owner, **organisation)
    order = make_order(owner)
    Contract.objects.filter(owner=owner).update(policyholder=organisation_facts(made))
    urls = operations.Urls(back="https://p/{ref}", hook="https://p/{gateway}/{shop}")
    return operations.start(
        order=order, gateway_code="transfer", customer={}, language="en", urls=urls, at=now()
    )


def line(name: str = "", number: str = "", account: str = "", **told: str) -> str:
    """A booked credit with what the bank says about its payer."""
    number = f"<Id><OrgId><Othr><Id>{number}</Id></Othr></OrgId></Id>" if number else ""
    account = f"<DbtrAcct><Id><IBAN>{account}</IBAN></Id></DbtrAcct>" if account else ""
    payer = f"<Dbtr><Pty><Nm>{name}</Nm>{number}</Pty></Dbtr>{account}"
    return re.sub(r"<Dbtr>.*</Dbtr>", payer, entry(**told))


def taken(*lines: str) -> None:
    operations.import_statement(raw=statement(*lines), by=None, consequences=BUYING, at=now())


@pytest.mark.parametrize(
    "told",
    [
        {"name": "Somebody", "number": UNP},
        {"name": "Somebody", "number": "7 PC-1", "account": OWN},
        {"name": "Somebody", "account": OWN},
        {"name": "РОМАШКА ООО"},
        {"name": 'Общество с ограниченной ответственностью "Ромашка"'},
        {"name": "Somebody", "words": f"страховой взнос, УНП {UNP}"},
        {"name": f"Somebody, УНП {UNP}"},
        {"name": "Ромашка", "words": "УНП 100000000, взнос"},  # the insurer's own number is no payer's
    ],
)
def test_the_payer_tells_whose_bill_it_is(told: dict[str, str]) -> None:
    attempt = bill()
    taken(line(**told))
    assert fresh(attempt).status == "PAID"
    matched = StatementLine.objects.get()
    assert matched.status == "matched"
    assert matched.outcome.endswith("known by the payer")
    assert sum(books_balance().values()) == 0


@pytest.mark.parametrize(
    "told",
    [
        {"name": "Ромашка", "number": "200988541"},  # the name of one, the number of another
        {"name": "Ромашка-2"},
        {"name": ""},
        {"name": "Ромашка", "number": UNP, "amount": "107.53"},  # not the sum of the bill
        {"name": "Ромашка", "number": UNP, "currency": "EUR"},
    ],
)
def test_whoever_it_may_be_a_person_decides(told: dict[str, str]) -> None:
    attempt = bill()
    taken(line(**told))
    assert fresh(attempt).status == "OPEN"
    assert StatementLine.objects.get().status == "waiting"


def test_two_open_bills_of_one_sum_are_left_to_a_person() -> None:
    first, second = bill("a@example.com"), bill("b@example.com")
    taken(line(name="Ромашка", number=UNP))
    assert [fresh(first).status, fresh(second).status] == ["OPEN", "OPEN"]
    taken(line(name="Ромашка", number=UNP, reference="R2", words=second.instructions["account_number"]))
    assert [fresh(first).status, fresh(second).status] == ["OPEN", "PAID"]


def test_the_number_of_a_payment_goes_before_the_payer() -> None:
    """The parent company pays its daughter's bill."""
    own, named = bill("a@example.com"), bill("b@example.com", name="Васілёк", number="200988541")
    taken(line(name="Ромашка", number=UNP, words=named.instructions["account_number"]))
    assert [fresh(own).status, fresh(named).status] == ["OPEN", "PAID"]


def test_a_paid_bill_is_not_paid_again_by_the_payers_name() -> None:
    attempt = bill()
    taken(line(number=UNP))
    taken(line(number=UNP, reference="R2"))
    assert fresh(attempt).status == "PAID"
    assert StatementLine.objects.get(reference="R2/1").status == "waiting"


def test_a_persons_bill_is_never_paid_by_a_name_alone() -> None:
    owner = make_user("person@example.com")
    order = make_order(owner)
    urls = operations.Urls(back="https://p/{ref}", hook="https://p/{gateway}/{shop}")
    attempt = operations.start(
        order=order, gateway_code="transfer", customer={}, language="en", urls=urls, at=now()
    )
    taken(line(name="KOWALSKA ANNA"))
    assert fresh(attempt).status == "OPEN"


# --- the invoice --------------------------------------------------------------------------------------------


def text_of(content: bytes) -> str:
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 1
        return " ".join(str(pdf.pages[0].extract_text()).split())


def test_an_organisation_gets_an_invoice_with_its_details() -> None:
    attempt = bill()
    payment, browser = attempt.payment, browser_of(attempt.payment.order.owner)
    page = browser.get(f"/payments/{payment.pk}/").content.decode()
    assert f'href="/payments/{payment.pk}/invoice.pdf"' in page
    html = browser.get(f"/payments/{payment.pk}/invoice/").content.decode()
    answer = browser.get(f"/payments/{payment.pk}/invoice.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="invoice-{payment.number}.pdf"'
    paper = text_of(answer.content)
    reference = Contract.objects.get().reference
    for words in (payment.number, "190275968", "107.54", reference, "220030, г. Минск, ул. Ленина, 1"):
        assert words in paper
        assert words in html
    for words in ("ООО Ромашка", "BY13 NBRB 3600 9000 0000 2Z00 AB00", "Директор Алена Дырэктар (Устав)"):
        assert words in paper


def test_a_long_name_and_address_keep_the_invoice_on_one_page() -> None:
    attempt = bill(name="Д" * 80 + " " + "л" * 79, legal_address="Вуліца Доўгая " * 40)
    browser = browser_of(attempt.payment.order.owner)
    assert "Доўгая" in text_of(browser.get(f"/payments/{attempt.payment_id}/invoice.pdf").content)


def test_nobody_else_gets_the_invoice_and_a_card_has_none(as_stranger: Client) -> None:
    attempt = bill()
    for name in ("invoice/", "invoice.pdf"):
        assert as_stranger.get(f"/payments/{attempt.payment_id}/{name}").status_code == 404
    Attempt.objects.update(instructions={})
    own = browser_of(attempt.payment.order.owner)
    assert own.get(f"/payments/{attempt.payment_id}/invoice/").status_code == 404


def test_the_receipt_names_the_organisation() -> None:
    attempt = bill()
    taken(line(number=UNP))
    browser = browser_of(attempt.payment.order.owner)
    assert "ООО Ромашка" in browser.get(f"/payments/{attempt.payment_id}/receipt/").content.decode()
    paper = text_of(browser.get(f"/payments/{attempt.payment_id}/receipt.pdf").content)
    assert "ООО Ромашка" in paper
    assert "190275968" in paper


def test_a_contract_of_a_person_beside_one_of_an_organisation_is_found_by_the_organisation() -> None:
    """One cart, two contracts: the organisation's number is enough."""
    owner = make_user("both@example.com")
    made = make_organisation(owner)
    order = make_order(owner, contracts=2)
    one = order.lines.first()
    assert one is not None
    Contract.objects.filter(pk=one.contract_id).update(policyholder=organisation_facts(made))
    urls = operations.Urls(back="https://p/{ref}", hook="https://p/{gateway}/{shop}")
    attempt = operations.start(
        order=order, gateway_code="transfer", customer={}, language="en", urls=urls, at=now()
    )
    taken(line(number=UNP, amount="215.08"))
    assert fresh(attempt).status == "PAID"

"""Bank transfers: statements in camt.053 are imported, lines that name a payment pay it, others wait."""

from __future__ import annotations

from typing import Any

import pytest

from parason.contracts.models import Contract
from parason.journeys import buy
from parason.journeys.payments import BUYING
from parason.kernel.clock import now
from parason.payments import operations
from parason.payments.models import Attempt, Statement, StatementLine
from parason.payments.operations.statements import ImportedBefore, LineSettled, NoStatement
from tests.payments.purchases import SUM, books_balance, fresh, make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)
IBAN = "BY13NBRB3600900000002Z00AB00"
ENTRY = """<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Ромашка ООО</Nm></Dbtr></RltdPties>
<RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def entry(**changes: str) -> str:
    told = {
        "amount": "107.54", "currency": "BYN", "side": "CRDT", "status": "BOOK",
        "reference": "R1", "words": "x",
    } | changes  # fmt: skip
    return ENTRY.format(**told)


def statement(*entries: str, message: str = "M1") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{message}</MsgId><CreDtTm>2026-11-20T20:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>S</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{''.join(entries)}</Stmt>"
        "</BkToCstmrStmt></Document>"
    ).encode()


@pytest.fixture
def attempt(settings: Any) -> Attempt:
    """An organisation's order, to be paid by transfer."""
    settings.PARASON_TRANSFER = {"iban": IBAN, "holder": "Insurer", "bank": "Bank"}
    owner = make_user("organisation@example.com")
    order = make_order(owner)
    urls = operations.Urls(back="https://p/{ref}", hook="https://p/{gateway}/{shop}")
    return operations.start(
        order=order, gateway_code="transfer", customer={}, language="en", urls=urls, at=now()
    )


def taken(raw: bytes) -> Statement:
    return operations.import_statement(raw=raw, by=None, consequences=BUYING, at=now())


def test_a_line_that_names_the_payment_pays_it(attempt: Attempt) -> None:
    number = attempt.instructions["account_number"]
    assert attempt.instructions["iban"] == IBAN
    taken(statement(entry(words=f"Оплата по счёту {number.lower()}, без НДС"), entry(reference="R2")))
    assert fresh(attempt).status == "PAID"
    assert Contract.objects.get().status == "PAID"
    matched, waiting = StatementLine.objects.all()
    assert (matched.status, matched.payment_id, matched.payer) == (
        "matched",
        attempt.payment_id,
        "Ромашка ООО",
    )
    assert waiting.status == "waiting"
    assert books_balance() == {"premiums": -SUM, "bank": SUM}


def test_a_part_of_the_sum_is_for_a_person_to_see(attempt: Attempt) -> None:
    taken(statement(entry(words=attempt.instructions["account_number"], amount="107.53")))
    assert fresh(attempt).status == "REVIEW"
    assert Contract.objects.get().status == "FORMED"


@pytest.mark.parametrize(
    "line",
    [
        {"side": "DBIT"},
        {"status": "PDNG"},
    ],
)
def test_only_booked_money_that_came_in_counts(attempt: Attempt, line: dict[str, str]) -> None:
    taken(statement(entry(words=attempt.instructions["account_number"], **line)))
    assert not StatementLine.objects.exists()
    assert fresh(attempt).status == "OPEN"


def test_a_statement_is_imported_once_and_a_line_comes_once(attempt: Attempt) -> None:
    raw = statement(entry(words=attempt.instructions["account_number"]))
    taken(raw)
    with pytest.raises(ImportedBefore):
        taken(raw)
    taken(statement(entry(words=attempt.instructions["account_number"]), entry(reference="R9"), message="M2"))
    assert StatementLine.objects.count() == 2
    assert fresh(attempt).status == "PAID"
    assert books_balance() == {"premiums": -SUM, "bank": SUM}


def test_one_entry_may_hold_several_payments(attempt: Attempt) -> None:
    one = "<TxDtls><Amt Ccy='BYN'>50.00</Amt><RmtInf><Ustrd>a</Ustrd></RmtInf></TxDtls>"
    whole = entry().replace("<NtryDtls>", f"<NtryDtls>{one}{one}")
    taken(statement(whole))
    assert list(StatementLine.objects.values_list("reference", "amount_minor")) == [
        ("R1/1", 5000), ("R1/2", 5000), ("R1/3", 10754),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"not xml", b"<a/>", statement()[:-20],
        statement(entry(amount="1.005")), statement(entry(amount="-5")), statement(entry(amount="NaN")),
        statement(entry(currency="")),
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        b"<a>" + b"x" * 5_000_001 + b"</a>",
    ],
)  # fmt: skip
def test_what_is_no_statement_is_refused_whole(attempt: Attempt, raw: bytes) -> None:
    with pytest.raises(NoStatement):
        taken(raw)
    assert not Statement.objects.exists()


def test_a_person_says_which_payment_a_line_is(attempt: Attempt) -> None:
    taken(statement(entry(words="insurance")))
    line = StatementLine.objects.get()
    operations.assign_line(line=line, payment=attempt.payment, consequences=BUYING, at=now())
    assert fresh(attempt).status == "PAID"
    with pytest.raises(LineSettled):
        operations.assign_line(line=line, payment=attempt.payment, consequences=BUYING, at=now())


def test_a_line_that_is_nobodys_is_kept_aside(attempt: Attempt) -> None:
    taken(statement(entry(words="rent")))
    operations.set_line_aside(line=StatementLine.objects.get(), by=make_user("cashier@example.com"), at=now())
    assert books_balance() == {"bank": SUM, "aside": -SUM}
    assert fresh(attempt).status == "OPEN"


def test_a_transfer_for_what_was_given_up_waits_to_be_sent_back(attempt: Attempt) -> None:
    operations.cancel(order=attempt.payment.order, at=now())
    buy.withdraw(contract=Contract.objects.get(), owner=attempt.payment.order.owner, at=now())
    taken(statement(entry(words=attempt.instructions["account_number"])))
    assert fresh(attempt).status == "REFUNDING"
    assert books_balance() == {"bank": SUM, "refunds": -SUM}

"""Payouts: what is owed to a shop goes to its account, less a fee; and the statement that shows it."""

import json
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from sandbox_bank import transactions
from sandbox_bank.bank import Bank
from sandbox_bank.clock import iso
from sandbox_bank.storage import Row

PAYER = "Sandbox bank"
NOT_SETTLED = (
    "SELECT * FROM transactions WHERE status = 'successful' AND settled_at IS NULL AND paid_at IS NOT NULL"
    " AND shop_id = COALESCE(?, shop_id) ORDER BY n"
)
ENTRY = """<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><{party}><Nm>{payer}</Nm></{party}></RltdPties>
<RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""
STATEMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>{message}</MsgId><CreDtTm>{moment}</CreDtTm></GrpHdr>
<Stmt><Id>{message}</Id><CreDtTm>{moment}</CreDtTm><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>
{entries}
</Stmt></BkToCstmrStmt></Document>
"""
# The shop's own account; nothing looks at it.
IBAN = "BY13NBRB3600900000002Z00AB00"


BACK = ("refund", "chargeback")


def fee_of(kind: str, amount: int, per_mille: int) -> int:
    """What the bank keeps of a transaction, half up; of money that goes back it keeps nothing."""
    return 0 if kind in BACK else (amount * per_mille + 500) // 1000


def pay_out(bank: Bank, *, shop_id: int | None = None, short: int = 0) -> list[Row]:
    """Pay out all that was not paid out yet: a transfer for each shop, method and currency.

    `short` minor units less than owed arrive with each transfer (more, when it is below zero).
    """
    groups: dict[tuple[int, str, str], list[Row]] = {}
    for row in bank.storage.all(NOT_SETTLED, shop_id):
        groups.setdefault((row["shop_id"], row["method"], row["currency"]), []).append(row)
    with bank.storage.transaction():
        made = [_transfer(bank, key, rows, short) for key, rows in groups.items()]
    return [row for row in bank.storage.all("SELECT * FROM payouts ORDER BY n") if row["n"] in made]


def _transfer(bank: Bank, key: tuple[int, str, str], rows: list[Row], short: int) -> int:
    now, gross, fees = bank.clock.now(), 0, 0
    for row in rows:
        # What is wrong everywhere is wrong here too: the sum that was booked is paid out.
        told = transactions.shown(row, "booking")["amount"]
        amount = (-1 if row["type"] in BACK else 1) * (row["amount"] if told is None else told)
        fee = fee_of(row["type"], amount, bank.settings["fee_per_mille"])
        gross, fees = gross + amount, fees + fee
        doc = json.loads(row["doc"])
        doc.update(settled_at=iso(now), transaction_fee=fee, pay_to_merchant=amount - fee)
        bank.storage.run(
            "UPDATE transactions SET settled_at = ?, doc = ? WHERE uid = ?",
            now,
            json.dumps(doc, ensure_ascii=False),
            row["uid"],
        )
    return bank.storage.insert(
        "payouts",
        shop_id=key[0],
        method=key[1],
        currency=key[2],
        at=now,
        count=len(rows),
        gross=gross,
        fee=fees,
        paid=gross - fees - short,
    )


def statement(bank: Bank, numbers: list[int] | None = None) -> str:
    """The shop's statement in camt.053 with these payouts, or with all."""
    rows = bank.storage.all("SELECT * FROM payouts ORDER BY n")
    chosen = [row for row in rows if row["paid"] and (numbers is None or row["n"] in numbers)]
    first, last = (chosen[0]["n"], chosen[-1]["n"]) if chosen else (0, 0)
    return STATEMENT.format(
        message=f"SANDBOX-{first}-{last}",
        moment=(iso(bank.clock.now()) or "")[:19],
        iban=IBAN,
        entries="\n".join(_entry(bank, row) for row in chosen),
    )


def _entry(bank: Bank, row: Row) -> str:
    day = datetime.fromtimestamp(row["at"], UTC).date().isoformat()
    words = (
        f"Payout, shop {row['shop_id']}, {row['method']}, {row['count']} transactions,"
        f" {plain(row['gross'])} less fees of {plain(row['fee'])} {row['currency']}"
    )
    came = row["paid"] > 0
    return ENTRY.format(
        currency=row["currency"],
        amount=plain(abs(row["paid"])),
        side="CRDT" if came else "DBIT",
        party="Dbtr" if came else "Cdtr",
        day=day,
        reference=f"SB-{int(row['at'] * 1000)}-{row['n']}",
        payer=PAYER,
        words=escape(words),
    )


def plain(minor: int) -> str:
    """Two decimals, as statements have them; the sandbox settles no other currencies."""
    whole, rest = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:02d}"


def shown(row: Row) -> dict[str, Any]:
    """A payout as the desk tells it."""
    return {**dict(row), "at": iso(row["at"]), "owed": row["gross"] - row["fee"]}

"""Importing statements of our account: lines that name a payment pay it, the others wait for a person."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from parason.payments.errors import LineSettled, PaymentError
from parason.payments.gateways.interface import Gateway, Kind, Observation, Status
from parason.payments.gateways.registry import gateway
from parason.payments.models import Account, Attempt, Entry, LineStatus, Payment, Statement, StatementLine
from parason.payments.operations import payouts
from parason.payments.operations.ledger import book, came_to_bank
from parason.payments.operations.observing import Consequences, observe
from parason.payments.operations.payers import bill_of

if TYPE_CHECKING:
    from parason.accounts.models import User

CODE = "transfer"
# A payment's number as it is told to the payer, wherever it stands in the payer's words.
NUMBER = re.compile(r"(?<![0-9A-F])[0-9A-F]{8}(?![0-9A-F])")


class NoStatement(PaymentError):
    message = _("This file is not a bank statement in the format camt.053.")


class ImportedBefore(PaymentError):
    message = _("This statement has been imported before.")


class TransfersNotOffered(PaymentError):
    message = _("Bank transfer is not configured.")


def _adapter() -> Gateway:
    adapter = gateway(CODE)
    if adapter is None:
        raise TransfersNotOffered
    return adapter


@transaction.atomic
def import_statement(*, raw: bytes, by: User | None, consequences: Consequences, at: datetime) -> Statement:
    """Take in a file once; lines that an earlier statement had are left out.

    Lines that name a payment pay it; those of an acquirer bring its payouts. Raises NoStatement,
    ImportedBefore.
    """
    # Reading XML needs large packages: only who imports a statement loads them.
    from parason.payments.gateways.transfer.statements import BadStatement, read

    try:
        found = read(raw)
    except BadStatement as error:
        raise NoStatement from error
    statement, created = Statement.objects.get_or_create(
        digest=hashlib.sha256(raw).hexdigest(),
        defaults={"message_id": found.message_id, "imported_at": at, "imported_by": by},
    )
    if not created:
        raise ImportedBefore
    known = set(
        StatementLine.objects.filter(reference__in=[line.reference for line in found.lines]).values_list(
            "reference", flat=True
        )
    )
    for line in found.lines:
        if line.reference in known:
            continue
        row = StatementLine.objects.create(
            statement=statement,
            reference=line.reference,
            amount_minor=line.money.minor,
            currency=line.money.currency,
            booked_on=line.booked_on,
            payer=line.payer,
            payer_numbers=list(line.payer_numbers),
            account=line.account,
            words=line.words,
        )
        if not payouts.match(row, by=by, at=at):
            _match(row, consequences, at)
    return statement


def _match(row: StatementLine, consequences: Consequences, at: datetime) -> None:
    numbers, adapter = set(NUMBER.findall(row.words.upper())), gateway(CODE)
    if adapter is None:
        return
    found = Attempt.objects.filter(gateway=CODE, instructions__account_number__in=numbers)
    payments = set(found.values_list("payment_id", flat=True))
    # Without a payment's number the payer tells whose bill it is; with several numbers a person decides.
    bill = found.latest("pk") if len(payments) == 1 else None if payments else bill_of(row, gateway=CODE)
    if bill is None:
        return
    _pay(row, bill, adapter, consequences, at)
    if not payments:  # an auditor will ask why
        row.outcome = f"{row.outcome}, known by the payer"[:100]
        row.save(update_fields=["outcome"])


def _pay(
    row: StatementLine, attempt: Attempt, adapter: Gateway, consequences: Consequences, at: datetime
) -> None:
    told = Observation(
        Kind.PAYMENT,
        Status.SUCCEEDED,
        shop_id=adapter.shop_id,
        uid=row.reference,
        our_ref=attempt.our_ref,
        amount_minor=row.amount_minor,
        currency=row.currency,
        method=CODE,
        occurred_at=at,
    )
    outcome = observe(observation=told, adapter=adapter, consequences=consequences, at=at)
    row.status, row.payment, row.outcome = LineStatus.MATCHED, attempt.payment, outcome[:100]
    row.save(update_fields=["status", "payment", "outcome"])
    came_to_bank(row, CODE, at)


@transaction.atomic
def assign_line(*, line: StatementLine, payment: Payment, consequences: Consequences, at: datetime) -> None:
    """A person says which payment a line is; the rules for money then hold as for any other.

    Raises LineSettled, TransfersNotOffered, NoStatement when the payment was not to be paid by transfer.
    """
    adapter = _adapter()
    row = payouts.waiting(line)
    attempt = payment.attempts.filter(gateway=CODE).order_by("-pk").first()
    if attempt is None:
        raise LineSettled(_("This payment was not to be made by bank transfer."))
    _pay(row, attempt, adapter, consequences, at)


@transaction.atomic
def set_line_aside(*, line: StatementLine, by: User, at: datetime) -> None:
    """A person says that a line is nobody's payment: the money is kept for whoever sent it."""
    row = payouts.waiting(line)
    StatementLine.objects.filter(pk=row.pk).update(status=LineStatus.SET_ASIDE, outcome=f"by {by.pk}")
    book(
        Entry(
            key=f"line:{row.reference}",
            debit=Account.GATEWAY,
            credit=Account.ASIDE,
            amount_minor=row.amount_minor,
            currency=row.currency,
            gateway=CODE,
            at=at,
            words="A transfer that pays nothing of ours",
        )
    )
    came_to_bank(row, CODE, at)

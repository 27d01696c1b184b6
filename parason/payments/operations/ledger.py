"""Writing the ledger: each fact once, by its key."""

from __future__ import annotations

from datetime import datetime

from parason.payments.models import (
    Account,
    Entry,
    GatewayTransaction,
    Payment,
    Refund,
    Settlement,
    SettlementLine,
    StatementLine,
)

_A = Account


def book(*entries: Entry) -> None:
    """Write entries; one whose key is there already is left as it is."""
    Entry.objects.bulk_create(entries, ignore_conflicts=True)


def _entry(
    key: str,
    debit: str,
    credit: str,
    minor: int,
    currency: str,
    *,
    at: datetime,
    words: str,
    payment: Payment | None,
    gateway: str = "",
) -> Entry:
    return Entry(
        key=key,
        debit=debit,
        credit=credit,
        amount_minor=minor,
        currency=currency,
        payment=payment,
        gateway=gateway,
        at=at,
        words=words,
    )


def premium_received(payment: Payment, transaction: GatewayTransaction, at: datetime) -> None:
    """The premium fell due with the order, and the gateway holds the money for it."""
    book(_due(payment, at), _received(payment, transaction, _A.CUSTOMERS, at, "Premium received"))


def _due(payment: Payment, at: datetime) -> Entry:
    return _entry(
        f"due:{payment.pk}",
        _A.CUSTOMERS,
        _A.PREMIUMS,
        payment.amount_minor,
        payment.currency,
        at=at,
        payment=payment,
        words="Premium due for the contracts of an order",
    )


def _received(
    payment: Payment | None, transaction: GatewayTransaction, credit: str, at: datetime, words: str
) -> Entry:
    return _entry(
        f"received:{transaction.gateway}:{transaction.shop_id}:{transaction.uid}",
        _A.GATEWAY,
        credit,
        transaction.amount_minor or 0,
        transaction.currency,
        at=at,
        payment=payment,
        gateway=transaction.gateway,
        words=words,
    )


def set_aside(payment: Payment, transaction: GatewayTransaction, at: datetime, words: str) -> None:
    """Money came that does not count as a premium: it belongs to whoever sent it."""
    if transaction.amount_minor:
        book(_received(payment, transaction, _A.ASIDE, at, words))


def unmatched(transaction: GatewayTransaction, at: datetime) -> None:
    """Money came for a reference that is none of ours."""
    if transaction.amount_minor:
        book(
            _unmatched("unmatched", transaction, _A.GATEWAY, _A.ASIDE, at, "No attempt of ours asked for it")
        )


def matched(transaction: GatewayTransaction, at: datetime) -> None:
    """It is ours after all: what was set aside is taken back, and the money is then booked like any other."""
    if transaction.amount_minor:
        book(
            _unmatched("matched", transaction, _A.ASIDE, _A.GATEWAY, at, "Found to be for a payment of ours")
        )


def _unmatched(
    what: str, transaction: GatewayTransaction, debit: str, credit: str, at: datetime, words: str
) -> Entry:
    return _entry(
        f"{what}:{transaction.gateway}:{transaction.shop_id}:{transaction.uid}",
        debit,
        credit,
        transaction.amount_minor or 0,
        transaction.currency,
        at=at,
        payment=None,
        gateway=transaction.gateway,
        words=words,
    )


def accepted_after_review(payment: Payment, transaction: GatewayTransaction, at: datetime) -> None:
    """Money that was set aside counts after all."""
    book(
        _due(payment, at),
        _entry(
            f"accepted:{transaction.pk}",
            _A.ASIDE,
            _A.CUSTOMERS,
            transaction.amount_minor or 0,
            transaction.currency,
            at=at,
            payment=payment,
            gateway=transaction.gateway,
            words="Accepted as premium after review",
        ),
    )


def refund_owed(refund: Refund, at: datetime) -> None:
    """We owe money back."""
    source = _A.ASIDE if refund.aside else _A.PREMIUMS
    book(_of_refund(refund, "owed", source, _A.REFUNDS, at, "Refund owed"))


def refund_withdrawn(refund: Refund, at: datetime) -> None:
    """We do not owe it after all."""
    source = _A.ASIDE if refund.aside else _A.PREMIUMS
    book(_of_refund(refund, "withdrawn", _A.REFUNDS, source, at, "Refund refused"))


def refund_paid(refund: Refund, at: datetime) -> None:
    """The gateway has sent it back."""
    book(_of_refund(refund, "returned", _A.REFUNDS, _A.GATEWAY, at, "Refund returned"))


def _of_refund(refund: Refund, what: str, debit: str, credit: str, at: datetime, words: str) -> Entry:
    return _entry(
        f"refund-{what}:{refund.pk}",
        debit,
        credit,
        refund.amount_minor,
        refund.currency,
        at=at,
        payment=refund.payment,
        gateway=refund.transaction.gateway,
        words=f"{words}: {refund.reason}"[:300],
    )


def charged_back(payment: Payment | None, transaction: GatewayTransaction, at: datetime) -> None:
    """The payer's bank took money back."""
    if transaction.amount_minor:
        book(
            _entry(
                f"chargeback:{transaction.gateway}:{transaction.uid}",
                _A.DISPUTED,
                _A.GATEWAY,
                transaction.amount_minor,
                transaction.currency,
                at=at,
                payment=payment,
                gateway=transaction.gateway,
                words="Charged back by the payer's bank",
            )
        )


def denied(payment: Payment, transaction: GatewayTransaction, at: datetime) -> None:
    """A success that we had booked never was: the money is owed again."""
    book(
        _entry(
            f"denied:{transaction.gateway}:{transaction.uid}",
            _A.CUSTOMERS,
            _A.GATEWAY,
            transaction.amount_minor or 0,
            transaction.currency,
            at=at,
            payment=payment,
            gateway=transaction.gateway,
            words="Denied by the gateway: owed again",
        )
    )


def fee_kept(line: SettlementLine, at: datetime) -> None:
    """A gateway kept its fee of a transaction; below zero it gave one back."""
    if not line.fee_minor:
        return
    seen = line.transaction
    debit, credit = (_A.FEES, _A.GATEWAY) if line.fee_minor > 0 else (_A.GATEWAY, _A.FEES)
    book(
        _entry(
            f"fee:{seen.gateway}:{seen.shop_id}:{seen.uid}",
            debit,
            credit,
            abs(line.fee_minor),
            line.settlement.currency,
            at=at,
            payment=seen.attempt.payment if seen.attempt else None,
            gateway=seen.gateway,
            words=f"Fee of the {seen.kind} {seen.uid}",
        )
    )


def came_to_bank(line: StatementLine, gateway: str, at: datetime) -> None:
    """Money that was held for us stands on our own account: the bank's statement shows it."""
    book(
        _entry(
            f"bank:{line.reference}",
            _A.BANK,
            _A.GATEWAY,
            line.amount_minor,
            line.currency,
            at=at,
            payment=line.payment,
            gateway=gateway,
            words=f"On our account by the statement: {line.payer} {line.words}"[:300],
        )
    )


def left_bank(refund: Refund, reference: str, at: datetime) -> None:
    """A transfer that our staff made went out of our own account."""
    book(
        _entry(
            f"sent:{refund.pk}",
            _A.GATEWAY,
            _A.BANK,
            refund.amount_minor,
            refund.currency,
            at=at,
            payment=refund.payment,
            gateway=refund.transaction.gateway,
            words=f"Sent back from our account: {reference}",
        )
    )


def payout_differed(settlement: Settlement, missing: int, account: str, why: str, at: datetime) -> None:
    """What a payout lacked, or had too much when `missing` is below zero, is explained."""
    debit, credit = (account, _A.GATEWAY) if missing > 0 else (_A.GATEWAY, account)
    book(
        _entry(
            f"difference:{settlement.pk}",
            debit,
            credit,
            abs(missing),
            settlement.currency,
            at=at,
            payment=None,
            gateway=settlement.gateway,
            words=f"Difference of the payout of {settlement.day}: {why}"[:300],
        )
    )

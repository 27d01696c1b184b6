"""The acts of this room. Nothing else writes its tables."""

from parason.payments.operations.asking import ask, claim_due, claim_due_refunds, sweep_stuck
from parason.payments.operations.ending import cancel
from parason.payments.operations.entering import confirm_rate, enter_rate, refuse_rate
from parason.payments.operations.judging import judge
from parason.payments.operations.ledger import book
from parason.payments.operations.observing import Consequences, observe
from parason.payments.operations.opening import Urls, start
from parason.payments.operations.payouts import assign_payouts, explain_difference, take_payouts
from parason.payments.operations.prechecking import precheck
from parason.payments.operations.rates import load_demo_rates, load_rates, store_rates
from parason.payments.operations.receiving import NotAuthentic, UnknownGateway, authenticate, keep
from parason.payments.operations.reconciling import reconcile
from parason.payments.operations.refunding import (
    approve_refund,
    ask_again,
    ask_refund,
    refuse_refund,
    request_refund,
    submit_refund,
)
from parason.payments.operations.reviewing import (
    close_chargeback,
    confirm_acceptance,
    propose_acceptance,
    refuse_acceptance,
    send_back,
)
from parason.payments.operations.sending import cannot_send, confirm_sent, record_sent, refuse_sent
from parason.payments.operations.statements import assign_line, import_statement, set_line_aside

__all__ = [
    "Consequences",
    "NotAuthentic",
    "UnknownGateway",
    "Urls",
    "approve_refund",
    "ask",
    "ask_again",
    "ask_refund",
    "assign_line",
    "assign_payouts",
    "authenticate",
    "book",
    "cancel",
    "cannot_send",
    "claim_due",
    "claim_due_refunds",
    "close_chargeback",
    "confirm_acceptance",
    "confirm_rate",
    "confirm_sent",
    "enter_rate",
    "explain_difference",
    "import_statement",
    "judge",
    "keep",
    "load_demo_rates",
    "load_rates",
    "observe",
    "precheck",
    "propose_acceptance",
    "reconcile",
    "record_sent",
    "refuse_acceptance",
    "refuse_rate",
    "refuse_refund",
    "refuse_sent",
    "request_refund",
    "send_back",
    "set_line_aside",
    "start",
    "store_rates",
    "submit_refund",
    "sweep_stuck",
    "take_payouts",
]

"""The staff's roles and their rights: each has what its work needs and no more.

Rights are Django's: `app.action_model`. Nobody may change or delete evidence; no role may do that at all.
"""

from __future__ import annotations


def _may(actions: str, *things: str) -> frozenset[str]:
    pairs = (thing.split(".") for thing in things)
    return frozenset(f"{app}.{action}_{model}" for app, model in pairs for action in actions.split())


SALES = ("quotes.application", "quotes.quote", "contracts.contract", "contracts.insured")
MONEY = (
    "checkout.order",
    "payments.payment",
    "payments.attempt",
    "payments.refund",
    "payments.exchangerate",
    "payments.reconciliation",
    "payments.statement",
)

ROLES: dict[str, frozenset[str]] = {
    "product manager": _may("view", "products.tariffversion", "quotes.quote")
    | _may("propose", "products.tariffversion")
    | _may("view add change", "products.salesstop"),
    "actuary": _may(
        "view", "products.tariffversion", "quotes.quote", "contracts.contract", "payments.exchangerate"
    )
    | _may("approve", "products.tariffversion")
    | _may("view add", "products.baseunit"),
    "cashier": _may("view", *MONEY, "contracts.contract")
    | _may("view", "payments.notification")
    | _may("add", "payments.refund", "payments.exchangerate", "payments.statement"),
    "underwriter": _may("view", *SALES, "accounts.person", "products.tariffversion"),
    "support": _may(
        "view",
        *SALES,
        "accounts.user",
        "accounts.person",
        "checkout.order",
        "payments.payment",
        "documents.policy",
        "documents.letter",
    )
    | _may("add", "documents.letter")  # send one again, mark one that came back
    | _may("delete", "usersessions.usersession"),  # log a customer out who lost a device
    # Looks after colleagues' log-ins; gives no rights: that is for whoever set the portal up.
    "administrator": _may("view", "accounts.user", "accounts.auditentry")
    | _may("delete", "usersessions.usersession", "mfa.authenticator"),
    "officer": _may("add", "documents.look"),  # checks policies at a desk: a border post, a clinic
    "auditor": _may(
        "view",
        "documents.look",
        *SALES,
        *MONEY,
        "accounts.user",
        "accounts.person",
        "accounts.consent",
        "accounts.auditentry",
        "products.tariffversion",
        "documents.policy",
        "documents.letter",
        "payments.notification",
    ),
}

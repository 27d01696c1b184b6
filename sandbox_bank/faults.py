"""Everything that can go wrong. A fault is armed for the next N uses, or always, or for one payment."""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sandbox_bank.storage import Row, Storage


class Stage(StrEnum):
    """Where in the bank a fault strikes."""

    CALL = "call"  # a merchant's API call; which one is told by the parameter `on`
    OPENING = "opening"  # the answer to the creation of a checkout
    TRANSACTION = "transaction"  # the data of a new transaction, as shown afterwards
    PAYER = "payer"  # what the person at the hosted page sees
    REFUND = "refund"
    NOTIFICATION = "notification"


OPERATIONS = ("create", "query", "refund", "report", "erip_create", "erip_delete", "any")
SHOWN_IN = ("both", "notification", "query")
ABOUT = ("any", "payment", "refund", "expired", "erip", "chargeback")


@dataclass(frozen=True)
class Kind:
    """One fault of the catalogue: its stage, what it does in words, its parameters with defaults."""

    stage: Stage
    says: str
    params: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)


def _call(says: str, **params: Any) -> Kind:
    return Kind(Stage.CALL, says, {"on": "create", **params}, {"on": OPERATIONS, "when": ("before", "after")})


def _data(says: str, **params: Any) -> Kind:
    kinds = ("payment", "refund", "chargeback", "any")
    return Kind(
        Stage.TRANSACTION,
        says,
        {"shown_in": "both", "type": "payment", **params},
        {"shown_in": SHOWN_IN, "type": kinds},
    )


def _notice(says: str, choices: dict[str, tuple[str, ...]] | None = None, **params: Any) -> Kind:
    return Kind(Stage.NOTIFICATION, says, {"about": "any", **params}, {"about": ABOUT, **(choices or {})})


KINDS: dict[str, Kind] = {
    "server_error": _call(
        "Answer 5xx; `after` doing the work, or `before` (work not done)", status=500, when="before"
    ),
    "timeout": _call(
        "Sleep; `before`: then 504 and nothing done; `after`: done, then sleep", seconds=35, when="after"
    ),
    "garbage": _call("Answer 200 with a page of HTML; the work is done"),
    "cut_off": _call("The work is done; the connection breaks in the middle of the answer"),
    "no_redirect_url": Kind(Stage.OPENING, "Answer a new checkout without redirect_url"),
    "foreign_redirect": Kind(
        Stage.OPENING, "Answer a redirect_url on another host", {"host": "https://evil.example"}
    ),
    "wrong_amount": _data("Charge another amount", add=100),
    "wrong_currency": _data("Charge in another currency", currency="RUB"),
    "flip_test": _data("The test flag is turned round"),
    "unknown_tracking_id": _data("The tracking id is one that the shop never gave", to="att_of_nobody"),
    "unknown_status": _data("A status word that nobody has documented", status="frozen"),
    "null_amount": _data("Amount and currency are null"),
    "hang_after_charge": Kind(
        Stage.PAYER, "The card is charged, the payer's page never answers", {"seconds": 60}
    ),
    "refund_pending": Kind(Stage.REFUND, "A card refund stays pending for some seconds", {"seconds": 3600}),
    "refund_failed": Kind(Stage.REFUND, "A refund fails (an ERIP one after it was pending)"),
    "drop": _notice("Notification lost: all of it, or only the first `tries` deliveries (0 = all)", tries=0),
    "delay": _notice("Notification sent later by the bank's clock", seconds=60),
    "double": _notice("Notification sent several times at once", times_sent=2),
    "reorder": _notice(
        "Hold notifications until `count` are there, then send them backwards", count=2, seconds=300
    ),
    "corrupt_signature": _notice(
        "Content-Signature does not fit", {"mode": ("flip", "absent", "not_base64", "other_key")}, mode="flip"
    ),
    "drop_basic": _notice(
        "No Authorization header (or a wrong one)", {"mode": ("absent", "wrong")}, mode="absent"
    ),
    "reencode": _notice("A proxy re-encodes the body after signing: sorted keys, escaped letters"),
    "big_body": _notice("The body is very large, and rightly signed", bytes=80_000),
    "garbage_body": _notice("The body is not JSON, and rightly signed"),
    "refund_first": _notice("Hold the payment's notification until a refund of it has been notified"),
}


@dataclass(frozen=True)
class Fault:
    id: int
    name: str
    times_left: int | None
    used: int
    tracking_id: str | None
    shop_id: int | None
    params: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "times": "always" if self.times_left is None else self.times_left,
            "used": self.used,
            "tracking_id": self.tracking_id,
            "shop_id": self.shop_id,
            **self.params,
        }


def _fault(row: Row) -> Fault:
    return Fault(
        id=row["id"],
        name=row["name"],
        times_left=row["times_left"],
        used=row["used"],
        tracking_id=row["tracking_id"],
        shop_id=row["shop_id"],
        params=json.loads(row["params"]),
    )


def arm(storage: Storage, wish: dict[str, Any]) -> Fault:
    """Arm a fault: {"name", "times": N | "always" (1), "tracking_id", "shop_id", and its own parameters}.

    Raises ValueError, saying what is wrong, for an unknown name, parameter or value.
    """
    wish = dict(wish)
    name = wish.pop("name", None)
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"unknown fault {name!r}; there are: {', '.join(KINDS)}")
    tracking_id, shop_id = wish.pop("tracking_id", None) or None, wish.pop("shop_id", None) or None
    times = wish.pop("times", None)
    if times is None:
        times = wish.get("count", kind.params["count"]) if name == "reorder" else 1
    if times != "always" and (type(times) is not int or times < 1):
        raise ValueError('times must be a positive number or "always"')
    row_id = storage.insert(
        "faults",
        name=name,
        stage=kind.stage.value,
        times_left=None if times == "always" else times,
        tracking_id=tracking_id,
        shop_id=shop_id,
        params=json.dumps(_params(kind, wish)),
    )
    return next(fault for fault in all_faults(storage) if fault.id == row_id)


def _params(kind: Kind, wish: dict[str, Any]) -> dict[str, Any]:
    unknown = set(wish) - set(kind.params)
    if unknown:
        raise ValueError(
            f"unknown parameter {', '.join(sorted(unknown))}; there are: {', '.join(kind.params) or '-'}"
        )
    for name, value in wish.items():
        default, choices = kind.params[name], kind.choices.get(name)
        if choices is not None and value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}")
        if isinstance(default, int) and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise ValueError(f"{name} must be a number")
        if isinstance(default, str) and not isinstance(value, str):
            raise ValueError(f"{name} must be text")
    return {**kind.params, **wish}


def armed(storage: Storage) -> list[Fault]:
    """All faults still to strike."""
    return [_fault(row) for row in storage.all("SELECT * FROM faults WHERE times_left IS NOT 0 ORDER BY id")]


def all_faults(storage: Storage) -> list[Fault]:
    """Also the used-up ones, so that a test can assert that its fault really struck."""
    return [_fault(row) for row in storage.all("SELECT * FROM faults ORDER BY id")]


def disarm(storage: Storage, fault_id: int | None = None) -> int:
    """Forget one fault, or all; returns how many were forgotten."""
    if fault_id is None:
        return storage.run("DELETE FROM faults")
    return storage.run("DELETE FROM faults WHERE id = ?", fault_id)


def take(
    storage: Storage, stage: Stage, *, shop_id: int | None, tracking_id: str | None, **must: str | None
) -> list[Fault]:
    """The faults that strike here and now; each is counted as used once.

    `must` narrows by parameters of the fault: on="create", about="refund", type="payment"; a fault whose
    parameter is "any" always fits.
    """
    rows = storage.all(
        "SELECT * FROM faults WHERE stage = ? AND times_left IS NOT 0"
        " AND (tracking_id IS NULL OR tracking_id = ?) AND (shop_id IS NULL OR shop_id = ?) ORDER BY id",
        stage.value,
        tracking_id,
        shop_id,
    )
    found = [fault for fault in map(_fault, rows) if _fits(fault, must)]
    for fault in found:
        storage.run("UPDATE faults SET used = used + 1, times_left = times_left - 1 WHERE id = ?", fault.id)
    return found


def _fits(fault: Fault, must: dict[str, str | None]) -> bool:
    return all(fault.params.get(name, "any") in ("any", value) for name, value in must.items())

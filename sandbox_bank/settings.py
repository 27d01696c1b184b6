"""Switches where the real bank's behaviour is unknown, or differs from shop to shop."""

from dataclasses import dataclass
from typing import Any

from sandbox_bank.storage import Storage


@dataclass(frozen=True)
class Switch:
    default: Any
    choices: tuple[Any, ...]
    says: str


SWITCHES: dict[str, Switch] = {
    "checkout_schedule": Switch(
        "checkout",
        ("checkout", "card"),
        "Retries of a card notification: checkout service 2, card service 15",
    ),
    "duplicate_rule": Switch(False, (False, True), "Refuse the same amount and card within 30 seconds"),
    "error_shape": Switch(
        "message", ("message", "response"), "Which of the two error shapes a refused checkout has"
    ),
    "unpaid_status": Switch(
        None, (None, "error", "incomplete"), "Status of a checkout nobody has tried to pay"
    ),
    "notify_failed_tries": Switch(True, (True, False), "Notify of a declined try while more tries are left"),
    "notify_card_refunds": Switch(True, (True, False), "Notify of refunds of card payments"),
    "precheck_fails_open": Switch(
        False, (False, True), "Charge although the shop's verification_url did not answer"
    ),
    "erip_refund_rules": Switch(
        True, (True, False), "Refund ERIP only from 24 hours to a year after payment"
    ),
    "erip_refund_hours": Switch(72, (0, 1, 72, 264), "Hours until an ERIP refund is done"),
    "fee_per_mille": Switch(20, (0, 15, 20, 25), "What the bank keeps of a payment, in thousandths"),
    "reports_include_test": Switch(
        True, (True, False), "Reports list test transactions (the real bank omits them)"
    ),
}


class Settings:
    """Values of the switches, kept in the state file."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._values: dict[str, Any] = storage.get_meta("settings", {})

    def __getitem__(self, name: str) -> Any:
        return self._values.get(name, SWITCHES[name].default)

    def as_dict(self) -> dict[str, Any]:
        return {name: self[name] for name in SWITCHES}

    def change(self, changes: dict[str, Any]) -> None:
        """Raises ValueError, naming what is wrong, and then changes nothing."""
        for name, value in changes.items():
            if name not in SWITCHES:
                raise ValueError(f"unknown switch {name!r}; there are: {', '.join(SWITCHES)}")
            choices = SWITCHES[name].choices
            # True == 1 in Python: compare the types too.
            if not any(type(value) is type(choice) and value == choice for choice in choices):
                raise ValueError(f"{name} must be one of {list(choices)}")
        self._values = {**self._values, **changes}
        self._storage.set_meta("settings", self._values)

    def reset(self) -> None:
        self._values = {}
        self._storage.set_meta("settings", {})

"""Looks at policies stand in the back office for the auditor, who cannot change them."""

from __future__ import annotations

from typing import Any

from parason.accounts.models import User
from parason.accounts.roles import ROLES
from parason.documents import operations
from parason.documents.models import Look
from tests.documents.papers import AT, make_policy


def test_the_auditor_may_read_looks_and_nobody_may_change_them() -> None:
    assert "documents.view_look" in ROLES["auditor"]
    assert ROLES["officer"] == {"documents.add_look"}
    for rights in ROLES.values():
        assert not rights & {"documents.change_look", "documents.delete_look"}


def test_a_look_names_who_looked_at_what_and_what_came_out(anna: User, staff: User) -> None:
    policy = make_policy(anna)
    operations.record_look(
        door="desk", asked=str(policy), outcome="valid", at=AT, user=staff, policy=policy, address="192.0.2.1"
    )
    look: Any = Look.objects.get()
    assert str(look) == f"2026-06-01 09:00 {policy}: valid"
    assert (look.user, look.policy, look.address) == (staff, policy, "192.0.2.1")

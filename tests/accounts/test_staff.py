"""Roles hold no more rights than their work needs, and the audit trail cannot be rewritten."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction

from parason.accounts import operations, queries
from parason.accounts.models import AuditEntry, Consent, User
from parason.accounts.roles import ROLES
from tests.factories import NOON, make_user

pytestmark = pytest.mark.django_db
EVIDENCE = (
    "consent",
    "auditentry",
    "policy",
    "letter",
    "payment",
    "attempt",
    "notification",
    "contract",
    "quote",
)


def test_the_roles_are_groups_with_exactly_their_rights() -> None:
    operations.sync_roles(at=NOON)
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    assert {"product manager", "actuary", "cashier", "underwriter", "support", "auditor"} <= set(ROLES)
    for role, rights in ROLES.items():
        worker = make_user(f"{role.replace(' ', '.')}@example.com", is_staff=True)
        worker.groups.add(Group.objects.get(name=role))
        assert worker.get_all_permissions() == set(rights)


def test_rights_that_were_added_by_hand_are_taken_away_again() -> None:
    group = operations.sync_roles(at=NOON)[0]
    group.permissions.clear()
    operations.sync_roles(at=NOON)
    assert group.permissions.count() == len(ROLES[group.name])
    assert AuditEntry.objects.filter(act="roles.sync").count() == 2


@pytest.mark.parametrize("role", ROLES)
def test_no_role_changes_evidence_and_none_manages_staff(role: str) -> None:
    for right in ROLES[role]:
        _app, codename = right.split(".")
        action, model = codename.split("_", 1)
        again = right == "documents.add_letter"  # a letter sent again is a new row
        assert again or not (action in ("add", "change", "delete") and model in EVIDENCE), right
        assert not (action != "view" and model in ("user", "group", "permission")), right


def test_nobody_proposes_and_approves_a_tariff_in_one_role() -> None:
    for rights in ROLES.values():
        assert not {"products.propose_tariffversion", "products.approve_tariffversion"} <= rights


def test_a_right_that_does_not_exist_is_an_error(monkeypatch: Any) -> None:
    monkeypatch.setitem(ROLES, "actuary", frozenset({"products.fly_tariffversion"}))
    with pytest.raises(ValueError, match="fly_tariffversion"):
        operations.sync_roles(at=NOON)
    assert not Group.objects.exists()


def test_the_audit_trail_says_who_did_what(anna: User) -> None:
    operations.audit(
        actor=anna, act="tariff.approve", subject="tariff 1", data={"from": "x"}, address="::1", at=NOON
    )
    operations.audit(actor=None, act="sweep", subject="tariff 1", at=NOON)
    newest, oldest = queries.audit_of("tariff 1")
    assert (newest.who, oldest.who, oldest.actor, oldest.at) == ("system", "anna@example.com", anna, NOON)
    assert str(oldest) == "2026-06-01 09:00 anna@example.com tariff.approve tariff 1"


@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = 'x'", "DELETE FROM {}"])
@pytest.mark.parametrize(("model", "column"), [(AuditEntry, "who"), (Consent, "version")])
def test_evidence_cannot_be_changed_even_by_sql(anna: User, model: Any, column: str, statement: str) -> None:
    operations.audit(actor=anna, act="x", at=NOON)
    operations.record_consents(user=anna, versions={"terms": "1"}, language="en", address=None, at=NOON)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table, column))
    assert model.objects.count() == 1
    assert getattr(model.objects.get(), column) != "x"

"""A policy is numbered without gaps, kept as printed, and cannot be changed."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from parason.accounts.models import User
from parason.documents import operations, queries, seal
from parason.documents.models import NumberSeries, Policy, PolicyFile, Revocation, SealKey
from parason.documents.states import KeyStatus, PolicyStatus
from parason.kernel.moves import ForbiddenMove
from tests.documents.papers import AT, make_contract, make_policy


def test_a_policy_has_a_number_of_its_product_and_a_file_with_its_hash(anna: User) -> None:
    policy = make_policy(anna)
    kept = queries.file_of(policy)
    assert policy.series == "OM"
    assert policy.number.isdigit()
    assert bytes(kept.content).startswith(b"%PDF-1.7")
    assert kept.sha256 == hashlib.sha256(bytes(kept.content)).hexdigest()
    assert kept.name.isascii()


def test_issuing_twice_makes_one_policy(anna: User) -> None:
    contract = make_contract(anna)
    insured = contract.insured.get()
    first = operations.issue_policy(contract=contract, insured=insured, at=AT)
    again = operations.issue_policy(contract=contract, insured=insured, at=AT)
    assert first == again
    assert Policy.objects.count() == PolicyFile.objects.count() == 1


def test_a_family_gets_a_policy_each_with_numbers_in_a_row(anna: User) -> None:
    contract = make_contract(anna, people=[{}, {"first_name_latin": "JAN"}, {"first_name_latin": "OLA"}])
    issued = [
        operations.issue_policy(contract=contract, insured=one, at=AT) for one in contract.insured.all()
    ]
    assert [int(one.number) for one in issued] == [1, 2, 3]


def test_a_number_that_was_not_used_is_not_lost(anna: User) -> None:
    make_policy(anna)

    def broken_sale() -> None:
        with transaction.atomic():
            operations.take_number(series="OM", width=7)
            raise RuntimeError("the sale broke")

    with pytest.raises(RuntimeError):
        broken_sale()
    policy = make_policy(anna, document_number="7654321")
    series = NumberSeries.objects.get(series=policy.series)
    assert (int(policy.number), series.next_number) == (2, 3)


@pytest.mark.django_db(transaction=True)
def test_two_workers_who_issue_the_same_policy_at_once_issue_one(anna: User) -> None:
    contract = make_contract(anna)
    insured = contract.insured.get()
    barrier, made = threading.Barrier(4), []

    def work() -> None:
        barrier.wait()
        made.append(operations.issue_policy(contract=contract, insured=insured, at=AT).pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert Policy.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents_policy SET facts = '{}'",
        "UPDATE documents_policy SET number = '9'",
        "UPDATE documents_policy SET seal = ''",
        "DELETE FROM documents_policy",
        "UPDATE documents_policyfile SET content = ''",
        "DELETE FROM documents_policyfile",
        "UPDATE documents_policyevent SET name = 'x'",
        "UPDATE documents_policy SET status = 'REPLACED'; UPDATE documents_policy SET status = 'ISSUED'",
    ],
)
def test_the_database_refuses_to_change_what_was_issued(anna: User, change: str) -> None:
    policy = make_policy(anna)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Policy.objects.get().facts == policy.facts


def test_withdrawing_puts_the_policy_on_the_public_list_once(anna: User) -> None:
    policy = make_policy(anna)
    operations.withdraw_policy(policy=policy, at=AT, by=anna, reason="issued in error")
    entry = Revocation.objects.get()
    assert (entry.short, entry.kind) == (policy.lookup[:8], "w")
    assert policy.events.last().data == {"reason": "issued in error"}  # type: ignore[union-attr]
    with pytest.raises(ForbiddenMove):
        operations.withdraw_policy(policy=policy, at=AT)


def test_a_replacement_ends_the_old_policy_in_the_same_step(anna: User) -> None:
    old = make_policy(anna)
    contract = old.insured.contract
    new = operations.issue_policy(contract=contract, insured=old.insured, replaces=old, at=AT)
    old.refresh_from_db()
    assert old.status == PolicyStatus.REPLACED
    assert new.replaces == old
    assert new.facts["replaces"] == str(old)
    assert Revocation.objects.get().kind == "r"
    assert list(queries.policies_of(anna)) == [new]


def test_a_strangers_policy_is_not_found(anna: User, stranger: User) -> None:
    policy = make_policy(anna)
    assert queries.policy_of(anna, policy.pk) == policy
    assert queries.policy_of(stranger, policy.pk) is None


def test_the_list_of_policies_costs_one_query(anna: User, django_assert_num_queries: Any) -> None:
    for number in range(3):
        make_policy(anna, document_number=f"100000{number}")
    with django_assert_num_queries(1):
        assert [one.insured.contract.reference for one in queries.policies_of(anna)]


def test_a_change_of_the_portals_secret_stops_neither_sales_nor_old_seals(anna: User, settings: Any) -> None:
    before = make_policy(anna)
    settings.SECRET_KEY = "another-secret-" + "y" * 50
    after = make_policy(anna, document_number="7654321")
    assert after.key_id != before.key_id
    assert SealKey.objects.get(key_id=before.key_id).status == KeyStatus.RETIRED
    keys = {key["kid"]: key for key in queries.public_keys()}
    for policy in (before, after):
        assert seal.read(policy.seal, keys).claims["n"] == str(policy)


def test_keys_rotate_without_stopping(anna: User) -> None:
    first = make_policy(anna)
    second_key = operations.new_key(at=AT)
    second = make_policy(anna, at=AT + operations.PUBLISHED_FIRST, document_number="7654321")
    assert second.key_id == second_key.key_id != first.key_id
    operations.end_key(key_id=first.key_id, to=KeyStatus.RETIRED, reason="a year old", at=AT)
    keys = {key["kid"]: key for key in queries.public_keys()}
    assert seal.read(first.seal, keys).claims["n"] == str(first)
    operations.end_key(key_id=first.key_id, to=KeyStatus.REVOKED, reason="leaked", at=AT)
    keys = {key["kid"]: key for key in queries.public_keys()}
    with pytest.raises(seal.NotGenuine):
        seal.read(first.seal, keys)
    assert seal.read(second.seal, keys).lookup == second.lookup
    assert queries.revoked_keys() == [first.key_id]
    with pytest.raises(operations.NoSuchKey):
        operations.end_key(key_id=first.key_id, to=KeyStatus.RETIRED, reason="", at=AT)


def test_a_new_key_is_published_before_it_signs(anna: User) -> None:
    """Whoever fetched the keys a minute ago can check every seal that is made now."""
    first = make_policy(anna)
    made = operations.new_key(at=AT)
    assert made.key_id in {key["kid"] for key in queries.public_keys()}
    for seconds, signs in ((60, first.key_id), (119, first.key_id), (120, made.key_id)):
        policy = make_policy(anna, at=AT + timedelta(seconds=seconds), document_number=f"7000{seconds}")
        assert policy.key_id == signs


def test_when_the_old_key_is_revoked_the_new_one_signs_at_once(anna: User) -> None:
    first = make_policy(anna)
    made = operations.new_key(at=AT)
    operations.end_key(key_id=first.key_id, to=KeyStatus.REVOKED, reason="leaked", at=AT)
    assert make_policy(anna, document_number="7654321").key_id == made.key_id

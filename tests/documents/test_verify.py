"""What checkers reach over HTTP: keys, list, status, the check by hand, the desk."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from joserfc import jws
from joserfc.jwk import ECKey

from parason.accounts.models import User
from parason.documents import operations, queries, seal
from parason.documents.models import Look, Policy
from parason.documents.states import KeyStatus
from parason.website.views import verify
from tests.documents.papers import AT, make_policy
from tests.factories import browser_of


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    verify.forget()
    yield
    verify.forget()


@pytest.fixture
def today(time_machine: Any) -> datetime:
    moment = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
    time_machine.move_to(moment, tick=False)
    return moment


@pytest.fixture
def policy(anna: User, today: datetime) -> Policy:
    return make_policy(anna, at=AT)


def born(year: int, month: int, day: int) -> dict[str, str]:
    return {"birth_date_day": str(day), "birth_date_month": str(month), "birth_date_year": str(year)}


def test_any_jwt_library_checks_a_seal_with_the_published_keys(client: Client, policy: Policy) -> None:
    answer = client.get("/.well-known/jwks.json")
    keys = {key["kid"]: key for key in answer.json()["keys"]}
    assert all("d" not in key for key in keys.values())
    found = jws.deserialize_compact(policy.seal, ECKey.import_key(keys[policy.key_id]), algorithms=["ES256"])
    assert json.loads(found.payload)["n"] == str(policy)


def test_keys_and_list_cost_no_query_once_warm_and_may_be_kept(
    client: Client, policy: Policy, django_assert_num_queries: Any
) -> None:
    paths = ("/.well-known/jwks.json", "/v/list", "/v", "/v/worker.js", "/v/manifest.webmanifest")
    for path in paths:
        client.get(path)
    with django_assert_num_queries(0):
        answers = {path: client.get(path) for path in paths}
    for path in paths[:2]:
        assert "public" in answers[path]["Cache-Control"]
        again = client.get(path, headers={"If-None-Match": answers[path]["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_the_list_is_signed_dated_and_grows_by_deltas(client: Client, anna: User, policy: Policy) -> None:
    other = make_policy(anna, document_number="7654321")
    operations.withdraw_policy(policy=policy, at=AT)

    def fetched(after: int) -> dict[str, Any]:
        verify.forget()
        keys = {key["kid"]: key for key in client.get("/.well-known/jwks.json").json()["keys"]}
        return seal.opened(client.get(f"/v/list?after={after}").content.decode(), keys)[0]

    whole = fetched(0)
    assert (whole["w"], whole["r"], whole["from"]) == ([policy.lookup[:8]], [], 0)
    assert whole["at"] == "2026-06-15T09:00:00Z"
    operations.issue_policy(contract=other.insured.contract, insured=other.insured, replaces=other, at=AT)
    delta = fetched(whole["to"])
    assert (delta["w"], delta["r"], delta["from"]) == ([], [other.lookup[:8]], whole["to"])
    assert fetched(delta["to"]) == {**delta, "from": delta["to"], "r": []}
    assert fetched(999_999)["from"] == 0
    operations.end_key(key_id=policy.key_id, to=KeyStatus.REVOKED, reason="leaked", at=AT)
    assert fetched(0)["k"] == [policy.key_id]


def test_todays_status_is_told_to_who_holds_the_code(
    client: Client, policy: Policy, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        answer = client.get(f"/v/status/{policy.lookup}")
    assert answer.json() == {"status": "issued", "at": "2026-06-15T09:00:00Z", "today": "20260615"}
    operations.withdraw_policy(policy=policy, at=AT)
    assert client.get(f"/v/status/{policy.lookup}").json()["status"] == "withdrawn"
    assert client.get("/v/status/" + "A" * 22).json()["status"] == "unknown"


def test_number_and_birth_date_tell_what_stands_on_the_paper(client: Client, policy: Policy) -> None:
    answer = client.post("/verify/check/", {"number": f"om-{policy.number}", **born(1990, 5, 17)})
    page = answer.content.decode()
    assert answer.status_code == 200
    for wanted in ("Valid now", "KOWALSKA ANNA", "EA1234567", "10 000"):
        assert wanted in page
    for private in ("+48221234567", "ul. Prosta", anna_mail(policy)):
        assert private not in page
    look = Look.objects.get()
    assert (look.door, look.outcome, look.policy, look.address) == ("public", "valid", policy, "127.0.0.1")


def anna_mail(policy: Policy) -> str:
    return policy.insured.contract.owner.email


def test_number_and_document_do_too(client: Client, policy: Policy) -> None:
    answer = client.post("/verify/check/", {"number": str(policy), "document": "ea 123 4567"})
    assert "Valid now" in answer.content.decode()


@pytest.mark.parametrize(
    ("day", "said"),
    [((2026, 6, 9), "Not yet valid"), ((2026, 7, 9), "Valid now"), ((2026, 7, 10), "Expired")],
)
def test_the_verdict_follows_the_insurers_day(
    client: Client, policy: Policy, time_machine: Any, day: tuple[int, int, int], said: str
) -> None:
    time_machine.move_to(datetime(*day, 20, 59, tzinfo=UTC), tick=False)  # 23:59 in Minsk
    answer = client.post("/verify/check/", {"number": str(policy), **born(1990, 5, 17)})
    assert said in answer.content.decode()


def test_a_replaced_policy_names_the_new_one(client: Client, policy: Policy) -> None:
    new = operations.issue_policy(
        contract=policy.insured.contract, insured=policy.insured, replaces=policy, at=AT
    )
    page = client.post("/verify/check/", {"number": str(policy), **born(1990, 5, 17)}).content.decode()
    assert "Replaced by another policy" in page
    assert f"Ask for policy {new}" in page


def test_many_addresses_cannot_try_one_policy(policy: Policy) -> None:
    statuses = []
    for address in range(1, 15):
        client = Client(REMOTE_ADDR=f"203.0.113.{address}")
        asked = {"number": str(policy), **born(1971, 1, address)}
        statuses.append(client.post("/verify/check/", asked).status_code)
    assert statuses == [200] * 10 + [429] * 4


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Enter the policy number."),
        ({"number": "OM 1"}, "Enter the birth date or the document number."),
        ({"number": "OM 1", **born(2026, 2, 31)}, "There is a problem"),
        ({"number": "<script>" * 3, "document": "'; DROP TABLE x"}, "There is no policy"),
        ({"number": "x" * 31, "document": "1234"}, "There is a problem"),
        ({"number": "\u202e😀\x00", "document": "1234"}, "problem"),
    ],
)
def test_a_form_with_rubbish_is_refused_in_words(
    client: Client, db: None, given: dict[str, str], said: str
) -> None:
    answer = client.post("/verify/check/", given)
    assert answer.status_code in (200, 422)
    assert said in answer.content.decode()
    assert "<script><script>" not in answer.content.decode()


def officer(user: User) -> Client:
    user.user_permissions.add(Permission.objects.get(codename="add_look"))
    return browser_of(user)


@pytest.mark.parametrize("asked", ["{number}", "EA1234567", "{seal}", "https://x.example/v#{seal}"])
def test_the_desk_finds_a_policy_by_all_that_a_traveller_may_show(
    staff: User, policy: Policy, asked: str
) -> None:
    client = officer(staff)
    answer = client.post("/verify/", {"asked": asked.format(number=policy, seal=policy.seal)})
    page = answer.content.decode()
    assert "KOWALSKA ANNA" in page
    assert "Valid now" in page
    assert "+375 17 200 00 03" in page
    look = Look.objects.get()
    assert (look.door, look.user, look.policy) == ("desk", staff, policy)
    assert len(look.asked) <= 60


def test_the_desk_tells_a_forged_code(staff: User, policy: Policy) -> None:
    forged = policy.seal[:-10] + ("A" * 10)
    page = officer(staff).post("/verify/", {"asked": forged}).content.decode()
    assert "Not genuine" in page
    assert "KOWALSKA" not in page


def test_the_desk_is_closed_to_customers_and_passers_by(
    client: Client, as_anna: Client, policy: Policy
) -> None:
    assert client.post("/verify/", {"asked": str(policy)}).status_code == 302
    assert as_anna.post("/verify/", {"asked": str(policy)}).status_code == 403
    assert Look.objects.count() == 0


def test_looks_cannot_be_rubbed_out(client: Client, policy: Policy) -> None:
    from django.db import DatabaseError

    client.post("/verify/check/", {"number": str(policy), **born(1990, 5, 17)})
    with pytest.raises(DatabaseError):
        Look.objects.all().delete()


def test_the_page_itself_knows_nothing_of_any_policy(client: Client, policy: Policy) -> None:
    answer = client.get("/v")
    page = answer.content.decode()
    assert "KOWALSKA" not in page
    assert answer["Permissions-Policy"].startswith("camera=(self)")
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert queries.status_of(policy.lookup) == "ISSUED"


@pytest.mark.django_db(transaction=True)
def test_the_limit_holds_when_all_workers_are_tried_at_once() -> None:
    """Sixteen workers count 160 tries of one address at the same moment: twenty pass, never one more."""
    barrier = threading.Barrier(16)
    passed: list[bool] = []

    def work() -> None:
        barrier.wait()
        for _ in range(10):
            passed.append(operations.count_try(kind="address", name="203.0.113.7", at=AT) == 0)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(16)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(passed) == 160
    assert sum(passed) == 20


def test_a_limit_opens_again_when_its_time_is_over(db: None) -> None:
    tries = [operations.count_try(kind="address", name="203.0.113.7", at=AT) for _ in range(21)]
    assert tries == [0] * 20 + [1]
    assert operations.count_try(kind="address", name="203.0.113.7", at=AT + timedelta(minutes=11)) == 0
    assert operations.forget_tries(at=AT + timedelta(days=3)) == 1


def test_looking_costs_the_same_for_a_right_and_a_wrong_number(client: Client, policy: Policy) -> None:
    """Statements tell nothing, and so does time: a wrong date costs as much as a wrong number."""

    def statements(number: str) -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            client.post("/verify/check/", {"number": number, **born(1971, 1, 1)})
        return [one["sql"].split()[0] for one in asked]

    statements("OM 9999998")
    assert statements("OM 9999999") == statements(str(policy))

"""Letters in the back office: found, read, sent again, marked as returned, each act with its line."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from parason.accounts.models import AuditEntry, User
from parason.backoffice.words import EVENTS, LETTER_STATUSES, LETTERS
from parason.documents import letters, queries
from parason.documents.letters import wording
from parason.documents.models import Letter, LetterEvent
from parason.documents.states import LETTER_MOVES, LetterStatus
from parason.kernel.clock import now
from parason.kernel.moves import move
from tests.backoffice.people import at_work
from tests.documents.papers import make_policy

pytestmark = pytest.mark.django_db


def letter_to(user: User, kind: str = "account_notice", key: str = "notice:1", **words: str) -> Letter:
    context = dict.fromkeys(wording.placeholders(kind), "https://portal.example/secret") | words
    return letters.send(
        kind=kind, key=key, to=user.email, user=user, language="en", context=context, at=now()
    )


def came(letter: Letter, *steps: LetterStatus) -> Letter:
    """The letter after it went that far."""
    for to in steps:
        sent = now() if to == LetterStatus.SENT else None
        move(
            letter,
            to=to,
            moves=LETTER_MOVES,
            events=LetterEvent,
            at=now(),
            sent_at=sent,
            error="451 line broke",
        )
    return letter


@pytest.fixture
def support() -> Client:
    return at_work("support")


def found(client: Client, query: str) -> list[Letter]:
    return list(client.get(f"/backoffice/letters/?{query}").context["rows"])


def test_letters_are_found_by_address_policy_kind_and_status(
    support: Client, anna: User, boris: User
) -> None:
    policy = make_policy(anna)
    brings = letters.policies_issued(
        contract=policy.insured.contract, policies=[policy], link="https://x.example/", at=now()
    )
    notice = came(letter_to(boris), LetterStatus.SENDING, LetterStatus.UNSURE)
    assert found(support, "q=anna@example.com") == [brings]
    assert found(support, f"q={policy}") == [brings]
    assert found(support, "kind=account_notice") == [notice]
    assert found(support, "status=UNSURE") == [notice]
    assert found(support, "status=WAITING") == [notice]
    assert found(support, "status=SENT") == []
    assert found(support, "q=nobody@example.com&status=NONSENSE&kind=%3Cb%3E") == []
    assert found(support, "") == [notice, brings]


def test_a_letter_is_found_where_the_account_is_now(support: Client, anna: User) -> None:
    old = letter_to(anna)
    anna.email = "anna.new@example.com"
    anna.save()
    assert found(support, "q=anna.new@example.com") == [old]


def test_the_list_of_what_waits_holds_what_did_not_arrive_until_a_copy_goes_out(
    support: Client, anna: User
) -> None:
    came(letter_to(anna, key="sent"), LetterStatus.SENDING, LetterStatus.SENT)
    unsure = came(letter_to(anna, key="unsure"), LetterStatus.SENDING, LetterStatus.UNSURE)
    refused = came(letter_to(anna, key="refused"), LetterStatus.SENDING, LetterStatus.REFUSED)
    back = came(letter_to(anna, key="back"), LetterStatus.SENDING, LetterStatus.SENT, LetterStatus.BOUNCED)
    assert found(support, "status=WAITING") == [back, refused, unsure]
    assert "3 letters did not arrive" in support.get("/backoffice/letters/").content.decode()
    for one in (unsure, refused, back):
        support.post(f"/backoffice/letters/{one.pk}/again")
    assert found(support, "status=WAITING") == []
    assert Letter.objects.filter(status=LetterStatus.QUEUED).count() == 3


def test_support_sends_a_letter_again_and_leaves_a_line(support: Client, anna: User) -> None:
    letter = came(letter_to(anna), LetterStatus.SENDING, LetterStatus.UNSURE)
    answer = support.post(f"/backoffice/letters/{letter.pk}/again", follow=True)
    copy = Letter.objects.latest("pk")
    assert "on its way again" in answer.content.decode()
    assert (copy.subject, copy.to, copy.status) == (letter.subject, letter.to, LetterStatus.QUEUED)
    line = AuditEntry.objects.get(act="letter.again")
    assert (line.who, line.subject) == ("support@example.com", f"letter {letter.pk}")
    assert line.data == {"to": "anna@example.com", "copy": copy.pk}
    event = letter.events.get(name="sent again")
    assert (event.by, event.data) == (line.actor, {"letter": copy.pk})
    assert "sent again" in answer.content.decode()


def test_it_goes_to_its_reader_and_nobody_else(support: Client, anna: User) -> None:
    letter = came(letter_to(anna), LetterStatus.SENDING, LetterStatus.REFUSED)
    answer = support.post(f"/backoffice/letters/{letter.pk}/again", {"to": "thief@example.com"})
    assert answer.status_code == 422
    assert "its reader only" in answer.content.decode()
    assert Letter.objects.count() == 1
    anna.email = "anna.new@example.com"
    anna.save()
    for to in ("anna@example.com", "anna.new@example.com"):
        support.post(f"/backoffice/letters/{letter.pk}/again", {"to": to})
        assert Letter.objects.latest("pk").to == to


def test_what_is_on_its_way_is_not_sent_twice(support: Client, anna: User) -> None:
    letter = letter_to(anna)
    answer = support.post(f"/backoffice/letters/{letter.pk}/again")
    assert answer.status_code == 422
    assert "already on its way" in answer.content.decode()
    assert Letter.objects.count() == 1
    assert not AuditEntry.objects.filter(act="letter.again").exists()


def test_a_returned_letter_is_marked_with_the_servers_words(support: Client, anna: User) -> None:
    letter = came(letter_to(anna), LetterStatus.SENDING, LetterStatus.SENT)
    path = f"/backoffice/letters/{letter.pk}/bounced"
    assert support.post(path, {"words": " "}).status_code == 422
    assert (
        "marked as returned"
        in support.post(path, {"words": "550 mailbox full"}, follow=True).content.decode()
    )
    letter.refresh_from_db()
    assert (letter.status, letter.error) == (LetterStatus.BOUNCED, "550 mailbox full")
    assert AuditEntry.objects.get(act="letter.bounced").data == {"words": "550 mailbox full"}
    assert queries.refused_lately(anna, now())
    assert support.post(path, {"words": "again"}).status_code == 422
    assert AuditEntry.objects.filter(act="letter.bounced").count() == 1


def test_a_letter_that_never_left_cannot_come_back(support: Client, anna: User) -> None:
    letter = came(letter_to(anna), LetterStatus.SENDING, LetterStatus.REFUSED)
    answer = support.post(f"/backoffice/letters/{letter.pk}/bounced", {"words": "550"})
    assert "was not sent" in answer.content.decode()
    letter.refresh_from_db()
    assert letter.status == LetterStatus.REFUSED


@pytest.mark.parametrize("kind", ["account_reset", "account_activate", "account_confirm_email"])
@pytest.mark.parametrize("page", ["/backoffice/letters/{}/", "/backoffice/documents/letter/{}/change/"])
def test_staff_never_see_a_link_that_opens_an_account(
    support: Client, anna: User, kind: str, page: str
) -> None:
    letter = letter_to(anna, kind)
    assert "portal.example/secret" in letter.text
    answer = support.get(page.format(letter.pk))
    assert answer.status_code == 200
    assert letter.subject in answer.content.decode()
    assert "portal.example/secret" not in answer.content.decode()


def test_other_letters_are_read_and_the_look_is_written_down(support: Client, anna: User) -> None:
    letter = letter_to(anna, what="Your address was changed.")
    assert "Your address was changed." in support.get(f"/backoffice/letters/{letter.pk}/").content.decode()
    assert AuditEntry.objects.filter(act="letter.view", subject=f"letter {letter.pk}").count() == 1


def test_the_auditor_reads_and_is_offered_no_act(anna: User) -> None:
    letter = came(letter_to(anna), LetterStatus.SENDING, LetterStatus.SENT)
    page = at_work("auditor").get(f"/backoffice/letters/{letter.pk}/").content.decode()
    assert letter.subject in page
    assert "Send again" not in page


def test_the_list_costs_the_same_with_one_and_many(
    support: Client, anna: User, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    letter_to(anna, key="a")
    support.get("/backoffice/letters/")
    with CaptureQueriesContext(connection) as few:
        support.get("/backoffice/letters/")
    for number in range(15):
        letter_to(anna, key=f"b{number}")
    with CaptureQueriesContext(connection) as many:
        support.get("/backoffice/letters/")
    assert len(few) == len(many) <= 12


def test_every_kind_status_and_event_has_words() -> None:
    assert set(LETTERS) == wording.kinds()
    assert set(LETTER_STATUSES) - {"WAITING"} == set(LetterStatus.values)
    assert set(LETTER_MOVES.values()) <= set(EVENTS)

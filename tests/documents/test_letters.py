"""Letters: worded from a closed dictionary, written down first, sent once, read back from a real server."""

from __future__ import annotations

import base64
import email
import email.policy
import re
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import dkim
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as some
from procrastinate.contrib.django.models import ProcrastinateJob

from parason.accounts.models import User
from parason.documents import letters, queries
from parason.documents.letters import delivery, wording
from parason.documents.letters.sending import AlreadyOnItsWay
from parason.documents.models import Letter
from parason.documents.operations import issue_policy
from parason.documents.states import LetterStatus
from tests.documents.papers import AT, make_contract, make_policy
from tests.documents.test_certificate import NAMES

LANGUAGES = ("en", "ru", "ar")
OWN = {"insurer", "insurer_email", "office_phone", "assistance_phone", "site"}


class Server:
    """A mail server that keeps what it takes, and says what it is told to say."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answer = ""
        self.drop = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer:
            return self.answer
        self.taken.append(bytes(envelope.content or b""))
        if self.drop:
            server.transport.close()
        return "250 taken"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    @property
    def letters(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.taken]  # type: ignore[misc]


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    box = Server()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield box
    controller.stop()


def reset_letter(user: User, key: str = "reset:1", **words: str) -> Letter:
    context = {"email": user.email, "reset_url": "https://portal.example/reset/abc", **words}
    return letters.send(
        kind="account_reset", key=key, to=user.email, language=user.language, context=context, at=AT
    )


def deliver(letter: Letter) -> Letter:
    delivery.deliver(letter_id=letter.pk, at=AT)
    letter.refresh_from_db()
    return letter


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name="parason.documents.jobs.deliver").count()


def test_a_letter_arrives_as_text_and_html_with_a_machines_headers(server: Server, anna: User) -> None:
    letter = deliver(reset_letter(anna))
    (got,) = server.letters
    assert (got["To"], got["Subject"]) == ("anna@example.com", "Set a new password")
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"] == letter.message_id
    text = got.get_body(("plain",))
    page = got.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "https://portal.example/reset/abc" in text.get_content()
    assert 'href="https://portal.example/reset/abc"' in page.get_content()
    assert "<img" not in page.get_content()
    assert len(server.taken[0]) < 100_000
    assert (letter.status, letter.sent_at, letter.user) == (LetterStatus.SENT, AT, anna)


def test_the_policies_come_attached_as_issued(server: Server, anna: User) -> None:
    policy = make_policy(anna)
    contract = policy.insured.contract
    letter = letters.policies_issued(
        contract=contract, policies=[policy], link="https://portal.example/policies/", at=AT
    )
    deliver(letter)
    (got,) = server.letters
    (attached,) = got.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_filename() == f"{policy.series}{policy.number}.pdf"
    assert attached.get_content() == bytes(queries.file_of(policy).content)
    assert str(policy) in got["Subject"]


def test_the_same_event_writes_and_sends_one_letter(server: Server, anna: User) -> None:
    first, second = reset_letter(anna), reset_letter(anna)
    assert first == second
    assert jobs() == 1
    for _ in range(3):
        delivery.deliver(letter_id=first.pk, at=AT)
    assert len(server.taken) == 1


def test_a_rolled_back_event_sends_nothing(anna: User) -> None:
    with transaction.atomic():
        reset_letter(anna)
        transaction.set_rollback(True)
    assert (Letter.objects.count(), jobs()) == (0, 0)


def test_a_server_that_says_later_gets_the_same_letter_later(server: Server, anna: User) -> None:
    server.answer = "451 busy"
    letter = reset_letter(anna)
    with pytest.raises(delivery.TryLater):
        delivery.deliver(letter_id=letter.pk, at=AT)
    letter.refresh_from_db()
    assert (letter.status, letter.tries) == (LetterStatus.QUEUED, 1)
    server.answer = ""
    assert deliver(letter).status == LetterStatus.SENT
    assert len(server.taken) == 1


def test_a_server_that_is_away_loses_nothing(server: Server, anna: User, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    letter = reset_letter(anna)
    with pytest.raises(delivery.TryLater):
        delivery.deliver(letter_id=letter.pk, at=AT)
    settings.EMAIL_PORT = port
    assert deliver(letter).status == LetterStatus.SENT


def test_a_refused_address_is_marked_and_not_tried_again(server: Server, anna: User) -> None:
    anna.email = "nobody@example.com"
    anna.save()
    letter = deliver(reset_letter(anna))
    assert letter.status == LetterStatus.REFUSED
    assert "no such user" in letter.error
    assert queries.refused_lately(anna, AT)
    assert delivery.deliver(letter_id=letter.pk, at=AT) is False


def test_a_line_that_breaks_while_the_server_takes_it_is_not_answered_by_a_second_copy(
    server: Server, anna: User
) -> None:
    server.drop = True
    letter = deliver(reset_letter(anna))
    assert letter.status == LetterStatus.UNSURE
    server.drop = False
    delivery.deliver(letter_id=letter.pk, at=AT)
    assert len(server.taken) == 1


def test_the_customer_may_have_a_letter_sent_again(server: Server, anna: User) -> None:
    letter = reset_letter(anna)
    with pytest.raises(AlreadyOnItsWay):
        letters.resend(letter=letter, at=AT)
    deliver(letter)
    copy = deliver(letters.resend(letter=letter, at=AT))
    one, two = server.letters
    assert one["Subject"] == two["Subject"]
    assert one["Message-ID"] != two["Message-ID"] == copy.message_id
    (event,) = letter.events.filter(name="sent again")
    assert event.data == {"letter": copy.pk}


def test_a_bounce_is_marked(server: Server, anna: User) -> None:
    letter = deliver(reset_letter(anna))
    delivery.bounced(letter=letter, at=AT, words="550 mailbox full")
    letter.refresh_from_db()
    assert letter.status == LetterStatus.BOUNCED
    assert [one.after for one in letter.events.all()] == ["SENDING", "SENT", "BOUNCED"]


def test_with_a_key_letters_are_signed_for_the_operators_domain(
    server: Server, anna: User, settings: Any, tmp_path: Any
) -> None:
    private = rsa.generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    pem = private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    key = tmp_path / "dkim.pem"
    key.write_bytes(pem)
    settings.PARASON_DKIM = {"domain": "portal.example", "selector": "s1", "key": str(key)}
    deliver(reset_letter(anna))
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    raw = server.taken[0]
    changed = raw.replace(b"new password", b"old password")
    assert dkim.verify(raw, dnsfunc=lambda name, timeout=5: record)
    assert not dkim.verify(changed, dnsfunc=lambda name, timeout=5: record)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_words_in_every_language_with_the_same_placeholders(language: str) -> None:
    assert len(wording.kinds()) >= 16
    for kind in wording.kinds():
        assert (wording.TEXTS / f"{kind}.{language}.txt").is_file()
        assert wording.placeholders(kind, language) == wording.placeholders(kind, "en"), kind


def words_for(kind: str, value: str) -> dict[str, str]:
    return dict.fromkeys(wording.placeholders(kind) | OWN, value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_have_one_button_at_most_and_no_bare_brace(language: str) -> None:
    for kind in wording.kinds():
        made = wording.word(kind, language, words_for(kind, "https://x.example/a"))
        assert made.html.count("display:inline-block") == 1, kind
        assert not re.search(r"[{}\[\]]", made.text + made.subject), kind
        assert f'lang="{language}"' in made.html
        assert ('dir="rtl"' in made.html) == (language == "ar")


EVIL = some.one_of(
    some.text(max_size=60),
    some.sampled_from(
        ["{insurer}", "{__class__}", "{0}", "[x]({site})", "<b>", "%s", "{{site}}", "\r\nBcc: x@y.z"]
    ),
)


@given(value=EVIL)
def test_a_value_is_never_read_as_text_of_ours(value: str) -> None:
    """Whatever a name holds, it stands there as it is: not a placeholder, not markup, not a header."""
    words = words_for("account_notice", "plain") | {"what": value}
    made = wording.word("account_notice", "en", words)
    assert value in made.text
    assert made.html.count("<a ") == wording.word("account_notice", "en", words | {"what": "x"}).html.count(
        "<a "
    ) + value.startswith(("http://", "https://"))
    assert "\n" not in made.subject
    assert "\r" not in made.subject
    assert "<b>" not in made.html


def test_a_missing_word_is_our_mistake_and_said_so() -> None:
    with pytest.raises(wording.MissingWord):
        wording.word("account_reset", "en", dict.fromkeys(OWN, "x") | {"email": "x"})
    with pytest.raises(wording.UnknownKind):
        wording.word("../../etc/passwd", "en", {})


@pytest.mark.parametrize(("last", "first", "last_latin", "first_latin"), NAMES)
def test_every_name_comes_through_the_post(
    server: Server, anna: User, last: str, first: str, last_latin: str, first_latin: str
) -> None:
    name = f"{first} {last}".strip()
    context = {"name": name, "expires_on": "1 July 2026", "link": "https://portal.example/profile/"}
    letter = letters.send(
        kind="passport_expires", key="p:1", to=anna.email, language="en", context=context, at=AT
    )
    deliver(letter)
    (got,) = server.letters
    body = got.get_body(("plain",))
    assert body is not None
    assert name in body.get_content()
    assert name in str(got["Subject"])


def test_letters_stand_in_the_cabinet_of_their_reader_only(
    server: Server, anna: User, as_anna: Any, as_stranger: Any
) -> None:
    policy = make_policy(anna)
    letter = letters.policies_issued(
        contract=policy.insured.contract, policies=[policy], link="https://portal.example/", at=AT
    )
    page = as_anna.get("/letters/").content.decode()
    assert letter.subject in page
    page = as_anna.get(f"/letters/{letter.pk}/").content.decode()
    assert str(policy) in page
    file = letter.attachments.get()
    got = as_anna.get(f"/letters/{letter.pk}/files/{file.pk}")
    assert got.content == bytes(queries.file_of(policy).content)
    for path in (f"/letters/{letter.pk}/", f"/letters/{letter.pk}/files/{file.pk}"):
        assert as_stranger.get(path).status_code == 404
    assert as_stranger.post(f"/letters/{letter.pk}/again").status_code == 404
    assert letter.subject not in as_stranger.get("/letters/").content.decode()
    assert Letter.objects.count() == 1


def test_the_list_of_letters_costs_the_same_with_one_and_many(anna: User, as_anna: Any) -> None:
    reset_letter(anna, key="a")
    as_anna.get("/letters/")  # the session's own first writing
    with CaptureQueriesContext(connection) as few:
        as_anna.get("/letters/")
    for number in range(15):
        reset_letter(anna, key=f"b{number}")
    with CaptureQueriesContext(connection) as many:
        as_anna.get("/letters/")
    assert len(few) == len(many) <= 12


def test_a_contract_of_three_brings_three_policies_in_one_letter(server: Server, anna: User) -> None:
    contract = make_contract(anna, people=[{}, {"first_name_latin": "JAN"}, {"first_name_latin": "OLA"}])
    issued = [issue_policy(contract=contract, insured=one, at=AT) for one in contract.insured.all()]
    deliver(letters.policies_issued(contract=contract, policies=issued, link="https://x.example/", at=AT))
    (got,) = server.letters
    assert len(list(got.iter_attachments())) == 3

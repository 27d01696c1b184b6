"""Write a letter down and queue it: both in the caller's transaction, so that neither is ever alone."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from parason.accounts.models import User
from parason.documents.letters.wording import word
from parason.documents.models import SENT_AGAIN, Attachment, Letter, LetterEvent, PolicyFile
from parason.kernel.errors import DomainError
from parason.kernel.insurer import insurer, text
from parason.kernel.transactions import in_transaction

JOB = "parason.documents.jobs.deliver"


class AlreadyOnItsWay(DomainError):
    """The letter is queued already; sending it again now would bring it twice."""

    message = _("This letter is already on its way. Wait a few minutes.")


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A file that goes with a letter and is nobody's policy: a receipt, a calendar entry."""

    name: str
    media_type: str
    content: bytes


@in_transaction
def send(
    *,
    kind: str,
    key: str,
    to: str,
    language: str,
    context: Mapping[str, str],
    attachments: Sequence[PolicyFile | LetterFile] = (),
    at: datetime,
    user: User | None = None,
    key_is_new: bool = False,
) -> Letter:
    """The letter of an event, written and queued; the same key again gives the same letter and sends nothing.

    With `key_is_new` nobody asks whether there is a letter with that key: it was made up for this one.
    `context` fills the text's placeholders. Raises UnknownKind, MissingWord.
    """
    wording = word(kind, language, {**_own_words(language), **context})
    words = {
        "kind": kind, "to": to, "language": language, "created_at": at,
        "user": user or User.objects.filter(email__iexact=to).first(),
        "subject": wording.subject, "text": wording.text, "html": wording.html,
        "message_id": message_id(key),
    }  # fmt: skip
    if key_is_new:
        letter, created = Letter.objects.create(key=key, **words), True
    else:
        letter, created = Letter.objects.get_or_create(key=key, defaults=words)
    if created:
        for one in attachments:
            _attach(letter, one)
        queue.configure_task(JOB).defer(letter_id=letter.pk)
    return letter


@transaction.atomic
def resend(*, letter: Letter, at: datetime, to: str = "", by: User | None = None) -> Letter:
    """A copy of a letter under a new key, by wish of the customer or the staff; the letter remembers it.

    Raises AlreadyOnItsWay.
    """
    if letter.status in ("QUEUED", "SENDING"):
        raise AlreadyOnItsWay
    key = f"{letter.key[:80]}:again:{secrets.token_hex(8)}"
    copy = Letter.objects.create(
        kind=letter.kind, key=key, to=to or letter.to, user=letter.user, language=letter.language,
        subject=letter.subject, text=letter.text, html=letter.html, message_id=message_id(key), created_at=at,
    )  # fmt: skip
    for one in letter.attachments.all():
        Attachment.objects.create(
            letter=copy, name=one.name, media_type=one.media_type, file=one.file, content=one.content
        )
    LetterEvent.objects.create(
        subject=letter, name=SENT_AGAIN, before=letter.status, after=letter.status, at=at, by=by,
        data={"letter": copy.pk},
    )  # fmt: skip
    queue.configure_task(JOB).defer(letter_id=copy.pk)
    return copy


def message_id(key: str) -> str:
    """The same for the same event, so that a mail server that gets it twice shows it once."""
    host = settings.PARASON_BASE_URL.split("://", 1)[-1].split("/")[0].split(":")[0]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{host}>"


def _attach(letter: Letter, given: PolicyFile | LetterFile) -> None:
    if isinstance(given, PolicyFile):
        Attachment.objects.create(letter=letter, name=given.name, media_type="application/pdf", file=given)
    else:
        Attachment.objects.create(
            letter=letter, name=given.name, media_type=given.media_type, content=given.content
        )


def _own_words(language: str) -> dict[str, str]:
    company = insurer()
    return {
        "insurer": text(company.name, language),
        "insurer_email": company.email,
        "office_phone": company.phones.office,
        "assistance_phone": company.phones.assistance,
        "site": settings.PARASON_BASE_URL,
    }

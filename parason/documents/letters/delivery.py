"""Hand one letter to the mail server, at most once.

The letter is claimed before the server is spoken to. A clear no, or no connection, leaves it to be tried
again or refused; when the line breaks while the server is taking it, nobody knows, and it is not sent twice.
"""

from __future__ import annotations

import secrets
import smtplib
from datetime import datetime
from email.message import Message

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from parason.accounts.models import User
from parason.documents.letters.signing import sign
from parason.documents.models import Attachment, Letter, LetterEvent
from parason.documents.states import LETTER_MOVES, LetterStatus
from parason.kernel.errors import DomainError
from parason.kernel.moves import ForbiddenMove, MovedMeanwhile, move
from parason.kernel.prepared import Prepared


class NotSent(DomainError):
    """Only a letter that a server took, or may have taken, can come back."""

    message = _("This letter was not sent, so it cannot have come back.")


class TryLater(Exception):
    """The mail server cannot be reached, or says “later”."""


class PortalMail(EmailMultiAlternatives):
    """A message that is signed (DKIM) once it is complete, when the operator has given a key.

    Its boundaries are drawn by lot: else the whole message is searched for a line that is like one.
    """

    def message(self) -> Message:  # type: ignore[override]
        message = super().message()
        for part in message.walk():
            if part.is_multipart():
                part.set_boundary(f"={secrets.token_hex(16)}=")
        return sign(message)


def compose(letter: Letter) -> PortalMail:
    """The message of a letter: text and HTML, files, and the headers of a machine's letter."""
    mail = PortalMail(
        subject=letter.subject,
        body=letter.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.to],
        headers={
            "Message-ID": letter.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": letter.language,
        },
    )
    mail.attach_alternative(letter.html, "text/html")
    for one in _attached.instances(letter=letter.pk):
        mail.attach(one.name, one.data, one.media_type)
    return mail


_by_key = Prepared(lambda pk: Letter.objects.filter(pk=pk), pk=-1)
_attached = Prepared(
    lambda letter: Attachment.objects.filter(letter_id=letter).select_related("file"), letter=-1
)


def deliver(*, letter_id: int, at: datetime) -> bool:
    """Send a letter that is still queued; says whether it was. Raises TryLater."""
    letter = _claim(letter_id, at)
    if letter is None:
        return False
    mail = compose(letter)
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        _settle(letter, LetterStatus.QUEUED, at, error)
        raise TryLater from error
    try:
        connection.send_messages([mail])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        return _answered(letter, error, at)
    except (OSError, smtplib.SMTPException) as error:
        _settle(letter, LetterStatus.UNSURE, at, error)
        return False
    finally:
        connection.close()
    _settle(letter, LetterStatus.SENT, at, None)
    return True


def _answered(letter: Letter, error: smtplib.SMTPException, at: datetime) -> bool:
    """The server answered and did not take it: for now (4xx) or for good (5xx)."""
    if _code(error) < 500:
        _settle(letter, LetterStatus.QUEUED, at, error)
        raise TryLater from error
    _settle(letter, LetterStatus.REFUSED, at, error)
    return False


def _code(error: smtplib.SMTPException) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _words in error.recipients.values()), default=550)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 550


@transaction.atomic
def _claim(letter_id: int, at: datetime) -> Letter | None:
    letter: Letter | None = _by_key.instance(pk=letter_id)
    if letter is None:
        raise Letter.DoesNotExist
    try:
        tries = letter.tries + 1
        move(letter, to=LetterStatus.SENDING, moves=LETTER_MOVES, events=LetterEvent, at=at, tries=tries)
    except (ForbiddenMove, MovedMeanwhile):
        return None
    return letter


@transaction.atomic
def _settle(letter: Letter, to: LetterStatus, at: datetime, error: Exception | None) -> None:
    move(
        letter, to=to, moves=LETTER_MOVES, events=LetterEvent, at=at,
        sent_at=at if to == LetterStatus.SENT else None, error=f"{error or ''}"[:300],
    )  # fmt: skip


@transaction.atomic
def bounced(*, letter: Letter, at: datetime, words: str, by: User | None = None) -> None:
    """A server took the letter, or may have, and sent it back later. Raises NotSent."""
    try:
        move(
            letter, to=LetterStatus.BOUNCED, moves=LETTER_MOVES, events=LetterEvent, at=at, by=by,
            error=words[:300],
        )  # fmt: skip
    except (ForbiddenMove, MovedMeanwhile) as error:
        raise NotSent from error

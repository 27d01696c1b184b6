"""The outbox shows what was really sent, and can do no harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from pytest_django import Settings

from parason.demo import outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def send(subject: str = "Your policy", text: str = "Open http://localhost:8000/policies/ now.") -> None:
    letter = EmailMultiAlternatives(subject, text, "shop@example.com", ["анна@example.com"])
    letter.attach_alternative('<p>Open <a href="http://localhost:8000/">it</a></p>', "text/html")
    letter.attach("поліс 1.pdf", b"%PDF-1.7 content", "application/pdf")
    assert get_connection("django.core.mail.backends.filebased.EmailBackend").send_messages([letter]) == 1


def test_an_empty_outbox_says_so(client: Client, folder: Path) -> None:
    assert "No letter was sent yet" in client.get("/demo/outbox/").content.decode()


def test_a_letter_is_listed_and_its_links_can_be_clicked(client: Client, folder: Path) -> None:
    send()
    assert "Your policy" in client.get("/demo/outbox/").content.decode()
    page = client.get(f"/demo/outbox/{outbox.letters(folder)[0].key}/").content.decode()
    assert '<a href="http://localhost:8000/policies/">http://localhost:8000/policies/</a> now.' in page


def test_the_newest_letter_comes_first(client: Client, folder: Path) -> None:
    send("First")
    send("Second")
    assert [str(letter.message["Subject"]) for letter in outbox.letters(folder)] == ["Second", "First"]


def test_html_is_shown_on_a_page_that_may_run_nothing(client: Client, folder: Path) -> None:
    send()
    answer = client.get(f"/demo/outbox/{outbox.letters(folder)[0].key}/html/")
    assert '<a href="http://localhost:8000/">it</a>' in answer.content.decode()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_an_attachment_comes_back_byte_for_byte(client: Client, folder: Path) -> None:
    send()
    letter = outbox.letters(folder)[0]
    assert letter.attachments == [(0, "поліс 1.pdf")]
    answer = client.get(f"/demo/outbox/{letter.key}/0/")
    assert answer.content == b"%PDF-1.7 content"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "UTF-8''%D0%BF" in answer.headers["Content-Disposition"]
    assert client.get(f"/demo/outbox/{letter.key}/1/").status_code == 404


@pytest.mark.parametrize(
    "key", ["..%2F..%2Fetc%2Fpasswd_0", "nothing.log_0", "x.log", "x.log_-1", "installation.json_0"]
)
def test_an_unknown_letter_is_not_found(client: Client, folder: Path, key: str) -> None:
    assert client.get(f"/demo/outbox/{key}/").status_code == 404


def test_markup_in_the_text_stays_text() -> None:
    assert outbox.linked("<b>http://a.example/?q=<script></b>") == (
        '&lt;b&gt;<a href="http://a.example/?q=">http://a.example/?q=</a>&lt;script&gt;&lt;/b&gt;'
    )


def test_with_a_mail_server_nothing_is_kept(client: Client) -> None:
    assert "EMAIL_URL" in client.get("/demo/outbox/").content.decode()
    assert client.get("/demo/outbox/x.log_0/").status_code == 404

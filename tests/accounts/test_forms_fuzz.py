"""Whatever is sent, a form answers: good data or sentences, never an exception."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parason.accounts.models import Person
from parason.website.forms.person import DocumentForm, InsuredPersonForm, PersonForm, SavedPersonForm
from parason.website.suggestions import compare, latin_suggestions, take

TODAY = date(2026, 6, 1)
FORMS: list[Any] = [PersonForm, DocumentForm, InsuredPersonForm, SavedPersonForm]
TEXT = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "",
            "1",
            "31",
            "2000",
            "BLR",
            "passport",
            "M",
            "on",
            "\x00",
            "\u202e",
            "9" * 400,
            "<b>'\";--",
            "🌂",
            "٣١",
            "½",
        ]
    ),
)


def names(form: type[Any]) -> list[str]:
    found = []
    for name in form.base_fields:
        dated = name in ("birth_date", "issued_on", "expires_on")
        found += [f"{name}_{part}" for part in ("day", "month", "year")] if dated else [name]
    return found


def data(form: type[Any]) -> st.SearchStrategy[QueryDict]:
    def build(values: dict[str, str]) -> QueryDict:
        query = QueryDict(mutable=True)
        for name, value in values.items():
            query[name] = value
        return query

    return st.fixed_dictionaries({}, optional=dict.fromkeys(names(form), TEXT)).map(build)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choice=st.data())
def test_any_data_is_taken_or_refused_with_sentences(form: type[Any], choice: st.DataObject) -> None:
    sent = choice.draw(data(form))
    bound = form(sent, today=TODAY)
    if bound.is_valid():
        assert set(bound.values) <= {field.name for field in Person._meta.fields}
        Person(**bound.values).clean_fields(exclude=["owner"])
    else:
        assert all(str(sentence).strip() for sentences in bound.errors.values() for sentence in sentences)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choice=st.data())
def test_suggestions_survive_any_data(form: type[Any], choice: st.DataObject) -> None:
    sent = choice.draw(data(form))
    bound = form(sent, today=TODAY)
    latin_suggestions(bound)
    lines = choice.draw(
        st.one_of(st.text(max_size=100), st.from_regex(r"[A-Z0-9<]{44}\n[A-Z0-9<]{44}", fullmatch=True))
    )
    compare(bound, lines, TODAY)
    typed = take(sent, choice.draw(st.lists(TEXT.map(lambda text: f"birth_date={text}"), max_size=3)), bound)
    again = form(None, today=TODAY, initial=typed)
    for field in again.visible_fields():
        assert field.html_name in str(field)


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["\x00", "\x00@example.com", "a@b\x00.com", "\ud800"])
def test_bytes_that_a_database_cannot_keep_are_refused(client: Client, value: str) -> None:
    field = {
        "email": value.encode("utf-8", "surrogatepass"),
        "password1": b"three words in a row",
        "terms": b"on",
    }
    body = b"&".join(name.encode() + b"=" + content for name, content in field.items())
    answer = client.generic(
        "POST", "/account/signup/", body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in (400, 422)
    answer = client.post("/account/login/", {"login": "a@example.com\x00", "password": "\x00"})
    assert answer.status_code == 422


@pytest.mark.parametrize("pk", ["0", "9" * 30, "1e5", "-1", "1;DROP"])
@pytest.mark.parametrize("tail", ["", "remove"])
def test_numbers_beyond_the_database_are_not_found(as_anna: Client, pk: str, tail: str) -> None:
    assert as_anna.get(f"/profile/people/{pk}/{tail}").status_code == 404
    assert as_anna.post(f"/profile/people/{pk}/{tail}").status_code == 404


@pytest.mark.parametrize("revision", ["-1", "9" * 30, "x", "1.5", "\x00"])
def test_a_forged_revision_is_refused(as_anna: Client, revision: str) -> None:
    answer = as_anna.post(
        "/profile/",
        {"last_name_latin": "A", "first_name_latin": "B", "birth_date": "05/17/1990", "revision": revision},
    )
    assert answer.status_code == 422
    assert not Person.objects.exists()


def test_every_text_field_has_a_limit() -> None:
    for form in FORMS:
        for name, field in form.base_fields.items():
            if hasattr(field, "most"):
                length = getattr(Person._meta.get_field(name), "max_length", None)
                assert length is None or field.most <= length, name

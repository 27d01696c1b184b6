"""Kept fragments and hand-drawn widgets are what the templates would have said."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.test import Client

from parason.website.rendering import Renderer

HOSTILE = "\"'><script>alert(1)</script>&amp;"


class Everything(forms.Form):
    text = forms.CharField(max_length=5, help_text="Short", initial=HOSTILE)
    number = forms.IntegerField(initial=1234)
    email = forms.EmailField()
    password = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput, initial="x")
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    tick = forms.BooleanField(initial=True)
    choice = forms.ChoiceField(choices=[("", "—"), ("Groups", [("a", HOSTILE), ("b", "B")])], initial="b")
    area = forms.CharField(widget=forms.Textarea, initial="two\nlines <b>")


def shape(html: str) -> str:
    return "".join(html.split())


@pytest.mark.parametrize("data", [None, {}, {"text": HOSTILE, "tick": "on", "choice": "a", "number": "zz"}])
@pytest.mark.parametrize("name", list(Everything.base_fields))
def test_a_widget_is_drawn_as_django_draws_it(name: str, data: dict[str, str] | None) -> None:
    by_hand = Everything(data, renderer=Renderer())[name].as_widget()
    by_engine = Everything(data, renderer=TemplatesSetting())[name].as_widget()
    assert shape(by_hand) == shape(by_engine)


def test_a_text_of_several_lines_keeps_them() -> None:
    assert "two\nlines &lt;b&gt;</textarea>" in Everything(renderer=Renderer())["area"].as_widget()


def test_a_kept_header_shows_the_address_of_this_page_and_not_of_the_first_one(as_anna: Client) -> None:
    assert 'name="next" value="/drafts/?a=1&amp;b=2"' in as_anna.get("/drafts/?a=1&b=2").content.decode()
    assert 'name="next" value="/drafts/?c=3"' in as_anna.get("/drafts/?c=3").content.decode()


def test_a_hostile_address_stays_text(as_anna: Client) -> None:
    page = as_anna.get('/drafts/?q="><script>').content.decode()
    assert "<script>" not in page.replace("<script src", "")


def test_a_kept_header_marks_the_page_that_it_is_on(as_anna: Client) -> None:
    for path in ("/drafts/", "/policies/", "/cart/"):
        page = as_anna.get(path).content.decode()
        assert f'<a href="{path}" aria-current="page">' in page
        assert page.count('aria-current="page"') == 1


def test_a_kept_header_speaks_the_language_of_the_page(as_anna: Client, anna: object) -> None:
    assert "Contract drafts" in as_anna.get("/drafts/").content.decode()
    as_anna.post("/language", {"language": "ru", "next": "/drafts/"})
    assert "Contract drafts</span>" not in as_anna.get("/drafts/").content.decode()

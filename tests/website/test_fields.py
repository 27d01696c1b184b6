"""How a field is shown: label, hint, error with words, the box; and what Markdown may do."""

from __future__ import annotations

import re

from django import forms
from django.template.loader import render_to_string

from parason.website.markdown import markdown


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the passport", max_length=5)
    agree = forms.BooleanField(label="I agree")
    sex = forms.ChoiceField(label="Sex", choices=[("F", "Female"), ("M", "Male")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def field(name: str, data: dict[str, str] | None = None) -> str:
    return str(Sample(data)[name].as_field_group())


def test_a_label_and_a_hint_belong_to_the_box() -> None:
    html = field("name")
    assert '<label class="field__label" for="id_name">' in html
    assert 'id="id_name_helptext">As in the passport' in html
    assert 'aria-describedby="id_name_helptext"' in html


def test_a_star_marks_what_must_be_filled_and_only_that() -> None:
    assert 'class="star"' in field("name")
    assert 'class="star"' not in field("note")


def test_an_error_stands_between_the_label_and_the_box_and_is_read_with_it() -> None:
    html = field("name", {"name": "<b>too long"})
    assert html.index("field__label") < html.index("field__error") < html.index("<input")
    assert re.search(r'aria-describedby="[^"]*id_name_error', html)
    assert 'aria-invalid="true"' in html
    assert "field--wrong" in html
    assert "&lt;b&gt;too long" in html
    assert "<b>" not in html


def test_choices_are_a_group_with_a_legend() -> None:
    html = field("sex", {})
    assert html.startswith("<fieldset")
    assert '<legend class="field__label">' in html
    assert "field__error" in html


def test_a_box_to_tick_has_its_label_after_it() -> None:
    html = field("agree")
    assert html.index('type="checkbox"') < html.index("<label")


def test_a_hidden_field_is_only_that() -> None:
    assert field("secret") == '<input type="hidden" name="secret" id="id_secret">'


def test_the_summary_links_to_every_wrong_field() -> None:
    html = render_to_string("_errors.html", {"form": Sample({"name": "much too long"})})
    assert "There is a problem" in html
    assert 'href="#id_name"' in html
    assert 'href="#id_agree"' in html
    for link in re.findall(r'href="#([^"]+)"', html):
        whole = "".join(str(one.as_field_group()) for one in Sample({}))
        assert f'id="{link}"' in whole, f"#{link} leads nowhere"


def test_without_errors_there_is_no_summary() -> None:
    assert render_to_string("_errors.html", {"form": Sample()}).strip() == ""


def test_terms_cannot_carry_markup() -> None:
    html = markdown("# Terms <script>\n\nOne **bold** & <img src=x onerror=1>\nline.\n\n- a\n- b\n  more")
    assert html == (
        "<h2>Terms &lt;script&gt;</h2>\n"
        "<p>One <strong>bold</strong> &amp; &lt;img src=x onerror=1&gt; line.</p>\n"
        "<ul><li>a</li><li>b more</li></ul>"
    )

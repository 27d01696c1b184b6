"""What templates say the same every time is worked out once, and is what Django would have said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.template import engines
from django.urls import URLPattern, get_resolver, reverse, set_script_prefix
from django.urls.converters import UUIDConverter
from django.utils.translation import override

BY_UUID = sorted(
    one.name or ""
    for one in get_resolver().url_patterns[0].url_patterns  # the customer's addresses
    if isinstance(one, URLPattern)
    and [type(converter) for converter in one.pattern.converters.values()] == [UUIDConverter]
)


def drawn(text: str, **given: Any) -> str:
    return str(engines["django"].from_string(text).render(given))


@pytest.fixture
def moved() -> Iterator[None]:
    """The portal under a folder of its host."""
    set_script_prefix("/insurance & more/")
    yield
    set_script_prefix("/")


def test_there_are_addresses_with_a_uuid() -> None:
    assert {"policy_pdf", "buy_people", "contract", "payment"} <= set(BY_UUID)


@pytest.mark.parametrize("name", BY_UUID)
def test_an_address_with_a_uuid_is_djangos(name: str) -> None:
    for key in (uuid4(), UUID(int=0), str(uuid4())):
        assert drawn("{% url name key %}", name=name, key=key) == reverse(name, args=[key])
        assert drawn(f"{{% url '{name}' key %}}", key=key) == reverse(name, args=[key])


def test_addresses_follow_the_prefix_and_are_escaped(moved: None) -> None:
    key = uuid4()
    assert drawn("{% url 'cart' %}") == "/insurance%20&amp;%20more/cart/"
    assert drawn("{% url 'contract' key %}", key=key) == f"/insurance%20&amp;%20more/contract/{key}/"
    set_script_prefix("/")
    assert drawn("{% url 'cart' %}") == "/cart/"
    assert drawn("{% url 'contract' key %}", key=key) == f"/contract/{key}/"


def test_an_address_may_be_kept_in_a_variable_or_be_missing() -> None:
    assert drawn("{% url 'cart' as here %}[{{ here }}]") == "[/cart/]"
    assert drawn("{% url 'nowhere' as here %}[{{ here }}]") == "[]"
    assert drawn("{% url 'person_edit' pk=7 %}") == "/profile/people/7/"


def test_a_text_is_said_in_the_language_of_each_reader() -> None:
    page = engines["django"].from_string(
        '{% load i18n %}{% translate "Cart" %}|{% trans "BUY" context "guide" %}|'
        '{% translate "Cart" as word %}{{ word }}|{% translate thing %}|{% translate "Cart" noop %}'
    )
    for language in ("ru", "en", "ar", "ru"):
        with override(language):
            cart, buy, again, given, plain = page.render({"thing": "Cart"}).split("|")
            assert cart == again == given
            assert plain == "Cart"
            assert (cart == "Cart") == (buy == "BUY") == (language == "en")

"""Codes in words: `{{ event.name|words:"event" }}`."""

from __future__ import annotations

from django import template

from parason.backoffice.words import in_words

register = template.Library()


@register.filter
def words(code: object, of: str) -> str:
    """The words for a code of one sort."""
    return in_words(str(code), of)

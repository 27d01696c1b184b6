"""Codes in words: `{{ event.name|words:"event" }}`."""

from __future__ import annotations

from django import template

from parason.backoffice.words import in_words
from parason.contracts.models import Contract
from parason.contracts.rules import full_name

register = template.Library()


@register.filter
def policyholder(contract: Contract) -> str:
    """The name of a contract's policyholder, a person or an organisation."""
    return full_name(contract.policyholder)


@register.filter
def words(code: object, of: str) -> str:
    """The words for a code of one sort."""
    return in_words(str(code), of)


@register.filter
def told(said: str) -> str:
    """“SUCCEEDED 107.54 BYN”, as a report was kept, with the status in words."""
    status, _, rest = said.partition(" ")
    return f"{in_words(status, 'transaction')} {rest}".strip()

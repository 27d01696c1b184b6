"""`{% url %}` as Django's; an address without arguments, or with one UUID, is worked out once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.template import defaulttags
from django.template.base import Parser, Token
from django.template.context import Context
from django.urls import get_script_prefix, reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

register = template.Library()
SAMPLE = UUID("3f2c1e64-9f0e-4e0b-8f7e-0d4b5a6c7d8e")  # stands for the argument until it is known


class Address(defaulttags.URLNode):
    """The address of a view; the prefix under which the portal stands belongs to what is remembered."""

    def __init__(self, *its: Any) -> None:
        super().__init__(*its)
        name = self.view_name.var
        # A name with a colon depends on the application that asks.
        simple = isinstance(name, str) and ":" not in name and not self.view_name.filters
        self._name = name if simple and not self.kwargs and not self.asvar and len(self.args) < 2 else ""

    def render(self, context: Context) -> str:
        if not self._name:
            return super().render(context)
        if not self.args:
            return _address(self._name, get_script_prefix())
        argument = self.args[0].resolve(context)
        if not isinstance(argument, UUID):
            return super().render(context)
        before, after = _around(self._name, get_script_prefix())
        return SafeString(f"{before}{argument}{after}")  # hexadecimal digits and hyphens


@lru_cache(maxsize=512)
def _address(name: str, _prefix: str) -> SafeString:
    return escape(reverse(name))


@lru_cache(maxsize=512)
def _around(name: str, _prefix: str) -> tuple[str, str]:
    before, _sample, after = reverse(name, args=[SAMPLE]).partition(str(SAMPLE))
    return escape(before), escape(after)


@register.tag
def url(parser: Parser, token: Token) -> Address:
    """As Django's."""
    node = defaulttags.url(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)

"""Django's library `i18n`, whose `{% translate "…" %}` looks a text up once for each language.

Settings put this library in the place of Django's, so templates load `i18n` as everywhere.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags |= i18n.register.tags
register.filters |= i18n.register.filters


class Said(i18n.TranslateNode):
    """A text that stands in the template itself, with its context, if any: it says the same every time."""

    def __init__(self, *its: Any) -> None:
        super().__init__(*its)
        expression, where = self.filter_expression, self.message_context
        literal = expression.var.literal is not None and not expression.filters
        constant = where is None or (isinstance(where.var, str) and not where.filters)
        self._same = literal and constant and not self.asvar
        self._known: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        if not self._same:
            return str(super().render(context))
        language = get_language()
        text = self._known.get(language)
        if text is None:
            text = self._known[language] = super().render(context)
        return text


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Said:
    """As Django's."""
    node = i18n.do_translate(parser, token)
    return Said(node.filter_expression, node.noop, node.asvar, node.message_context)

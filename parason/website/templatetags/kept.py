"""Fragments that are the same for everybody: rendered once for each language and set of facts."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
PATH = "\ue000"  # stands for the page's own address while a fragment is kept
QUOTED = quote(PATH)
MOST = 2000
_kept: dict[tuple[str, str, tuple[Any, ...]], str] = {}


@register.simple_tag(takes_context=True)
def kept(context: Context, name: str, *facts: Any) -> SafeString:
    """Include the template `name`, which may depend on the language, the settings and `facts` only.

    In it the facts are the list `facts`, and `path` is the address of the page, put in afterwards.
    """
    key = (name, get_language() or "en", facts)
    text = _kept.get(key)
    if text is None:
        if len(_kept) >= MOST:
            _kept.clear()
        values: dict[str, Any] = {str(word): value for word, value in context.flatten().items()}
        values |= {"facts": facts, "path": PATH}
        text = _kept[key] = get_template(name).render(values)
    if PATH not in text and QUOTED not in text:
        return SafeString(text)
    request = context.get("request")
    return _with_path(text, request.get_full_path() if request is not None else "/")


def _with_path(text: str, path: str) -> SafeString:
    # The fragment was escaped when it was made; only the path is new.
    placed = text.replace(PATH, conditional_escape(path)).replace(QUOTED, quote(path))
    return SafeString(placed)

"""Draws the plain widgets without the template engine, which needs twenty times as long for an `<input>`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

Widget = Mapping[str, Any]


def attributes(given: Mapping[str, Any]) -> str:
    """As Django's `attrs.html`: True is a name alone, False is nothing."""
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in given.items()
        if value is not False
    )


def input_of(widget: Widget) -> str:
    """As Django's `input.html`."""
    value = "" if widget["value"] is None else f' value="{conditional_escape(widget["value"])}"'
    name = conditional_escape(widget["name"])
    return f'<input type="{widget["type"]}" name="{name}"{value}{attributes(widget["attrs"])}>'


def select_of(widget: Widget) -> str:
    """As Django's `select.html`."""
    groups = []
    for label, options, _index in widget["optgroups"]:
        drawn = "\n".join(option_of(option) for option in options)
        if label:
            drawn = f'<optgroup label="{conditional_escape(label)}">\n{drawn}\n</optgroup>'
        groups.append(drawn)
    name = conditional_escape(widget["name"])
    return f'<select name="{name}"{attributes(widget["attrs"])}>\n' + "\n".join(groups) + "\n</select>"


def option_of(widget: Widget) -> str:
    """As Django's `select_option.html`."""
    value, label = conditional_escape(widget["value"]), conditional_escape(widget["label"])
    return f'<option value="{value}"{attributes(widget["attrs"])}>{label}</option>'


def textarea_of(widget: Widget) -> str:
    """As Django's `textarea.html`."""
    text = conditional_escape(widget["value"]) if widget["value"] else ""
    name = conditional_escape(widget["name"])
    return f'<textarea name="{name}"{attributes(widget["attrs"])}>\n{text}</textarea>'


_INPUTS = ("text", "number", "email", "url", "password", "hidden", "date", "checkbox", "input", "tel")
DRAWN: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{name}.html": input_of for name in _INPUTS},
    "django/forms/widgets/select.html": select_of,
    "django/forms/widgets/textarea.html": textarea_of,
}


class Renderer(TemplatesSetting):
    """Templates from the settings' engine; the plainest widgets by hand."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        draw = DRAWN.get(template_name)
        if draw is not None:
            return SafeString(draw(context["widget"]))
        return SafeString(super().render(template_name, context, request))

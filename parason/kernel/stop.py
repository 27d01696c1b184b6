"""The one exception that ends a command with a sentence instead of a traceback."""

from __future__ import annotations


class CannotStart(Exception):
    """A command cannot begin; the message says what is wrong and what to do, in one line."""

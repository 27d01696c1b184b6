"""The insurer's colours, as the few lines of CSS that come after the portal's own."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from parason.kernel.insurer import insurer


def _rules(tokens: dict[str, str]) -> str:
    return ":root{" + "".join(f"--{name}:{value};" for name, value in tokens.items()) + "}"


@lru_cache(maxsize=1)
def look_css() -> str:
    """The CSS served at /look.css; empty when the insurer keeps the built-in colours."""
    colours = insurer().colours
    light = _rules(colours.light) if colours.light else ""
    dark = "@media (prefers-color-scheme:dark){" + _rules(colours.dark) + "}" if colours.dark else ""
    return light + dark


@lru_cache(maxsize=1)
def look_version() -> str:
    """Changes with the colours, so that browsers may keep the file for ever; empty without colours."""
    css = look_css()
    return hashlib.sha256(css.encode()).hexdigest()[:10] if css else ""

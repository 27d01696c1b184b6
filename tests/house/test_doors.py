"""What pages may contain, and what leaves the house."""

from __future__ import annotations

import ast
import re

from tests.house.source import HOUSE, sources, templates

CALLS_OUT = re.compile(
    r"^(httpx\.(get|post|put|patch|delete|request|stream|Client|AsyncClient)|urllib\.request\.urlopen|urlopen|"
    r"requests\.\w+|smtplib\.SMTP(_SSL)?|socket\.create_connection)$"
)


MARKS = {
    "parason/website/markdown.py": "our own texts, every piece escaped before",
    "parason/website/templatetags/addresses.py": "parts of an address, escaped, around a UUID",
    "parason/website/templatetags/portal.py": "250 options, each escaped when it was made",
    "parason/website/templatetags/kept.py": "drawn by the template engine, kept as it was",
    "parason/website/rendering.py": "plain widgets, every value escaped by hand",
}


def test_every_call_to_the_outside_has_a_timeout() -> None:
    """A bank that hangs must not hang us: httpx's default is known, ours is written."""
    found = [
        source.at(call)
        for source in sources()
        for call in source.calls()
        if CALLS_OUT.match(ast.unparse(call.func)) and "timeout" not in {word.arg for word in call.keywords}
    ]
    assert found == []


def test_no_text_is_declared_safe() -> None:
    """`mark_safe` and `|safe` are how markup of a stranger gets into a page: `format_html` does it right."""
    called = [
        source.at(call)
        for source in sources()
        if source.name not in MARKS
        for call in source.calls()
        if ast.unparse(call.func).split(".")[-1] in {"mark_safe", "SafeString", "SafeText"}
    ]
    filtered = [
        str(path.relative_to(HOUSE))
        for path in templates()
        if re.search(r"\|\s*safe\b|autoescape\s+off|safeseq", path.read_text())
    ]
    assert called + filtered == []


def test_pages_have_no_inline_script_style_or_handler() -> None:
    """The Content-Security-Policy would refuse them, silently, in front of the customer."""
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*(\bsrc=|json))", re.I)
    pages = [path for path in templates() if path.suffix == ".html" and "letters" not in path.parts]
    found = [f"{path}: {match.group()}" for path in pages if (match := inline.search(path.read_text()))]
    assert found == []


def test_pages_load_nothing_from_elsewhere() -> None:
    """A customer's visit is nobody else's business."""
    foreign = re.compile(r"<(script|img|link|iframe|source)\b[^>]*\b(src|href)=\"(https?:)?//", re.IGNORECASE)
    found = [str(path.relative_to(HOUSE)) for path in templates() if foreign.search(path.read_text())]
    assert found == []


def test_style_sheets_know_no_left_and_right() -> None:
    """Arabic is read from the right: logical properties only."""
    sided = re.compile(
        r"(?<![\w-])((margin|padding|border)-(left|right)|(left|right)\s*:|text-align\s*:\s*(left|right)|float\s*:)"
    )
    found = [
        f"{path.relative_to(HOUSE)}: {match.group()}"
        for path in (HOUSE / "parason").glob("*/static/**/*.css")
        if (match := sided.search(path.read_text()))
    ]
    assert found == []


def test_only_the_banks_hook_is_exempt_from_the_forgery_check() -> None:
    exempt = [
        source.name
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef)
        and any("csrf_exempt" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]
    assert set(exempt) <= {"parason/website/views/hooks.py"}

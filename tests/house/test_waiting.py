"""Tests of a browser wait: a page that has begun to come in may be read half, and on a busy machine it is."""

from __future__ import annotations

import ast

from tests.house.source import HOUSE

# What Playwright answers at once, about the page as it is in this moment. `expect(…)` waits.
AT_ONCE = {"is_visible", "is_hidden", "is_enabled", "is_disabled", "is_checked"}


def asked_at_once(source: str) -> list[int]:
    """Lines that assert what a page shows in this moment."""
    asserts = (node.test for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert))
    calls = (call for test in asserts for call in ast.walk(test) if isinstance(call, ast.Call))
    return [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in AT_ONCE and not call.args
    ]


def test_no_test_asserts_what_a_page_shows_at_once() -> None:
    found = [
        f"{path.relative_to(HOUSE)}:{line}: expect(…).to_be_… waits"
        for path in sorted((HOUSE / "tests").rglob("*.py"))
        for line in asked_at_once(path.read_text())
    ]
    assert found == []


def test_the_rule_sees_what_it_should() -> None:
    assert asked_at_once("assert page.get_by_text('Paid').first.is_visible()") == [1]
    assert asked_at_once("assert not (a and box.is_checked())") == [1]
    assert asked_at_once("expect(page.get_by_text('Paid')).to_be_visible()\nassert cell.value == 1") == []

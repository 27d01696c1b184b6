"""Only operations write: whoever looks for what changes a row finds it in one kind of file."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import Source, sources

ALWAYS = {"bulk_create", "bulk_update", "get_or_create", "update_or_create", "acreate", "aupdate", "asave"}
MANAGERS = (".objects", "_default_manager", ".filter(", ".exclude(")
ALLOWED = {
    "parason/kernel/moves.py": "the one writer of `status`; operations call it",
    "parason/accounts/models.py": "Django's user manager has to make users",
    "parason/documents/letters/sending.py": "the operations of letters, beside their texts",
    "parason/website/registration.py": "the rows of a sign-up are allauth's",
    "parason/website/session_store.py": "Django's own store of sessions, with fewer statements",
    "parason/website/devices.py": "allauth's own table of sessions",
}


def is_write(call: ast.Call, modules: set[str]) -> bool:
    """Whether a call changes rows, as far as its form can tell."""
    if not isinstance(call.func, ast.Attribute):
        return False
    if any(word.arg == "at" for word in call.keywords):  # an act of ours: Django's own know no moment
        return False
    name, receiver = call.func.attr, ast.unparse(call.func.value)
    through_manager = any(word in receiver for word in MANAGERS)
    if name in ALWAYS:
        return True
    if name in {"create", "update"}:
        return through_manager
    if name in {"save", "delete"}:
        # `quotes.save(…)` is an operation, `form.save()` and `row.save()` are writes.
        is_session = receiver.endswith(("session", "cache"))
        if call.args:  # a picture's or a document's: a row is saved by keywords
            return False
        return receiver not in modules and "(" not in receiver.replace("super()", "") and not is_session
    return False


def is_operation(source: Source) -> bool:
    parts = source.path.relative_to(source.path.parents[len(source.path.parts) - 2]).parts
    return source.path.name == "operations.py" or "operations" in parts or "/demo/" in source.name


def test_only_operations_write() -> None:
    found = [
        source.at(call)
        for source in sources()
        if not is_operation(source) and source.name not in ALLOWED
        for call in source.calls()
        if is_write(call, source.modules())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("User.objects.create(email=e)", True),
        ("user.save(update_fields=['x'])", True),
        ("contract.events.filter(pk=1).update(status=s)", True),
        ("Letter.objects.get_or_create(key=k)", True),
        ("row.delete()", True),
        ("facts.update(other)", False),
        ("quotes.save(application=a)", False),
        ("request.session.save()", False),
    ],
)
def test_the_rule_sees_what_it_should(line: str, expected: bool) -> None:
    source = ast.parse(f"from parason.quotes import operations as quotes\n{line}")
    call = next(node for node in ast.walk(source) if isinstance(node, ast.Call))
    assert is_write(call, {"quotes"}) is expected


def test_every_exception_is_needed() -> None:
    names = {source.name for source in sources()}
    assert set(ALLOWED) <= names

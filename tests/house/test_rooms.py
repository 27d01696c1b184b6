"""What rooms may know."""

from __future__ import annotations

import ast
import re

from tests.house.source import PORTAL, sources

DECIMAL_OF_FLOAT = re.compile(r"Decimal\(-?\d+\.\d")
MONEY = ("quotes", "checkout", "payments", "contracts", "products")


def test_only_settings_and_the_demo_read_the_environment() -> None:
    """A setting that is read elsewhere is in no list and fails late."""
    allowed = ("parason/config/", "parason/demo/", "parason/cli/")
    found = [
        source.at(node)
        for source in sources()
        if not source.name.startswith(allowed)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    ]
    assert found == []


def test_no_float_comes_near_money() -> None:
    """0.1 + 0.2 is not 0.3."""
    found = [
        source.at(node)
        for source in sources()
        if source.name.split("/")[1] in MONEY
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and (ast.unparse(node.func) == "float" or DECIMAL_OF_FLOAT.match(ast.unparse(node)))
    ]
    assert found == []


def test_operations_take_keywords_only() -> None:
    """`terminate(contract, user, day)` can be called in a wrong order; `terminate(contract=…)` cannot."""
    found = []
    for source in sources():
        if source.path.name != "operations.py" and source.path.parent.name != "operations":
            continue
        for node in source.tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            # Steps inside a room may pass the thing itself first; a door or a journey calls by keyword.
            is_act = source.path.name in {"operations.py", "__init__.py"}
            if is_act and node.args.args:
                found.append(f"{source.name}:{node.lineno} {node.name}")
    assert found == []


def test_every_room_says_what_it_is_for() -> None:
    rooms = [path for path in PORTAL.iterdir() if (path / "__init__.py").exists()]
    assert rooms
    trees = {room.name: ast.parse((room / "__init__.py").read_text()) for room in rooms}
    assert [name for name, tree in trees.items() if not ast.get_docstring(tree)] == []


def test_nothing_is_caught_and_forgotten() -> None:
    """`except Exception: pass` hides the fault that a customer pays for."""
    found = [
        source.at(node.body[0])
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
    ]
    assert found == []

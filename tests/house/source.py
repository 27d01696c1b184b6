"""The sources, as the rules of the house look at them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent.parent
PORTAL = HOUSE / "parason"


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.relative_to(HOUSE).as_posix()

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def at(self, node: ast.expr | ast.stmt) -> str:
        """Where it is, for a message."""
        return f"{self.name}:{node.lineno}: {ast.unparse(node)[:90]}"

    def modules(self) -> set[str]:
        """Names by which this file knows modules that it imported."""
        return {
            alias.asname or alias.name.split(".")[0]
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
            if (alias.asname or alias.name).islower()
        }


@cache
def sources() -> list[Source]:
    """Every Python file of the portal, without migrations."""
    paths = (path for path in sorted(PORTAL.rglob("*.py")) if "migrations" not in path.parts)
    return [Source(path, ast.parse(path.read_text())) for path in paths]


@cache
def templates() -> list[Path]:
    """Every template of ours."""
    return sorted(path for path in PORTAL.glob("*/templates/**/*") if path.is_file())

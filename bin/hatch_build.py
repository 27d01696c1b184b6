"""Compiles the translations into the wheel."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):  # type: ignore[type-arg]
    """`.mo` files are not in the repository: docs/decisions/0005."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_all = runpy.run_path(str(Path(self.root) / "bin" / "catalogues"))["compile_all"]
        compile_all(Path(self.root) / "parason" / "locale")
        build_data["artifacts"].append("parason/locale/*/LC_MESSAGES/*.mo")

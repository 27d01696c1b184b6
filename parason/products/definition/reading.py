"""Reading a product's folder: everything that is wrong with it, at once, each with file, key and remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from parason.products.definition.checks import told_faults
from parason.products.definition.files import Unreadable, read_csv
from parason.products.definition.model import Definition
from parason.products.rating.tables import TableData

TOML = "product.toml"
FROM_FILES = {"folder", "exemptions", "table_data", "schedule_rows"}


class Problem(NamedTuple):
    """One thing that is wrong with a product."""

    file: str
    key: str  # a key of product.toml, or a line (and column) of a table
    wrong: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}: " if self.key else f"{self.file}: "
        return f"{place}{self.wrong} {self.remedy}".strip()


class ProductBroken(Exception):
    """A product that cannot be sold, with all its problems."""

    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        self.folder = folder
        self.code = folder.name
        self.problems = problems
        super().__init__(f"{folder.name}: " + "; ".join(str(problem) for problem in problems))


def read_product(folder: Path) -> Definition:
    """The product of a folder. Raises ProductBroken with every problem found."""
    data = _toml(folder)
    problems: list[Problem] = []
    data["folder"] = folder
    data["exemptions"] = list(_exemptions(folder, problems))
    data["table_data"] = _tables(folder, data, problems)
    data["schedule_rows"] = _schedules(folder, data, problems)
    try:
        definition = Definition.model_validate(data)
    except ValidationError as error:
        raise ProductBroken(folder, problems + list(_toml_problems(error))) from None
    problems += [Problem(*told) for told in told_faults(definition)]
    if problems:
        raise ProductBroken(folder, problems)
    return definition


def _toml(folder: Path) -> dict[str, Any]:
    path = folder / TOML
    try:
        raw = path.read_bytes()
    except OSError:
        raise _broken(
            folder, "", "There is no such file.", "Make one with `parason product new <code>`."
        ) from None
    try:
        # Numbers with a point stay decimal: no float ever comes near money.
        data = tomllib.loads(raw.decode("utf-8"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _broken(folder, f"line {line}", "The file is not UTF-8.", "Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise _broken(folder, "", f"This is no TOML: {error}.", "Correct the line named.") from None
    for key in FROM_FILES & set(data):
        raise _broken(folder, key, "This key is filled from the files beside.", "Take it out.")
    return data


def _broken(folder: Path, key: str, wrong: str, remedy: str) -> ProductBroken:
    return ProductBroken(folder, [Problem(TOML, key, wrong, remedy)])


REMEDIES = {
    "extra_forbidden": "Take it out, or correct its spelling.",
    "missing": "Add it.",
    "value_error": "",
    "string_pattern_mismatch": "Correct the value.",
    "literal_error": "Use one of the values named.",
    "enum": "Use one of the values named.",
}


def _toml_problems(error: ValidationError) -> Iterator[Problem]:
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"]) or "(whole file)"
        if key.split(".")[0] in FROM_FILES:
            file, key = "exemptions.csv" if key.startswith("exemptions") else "tables", key
        else:
            file = TOML
        wrong = {"extra_forbidden": "This key is not known.", "missing": "This key is missing."}.get(
            fault["type"], fault["msg"].removeprefix("Value error, ") + "."
        )
        yield Problem(file, key, wrong, REMEDIES.get(fault["type"], "Correct the value."))


def _csv(folder: Path, name: str, problems: list[Problem]) -> TableData | None:
    try:
        return read_csv(folder / name)
    except Unreadable as error:
        fault = error.fault
        problems.append(Problem(name, f"line {fault.line}", fault.wrong, fault.remedy))
        return None


def _exemptions(folder: Path, problems: list[Problem]) -> Iterator[dict[str, Any]]:
    if not (folder / "exemptions.csv").exists():
        return
    table = _csv(folder, "exemptions.csv", problems)
    for cells in table.all_cells() if table else []:
        yield {
            "nationality": cells.get("nationality", ""),
            "basis": {key[6:]: text for key, text in cells.items() if key.startswith("basis_") and text},
            "valid_from": cells.get("valid_from", ""),
            "valid_to": cells.get("valid_to") or None,
            "scope": cells.get("scope", ""),
            "mark": cells.get("mark", ""),
        }


def _tables(folder: Path, data: dict[str, Any], problems: list[Problem]) -> dict[str, dict[str, TableData]]:
    """Tables of each tariff version; one that stands in `tables/` is shared by versions that have none of
    their own.
    """
    found: dict[str, dict[str, TableData]] = {}
    tariffs, names = data.get("tariffs"), data.get("tables")
    if not isinstance(tariffs, list) or not isinstance(names, dict):
        return found
    for tariff in tariffs:
        if not isinstance(tariff, dict):
            continue
        own = str(tariff.get("folder", "tables"))
        cells = {}
        for name in names:
            file = f"{own}/{name}.csv"
            if not (folder / file).exists() and (folder / f"tables/{name}.csv").exists():
                file = f"tables/{name}.csv"
            table = _csv(folder, file, problems)
            if table is not None:
                cells[name] = table
        found[str(tariff.get("version"))] = cells
    return found


def _schedules(
    folder: Path, data: dict[str, Any], problems: list[Problem]
) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for schedule in data.get("schedules", []):
        name = str(schedule.get("file", "")) if isinstance(schedule, dict) else ""
        table = _csv(folder, f"tables/{name}", problems) if name else None
        if table is None:
            continue
        if not {"en", "ru", "value"} <= set(table.columns):
            problems.append(
                Problem(f"tables/{name}", "line 1", "A column is missing.", "It needs en, ru and value.")
            )
            continue
        found[str(schedule.get("code"))] = table.all_cells()
    return found

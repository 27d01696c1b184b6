"""The papers beside the code are true."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib

from parason.config.states import drawn
from tests.house.source import HOUSE

READ = re.compile(r"env(?:\.\w+)?\(\s*\"([A-Z][A-Z0-9_]+)\"")
LISTED = re.compile(r"^\| `([A-Z][A-Z0-9_]+)`", re.MULTILINE)


def test_every_setting_is_listed_and_every_listed_one_is_read() -> None:
    files = ["parason/config/settings.py", "parason/demo/installation.py"]
    read = set(READ.findall("".join((HOUSE / file).read_text() for file in files))) | {"PARASON_DATA"}
    listed = LISTED.findall((HOUSE / "docs/settings.md").read_text())
    assert sorted(listed) == sorted(read)


def test_the_drawing_of_the_states_is_the_present_one() -> None:
    """`parason states > docs/states.md` draws it anew."""
    assert (HOUSE / "docs/states.md").read_text() == drawn()


def test_the_lock_names_no_package_host() -> None:
    """Where packages come from is each machine's setting: docs/decisions/0002."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (HOUSE / name).read_text()
        assert "://" not in text, name
        assert "--hash=sha256:" in text, name


def test_the_lock_has_everything_that_the_project_asks_for() -> None:
    """Whoever adds a dependency types `make lock` too."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    asked = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-dev.lock": project["dependency-groups"]["dev"],
    }
    for name, wanted in asked.items():
        locked = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (HOUSE / name).read_text(), re.MULTILINE))
        names = {re.split(r"[\[<>=!~; ]", one)[0].lower() for one in wanted}
        assert names - locked == set(), name


def test_links_between_papers_lead_somewhere() -> None:
    papers = [*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")]
    broken = []
    for paper in papers:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", paper.read_text()):
            if not target.startswith(("http:", "https:", "mailto:")) and not (paper.parent / target).exists():
                broken.append(f"{paper.relative_to(HOUSE)}: {target}")
    assert broken == []


def test_every_fault_names_tests_that_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", (HOUSE / "docs/faults.md").read_text()))
    written = {
        name
        for file in (HOUSE / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", file.read_text())
    }
    assert len(named) > 40
    assert named - written == set()


def test_make_help_lists_every_word() -> None:
    # Also inside `make test`, which would have its child say where it is.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    shown = subprocess.run(
        ["make", "help"], cwd=HOUSE, env=alone, capture_output=True, text=True, check=True
    ).stdout
    words = re.findall(r"^([a-z-]+):.*##", (HOUSE / "Makefile").read_text(), re.MULTILINE)
    assert {"run", "test", "check", "reset", "help"} <= set(words)
    assert [line.split()[1] for line in shown.splitlines()] == words

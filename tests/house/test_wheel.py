"""The wheel is the program: what is missing in it is missing for everybody else."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.house.source import HOUSE


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=HOUSE,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with the wheel; dependencies are borrowed, the checkout is not."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False, symlinks=True)
    packages = next((folder / "lib").glob("python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # A folder named in a .pth file is searched, but its own .pth files (the checkout's) are not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def run(python: Path, cwd: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of the installed program, away from the checkout."""
    ours = ("PARASON", "PYTHON", "SECRET_KEY", "DATABASE_URL", "EMAIL_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [str(python), *words],
        cwd=cwd,
        env={**kept, "PARASON_STATIC_ROOT": str(cwd / "static"), **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_wheel_has_what_the_portal_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for needed in (
        "parason/website/templates/base.html",
        "parason/website/static/css/parason.css",
        "parason/demo/insurer.toml",
        "parason/products/catalogue/oms/product.toml",
        "parason/products/catalogue/oms/policy.typ",
        "parason/locale/ru/LC_MESSAGES/django.mo",
        "sandbox_bank/__main__.py",
    ):
        assert needed in names, needed
    assert not [name for name in names if name.startswith(("tests/", "bench/", "bin/", "docs/"))]
    metadata = next(name for name in names if name.endswith("entry_points.txt"))
    assert "parason = parason.cli:main" in zipfile.ZipFile(wheel).read(metadata).decode()


def test_the_installed_program_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "-c", "import parason; print(parason.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(installed.parent.parent)


def test_the_installed_program_checks_itself(installed: Path, tmp_path: Path, database_url: str) -> None:
    done = run(
        installed,
        tmp_path,
        "-m",
        "parason",
        "check",
        SECRET_KEY="k" * 60,
        DATABASE_URL=database_url,
        PARASON_DEMO="1",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "in order" in done.stdout


def test_a_database_that_does_not_answer_is_one_clear_line(installed: Path, tmp_path: Path) -> None:
    done = run(
        installed,
        tmp_path,
        "-m",
        "parason",
        "check",
        SECRET_KEY="k" * 60,
        DATABASE_URL="postgresql://x:y@127.0.0.1:1/z",
        PARASON_DEMO="1",
    )
    assert done.returncode == 1
    assert done.stderr.startswith("parason: the database does not answer")
    assert done.stderr.count("\n") == 1


def test_a_wrong_value_is_one_clear_line_with_its_name(installed: Path, tmp_path: Path) -> None:
    done = run(
        installed,
        tmp_path,
        "-m",
        "parason",
        "check",
        SECRET_KEY="k" * 60,
        PARASON_DEMO="1",
        PARASON_DATABASE_POOL="many",
    )
    assert done.returncode == 1
    assert done.stderr.startswith("parason: PARASON_DATABASE_POOL has a wrong value")
    assert done.stderr.count("\n") == 1


def test_a_missing_setting_is_one_clear_line(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "-m", "parason", "check")
    assert done.returncode == 1
    assert done.stderr.startswith("parason: SECRET_KEY is not set")
    assert done.stderr.count("\n") == 1

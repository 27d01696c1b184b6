"""`parason product …` as a product manager uses it, and a seventh product from a folder alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from parason.kernel.periods import Period
from parason.products import operations, queries, shelf
from parason.products.commands import main
from tests.products.catalogue import CODES, broken_copy
from tests.products.test_tariffs import AT, JUNE


@pytest.fixture
def own_catalogue(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A directory of the insurer's own products."""
    directory = tmp_path / "own"
    directory.mkdir()
    settings.PARASON_CATALOGUE = [directory]
    shelf.forget()
    yield directory
    shelf.forget()


def test_all_shipped_products_pass_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{code}: in order" for code in CODES]


def test_a_broken_folder_fails_the_check_with_its_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = broken_copy(tmp_path, "oms", old="order = 10", new="oder = 10")
    assert main(["check", str(folder)]) == 1
    out = capsys.readouterr().out
    assert "oms: 1 to correct" in out
    assert "product.toml: oder: This key is not known." in out


def test_a_new_folder_is_in_order_and_priced_at_once(
    own_catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "luggage", "--into", str(own_catalogue)]) == 0
    assert main(["check", str(own_catalogue / "luggage")]) == 0
    assert main(["price", str(own_catalogue / "luggage"), "--count", "10", "--answer", "luggage=yes"]) == 0
    out = capsys.readouterr().out
    assert "luggage: in order" in out
    assert out.splitlines()[-1] == "Premium: 3.75 BYN"
    assert sorted(path.name for path in (own_catalogue / "luggage").iterdir()) == [
        "policy.typ", "product.toml", "tables", "terms.en.md", "terms.ru.md",
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["oms", "Travel!", "x", "../up", ""])
def test_a_bad_or_taken_code_is_refused_and_nothing_is_written(
    code: str, own_catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", code, "--into", str(own_catalogue)]) == 1
    assert capsys.readouterr().err
    assert list(own_catalogue.iterdir()) == []


def test_a_folder_that_exists_is_not_written_over(own_catalogue: Path) -> None:
    (own_catalogue / "luggage").mkdir()
    assert main(["new", "luggage", "--into", str(own_catalogue)]) == 1
    assert list((own_catalogue / "luggage").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["price", "oms", "--count", "366"], "days: 366 is not in the table"),
        (["price", "oms", "--version", "Z"], "no tariff version “Z”"),
        (["price", "oms", "--answer", "age=5"], "no question “age”"),
        (["price", "travel", "--answer", "zone=moon"], "zone: Choose one of the answers"),
        (["price", "oms", "--version", "C"], "base unit has no value"),
        (["price", "nowhere"], "There is no such file"),
        (["table", "oms", "moon", "x.csv"], "x.csv"),
    ],
)
def test_what_cannot_be_priced_is_said_in_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_a_table_is_checked_before_it_is_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "premium.csv"
    file.write_text("days_from,days_to,premium\n1,30,5\n32,365,9\n")
    assert main(["table", "oms", "premium", str(file)]) == 1
    assert "line 3, column days_from: Nothing covers 31." in capsys.readouterr().out
    file.write_text("days_from,days_to,premium\n1,30,5\n31,365,9\n")
    assert main(["table", "oms", "premium", str(file)]) == 0
    assert "2 rows, in order" in capsys.readouterr().out


# --- the shelf ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_seventh_product_is_sold_from_a_folder_alone(own_catalogue: Path) -> None:
    main(["new", "luggage", "--into", str(own_catalogue), "--class", "business"])
    shelf.forget()
    assert operations.load_catalogue(at=AT).added[-1] == "luggage 1"
    product = queries.by_class()["business"][-1]
    premium = queries.price(
        product=product,
        period=Period.of_days(JUNE, 8),
        answers={"luggage": "no", "sum_insured": "10000"},
        insured=[{"birth_date": date(1990, 1, 1)}],
        on=JUNE,
    )
    assert str(premium.total) == "30.00 BYN"


def test_a_broken_product_stops_only_itself(own_catalogue: Path) -> None:
    broken_copy(own_catalogue, "travel", old="order = 20", new="odrer = 20")
    shelf.forget()
    assert [product.code for product in queries.products()] == ["oms", "border", "accident", "home", "staff"]
    assert [str(problem) for problem in queries.broken()["travel"]] == [
        "product.toml: odrer: This key is not known. Take it out, or correct its spelling."
    ]
    from parason.products.checks import products_are_healthy

    assert [warning.id for warning in products_are_healthy()] == ["parason.products.W001"]


def test_two_products_never_share_a_series(own_catalogue: Path) -> None:
    folder = broken_copy(own_catalogue, "oms", old='series = "OM"', new='series = "TM"')
    shelf.forget()
    assert folder.name == "oms"
    assert "The series “TM” belongs to “oms”." in str(queries.broken()["travel"][0])


def test_the_catalogue_has_the_guides_three_classes_in_order() -> None:
    classes = {name: [product.code for product in found] for name, found in queries.by_class().items()}
    assert classes == {
        "private": ["travel", "accident", "home"], "obligatory": ["oms", "border"], "business": ["staff"],
    }  # fmt: skip

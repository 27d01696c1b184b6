"""Checks that need the whole product: texts complete, facts known, tables that fit the questions,
tariffs in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from parason.products.definition.answers import Unfit, read_answer
from parason.products.definition.choices import choice_faults
from parason.products.definition.model import Definition
from parason.products.definition.questions import Question, QuestionType
from parason.products.rating.compiling import NotCompiled, compile_tariff
from parason.products.rating.spec import LANGUAGES, Condition
from parason.products.rating.tables import read_rows

Told = tuple[str, str, str, str]  # file, key, what is wrong, remedy
TOML = "product.toml"
BUILT_IN = {"days", "months", "years", "insured_count", "sum_insured", "age"}
NEEDED = ("en", "ru")


def told_faults(product: Definition) -> Iterator[Told]:
    """Everything that is wrong across the parts of one product."""
    yield from _folder_faults(product)
    yield from _text_faults(product)
    yield from _question_faults(product)
    yield from _late_faults(product)
    yield from _instalment_faults(product)
    yield from _step_faults(product)
    yield from _tariff_faults(product)
    yield from _table_faults(product)


def _folder_faults(product: Definition) -> Iterator[Told]:
    if product.code != product.folder.name:
        yield (
            TOML,
            "code",
            f"The folder is called “{product.folder.name}”.",
            "Folder and code are the same word.",
        )
    for language in NEEDED:
        path = product.folder / f"terms.{language}.md"
        try:
            if len(path.read_text("utf-8").strip()) < 200:
                yield (
                    path.name,
                    "",
                    "The terms are empty.",
                    "Write what is insured, what is not, and what to do.",
                )
        except OSError:
            yield path.name, "", "There is no such file.", "Write the terms in this language."
        except UnicodeDecodeError:
            yield path.name, "", "The file is not UTF-8.", "Save it as UTF-8."


def _texts(value: Any, key: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every mapping of language to text in the definition, with its key."""
    if isinstance(value, dict):
        if value and set(value) <= set(LANGUAGES):
            yield key, value
            return
        for name, inner in value.items():
            yield from _texts(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{key}.{index}")


def _text_faults(product: Definition) -> Iterator[Told]:
    own = product.model_dump(by_alias=True, exclude={"table_data", "schedule_rows", "folder"})
    for key, texts in _texts(own, ""):
        for language in NEEDED:
            if not texts.get(language, "").strip():
                yield TOML, key, f"The text has no “{language}”.", "English and Russian are always needed."
    for wanted in ("summary", "about"):
        if wanted not in product.texts:
            yield (
                TOML,
                f"texts.{wanted}",
                "This text is missing.",
                "The catalogue and the product's page show it.",
            )


def _facts(product: Definition) -> set[str]:
    return BUILT_IN | {question.code for question in product.questions}


def _late_faults(product: Definition) -> Iterator[Told]:
    """No price, and no question of the calculator, may hang on an answer that comes after the price."""
    late = {question.code for question in product.late_questions}
    used = {f"steps.{i} ({step.id})": step.facts(product.tables) for i, step in enumerate(product.steps)}
    used |= {
        f"limits.{i}": {condition.fact for condition in (*limit.when, *limit.must)}
        for i, limit in enumerate(product.limits)
    }
    used |= {
        f"questions.{i}.show_when": {condition.fact for condition in question.show_when}
        for i, question in enumerate(product.asked)
        if question.code not in late
    }
    for key, facts in used.items():
        for fact in sorted(facts & late):
            wrong = f"“{fact}” is asked after the price is known (priced = false)."
            yield TOML, key, wrong, "Take priced = false out of that question, or use another fact."


def _condition_faults(product: Definition, conditions: tuple[Condition, ...], key: str) -> Iterator[Told]:
    for condition in conditions:
        if condition.fact not in _facts(product):
            known = ", ".join(sorted(_facts(product)))
            yield TOML, key, f"There is no fact “{condition.fact}”.", f"Known facts: {known}."
            continue
        question = next((q for q in product.questions if q.code == condition.fact), None)
        if question is None or question.type is not QuestionType.CHOICE:
            continue
        values = {choice.value for choice in question.choices}
        wanted = [condition.equals] if condition.equals is not None else list(condition.one_of or ())
        for value in wanted:
            if str(value) not in values:
                remedy = f"Use: {', '.join(sorted(values))}."
                yield TOML, key, f"“{value}” is no answer to “{condition.fact}”.", remedy


def _question_faults(product: Definition) -> Iterator[Told]:
    earlier: set[str] = set(BUILT_IN)
    for index, question in enumerate(product.asked):
        key = f"questions.{index}.show_when"
        yield from _condition_faults(product, question.show_when, key)
        for condition in question.show_when:
            if condition.fact not in earlier and condition.fact in _facts(product):
                yield TOML, key, f"“{condition.fact}” is asked later.", "Put that question before this one."
        yield from _default_fault(question, f"questions.{index}")
        if question.code in BUILT_IN:
            yield (
                TOML,
                f"questions.{index}.code",
                f"“{question.code}” is a built-in fact.",
                "Choose another code.",
            )
        earlier.add(question.code)
    for index, limit in enumerate(product.limits):
        yield from _condition_faults(product, (*limit.when, *limit.must), f"limits.{index}")
    for code in product.sums.of:
        found = next((q for q in product.asked if q.code == code), None)
        if found is None or found.type is not QuestionType.MONEY:
            yield TOML, "sum_insured.of", f"“{code}” is no money question.", "Name questions of type money."
    if product.territory_question is not None and product.territory_question not in {
        q.code for q in product.asked
    }:
        yield TOML, "territory_question", "There is no such question.", "Name a question of type choice."


def _instalment_faults(product: Definition) -> Iterator[Told]:
    """Every count must fit the longest contract: a choice that nobody ever gets is a mistake."""
    longest = product.term.period(date(2027, 1, 1), product.term.most)
    fitting = product.instalments.choices(longest)
    for count in product.instalments.counts:
        if count not in fitting:
            wrong = f"Of {count} parts the last can be paid after the longest contract has ended."
            remedy = "Take fewer parts, fewer months between them, or fewer days of grace."
            yield TOML, "instalments.counts", wrong, remedy


def _step_faults(product: Definition) -> Iterator[Told]:
    known = _facts(product)
    for index, step in enumerate(product.steps):
        key = f"steps.{index} ({step.id})"
        yield from _condition_faults(product, step.when, f"{key}.when")
        for fact in sorted(step.facts(product.tables) - {condition.fact for condition in step.when}):
            if fact not in known:
                remedy = f"Known facts: {', '.join(sorted(known))}."
                yield TOML, key, f"There is no fact “{fact}”.", remedy


def _tariff_faults(product: Definition) -> Iterator[Told]:
    versions = [tariff.version for tariff in product.tariffs]
    for version in {v for v in versions if versions.count(v) > 1}:
        yield TOML, "tariffs", f"The version “{version}” stands twice.", "Give each version its own name."
    dated = sorted((t for t in product.tariffs if not t.proposed), key=lambda tariff: tariff.valid_from)
    if not dated:
        yield TOML, "tariffs", "Every version is only proposed.", "At least one must be in force."
    for before, after in pairwise(dated):
        if before.valid_to is None or before.valid_to >= after.valid_from:
            yield (
                TOML,
                "tariffs",
                f"“{before.version}” and “{after.version}” overlap.",
                "End one before the other.",
            )


def _table_faults(product: Definition) -> Iterator[Told]:
    for tariff in product.tariffs:
        tables = product.table_data.get(tariff.version, {})
        broken = set(product.tables) - set(tables)
        for name, data in tables.items():
            faults = read_rows(product.tables[name], data)[1] or list(choice_faults(product, name, data))
            for fault in faults:
                place = f"line {fault.line}" + (f", column {fault.column}" if fault.column else "")
                yield f"{tariff.folder}/{name}.csv", place, fault.wrong, fault.remedy
            if faults:
                broken.add(name)
        if broken:
            continue
        try:
            compile_tariff(
                version=tariff.version,
                unit=tariff.unit,
                steps=product.steps,
                specs=product.tables,
                tables=tables,
            )
        except NotCompiled as error:
            yield TOML, error.where, error.wrong, error.remedy


def _default_fault(question: Question, key: str) -> Iterator[Told]:
    if question.default is None:
        return
    try:
        read_answer(question, question.default)
    except Unfit:
        yield TOML, f"{key}.default", f"“{question.default}” is no answer to it.", "Give one that fits."

"""The questions of a product: what is asked, within which limits, and when."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, model_validator

from parason.products.rating.acts import condition_test
from parason.products.rating.risk import Fact
from parason.products.rating.spec import Code, Condition, Number, Strict, Texts


def say(texts: Mapping[str, str], language: str) -> str:
    """The text of a language, or the English one, which is always there."""
    return texts.get(language) or texts.get(language.split("-")[0]) or texts["en"]


class QuestionType(enum.StrEnum):
    """What kind of answer is wanted; a page picks the field by it."""

    CHOICE = "choice"
    YES_NO = "yes_no"
    INTEGER = "integer"
    MONEY = "money"  # major units of the product's currency, as a decimal
    TEXT = "text"
    DATE = "date"
    COUNTRY = "country"
    VIN = "vin"
    PLATE = "plate"


class Choice(Strict):
    """One answer to choose."""

    value: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")
    label: Texts
    help: Texts | None = None


class Question(Strict):
    """One question. `about` says whether it is asked once, or for each insured person or object.

    `names` says that its answer is what people call the object: a home's address, a car's plate and make.
    """

    code: Code
    type: QuestionType
    label: Texts
    help: Texts | None = None
    about: Literal["contract", "insured"] = "contract"
    names: bool = False
    required: bool = True
    priced: bool = True  # asked already by the calculator, before anybody signs up
    default: str | int | bool | None = None
    choices: tuple[Choice, ...] = ()
    least: Number | None = None
    most: Number | None = None
    max_length: int = Field(default=100, ge=1, le=1000)
    pattern: str | None = None
    pattern_help: Texts | None = None
    show_when: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _fits_its_type(self) -> Question:
        if (self.type is QuestionType.CHOICE) != bool(self.choices):
            raise ValueError("choices belong to a question of type choice, and to that one only")
        values = [choice.value for choice in self.choices]
        if len(set(values)) != len(values):
            raise ValueError("two choices have the same value")
        if self.type in {QuestionType.INTEGER, QuestionType.MONEY} and (
            self.least is None or self.most is None
        ):
            raise ValueError("a number needs least and most")
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"pattern is not a regular expression: {error}") from None
            if self.pattern_help is None:
                raise ValueError(
                    "a pattern needs pattern_help, the sentence shown when the answer does not fit"
                )
        return self

    def says(self, language: str) -> str:
        """The question in a language."""
        return say(self.label, language)

    def hint(self, language: str) -> str:
        """The help text in a language, or nothing."""
        return say(self.help, language) if self.help else ""

    def options(self, language: str) -> list[tuple[str, str]]:
        """Choices as (value, label) in a language."""
        return [(choice.value, say(choice.label, language)) for choice in self.choices]

    def shown(self, facts: Mapping[str, Fact]) -> bool:
        """Is it asked, given the answers so far?"""
        return all(test(facts) for test in self._tests)

    @cached_property
    def _tests(self) -> list[Callable[[Mapping[str, Fact]], bool]]:
        return [condition_test(condition) for condition in self.show_when]

    @cached_property
    def values(self) -> frozenset[str]:
        """The values to choose from."""
        return frozenset(choice.value for choice in self.choices)

    def plain(self, language: str) -> dict[str, Any]:
        """Everything a page or an API client needs to ask it, as plain data."""
        return {
            "code": self.code,
            "type": self.type.value,
            "about": self.about,
            "label": self.says(language),
            "help": self.hint(language),
            "required": self.required,
            "priced": self.priced,
            "default": self.default,
            "choices": self.options(language),
            "least": None if self.least is None else str(self.least),
            "most": None if self.most is None else str(self.most),
            "max_length": self.max_length,
            "show_when": [
                condition.model_dump(exclude_none=True, mode="json") for condition in self.show_when
            ],
        }

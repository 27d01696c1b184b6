"""The language of steps and tables, as it stands in product.toml and in a stored tariff version."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    field_serializer,
    field_validator,
    model_validator,
)


def _no_float(value: Any) -> Any:
    """TOML and JSON numbers arrive as int, str or Decimal; a float has already lost digits."""
    if isinstance(value, bool | float):
        raise ValueError("write the number in quotes or as a whole number")
    return value


Number = Annotated[
    Decimal, BeforeValidator(_no_float), PlainSerializer(str, return_type=str, when_used="json")
]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
LANGUAGES = ("en", "ru", "be", "ar", "zh", "pl", "de", "tr", "es", "fr", "lt", "lv")
Language = Annotated[str, Field(pattern=f"^({'|'.join(LANGUAGES)})$")]
Texts = dict[Language, str]


class Strict(BaseModel):
    """An unknown key is an error: an option typed wrong must not be ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(enum.StrEnum):
    """How a key finds its row."""

    EXACT = "exact"  # the cell equals the fact
    INTERVAL = "interval"  # <key>_from ≤ fact ≤ <key>_to, both ends belong
    STEP = "step"  # the row with the greatest <key>_from that is not above the fact


class KeySpec(Strict):
    """One key of a table. `covers` names the first and last value that must be priced without a gap."""

    match: Match = Match.EXACT
    covers: tuple[Number, Number | None] | None = None
    grain: Number = Decimal(1)  # distance between neighbouring values: 1 for days, "0.01" for sums of money
    one_of: tuple[str, ...] | None = None  # exact keys: the values that the table must hold, all of them


class TableSpec(Strict):
    """A table beside product.toml: its keys in order, its value columns, and which of them never fall.

    As JSON the keys are a list of pairs: a database that stores JSON need not keep the order of an object.
    """

    keys: dict[Code, KeySpec] = Field(min_length=1)
    values: tuple[Code, ...] = Field(min_length=1)
    rising: tuple[Code, ...] = ()  # value columns that never fall along the last interval or step key
    least: Number = Decimal(0)  # no value below

    @field_validator("keys", mode="before")
    @classmethod
    def _keys_of_pairs(cls, value: Any) -> Any:
        return dict(value) if isinstance(value, list) else value

    @field_serializer("keys", when_used="json")
    def _pairs_of_keys(self, keys: dict[str, KeySpec]) -> list[list[Any]]:
        return [[name, key.model_dump(mode="json", exclude_none=True)] for name, key in keys.items()]

    @model_validator(mode="after")
    def _rising_is_a_value(self) -> TableSpec:
        unknown = set(self.rising) - set(self.values)
        if unknown:
            raise ValueError(f"rising names {', '.join(sorted(unknown))}, which is not among values")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The heading that the CSV must have, in this order."""
        names: list[str] = []
        for key, spec in self.keys.items():
            if spec.match is Match.EXACT:
                names.append(key)
            elif spec.match is Match.STEP:
                names.append(f"{key}_from")
            else:
                names += [f"{key}_from", f"{key}_to"]
        return (*names, *self.values)


class Condition(Strict):
    """One thing that must hold; a list of conditions holds when all do."""

    fact: Code
    equals: str | bool | int | None = None
    one_of: tuple[str | int, ...] | None = None
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if self.equals is None and self.one_of is None and self.at_least is None and self.at_most is None:
            raise ValueError("give one of equals, one_of, at_least, at_most")
        return self


class StepKind(enum.StrEnum):
    """What a step does to the running premium."""

    BASE = "base"  # adds an amount, or a per cent of an amount
    FACTOR = "factor"  # multiplies
    LOADING = "loading"  # adds a per cent or an amount
    DISCOUNT = "discount"  # takes off a per cent or an amount
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    PER = "per"  # multiplies by a count: day, month, person, object
    UNIT = "unit"  # turns the tariff's unit into money
    ROUND = "round"


PER = {
    "day": "days",
    "month": "months",
    "year": "years",
    "person": "insured_count",
    "object": "insured_count",
}


class Step(Strict):
    """One step. Its number comes from exactly one of `value`, `fact`, `table`."""

    id: Code
    kind: StepKind
    label: Texts
    when: tuple[Condition, ...] = ()
    scope: Literal["insured", "contract"] = "insured"
    value: Number | None = None
    fact: Code | None = None
    table: Code | None = None
    keys: dict[Code, Code] = Field(default_factory=dict)  # table key → fact, where the names differ
    column: Code | None = None  # value column, when the table has several
    percent_of: Code | None = None  # base: the number is a per cent of this fact
    by: Literal["percent", "amount"] = "percent"  # loading and discount
    of: Literal["running", "base"] = "running"  # in sequence, or additive (of the sum of the base steps)
    per: Literal["day", "month", "year", "person", "object"] | None = None
    to: Number | None = None
    how: Literal["half_up", "half_even", "up", "down"] = "half_up"

    @model_validator(mode="after")
    def _complete(self) -> Step:
        if self.kind is StepKind.ROUND:
            if self.to is None or self.to <= 0:
                raise ValueError('a round step needs `to`, such as "0.01"')
            return self
        if self.kind is StepKind.UNIT:
            return self
        if self.kind is StepKind.PER and self.per is not None:
            return self
        sources = [self.value, self.fact, self.table]
        if sum(source is not None for source in sources) != 1:
            raise ValueError("give exactly one of value, fact, table")
        return self

    def facts(self, tables: Mapping[str, TableSpec]) -> set[str]:
        """Every fact that the step looks at."""
        found = {condition.fact for condition in self.when}
        found |= {name for name in (self.fact, self.percent_of) if name is not None}
        if self.per is not None:
            found.add(PER[self.per])
        if self.table is not None and self.table in tables:
            found |= {self.keys.get(key, key) for key in tables[self.table].keys}
        return found

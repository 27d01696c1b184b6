"""A premium and the lines that made it: kept for ever, and enough to do the sum again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from typing import Any, NamedTuple

from parason.kernel.money import Money, exponent

# Steps are computed in one context of their own: whatever a thread has set elsewhere, a price stays the same.
EXACT = Context(prec=40)
HOW = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "up": ROUND_UP, "down": ROUND_DOWN}
HUNDRED = Decimal(100)
FORMAT = 1


class Row(NamedTuple):
    """The row of a table that was used: `line` counts as a spreadsheet does, the heading is line 1."""

    table: str
    line: int
    cells: Mapping[str, str]


class Line(NamedTuple):
    """One step taken: `result` is the running premium after it.
    `insured` is None for a step on the whole contract.
    """

    step: str
    kind: str
    insured: int | None
    inputs: Mapping[str, str]
    row: Row | None
    operand: Decimal
    basis: Decimal | None
    before: Decimal
    result: Decimal

    @property
    def change(self) -> Decimal:
        """What the step added to the premium; the changes of all lines sum to the total."""
        return EXACT.subtract(self.result, self.before)

    def to_json(self) -> dict[str, Any]:
        """Decimals as strings, nothing lost."""
        return {
            "step": self.step,
            "kind": self.kind,
            "insured": self.insured,
            "inputs": dict(self.inputs),
            "row": None if self.row is None else {**self.row._asdict(), "cells": dict(self.row.cells)},
            "operand": str(self.operand),
            "basis": None if self.basis is None else str(self.basis),
            "before": str(self.before),
            "result": str(self.result),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Line:
        """The inverse of `to_json`."""
        row, basis = data["row"], data["basis"]
        return cls(
            step=data["step"],
            kind=data["kind"],
            insured=data["insured"],
            inputs=data["inputs"],
            row=None if row is None else Row(row["table"], row["line"], row["cells"]),
            operand=Decimal(data["operand"]),
            basis=None if basis is None else Decimal(basis),
            before=Decimal(data["before"]),
            result=Decimal(data["result"]),
        )


@dataclass(frozen=True, slots=True)
class Premium:
    """What is to be paid: in all, and for each insured in the order of the risk. These sum to the total; a
    step
    on the whole contract is shared out in proportion.

    `labels` are the words for steps (`id`), facts (`fact:zone`) and answers (`choice:zone=europe`), by
    language.
    """

    total: Money
    per_insured: tuple[Money, ...]
    lines: tuple[Line, ...]
    labels: Mapping[str, Mapping[str, str]] = field(compare=False)
    tariff_version: str = ""
    tariff_id: int = 0
    sum_insured: Money | None = None

    def record(self) -> dict[str, Any]:
        """JSON that is kept with the quote and the contract, complete in itself:
        labels and table rows included.
        """
        used = {line.step for line in self.lines}
        for line in self.lines:
            used.update(f"fact:{name}" for name in line.inputs)
            used.update(f"choice:{name}={value}" for name, value in line.inputs.items())
        return {
            "format": FORMAT,
            "currency": self.total.currency,
            "total_minor": self.total.minor,
            "per_insured_minor": [money.minor for money in self.per_insured],
            "tariff_version": self.tariff_version,
            "tariff_id": self.tariff_id,
            "sum_insured": None
            if self.sum_insured is None
            else [self.sum_insured.minor, self.sum_insured.currency],
            "labels": {key: dict(label) for key, label in self.labels.items() if key in used},
            "lines": [line.to_json() for line in self.lines],
        }

    @classmethod
    def of_record(cls, data: Mapping[str, Any]) -> Premium:
        """The premium as it was, from its record."""
        currency = data["currency"]
        return cls(
            total=Money(data["total_minor"], currency),
            per_insured=tuple(Money(minor, currency) for minor in data["per_insured_minor"]),
            lines=tuple(Line.from_json(line) for line in data["lines"]),
            labels=data["labels"],
            tariff_version=data["tariff_version"],
            tariff_id=data["tariff_id"],
            sum_insured=None if data["sum_insured"] is None else Money(*data["sum_insured"]),
        )


def _again(line: Line) -> Decimal:
    """The result of a line, computed from its own figures."""
    before, operand = line.before, line.operand
    share = operand if line.basis is None else EXACT.divide(EXACT.multiply(line.basis, operand), HUNDRED)
    match line.kind:
        case "base" | "loading":
            return EXACT.add(before, share)
        case "discount":
            return EXACT.subtract(before, share)
        case "factor" | "per" | "unit":
            return EXACT.multiply(before, operand)
        case "minimum":
            return max(before, operand)
        case "maximum":
            return min(before, operand)
        case "round":
            return rounded(before, operand, HOW[line.inputs["how"]])
    raise ValueError(f"no such kind of step: {line.kind}")


def rounded(amount: Decimal, to: Decimal, how: str) -> Decimal:
    """`amount` as a whole multiple of `to`."""
    if to == Decimal("0.01"):
        return amount.quantize(to, rounding=how, context=EXACT)
    count = EXACT.divide(amount, to).to_integral_value(rounding=how, context=EXACT)
    return EXACT.multiply(count, to)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def shares(total: int, own: Sequence[Decimal]) -> list[int]:
    """`total` minor units in proportion to `own`;
    what is left over goes one by one to the greatest remainders.
    """
    whole = _sum(own)
    if not whole:
        return [total // len(own) + (index < total % len(own)) for index in range(len(own))] if own else []
    exact = [EXACT.divide(EXACT.multiply(Decimal(total), amount), whole) for amount in own]
    parts = [int(amount) for amount in exact]
    by_remainder = sorted(range(len(own)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def _faults(premium: Premium) -> Iterator[str]:
    scale = exponent(premium.total.currency)
    running: dict[int | None, Decimal] = {}
    for line in premium.lines:
        if line.insured is None and None not in running:
            running[None] = _sum(running.values())
        if line.before != running.get(line.insured, Decimal(0)):
            yield f"{line.step} starts from {line.before}"
        if _again(line) != line.result:
            yield f"{line.step} gives {line.result}"
        running[line.insured] = line.result
    each = [running.get(index, Decimal(0)) for index in range(len(premium.per_insured))]
    total = EXACT.scaleb(running.get(None, _sum(each)), scale)
    if total != premium.total.minor:
        yield "the total differs from the lines"
    elif [money.minor for money in premium.per_insured] != shares(premium.total.minor, each):
        yield "the premiums of the insured differ from their lines"


def arithmetic_holds(premium: Premium) -> bool:
    """Does the record prove its own total? Every line is computed again from its figures alone."""
    return not any(_faults(premium))

"""What each kind of step does, as closures over a running premium."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from parason.products.rating.lookup import Lookup
from parason.products.rating.premium import EXACT, HOW, HUNDRED, Line, Row, rounded
from parason.products.rating.risk import Facts, NotRated, Unit, canonical
from parason.products.rating.spec import Condition, Step

ZERO, ONE = Decimal(0), Decimal(1)
BASE_UNIT = "BASE_UNIT"


class Run:
    """The running premium of one insured, or of the whole contract."""

    __slots__ = ("base", "facts", "insured", "lines", "running", "unit")

    def __init__(self, facts: Facts, insured: int | None, unit: Unit | None, lines: list[Line]) -> None:
        self.facts = facts
        self.insured = insured
        self.unit = unit
        self.lines = lines
        self.running = ZERO
        self.base = ZERO


Operand = tuple[Decimal, Row | None, Mapping[str, str]]
Source = Callable[[Run], Operand]
Act = Callable[[Run], None]
Test = Callable[[Facts], bool]


# --- where a step's number comes from -----------------------------------------------------------------------


def table_source(find: Lookup, names: Sequence[str]) -> Source:
    def source(run: Run) -> Operand:
        value, row = find(run.facts)
        return value, row, {name: canonical(run.facts[name]) for name in names}

    return source


def fact_source(name: str) -> Source:
    def source(run: Run) -> Operand:
        value = amount_of(run.facts, name)
        return value, None, {name: canonical(run.facts[name])}

    return source


def amount_of(facts: Facts, name: str) -> Decimal:
    """A fact as a number. Raises NotRated when it is missing or not a number."""
    value = facts.get(name)
    if value is None:
        raise NotRated(name, "is missing")
    if isinstance(value, str | bool):
        raise NotRated(name, f"{canonical(value)} is not a number")
    return Decimal(value)


def condition_test(condition: Condition) -> Test:
    """A condition as a function of the facts; a missing fact fulfils no condition."""
    name, least, most = condition.fact, condition.at_least, condition.at_most
    allowed: frozenset[str] | None = None
    if condition.equals is not None:
        allowed = frozenset([canonical(condition.equals)])
    elif condition.one_of is not None:
        allowed = frozenset(canonical(value) for value in condition.one_of)

    def test(facts: Facts) -> bool:
        value = facts.get(name)
        if value is None:
            return False
        if allowed is not None and canonical(value) not in allowed:
            return False
        if least is None and most is None:
            return True
        return (
            not isinstance(value, str)
            and (least is None or value >= least)
            and (most is None or value <= most)
        )

    return test


# --- what a step does ---------------------------------------------------------------------------------------


def base_act(step: Step, source: Source) -> Act:
    name, kind, of = step.id, step.kind.value, step.percent_of

    def act(run: Run) -> None:
        operand, row, inputs = source(run)
        before, basis, amount = run.running, None, operand
        if of is not None:
            basis = amount_of(run.facts, of)
            amount = EXACT.divide(EXACT.multiply(basis, operand), HUNDRED)
            inputs = {**inputs, of: canonical(run.facts[of])}
        run.running = EXACT.add(before, amount)
        run.base = EXACT.add(run.base, amount)
        run.lines.append(Line(name, kind, run.insured, inputs, row, operand, basis, before, run.running))

    return act


def share_act(step: Step, source: Source, sign: int) -> Act:
    name, kind, percent, additive = step.id, step.kind.value, step.by == "percent", step.of == "base"
    change = EXACT.add if sign > 0 else EXACT.subtract

    def act(run: Run) -> None:
        operand, row, inputs = source(run)
        before, basis, amount = run.running, None, operand
        if percent:
            basis = run.base if additive else before
            amount = EXACT.divide(EXACT.multiply(basis, operand), HUNDRED)
        run.running = change(before, amount)
        run.lines.append(Line(name, kind, run.insured, inputs, row, operand, basis, before, run.running))

    return act


def bound_act(step: Step, source: Source, pick: Callable[[Decimal, Decimal], Decimal]) -> Act:
    name, kind = step.id, step.kind.value

    def act(run: Run) -> None:
        operand, row, inputs = source(run)
        before = run.running
        run.running = pick(before, operand)
        run.lines.append(Line(name, kind, run.insured, inputs, row, operand, None, before, run.running))

    return act


def multiply_act(step: Step, source: Source) -> Act:
    name, kind = step.id, step.kind.value

    def act(run: Run) -> None:
        operand, row, inputs = source(run)
        before = run.running
        run.running = EXACT.multiply(before, operand)
        run.lines.append(Line(name, kind, run.insured, inputs, row, operand, None, before, run.running))

    return act


def unit_act(step: Step, tariff_unit: str) -> Act:
    name, kind = step.id, step.kind.value
    if tariff_unit != BASE_UNIT:
        return lambda run: None

    def act(run: Run) -> None:
        unit = run.unit
        if unit is None:
            raise NotRated("unit", "the base unit has no value on this day")
        before = run.running
        run.running = EXACT.multiply(before, unit.value)
        run.base = EXACT.multiply(run.base, unit.value)
        inputs = {"unit": unit.source, "currency": unit.currency}
        run.lines.append(Line(name, kind, run.insured, inputs, None, unit.value, None, before, run.running))

    return act


def round_act(step: Step) -> Act:
    name, kind, how = step.id, step.kind.value, HOW[step.how]
    to = step.to if step.to is not None else ONE
    inputs = {"how": step.how}

    def act(run: Run) -> None:
        before = run.running
        run.running = rounded(before, to, how)
        run.lines.append(Line(name, kind, run.insured, inputs, None, to, None, before, run.running))

    return act

"""Steps and tables are compiled once into closures; rating a risk is then a plain run through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from parason.kernel.money import Money, exponent
from parason.products.rating.acts import (
    BASE_UNIT,
    Act,
    Operand,
    Run,
    Source,
    base_act,
    bound_act,
    condition_test,
    fact_source,
    multiply_act,
    round_act,
    share_act,
    table_source,
    unit_act,
)
from parason.products.rating.lookup import table_lookup
from parason.products.rating.premium import EXACT, Line, Premium, shares
from parason.products.rating.risk import NotRated, Risk
from parason.products.rating.spec import PER, Step, StepKind, TableSpec
from parason.products.rating.tables import TableData, read_rows

ZERO = Decimal(0)


class NotCompiled(Exception):
    """A step or table cannot work: `where` names it, `remedy` says what to change."""

    def __init__(self, where: str, wrong: str, remedy: str) -> None:
        self.where, self.wrong, self.remedy = where, wrong, remedy
        super().__init__(f"{where}: {wrong} {remedy}")


@dataclass(frozen=True, slots=True)
class Tariff:
    """A compiled tariff version: `rate` prices any risk of its product."""

    version: str
    unit: str
    insured_acts: tuple[Act, ...]
    contract_acts: tuple[Act, ...]
    labels: Mapping[str, Mapping[str, str]]
    id: int = 0

    def rate(self, risk: Risk) -> Premium:
        """The premium with its lines. Raises NotRated for a fact that is missing or beyond the tables."""
        lines: list[Line] = []
        currency = self._currency(risk)
        shared = {"insured_count": len(risk.insured), **risk.facts}
        sums = []
        for index, own in enumerate(risk.insured):
            run = Run({**shared, **own}, index, risk.unit, lines)
            try:
                for act in self.insured_acts:
                    act(run)
            except NotRated as error:
                raise NotRated(error.fact, error.reason, index=index) from None
            sums.append(run.running)
        total = ZERO
        for amount in sums:
            total = EXACT.add(total, amount)
        if self.contract_acts:
            run = Run(shared, None, risk.unit, lines)
            run.running = run.base = total
            for act in self.contract_acts:
                act(run)
            total = run.running
        whole = _money(total, currency)
        if self.contract_acts:
            each = tuple(Money(minor, currency) for minor in shares(whole.minor, sums))
        else:
            each = tuple(_money(amount, currency) for amount in sums)
        return Premium(whole, each, tuple(lines), self.labels, self.version, self.id)

    def _currency(self, risk: Risk) -> str:
        if self.unit != BASE_UNIT:
            return self.unit
        if risk.unit is None:
            raise NotRated("unit", "the base unit has no value on this day")
        return risk.unit.currency


def _money(amount: Decimal, currency: str) -> Money:
    minor = EXACT.scaleb(amount, exponent(currency))
    if minor < 0:
        raise NotRated("premium", f"{amount} {currency} is below zero: check the discounts")
    if minor != EXACT.to_integral_value(minor):
        raise NotRated(
            "currency", f"{amount} {currency} is not a whole number of minor units: check the round step"
        )
    return Money(int(minor), currency)


def compile_tariff(
    *,
    version: str,
    unit: str,
    steps: Sequence[Step],
    specs: Mapping[str, TableSpec],
    tables: Mapping[str, TableData],
    id: int = 0,
) -> Tariff:
    """Steps and tables as one function. Raises NotCompiled, naming what is wrong and the remedy."""
    _check_ends(steps, unit)
    builder = _Builder(specs, tables)
    acts: dict[str, list[Act]] = {"insured": [], "contract": []}
    for step in steps:
        acts[step.scope].append(builder.act(step, unit))
    labels = {step.id: dict(step.label) for step in steps}
    return Tariff(version, unit, tuple(acts["insured"]), tuple(acts["contract"]), labels, id)


def _check_ends(steps: Sequence[Step], unit: str) -> None:
    ids = [step.id for step in steps]
    for doubled in {name for name in ids if ids.count(name) > 1}:
        raise NotCompiled(f"step {doubled}", "This id is used twice.", "Give each step its own id.")
    for scope in ("insured", "contract"):
        own = [step for step in steps if step.scope == scope]
        if scope == "contract" and not own:
            continue
        if not own or own[-1].kind is not StepKind.ROUND or own[-1].when:
            remedy = 'End with: kind = "round", to = "0.01".'
            raise NotCompiled(
                f"steps of scope {scope}", "The last step is not an unconditional round.", remedy
            )
    if unit == BASE_UNIT and not any(step.kind is StepKind.UNIT and not step.when for step in steps):
        raise NotCompiled(
            "steps", "The tariff is in base units.", 'Add a step with kind = "unit" before rounding.'
        )


class _Builder:
    def __init__(self, specs: Mapping[str, TableSpec], tables: Mapping[str, TableData]) -> None:
        self.specs, self.tables = specs, tables

    def act(self, step: Step, unit: str) -> Act:
        core = self._core(step, unit)
        if not step.when:
            return core
        tests = [condition_test(condition) for condition in step.when]

        def guarded(run: Run) -> None:
            for test in tests:
                if not test(run.facts):
                    return
            core(run)

        return guarded

    def _core(self, step: Step, unit: str) -> Act:
        if step.kind is StepKind.ROUND:
            return round_act(step)
        if step.kind is StepKind.UNIT:
            return unit_act(step, unit)
        source = self._source(step)
        match step.kind:
            case StepKind.BASE:
                return base_act(step, source)
            case StepKind.LOADING:
                return share_act(step, source, 1)
            case StepKind.DISCOUNT:
                return share_act(step, source, -1)
            case StepKind.MINIMUM:
                return bound_act(step, source, max)
            case StepKind.MAXIMUM:
                return bound_act(step, source, min)
            case _:
                return multiply_act(step, source)

    def _source(self, step: Step) -> Source:
        if step.kind is StepKind.PER and step.per is not None:
            return fact_source(PER[step.per])
        if step.fact is not None:
            return fact_source(step.fact)
        if step.table is not None:
            return self._table_source(step, step.table)
        value = step.value if step.value is not None else ZERO
        fixed: Operand = (value, None, {})
        return lambda run: fixed

    def _table_source(self, step: Step, name: str) -> Source:
        spec, data = self.specs.get(name), self.tables.get(name)
        where = f"step {step.id}"
        if spec is None:
            known = ", ".join(sorted(self.specs)) or "none"
            raise NotCompiled(where, f"There is no table “{name}”.", f"Known tables: {known}.")
        if data is None:
            raise NotCompiled(where, f"The tariff has no file for the table “{name}”.", f"Add {name}.csv.")
        column = step.column or spec.values[0]
        if column not in spec.values:
            raise NotCompiled(
                where, f"The table has no value “{column}”.", f"Use one of: {', '.join(spec.values)}."
            )
        unknown = sorted(set(step.keys) - set(spec.keys))
        if unknown:
            raise NotCompiled(where, f"The table has no key “{unknown[0]}”.", f"Use: {', '.join(spec.keys)}.")
        readings, faults = read_rows(spec, data)
        if faults:
            raise NotCompiled(f"table {name}", str(faults[0]), f"({len(faults)} faults in all.)")
        facts = [step.keys.get(key, key) for key in spec.keys]
        return table_source(table_lookup(name, spec, data, readings, column, step.keys), facts)

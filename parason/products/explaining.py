"""A premium's record in plain words: “How this price is made”."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from parason.kernel.money import Money
from parason.products.definition.questions import say
from parason.products.rating.premium import Line, Premium

MOST_NAMED = 10  # numbers of insured in one heading


class Explained(NamedTuple):
    """One line for a reader: the words, what the line did, and the premium after it."""

    words: str
    does: str
    result: str

    def __str__(self) -> str:
        return f"{self.words}: {self.does} = {self.result}" if self.does else f"{self.words}: {self.result}"


class Part(NamedTuple):
    """The lines of one insured, or of several whose lines are the same, or of the whole contract."""

    heading: str
    lines: list[Explained]
    result: str


def explain(record: Mapping[str, Any], language: str) -> list[str]:
    """All lines as sentences, with headings where more than one is insured."""
    sentences = []
    for part in explain_parts(record, language):
        if part.heading:
            sentences.append(part.heading)
        sentences += [str(line) for line in part.lines]
    total = Money(record["total_minor"], record["currency"])
    with override(language):
        words = {"total": f"{_figure(total.amount, language)} {total.currency}"}
        sentences.append(_("Premium: %(total)s") % words)
    return sentences


def explain_parts(record: Mapping[str, Any], language: str) -> list[Part]:
    """The lines by insured, in the order of the contract; insured with the same lines stand together."""
    premium = Premium.of_record(record)
    with override(language):
        return list(_parts(premium, language))


def _parts(premium: Premium, language: str) -> Iterator[Part]:
    alike = _alike(premium)
    several = len(premium.per_insured) > 1
    for numbers, lines in alike:
        result = f"{_figure(lines[-1].result, language)} {premium.total.currency}" if lines else ""
        heading = _heading(numbers) if several else ""
        yield Part(heading, list(_lines(lines, premium, language)), result)
    whole = [line for line in premium.lines if line.insured is None]
    if whole:
        yield Part(_("For the whole contract"), list(_lines(whole, premium, language)), str(premium.total))


def _alike(premium: Premium) -> list[tuple[list[int], list[Line]]]:
    """The numbers of the insured whose lines are the same, with these lines; by the first of each."""
    of_insured: list[list[Line]] = [[] for _insured in premium.per_insured]
    for line in premium.lines:
        if line.insured is not None:
            of_insured[line.insured].append(line._replace(insured=None))
    found: dict[str, tuple[list[int], list[Line]]] = {}
    for number, lines in enumerate(of_insured, start=1):
        found.setdefault(repr(lines), ([], lines))[0].append(number)
    return list(found.values())


def _heading(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return _("Insured %(number)s") % {"number": numbers[0]}
    words = {"first": numbers[0], "last": numbers[-1], "count": len(numbers)}
    if numbers[-1] - numbers[0] + 1 == len(numbers):
        return _("Each of the %(count)s insured from %(first)s to %(last)s") % words
    named = ", ".join(map(str, numbers[:MOST_NAMED]))
    numbered = {"count": len(numbers), "numbers": f"{named}, …" if len(numbers) > MOST_NAMED else named}
    return _("Each of the %(count)s insured with the numbers %(numbers)s") % numbered


def _lines(lines: Sequence[Line], premium: Premium, language: str) -> Iterator[Explained]:
    """In words; a step that changed nothing explains nothing.
    Before the step `unit`, sums are in base units.
    """
    in_units = any(line.kind == "unit" for line in lines)
    for line in lines:
        unit = _("base units") if in_units and line.kind != "unit" else premium.total.currency
        in_units = in_units and line.kind != "unit"
        if line.before == line.result and line.kind != "base":
            continue
        words = say(premium.labels[line.step], language) if line.step in premium.labels else line.step
        inputs = ", ".join(_inputs(line, premium, language))
        result = f"{_figure(line.result, language)} {unit}"
        yield Explained(f"{words} ({inputs})" if inputs else words, _does(line, language), result)


def _inputs(line: Line, premium: Premium, language: str) -> Iterator[str]:
    for name, value in line.inputs.items():
        choice = premium.labels.get(f"choice:{name}={value}")
        if name in BUILT_IN:
            yield BUILT_IN[name](say(choice, language) if choice is not None else value)
        elif choice is not None:
            yield say(choice, language)
        elif line.kind != "round" and name in {"unit", "currency"}:
            if name == "unit" and value:
                yield value
        elif f"fact:{name}" in premium.labels:
            yield f"{say(premium.labels[f'fact:{name}'], language)}: {value}"


def _days(value: str) -> str:
    return ngettext("%(count)d day", "%(count)d days", int(value)) % {"count": int(value)}


def _months(value: str) -> str:
    return ngettext("%(count)d month", "%(count)d months", int(value)) % {"count": int(value)}


def _years(value: str) -> str:
    return ngettext("%(count)d year", "%(count)d years", int(value)) % {"count": int(value)}


def _age(value: str) -> str:
    return _("age %(age)s") % {"age": value}


def _number(value: str) -> str:
    return _("%(count)s insured") % {"count": value}


def _insured_sum(value: str) -> str:
    return _("sum insured %(sum)s") % {"sum": value}


BUILT_IN = {
    "days": _days,
    "months": _months,
    "years": _years,
    "age": _age,
    "insured_count": _number,
    "sum_insured": _insured_sum,
}


def _does(line: Line, language: str) -> str:
    figure = _plain_figure(line.operand, language)
    share = ""
    if line.basis is not None:
        share = _("%(percent)s %% of %(basis)s") % {"percent": figure, "basis": _figure(line.basis, language)}
    match line.kind:
        case "base" if not line.before:
            return share  # the first amount is its own result
        case "base" | "loading":
            return f"+ {share or _figure(line.operand, language)}"
        case "discount":
            return f"− {share or _figure(line.operand, language)}"
        case "factor" | "per" | "unit":
            return f"× {figure}"
        case "minimum":
            return _("not less than %(sum)s") % {"sum": figure}
        case "maximum":
            return _("not more than %(sum)s") % {"sum": figure}
        case _:
            return ""


def _figure(amount: Decimal, language: str) -> str:
    """A sum with two decimals at least, and with all that it has."""
    return format_decimal(amount, format="#,##0.00########", locale=_locale(language))


def _plain_figure(amount: Decimal, language: str) -> str:
    return format_decimal(amount, format="#,##0.##########", locale=_locale(language))


def _locale(language: str) -> str:
    return language.replace("-", "_")

"""A chart of premium over length, before and after: coordinates for an SVG that the server draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from parason.kernel.money import Money
from parason.products.comparing import Point

WIDTH, HEIGHT = 1000, 340
# Room for the figures of the axes.
START, END, TOP, BOTTOM = 90, 980, 15, 300
STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: int
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Paths and marks in the units of the view box."""

    before: str
    after: str
    across: list[Tick]
    up: list[Tick]
    highest: Money


@dataclass(frozen=True, slots=True)
class Run:
    """Lengths next to each other with the same premiums: a row of the table beside the chart."""

    first: int
    last: int
    before: Money | None
    after: Money | None

    @property
    def change(self) -> Money | None:
        return self.after - self.before if self.after is not None and self.before is not None else None


def chart(points: Sequence[Point], currency: str) -> Chart | None:
    """The chart of both curves, or nothing where nothing has a price."""
    priced = [minor for point in points for minor in (point.before, point.after) if minor is not None]
    if not priced:
        return None
    step = _step(max(priced))
    top = -(-max(priced) // step) * step or step
    first, last = points[0].days, points[-1].days

    def x(days: int) -> int:
        return START + (days - first) * (END - START) // max(last - first, 1)

    def y(minor: int) -> int:
        return BOTTOM - minor * (BOTTOM - TOP) // top

    return Chart(
        _path([(point.days, point.before) for point in points], x, y),
        _path([(point.days, point.after) for point in points], x, y),
        [Tick(x(days), str(days)) for days in _days(first, last)],
        [Tick(y(minor), f"{Money(minor, currency).amount}") for minor in range(0, top + 1, step)],
        Money(max(priced), currency),
    )


def _path(curve: Sequence[tuple[int, int | None]], x: Callable[[int], int], y: Callable[[int], int]) -> str:
    """Steps, not slopes: between two lengths there is no price."""
    words: list[str] = []
    pen = False
    for days, minor in curve:
        if minor is None:
            pen = False
            continue
        words.append(f"H{x(days)}V{y(minor)}" if pen else f"M{x(days)} {y(minor)}")
        pen = True
    return "".join(words)


def _step(highest: int) -> int:
    """A round step that puts four to eight marks on the axis."""
    power = 1
    while True:
        for step in STEPS:
            if highest <= step * power * 8:
                return step * power
        power *= 10


def _days(first: int, last: int) -> list[int]:
    step = _step(last - first + 1)
    marks = [day for day in range(step, last + 1, step) if day > first + step // 3]
    return [first, *marks]


def runs(points: Sequence[Point], currency: str) -> list[Run]:
    """The table beside the chart."""
    found = []
    for sums, group in groupby(points, key=lambda point: (point.before, point.after)):
        same = list(group)
        before, after = (None if minor is None else Money(minor, currency) for minor in sums)
        found.append(Run(same[0].days, same[-1].days, before, after))
    return found

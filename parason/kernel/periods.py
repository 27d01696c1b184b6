"""Calendar periods: both ends belong to the period, and no instant is ever involved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.last} is before {self.first}")

    @classmethod
    def of_days(cls, first: date, days: int) -> Period:
        """`days` calendar days from `first`, which counts as the first of them."""
        return cls(first, first + timedelta(days=days - 1))

    @property
    def days(self) -> int:
        """Calendar days, inclusive of both ends: 1 to 1 January is one day."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(self.days))

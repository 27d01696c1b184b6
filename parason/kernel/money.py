"""Money as integer minor units, and the one place where it is converted and rounded."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# ISO 4217 gives most currencies two decimals; the exceptions that a gateway may meet are named here.
EXPONENTS = {
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK"), 0),
    **dict.fromkeys(("KWD", "BHD", "OMR", "JOD", "TND"), 3),
}


class CurrencyMismatch(ValueError):
    """Two sums of different currencies were added or compared."""


def exponent(currency: str) -> int:
    """Number of decimals of a currency's minor unit (ISO 4217)."""
    return EXPONENTS.get(currency, 2)


def half_up(value: Decimal) -> int:
    """The nearest integer; a half goes away from zero, as a cashier rounds."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """A sum: `minor` in the currency's minor unit (cents, kopecks), never a float."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError(f"not an ISO 4217 code: {self.currency!r}")

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> Money:
        """From major units, e.g. `Money.of("12.34", "BYN")`, rounded half up."""
        return cls(half_up(Decimal(amount).scaleb(exponent(currency))), currency)

    @property
    def amount(self) -> Decimal:
        """In major units, with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.minor * count, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def total(sums: list[Money], currency: str) -> Money:
    """The sum of a list, zero of `currency` when it is empty."""
    result = Money(0, currency)
    for money in sums:
        result = result + money
    return result

"""Pure rating: a risk goes in, a premium comes out with the lines that made it.

No Django, no clock, no float: Decimal between the steps, integer minor units at the end.
"""

from parason.products.rating.compiling import NotCompiled, Tariff, compile_tariff
from parason.products.rating.faults import TableFault
from parason.products.rating.premium import Line, Premium, Row, arithmetic_holds
from parason.products.rating.risk import NotRated, Risk, Unit
from parason.products.rating.spec import Condition, KeySpec, Match, Step, StepKind, TableSpec
from parason.products.rating.tables import TableData, read_rows

__all__ = [
    "Condition",
    "KeySpec",
    "Line",
    "Match",
    "NotCompiled",
    "NotRated",
    "Premium",
    "Risk",
    "Row",
    "Step",
    "StepKind",
    "TableData",
    "TableFault",
    "TableSpec",
    "Tariff",
    "Unit",
    "arithmetic_holds",
    "compile_tariff",
    "read_rows",
]

"""Acts on tariffs: load the catalogue's, propose, approve, withdraw; the base unit; stops of sale."""

from parason.products.operations.loading import Loaded, load_catalogue
from parason.products.operations.proposing import approve_tariff, propose_tariff, withdraw_tariff
from parason.products.operations.stopping import add_base_unit, lift_stop, stop_sales

__all__ = [
    "Loaded",
    "add_base_unit",
    "approve_tariff",
    "lift_stop",
    "load_catalogue",
    "propose_tariff",
    "stop_sales",
    "withdraw_tariff",
]

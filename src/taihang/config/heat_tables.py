"""The tables of a park file about shared heat, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.heat_network import HeatReference, HeatSupply

_EFFICIENCY: Final = NumberRule(
    words="an efficiency", unit="1", example='"0.85"', above=0, at_most=1
)
_DRIVE: Final = NumberRule(
    words="kilowatt-hours for each GJ", unit="kWh/GJ", example='"2.5"', at_least=0
)
_CARBON: Final = NumberRule(
    words="tonnes of CO2 of a tce", unit="tCO2/tce", example='"2.66"', above=0
)


def read_heat_network(table: TableReader) -> HeatSupply:
    """Read one line of ``[heat_networks]``."""
    return HeatSupply(
        id=table.id,
        supplier=table.reference("supplier", example="E02"),
        users=table.references("users", example="E05"),
        source=table.text("source", example="heat supply contract 2026, no. 3"),
    )


def read_heat_reference(table: TableReader) -> HeatReference:
    """Read ``[heat_reference]``."""
    return HeatReference(
        boiler_efficiency_ratio=table.exact("boiler_efficiency_ratio", _EFFICIENCY),
        drive_kwh_per_gj=table.exact("drive_kwh_per_gj", _DRIVE),
        tco2_per_tce=table.exact("tco2_per_tce", _CARBON),
        source=table.text("source", example="which document, which assumption"),
    )


HEAT_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "heat_networks": read_heat_network,
    "heat_reference": read_heat_reference,
}
"""Who reads which table."""

"""The table of meters of other media in a park file, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.table_reader import TableReader
from taihang.config.value_rules import COUNT, DIGITS, NumberRule
from taihang.core.park.medium_meter import MediumFlow, MediumMeter

_L: Final = NumberRule(words="a whole number of litres", unit="L", example="100", at_least=1)
_G: Final = NumberRule(words="a whole number of grams", unit="g", example="1000", at_least=1)
_KJ: Final = NumberRule(words="a whole number of kilojoules", unit="kJ", example="1000", at_least=1)
_M3_PER_H: Final = NumberRule(words="a flow in m³ an hour", unit="m³/h", example="500", above=0)
_T_PER_H: Final = NumberRule(words="a flow in tonnes an hour", unit="t/h", example="20", above=0)
_GJ_PER_H: Final = NumberRule(words="a flow in GJ an hour", unit="GJ/h", example="50", above=0)
_C: Final = NumberRule(words="a temperature in °C", unit="°C", example='"20"', above=-273)
_KPA: Final = NumberRule(
    words="an absolute pressure in kPa", unit="kPa", example='"101.325"', above=0
)
_DENSITY: Final = NumberRule(
    words="a density in kg per m³", unit="kg/m³", example='"998.2"', above=0
)
_HEAT: Final = NumberRule(words="a heat in kJ per kg", unit="kJ/kg", example='"2680"', above=0)
_HOURS: Final = NumberRule(words="a number of hours", unit="h", example="72", above=0)


def read_medium_meter(table: TableReader) -> MediumMeter:
    """Read one line of ``[media_meters]``."""
    return MediumMeter(
        id=table.id,
        node=table.reference("node", example="E01"),
        medium=table.text("medium", example="natural-gas"),
        flows=table.choices("flows", MediumFlow),
        resolution_l=table.optional_count("resolution_l", _L),
        resolution_g=table.optional_count("resolution_g", _G),
        resolution_kj=table.optional_count("resolution_kj", _KJ),
        multiplier=table.count("multiplier", COUNT),
        digits=table.count("digits", DIGITS),
        max_m3_per_h=table.optional_number("max_m3_per_h", _M3_PER_H),
        max_t_per_h=table.optional_number("max_t_per_h", _T_PER_H),
        max_gj_per_h=table.optional_number("max_gj_per_h", _GJ_PER_H),
        counts_at_c=table.optional_exact("counts_at_c", _C),
        counts_at_kpa=table.optional_exact("counts_at_kpa", _KPA),
        stated_at_c=table.optional_exact("stated_at_c", _C),
        stated_at_kpa=table.optional_exact("stated_at_kpa", _KPA),
        density_kg_per_m3=table.optional_exact("density_kg_per_m3", _DENSITY),
        heat_kj_per_kg=table.optional_exact("heat_kj_per_kg", _HEAT),
        stuck_h=table.optional_number("stuck_h", _HOURS),
        in_service=table.in_service(),
    )


MEDIA_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "media_meters": read_medium_meter,
}
"""Who reads which table."""

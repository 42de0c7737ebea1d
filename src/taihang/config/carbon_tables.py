"""The tables of a park file that its carbon accounts ask for, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.object_reader import read_each, read_perhaps
from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.carbon import (
    Allocation,
    CarbonDeclaration,
    CarbonSources,
    CbamChoices,
    CbamGood,
    ElectricityFactor,
    ElectricitySource,
    FootprintChoices,
    Installation,
    ParkCarbonChoices,
    Precursor,
    PrecursorValue,
    Product,
    ProductionProcess,
)
from taihang.core.park.problem import ParkProblem
from taihang.standards.sector_methods import SectorMethod

_SOURCE: Final = "which document, which assumption"
_SHARE: Final = NumberRule(words="a share", unit="1", example='"0.8"', at_least=0, at_most=1)
_PRICE: Final = NumberRule(
    words="a price in CNY a unit", unit="CNY/unit", example='"20500"', above=0
)
_UPSTREAM: Final = NumberRule(
    words="a footprint in kgCO2e a unit", unit="kgCO2e/unit", example='"1850"', at_least=0
)
_EMBEDDED: Final = NumberRule(
    words="embedded emissions in tCO2e a tonne", unit="tCO2e/t", example='"1.62"', at_least=0
)
_POWER: Final = NumberRule(
    words="a factor in kgCO2 a kilowatt-hour", unit="kgCO2/kWh", example='"0.9"', at_least=0
)
_CARBON_PRICE: Final = NumberRule(
    words="a carbon price in CNY a tonne", unit="CNY/tCO2e", example='"62"', at_least=0
)
_LATITUDE: Final = NumberRule(
    words="degrees north", unit="°", example="36.2", at_least=-90, at_most=90
)
_LONGITUDE: Final = NumberRule(
    words="degrees east", unit="°", example="113.1", at_least=-180, at_most=180
)
_DATA_YEAR: Final = NumberRule(words="the year of the data", unit="1", example="2024", above=0)
_FILE: Final = "the SHA-256 of a file that was handed in"


def read_carbon_sources(table: TableReader) -> CarbonSources:
    """Read one line of ``[carbon_sources]``."""
    return CarbonSources(
        id=table.id,
        items=table.words("items", example="natural-gas"),
        source=table.text("source", example=_SOURCE),
        method=table.optional_choice("method", SectorMethod),
    )


def read_park_carbon(table: TableReader) -> ParkCarbonChoices:
    """Read ``[park_carbon]``."""
    return ParkCarbonChoices(
        electricity_factor=table.choice("electricity_factor", ElectricityFactor),
        electricity_region=table.text("electricity_region", example="CN"),
        deduct_green=table.flag("deduct_green"),
        source=table.text("source", example=_SOURCE),
    )


def read_process(table: TableReader) -> ProductionProcess:
    """Read one line of ``[processes]``."""
    return ProductionProcess(
        id=table.id,
        enterprise=table.reference("enterprise", example="E01"),
        items=table.words("items", example="natural-gas"),
        electricity_share_ratio=table.exact("electricity_share_ratio", _SHARE),
        allocation=table.choice("allocation", Allocation),
        source=table.text("source", example=_SOURCE),
    )


def read_product(table: TableReader) -> Product:
    """Read one line of ``[products]``."""
    return Product(
        id=table.id,
        name_zh=table.text("name_zh", example="铝锭"),
        name_en=table.text("name_en", example="Aluminium ingot"),
        process=table.reference("process", example="P1"),
        item=table.text("item", example="product.aluminium"),
        precursors=table.words("precursors", example="M-AL"),
        price_cny=table.optional_exact("price_cny", _PRICE),
        electricity_source=table.choice("electricity_source", ElectricitySource),
        cbam_good=table.optional_choice("cbam_good", CbamGood),
        cn_code=table.optional_text("cn_code", example="7604 29 90"),
        route=table.optional_text("route", example="extrusion of bought billets"),
        left_out=table.words("left_out", example="diesel"),
        cut_off=table.text("cut_off", example="packaging, under 1 % of mass"),
        source=table.text("source", example=_SOURCE),
    )


def read_precursor(table: TableReader) -> Precursor:
    """Read one line of ``[precursors]``."""
    return Precursor(
        id=table.id,
        name_zh=table.text("name_zh", example="电解铝液"),
        name_en=table.text("name_en", example="Unwrought aluminium"),
        item=table.text("item", example="material.unwrought-aluminium"),
        unit=table.text("unit", example="t"),
        made_as=table.optional_reference("made_as", example="AL-INGOT"),
        footprint_kg_per_unit=table.optional_exact("footprint_kg_per_unit", _UPSTREAM),
        cbam_value=table.optional_choice("cbam_value", PrecursorValue),
        direct_t_per_t=table.optional_exact("direct_t_per_t", _EMBEDDED),
        indirect_t_per_t=table.optional_exact("indirect_t_per_t", _EMBEDDED),
        cn_code=table.optional_text("cn_code", example="7601 20"),
        origin=table.optional_text("origin", example="CN"),
        evidence=table.words("evidence", example=_FILE),
        source=table.text("source", example=_SOURCE),
    )


def read_installation(table: TableReader) -> Installation:
    """Read one line of ``[installations]``; its id is that of the enterprise."""
    return Installation(
        id=table.id,
        address=table.text("address", example="1 Park Road, Changzhi, Shanxi, China"),
        unlocode=table.optional_text("unlocode", example="CNCIH"),
        latitude_deg=table.number("latitude_deg", _LATITUDE),
        longitude_deg=table.number("longitude_deg", _LONGITUDE),
        link_evidence=table.words("link_evidence", example=_FILE),
        contract_evidence=table.words("contract_evidence", example=_FILE),
        attributes_sold=table.flag("attributes_sold"),
        carbon_price_cny_per_t=table.optional_exact("carbon_price_cny_per_t", _CARBON_PRICE),
        verifier=table.optional_text("verifier", example="the accredited verifier"),
        source=table.text("source", example=_SOURCE),
    )


def read_footprint(table: TableReader) -> FootprintChoices:
    """Read ``[footprint]``."""
    return FootprintChoices(
        grid_data_year=table.count("grid_data_year", _DATA_YEAR),
        source_data_year=table.count("source_data_year", _DATA_YEAR),
        source=table.text("source", example=_SOURCE),
    )


def read_cbam(table: TableReader) -> CbamChoices:
    """Read ``[cbam]``."""
    return CbamChoices(
        fuel_factor_set=table.text("fuel_factor_set", example="guide-2015"),
        gwp_set=table.text("gwp_set", example="AR5"),
        electricity_default_kg_per_kwh=table.optional_exact(
            "electricity_default_kg_per_kwh", _POWER
        ),
        electricity_marked_up=table.flag("electricity_marked_up"),
        source=table.text("source", example=_SOURCE),
    )


CARBON_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "carbon_sources": read_carbon_sources,
    "park_carbon": read_park_carbon,
    "processes": read_process,
    "products": read_product,
    "precursors": read_precursor,
    "installations": read_installation,
    "footprint": read_footprint,
    "cbam": read_cbam,
}
"""Who reads which table."""


def read_carbon(root: TableReader, problems: list[ParkProblem]) -> CarbonDeclaration:
    """Read all that a park declares about carbon.

    Args:
        root: The whole file.
        problems: Where what is wrong is noted.

    Returns:
        The declaration; empty where the file has none of its tables.
    """
    return CarbonDeclaration(
        sources=read_each(root, "carbon_sources", read_carbon_sources, problems),
        choices=read_perhaps(root, "park_carbon", read_park_carbon, problems),
        processes=read_each(root, "processes", read_process, problems),
        products=read_each(root, "products", read_product, problems),
        precursors=read_each(root, "precursors", read_precursor, problems),
        installations=read_each(root, "installations", read_installation, problems),
        footprint=read_perhaps(root, "footprint", read_footprint, problems),
        cbam=read_perhaps(root, "cbam", read_cbam, problems),
    )

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
    CbamGood,
    ElectricityFactor,
    ElectricitySource,
    ParkCarbonChoices,
    Product,
    ProductionProcess,
)
from taihang.core.park.problem import ParkProblem

_SOURCE: Final = "which document, which assumption"
_SHARE: Final = NumberRule(words="a share", unit="1", example='"0.8"', at_least=0, at_most=1)
_PRICE: Final = NumberRule(
    words="a price in CNY a unit", unit="CNY/unit", example='"20500"', above=0
)


def read_carbon_sources(table: TableReader) -> CarbonSources:
    """Read one line of ``[carbon_sources]``."""
    return CarbonSources(
        id=table.id,
        items=table.words("items", example="natural-gas"),
        source=table.text("source", example=_SOURCE),
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
        precursors=table.words("precursors", example="unwrought-aluminium"),
        price_cny=table.optional_exact("price_cny", _PRICE),
        electricity_source=table.choice("electricity_source", ElectricitySource),
        cbam_good=table.optional_choice("cbam_good", CbamGood),
        cut_off=table.text("cut_off", example="packaging, under 1 % of mass"),
        source=table.text("source", example=_SOURCE),
    )


CARBON_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "carbon_sources": read_carbon_sources,
    "park_carbon": read_park_carbon,
    "processes": read_process,
    "products": read_product,
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
    )

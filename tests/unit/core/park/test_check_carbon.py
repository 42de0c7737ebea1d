"""What a park declares about carbon has to hang together: subjects, shares, allocation."""

from dataclasses import replace
from decimal import Decimal

import pytest

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.park.carbon import (
    Allocation,
    CarbonDeclaration,
    CarbonSources,
    ElectricitySource,
    Product,
    ProductionProcess,
)
from taihang.core.park.check_carbon import check_carbon
from taihang.core.park.park import Park
from taihang.core.park.problem import path_text

PARK = read_park(template_text("changzhi"), source="park.toml")
PROCESS = ProductionProcess(
    id="P1",
    enterprise="E01",
    items=("coke",),
    electricity_share_ratio=Decimal("0.6"),
    allocation=Allocation.AVOIDED,
    source="survey",
)
PRODUCT = Product(
    id="A",
    name_zh="甲",
    name_en="A",
    process="P1",
    item="product.a",
    precursors=(),
    price_cny=None,
    electricity_source=ElectricitySource.DEFAULT,
    cbam_good=None,
    cut_off="nothing",
    source="survey",
)


def park_of(*things: ProductionProcess | Product | CarbonSources) -> Park:
    carbon = CarbonDeclaration(
        sources={each.id: each for each in things if isinstance(each, CarbonSources)},
        choices=None,
        processes={each.id: each for each in things if isinstance(each, ProductionProcess)},
        products={each.id: each for each in things if isinstance(each, Product)},
    )
    return replace(PARK, carbon=carbon)


def paths(park: Park) -> list[str]:
    return [path_text(problem.path) for problem in check_carbon(park)]


def test_check_carbon__finds_nothing_in_what_hangs_together() -> None:
    public = CarbonSources(id="park", items=(), source="survey")

    assert paths(park_of(PROCESS, PRODUCT, public)) == []
    assert paths(PARK) == []


@pytest.mark.parametrize(
    ("things", "path"),
    [
        ((CarbonSources(id="E99", items=(), source="x"),), "carbon_sources.E99"),
        ((replace(PROCESS, enterprise="E99"), PRODUCT), "processes.P1.enterprise"),
        ((PROCESS, replace(PRODUCT, process="P9")), "products.A.process"),
        (
            (PROCESS, PRODUCT, replace(PROCESS, id="P2", items=())),
            "processes.P2.electricity_share_ratio",
        ),
        (
            (PROCESS, PRODUCT, replace(PROCESS, id="P2", electricity_share_ratio=Decimal(0))),
            "processes.P2.items",
        ),
        ((PROCESS, PRODUCT, replace(PRODUCT, id="B")), "processes.P1.allocation"),
        (
            (replace(PROCESS, allocation=Allocation.ECONOMIC), PRODUCT, replace(PRODUCT, id="B")),
            "products.A.price_cny",
        ),
    ],
)
def test_check_carbon__names_what_does_not(
    things: tuple[ProductionProcess | Product | CarbonSources, ...], path: str
) -> None:
    assert path in paths(park_of(*things))

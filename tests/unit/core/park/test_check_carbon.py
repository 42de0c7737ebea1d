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
    CbamGood,
    ElectricitySource,
    Installation,
    Precursor,
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
    items=("coke", "material.metal"),
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
    cn_code=None,
    route=None,
    left_out=(),
    cut_off="nothing",
    source="survey",
)


PRECURSOR = Precursor(
    id="M1",
    name_zh="料",
    name_en="Metal",
    item="material.metal",
    unit="t",
    made_as=None,
    footprint_kg_per_unit=None,
    cbam_value=None,
    direct_t_per_t=None,
    indirect_t_per_t=None,
    cn_code=None,
    origin=None,
    evidence=(),
    source="survey",
)
INSTALLATION = Installation(
    id="E01",
    address="1 Park Road",
    unlocode=None,
    latitude_deg=36.2,
    longitude_deg=113.1,
    link_evidence=(),
    contract_evidence=(),
    attributes_sold=False,
    carbon_price_cny_per_t=None,
    verifier=None,
    source="survey",
)
GOOD = replace(PRODUCT, cbam_good=CbamGood.ALUMINIUM, cn_code="7604 29 90")
Thing = ProductionProcess | Product | CarbonSources | Precursor | Installation


def park_of(*things: Thing) -> Park:
    carbon = CarbonDeclaration(
        sources={each.id: each for each in things if isinstance(each, CarbonSources)},
        choices=None,
        processes={each.id: each for each in things if isinstance(each, ProductionProcess)},
        products={each.id: each for each in things if isinstance(each, Product)},
        precursors={each.id: each for each in things if isinstance(each, Precursor)},
        installations={each.id: each for each in things if isinstance(each, Installation)},
    )
    return replace(PARK, carbon=carbon)


def paths(park: Park) -> list[str]:
    return [path_text(problem.path) for problem in check_carbon(park)]


def test_check_carbon__finds_nothing_in_what_hangs_together() -> None:
    public = CarbonSources(id="park", items=(), source="survey")

    assert paths(park_of(PROCESS, PRODUCT, public)) == []
    assert paths(PARK) == []
    assert paths(park_of(PROCESS, replace(GOOD, precursors=("M1",)), PRECURSOR, INSTALLATION)) == []


@pytest.mark.parametrize(
    ("things", "path"),
    [
        ((CarbonSources(id="E99", items=(), source="x"),), "carbon_sources.E99"),
        ((replace(PROCESS, enterprise="E99"), PRODUCT), "processes.P1.enterprise"),
        ((PROCESS, replace(PRODUCT, process="P9")), "products.A.process"),
        ((PROCESS, replace(PRODUCT, precursors=("M9",))), "products.A.precursors"),
        ((PROCESS, PRODUCT, replace(PRECURSOR, made_as="Z")), "precursors.M1.made_as"),
        (
            (PROCESS, replace(PRODUCT, precursors=("M1",)), replace(PRECURSOR, item="material.x")),
            "products.A.precursors",
        ),
        (
            (PROCESS, replace(PRODUCT, precursors=("M1",)), replace(PRECURSOR, made_as="A")),
            "products.A.precursors",
        ),
        (
            (
                PROCESS,
                replace(PRODUCT, precursors=("M1", "M2")),
                PRECURSOR,
                replace(PRECURSOR, id="M2", name_en="Metal of another supplier"),
            ),
            "products.A.precursors",
        ),
        (
            (
                PROCESS,
                PRODUCT,
                replace(PROCESS, id="P2", items=(), electricity_share_ratio=Decimal("0.4")),
                replace(PRODUCT, id="B", process="P2"),
            ),
            "products.B.item",
        ),
        ((replace(INSTALLATION, id="E99"),), "installations.E99"),
        ((PROCESS, GOOD), "products.A.cbam_good"),
        ((PROCESS, replace(GOOD, cn_code=None), INSTALLATION), "products.A.cn_code"),
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

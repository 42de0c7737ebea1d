"""What a park declares about carbon is read as it stands; nothing has a default."""

from decimal import Decimal

from taihang.config.carbon_tables import CARBON_TABLES
from taihang.config.park_file import examine_park, read_park
from taihang.config.templates import template_text
from taihang.core.park.carbon import (
    NOTHING_DECLARED,
    Allocation,
    CbamGood,
    ElectricitySource,
    PrecursorValue,
)
from taihang.core.park.problem import path_text

BLANK = template_text("blank")
PARK = template_text("xingxian")
TABLES = """
[carbon_sources]
E01 = { items = ["natural-gas"], source = "survey" }
[park_carbon]
electricity_factor = "grid.fossil-only"
electricity_region = "CN"
deduct_green = true
source = "committee"
[processes.P1]
enterprise = "E01"
items = ["natural-gas", "material.metal"]
electricity_share_ratio = "0.8"
allocation = "economic"
source = "survey"
[products.A]
name_zh = "甲"
name_en = "A"
process = "P1"
item = "product.a"
precursors = []
price_cny = "20500"
electricity_source = "direct-line"
cbam_good = "aluminium"
cn_code = "7604 29 90"
left_out = []
cut_off = "nothing"
source = "survey"
[products.B]
name_zh = "乙"
name_en = "B"
process = "P1"
item = "product.b"
precursors = ["M1"]
electricity_source = "default"
left_out = ["natural-gas"]
cut_off = "nothing"
source = "survey"
[precursors.M1]
name_zh = "料"
name_en = "Metal"
item = "material.metal"
unit = "t"
footprint_kg_per_unit = "1850"
cbam_value = "default"
direct_t_per_t = "1.62"
cn_code = "7601 20"
origin = "CN"
evidence = []
source = "survey"
[installations.E01]
address = "1 Park Road"
latitude_deg = 36.2
longitude_deg = 113.1
link_evidence = []
contract_evidence = []
attributes_sold = false
source = "survey"
[footprint]
grid_data_year = 2024
source_data_year = 2023
source = "survey"
[cbam]
fuel_factor_set = "guide-2015"
gwp_set = "AR5"
electricity_marked_up = true
source = "survey"
"""


def problems(text: str) -> list[str]:
    return [path_text(problem.path) for problem in examine_park(text).problems]


def test_read_carbon__takes_what_the_park_declares() -> None:
    with_price = TABLES.replace('precursors = ["M1"]', 'precursors = ["M1"]\nprice_cny = "1"')

    carbon = read_park(PARK + with_price, source="park.toml").carbon

    assert carbon.sources["E01"].items == ("natural-gas",)
    assert carbon.choices is not None
    assert carbon.choices.deduct_green
    assert carbon.processes["P1"].electricity_share_ratio == Decimal("0.8")
    assert carbon.processes["P1"].allocation is Allocation.ECONOMIC
    assert carbon.products["A"].cbam_good is CbamGood.ALUMINIUM
    assert carbon.products["A"].electricity_source is ElectricitySource.DIRECT_LINE
    assert carbon.products["B"].cbam_good is None
    assert carbon.products["B"].left_out == ("natural-gas",)
    assert carbon.precursors["M1"].direct_t_per_t == Decimal("1.62")
    assert carbon.precursors["M1"].indirect_t_per_t is None
    assert carbon.precursors["M1"].cbam_value is PrecursorValue.DEFAULT
    assert not carbon.installations["E01"].attributes_sold
    assert carbon.footprint is not None
    assert carbon.footprint.grid_data_year == 2024
    assert carbon.cbam is not None
    assert carbon.cbam.electricity_default_kg_per_kwh is None


def test_read_carbon__is_empty_without_its_tables() -> None:
    assert read_park(BLANK, source="park.toml").carbon == NOTHING_DECLARED
    assert len(CARBON_TABLES) == 8


def test_read_park_carbon__has_no_default() -> None:
    assert problems(f"{BLANK}\n[park_carbon]\n") == [
        f"park_carbon.{key}"
        for key in ("electricity_factor", "electricity_region", "deduct_green", "source")
    ]


def test_examine_park__refuses_what_does_not_hang_together() -> None:
    assert problems(PARK + TABLES) == ["products.B.price_cny"]
    assert problems(PARK + TABLES.replace('enterprise = "E01"', 'enterprise = "E99"'))[0] == (
        "processes.P1.enterprise"
    )
    assert "products.B.precursors" in problems(PARK + TABLES.replace('"M1"', '"M9"'))
    assert problems(PARK + TABLES.replace('"economic"', '"avoided"')) == ["processes.P1.allocation"]
    assert problems(PARK + TABLES.replace("[carbon_sources]\nE01", "[carbon_sources]\nE99")) == [
        "carbon_sources.E99",
        "products.B.price_cny",
    ]


def test_read_carbon_sources__takes_only_a_method_that_is_known() -> None:
    named = '[carbon_sources]\nE01 = { items = [], source = "x", method = "guide.chemical" }\n'
    wrong = named.replace("guide.chemical", "guide.alchemy")

    assert read_park(PARK + named, source="x").carbon.sources["E01"].method == "guide.chemical"
    assert problems(PARK + wrong) == ["carbon_sources.E01.method"]

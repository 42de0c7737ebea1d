"""A small park with a settled year, and projects that may come to it."""

from pathlib import Path
from typing import Final

import small_park
from taihang import wiring
from taihang.config.candidate_file import read_candidate
from taihang.core.park.candidate import Candidate
from taihang.core.periods import year
from taihang.services.candidate_load import LoadPlans
from taihang.services.settle import settle

YEAR: Final = "2025"
PERIOD: Final = year(YEAR, small_park.ZONE)
BILLING: Final = """[billing]
losses_borne_by = "operator"
storage_borne_by = "operator"
surplus_paid_to = "plants"
td_prices_of = 2026-08-01
"""
ADMISSION: Final = """[admission]
negative_sectors = ["C25"]
worst_efficiency_level = 2
replacement_ratio = "1.25"
source = "test"
[limits]
energy = { name_zh = "能耗", name_en = "Energy", measure = "energy", unit = "tce/a", \
limit = "1000", committed = "500", source = "test" }
carbon = { name_zh = "碳", name_en = "Carbon", measure = "carbon", unit = "tCO2/a", \
limit = "1000", committed = "500", source = "test" }
water = { name_zh = "水", name_en = "Water", measure = "stated", unit = "t/a", \
limit = "1000", committed = "500", source = "test" }
"""
PROJECT: Final = """format = 1
[project]
id = "PJ1"
name_zh = "项目一"
name_en = "Project one"
sector = "C38"
investment_cny = "6500000000"
value_cny_per_year = "7200000000"
source = "assumed for tests"
[load]
mwh_per_year = "1200"
shape = "day-shift"
voltage_kv = 10
transformer_kva = 1000
grid_tariff = "GT"
[products]
P = { name_zh = "产品", name_en = "Product", t_per_year = "1000", kwh_per_t = "1000", \
cbam_good = "cement" }
"""


def make(root: Path, *tables: str) -> Path:
    """Make a park of which the whole year is settled."""
    text = small_park.park_text(
        gateway_1=small_park.E01 + small_park.PV01,
        gateway_2=small_park.E02,
        more=small_park.GRID + "".join(tables or (BILLING,)),
    )
    small_park.make(root, text)
    with small_park.opened(root) as ports:
        small_park.fill(ports, PERIOD)
        settle(PERIOD, ports=ports)
    return root


def project(*changes: tuple[str, str]) -> Candidate:
    """The project with some words of its file replaced."""
    text = PROJECT
    for was, now in changes:
        assert was in text
        text = text.replace(was, now)
    return read_candidate(text, source="project.toml")


def plans(**profiles: str) -> LoadPlans:
    """Shapes of the platform, and profiles by project."""
    return LoadPlans(shapes=wiring.plain_shapes(), profiles=profiles)

"""A small park that makes two products of metal, settled in June, and an oracle in fractions."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Final, cast

import small_park
from carbon_kit import burnt_t
from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.evidence_file import EvidenceFile
from taihang.services.ports import Ports
from year_kit import hand_in, lines

Body = dict[str, JsonValue]
JUNE: Final = "2026-06"
LINK: Final = sha256(b"single-line diagram").hexdigest()
AGREEMENT: Final = sha256(b"agreement").hexdigest()
PROCESS: Final = """
[processes.P1]
enterprise = "E01"
items = ["natural-gas", "material.metal"]
electricity_share_ratio = "0.8"
allocation = "physical"
source = "by mass, drawn for this test"
"""
PROFILE: Final = """
[products.AL1]
name_zh = "铝型材"
name_en = "Aluminium profile"
process = "P1"
item = "product.profile"
precursors = ["M1"]
electricity_source = "direct-line"
cbam_good = "aluminium"
cn_code = "7604 29 90"
route = "extrusion"
left_out = ["natural-gas"]
cut_off = "upstream of gas"
source = "test"
"""
SHEET: Final = """
[products.AL2]
name_zh = "铝板"
name_en = "Aluminium sheet"
process = "P1"
item = "product.sheet"
precursors = ["M1"]
electricity_source = "direct-line"
left_out = ["natural-gas"]
cut_off = "upstream of gas"
source = "test"
"""
METAL: Final = """
[precursors.M1]
name_zh = "电解铝"
name_en = "Unwrought aluminium"
item = "material.metal"
unit = "t"
footprint_kg_per_unit = "12000"
cbam_value = "default"
direct_t_per_t = "1.6"
indirect_t_per_t = "8"
cn_code = "7601 20"
origin = "CN"
evidence = []
source = "test"
"""
INSTALLATION: Final = f"""
[installations.E01]
address = "1 Park Road"
unlocode = "CNCIH"
latitude_deg = 36.2
longitude_deg = 113.1
link_evidence = ["{LINK}"]
contract_evidence = ["{AGREEMENT}"]
attributes_sold = false
source = "test"
"""
CHOICES: Final = """
[footprint]
grid_data_year = 2024
source_data_year = 2023
source = "test"
[cbam]
fuel_factor_set = "guide-2015"
gwp_set = "AR5"
electricity_default_kg_per_kwh = "0.9"
electricity_marked_up = true
source = "test"
"""
INGOT: Final = """
[processes.P2]
enterprise = "E02"
items = []
electricity_share_ratio = "1"
allocation = "avoided"
source = "one product"
[products.ING]
name_zh = "铝锭"
name_en = "Ingot"
process = "P2"
item = "product.ingot"
precursors = []
electricity_source = "default"
left_out = []
cut_off = "nothing"
source = "test"
"""
"""What M1 is where the park makes it, by E02."""
TABLES: Final = (PROCESS, PROFILE, SHEET, METAL, INSTALLATION, CHOICES)
GAS: Final = Fraction("1.5")
METAL_T: Final = Fraction("110.5")
MADE_T: Final = {"AL1": Fraction(60), "AL2": Fraction(40)}
OUTPUTS: Final = {"AL1": "product.profile", "AL2": "product.sheet"}
SHARE: Final = Fraction("0.8")


def evidence(ports: Ports, *hashes: str) -> None:
    """Make files of evidence known."""
    ports.registry.add_activity(
        [], files=[EvidenceFile(each, f"{each[:6]}.pdf", 10, 1) for each in hashes]
    )


def fill_june(ports: Ports) -> None:
    """Settle June, hand in what the process used and made, and its evidence."""
    small_park.settle_june(ports)
    evidence(ports, LINK, AGREEMENT)
    hand_in(
        ports,
        lines("natural-gas", Flow.CONSUMED, "1.5", unit="10⁴Nm³", periods=[JUNE]),
        lines("material.metal", Flow.CONSUMED, "110500", unit="kg", periods=[JUNE]),
        lines("product.profile", Flow.OUTPUT, "60", periods=[JUNE]),
        lines("product.sheet", Flow.OUTPUT, "40000", unit="kg", periods=[JUNE]),
    )


def matched(ports: Ports) -> tuple[int, int, int]:
    """Load, line and pool energy of E01 in June, from the matched quarter-hours [Wh]."""
    rows = ports.lake.read("matching", small_park.JUNE)["user", "E01"]
    return tuple(int(rows[name].sum()) for name in ("total_wh", "line_wh", "pool_wh"))  # pyright: ignore[reportReturnType] - three names, three sums


def gas_t() -> Fraction:
    """CO2 of the gas of the process [t]."""
    return burnt_t("natural-gas", GAS)


def number(body: Body, name: str) -> Fraction:
    """A number of a statement."""
    return Fraction(Decimal(str(body[name])))


def table(body: Body, name: str) -> list[Body]:
    """A list of a statement."""
    return cast("list[Body]", body[name])


def gaps(body: Body) -> list[tuple[str, str]]:
    """What was not assessed, and why."""
    return [(str(one["what"]), str(one["reason"])) for one in table(body, "not_assessed")]


def written(root: Path, tables: Iterable[str]) -> Path:
    """Add tables to the park file of a folder."""
    file = root / "park.toml"
    file.write_text(file.read_text("utf-8") + "".join(tables), encoding="utf-8")
    return root

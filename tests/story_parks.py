"""Parks with accounts of a month and of a year on record, for the stories of their numbers."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import money_park
import product_kit
import small_park
from admission_case import project
from carbon_kit import PARK_CHOICES, SOURCES, declared, state_load
from product_kit import JUNE
from quota_kit import RULES
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import JsonValue
from taihang.services import (
    carbon_account,
    cbam_account,
    dual_control_account,
    energy_account,
    indicator_account,
    park_carbon,
    pathway_account,
    product_account,
    quota_account,
    ratio_account,
    score_account,
    sum_table,
    waste_heat_account,
)
from taihang.services.account import Draft, issue_statements
from taihang.services.admit_project import decide
from taihang.services.ports import Ports
from year_kit import CHOICES, MONTHS, YEAR, hand_in, hand_in_year, lines, state_year

QUOTAS: Final = """[quotas]
Q1 = { subject = "E01", measure = "energy-equivalent", amount = "2278.566", unit = "tce", \
valid_from = 2026-01-01, valid_to = 2026-12-31, document = "test" }
Q2 = { subject = "E01", measure = "electricity", amount = "20000", unit = "MWh", \
valid_from = 2026-01-01, valid_to = 2027-12-31, document = "test" }
Q3 = { subject = "E01", measure = "carbon-location", amount = "40000", unit = "tCO2e", \
valid_from = 2026-01-01, valid_to = 2026-12-31, document = "test" }
"""
_LIMITS: Final = """
[admission]
negative_sectors = ["C31"]
worst_efficiency_level = 2
replacement_ratio = "1.5"
source = "test"
[limits]
energy = { name_zh = "能耗", name_en = "energy", measure = "energy", unit = "tce/a", \
limit = "1000000", committed = "0", source = "test" }
carbon = { name_zh = "碳", name_en = "carbon", measure = "carbon", unit = "tCO2/a", \
limit = "5000000", committed = "46000", source = "test" }
so2 = { name_zh = "硫", name_en = "SO2", measure = "stated", unit = "t/a", \
limit = "10", committed = "0", source = "test" }
[closed_units]
K1 = { name_zh = "炉", name_en = "boiler", closed_on = 2025-10-31, frees = { so2 = "5" }, \
source = "test" }
"""
_AUGUST: Final = "2026-08"
_LOAD_WH: Final = 12_000_000_000


@cache
def month_of_accounts() -> Path:
    """A small park with June settled, and every account of June that meters and forms make."""
    text = small_park.PARK + "".join(product_kit.TABLES)
    root = declared(small_park.make(_folder(), text), SOURCES, PARK_CHOICES, RULES, QUOTAS)
    with small_park.opened(root) as ports:
        product_kit.fill_june(ports)
        hand_in(
            ports,
            lines("diesel", Flow.CONSUMED, "3.5", periods=[JUNE]),
            lines("heat", Flow.PURCHASED, "210", unit="GJ", periods=[JUNE]),
        )
        for jobs in (
            carbon_account, product_account, cbam_account, score_account, energy_account,
        ):  # fmt: skip
            issue_statements(jobs.drafts(JUNE, ports=ports), period=JUNE, ports=ports)
        # A year of which one month is known: it says what is assessed, and has no value.
        for jobs in (carbon_account, quota_account):
            issue_statements(jobs.drafts(YEAR, ports=ports), period=YEAR, ports=ports)
    return root


@cache
def metered_month() -> Path:
    """A park with a metered connection closed for August: its ratios and its own inventory."""
    root = declared(small_park.make(_folder(), money_park.PARK), SOURCES, PARK_CHOICES)
    with money_park.opened(root) as ports:
        money_park.closed(ports)
        hand_in(
            ports,
            lines("diesel", Flow.CONSUMED, "3.5", periods=[_AUGUST]),
            lines("electricity.green", Flow.PURCHASED, "2", unit="MWh", subject="park",
                  periods=[_AUGUST]),
        )  # fmt: skip
        for jobs in (park_carbon, ratio_account):
            issue_statements(jobs.drafts(_AUGUST, ports=ports), period=_AUGUST, ports=ports)
    return root


@cache
def year_of_accounts() -> Path:
    """A park of which a whole year and the year before are stated, with tables that close."""
    root = small_park.make(_folder(), small_park.GRID_METERED)
    sources = SOURCES.replace('"anthracite", "natural-gas", ', "")
    declared(root, sources, PARK_CHOICES, CHOICES, RULES, QUOTAS, _LIMITS)
    with small_park.opened(root) as ports:
        _say_year(ports)
        for jobs in (energy_account, carbon_account, park_carbon, dual_control_account, sum_table):
            issue_statements(jobs.drafts(YEAR, ports=ports), period=YEAR, ports=ports)
        for jobs in (indicator_account, quota_account):
            issue_statements(jobs.drafts(YEAR, ports=ports), period=YEAR, ports=ports)
        decide(project("PJ1", so2="4", replaces=("K1",)), ports=ports)
    return root


def _say_year(ports: Ports) -> None:
    """E02 burns coal for heat and passes it on to E01; the park burns diesel itself."""
    whole, value = [YEAR], "value-added.base-prices"
    hand_in(
        ports,
        lines("washed-coal", Flow.CONSUMED, "1000", periods=whole),
        lines("washed-coal", Flow.FEEDSTOCK, "100", periods=whole),
        lines("diesel", Flow.CONSUMED, "50", periods=whole),
        lines("gas.ch4", Flow.OUTPUT, "1000", unit="kg", periods=whole),
        lines("heat", Flow.PURCHASED, "5000", unit="GJ", periods=whole),
        lines("heat", Flow.SUPPLIED, "3000", unit="GJ", subject="E02", periods=whole),
        lines("washed-coal", Flow.CONSUMED, "700", subject="E02", periods=whole),
        lines("washed-coal", Flow.FEEDSTOCK, "0", subject="E02", periods=whole),
        lines("heat", Flow.CONSUMED, "5000", unit="GJ", periods=whole),
        lines("heat", Flow.CONVERSION_OUTPUT, "3000", unit="GJ", subject="E02", periods=whole),
        lines("diesel", Flow.CONSUMED, "9", subject="park", periods=whole),
        lines("diesel", Flow.FEEDSTOCK, "0", subject="park", periods=whole),
        lines("electricity.green", Flow.PURCHASED, "40", unit="MWh", subject="park"),
        lines(value, Flow.OUTPUT, "500", unit="10⁴CNY", periods=whole),
        lines(value, Flow.OUTPUT, "450", unit="10⁴CNY", periods=["2025"]),
    )
    hand_in_year(ports)
    for subject in ("E01", "E02"):
        state_load(ports, subject=subject, load_wh=_LOAD_WH, pool_wh=_LOAD_WH // 8)
    _state_year_before(ports)
    for name in MONTHS:
        body: dict[str, JsonValue] = {
            "format": "taihang-account/v1",
            "imported_wh": 2_500_000_000,
            "exported_wh": 0,
        }
        issue_statements([Draft("ratios-650", "park", name, body)], period=name, ports=ports)


def _state_year_before(ports: Ports) -> None:
    body: dict[str, JsonValue] = {
        "format": "taihang-account/v1",
        "value": "2000",
        "equivalent_tce": "2000",
        "feedstock_equivalent_tce": "0",
        "lines": [{"item": "electricity.green", "equivalent_tce": "150.5"}],
    }
    draft = Draft("energy-account", "E01", "2025", body)
    issue_statements([draft], period="2025", ports=ports)


@cache
def demo_of_accounts() -> Path:
    """The demo park without any reading: its plan to the peak, and the heat of its network."""
    root = _folder()
    wiring.make_park(root, text=template_text("changzhi"))
    with wiring.open_park(root, writing=True, clock=small_park.CLOCK) as ports:
        state_year(ports, carbon_t="1300000")
        said = (
            ("waste-heat", Flow.RECOVERABLE, "E02", "60000"),
            ("waste-heat", Flow.RECOVERED, "E02", "30000"),
            ("heat", Flow.SUPPLIED, "E02", "26400"),
            ("heat", Flow.PURCHASED, "E05", "10000"),
            ("heat", Flow.PURCHASED, "E09", "15000"),
        )
        hand_in(
            ports,
            *(lines(item, flow, gj, unit="GJ", subject=who) for item, flow, who, gj in said),
            lines("value-added.base-prices", Flow.OUTPUT, "1300000", unit="10⁴CNY",
                  subject="park", periods=[YEAR]),
        )  # fmt: skip
        for jobs in (waste_heat_account, pathway_account):
            issue_statements(jobs.drafts(YEAR, ports=ports), period=YEAR, ports=ports)
    return root


def _folder() -> Path:
    return Path(mkdtemp(prefix="taihang-stories-")) / "park"

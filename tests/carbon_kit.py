"""A park whose carbon is known by formula, and an oracle that adds it up another way."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import Draft, issue_statements
from taihang.services.ports import Ports
from year_kit import MONTHS, YEAR, hand_in, lines

Body = dict[str, JsonValue]
SOURCES: Final = """
[carbon_sources]
E01 = { items = ["anthracite", "natural-gas", "diesel", "heat"], source = "examined for this test" }
E02 = { items = [], source = "examined for this test" }
park = { items = [], source = "examined for this test" }
"""
PARK_CHOICES: Final = """
[park_carbon]
electricity_factor = "grid.fossil-only"
electricity_region = "CN"
deduct_green = true
source = "decided for this test"
"""
# The table of the handbook, written down once more: NCV, CC, OF.
FUELS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "anthracite": ("t", "24.515", "0.02749", "0.94"),
    "natural-gas": ("10⁴Nm³", "389.31", "0.01530", "0.99"),
    "diesel": ("t", "43.330", "0.02020", "0.98"),
    "coke-oven-gas": ("10⁴Nm³", "173.854", "0.01360", "0.99"),
    "washed-coal": ("t", "26.344", "0.02540", "0.93"),
    "coke": ("t", "28.446", "0.02940", "0.93"),
    "tar": ("t", "33.453", "0.02200", "0.98"),
}


def burnt_t(fuel: str, amount: Fraction) -> Fraction:
    """CO2 of a burnt fuel, exact [t]."""
    _, ncv, carbon, oxidation = FUELS[fuel]
    return amount * Fraction(ncv) * Fraction(carbon) * Fraction(oxidation) * 44 / 12


def carbon_t(fuel: str, amount: Fraction) -> Fraction:
    """CO2 of all carbon of a fuel, exact [t]."""
    _, ncv, carbon, _ = FUELS[fuel]
    return amount * Fraction(ncv) * Fraction(carbon) * 44 / 12


def declared(root: Path, *tables: str) -> Path:
    """Add tables to the park file of a folder, in place of those that it has by these names."""
    file = root / "park.toml"
    text = "".join(tables)
    file.write_text(without(file.read_text("utf-8"), *headings(text)) + text, encoding="utf-8")
    return root


def headings(text: str) -> list[str]:
    """Name the tables of a text."""
    return [line.strip() for line in text.splitlines() if line.startswith("[")]


def without(text: str, *names: str) -> str:
    """Take whole tables out of the text of a park file, by their headings."""
    kept: list[str] = []
    is_out = False
    for line in text.splitlines(keepends=True):
        if line.startswith("["):
            is_out = line.split("#")[0].strip() in names
        if not is_out:
            kept.append(line)
    return "".join(kept)


def hand_in_vectors(ports: Ports) -> None:
    """Hand in a year of E01: coal, gas, diesel and bought heat of the handbook's vectors."""
    hand_in(
        ports,
        lines("anthracite", Flow.CONSUMED, "1000", periods=[YEAR]),
        lines("natural-gas", Flow.CONSUMED, "100", unit="10⁴Nm³", periods=[YEAR]),
        lines("diesel", Flow.CONSUMED, "50", periods=[YEAR]),
        lines("heat", Flow.PURCHASED, "5000", unit="GJ", periods=[YEAR]),
    )


def state_load(
    ports: Ports,
    *,
    subject: str = "E01",
    months: Iterable[str] = MONTHS,
    load_wh: int = 20_000_000_000 // 12 * 12,
    line_wh: int = 0,
    pool_wh: int = 0,
    missing: int = 0,
) -> None:
    """State the matched load of months, the same in each: amounts are of the whole year."""
    names = tuple(months)
    for name in names:
        body: Body = {
            "format": "taihang-account/v1",
            "load_wh": load_wh // len(names),
            "line_wh": line_wh // len(names),
            "pool_wh": pool_wh // len(names),
            "missing": missing,
            "estimated_wh": 0,
            "value": "7.25",
        }
        draft = Draft("scope2-market", subject, name, body)
        issue_statements([draft], period=name, ports=ports)


def gaps_of(body: Body) -> list[tuple[str, str]]:
    """What was not assessed, and why."""
    found = cast("list[dict[str, str]]", body["not_assessed"])
    return [(one["what"], one["reason"]) for one in found]


def view_of(body: Body, name: str) -> dict[str, JsonValue]:
    """One view of electricity."""
    electricity = cast("dict[str, dict[str, dict[str, JsonValue]]]", body["electricity"])
    return electricity["views"][name]

"""What the bundled tables hold, against what was counted in the texts and measured elsewhere."""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from shared_data import shared_path
from taihang.adapters.facts import load_facts, load_tables

BOOK = load_facts()
FACTS = {table.name: table.facts for table in load_tables()}


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ("anhui_zcp_2024_fuels", 11),
        ("gbt_2589", 69),  # 34 rows of NCV and coefficient, and one equal value
        ("gbt_2589_media", 11),
        ("gbt_32150_heat_power", 5),
        ("guide_2015_fuels", 103),  # 25 fuels of four values, two carbonates, heat
        ("ipcc_gwp", 24),
        ("mee_footprint_factors", 12),
        ("mee_grid_factors", 50),
        ("ndrc_650", 4),
    ],
)
def test_table__holds_what_was_counted_in_the_text(table: str, count: int) -> None:
    assert count == len(FACTS[table])


def test_grid_factors__know_thirty_provinces_and_seven_regions_of_2023() -> None:
    regions = {
        fact.region
        for fact in FACTS["mee_grid_factors"]
        if fact.data_year == 2023 and fact.code == "grid.average"
    }

    assert len(regions) == 1 + 7 + 30
    assert "Tibet" not in regions


@pytest.mark.parametrize(
    ("year", "region", "status"),
    [
        (2021, "Shanxi", "uncertain"),
        (2021, "North China", "uncertain"),
        (2021, "CN", "verified"),
        (2022, "Shanxi", "verified"),
        (2023, "Shanxi", "verified"),
    ],
)
def test_grid_factors__keep_their_marks(year: int, region: str, status: str) -> None:
    fact = BOOK.of_data_year("grid.average", data_year=year, region=region)

    assert status == fact.status


@pytest.mark.shared
@pytest.mark.parametrize(("region", "name"), [("Shanxi", "山西"), ("North China", "华北")])
@pytest.mark.parametrize("year", [2021, 2022])
def test_grid_factors__agree_with_a_public_program_file(region: str, name: str, year: int) -> None:
    # Origin: 74 numbers carried by a public program file, independent of the texts read here.
    path = shared_path("data/cn-emission-factors/grid_average_co2_factors.csv")
    with path.open(encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if (row["name"], row["year"]) == (name, f"{year}")
        ]

    fact = BOOK.of_data_year("grid.average", data_year=year, region=region)

    assert [fact.value] == [Decimal(row["kgco2_per_kwh"]) for row in rows]


def test_facts__uncertain_values_say_so() -> None:
    marks = Counter(fact.status for name in FACTS for fact in FACTS[name])

    assert marks["uncertain"] >= 7
    assert {"verified", "calc", "from-memory", "uncertain"} == set(marks)


def test_facts__of_gwp_differ_by_set_and_never_mix() -> None:
    on = date(2026, 6, 1)

    methane = {s: BOOK.in_force("gwp.CH4", on=on, family=s).value for s in ("AR5", "AR6")}

    assert {"AR5": Decimal(28), "AR6": Decimal("27.9")} == methane


@pytest.mark.parametrize(("day", "value"), [("2025-10-22", "0.6205"), ("2025-10-23", "0.5777")])
def test_footprint_factor__changes_on_the_day_of_publication(day: str, value: str) -> None:
    fact = BOOK.in_force("grid.footprint", on=date.fromisoformat(day))

    assert Decimal(value) == fact.value

"""The inventory report of the park: members sum to kinds, enterprises stand beside it."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

import annual_kit
from year_kit import YEAR

WORDS: Final = ("--year", YEAR, "--kind", "inventory")


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return annual_kit.make(tmp_path_factory.mktemp("park-inventory") / "park")


@pytest.fixture(scope="module")
def form(park: Path) -> dict[str, Any]:
    return annual_kit.machine_form(park, *WORDS)


def test_park_inventory_year__members_and_kinds_sum_to_one_total(form: dict[str, Any]) -> None:
    kinds, members, lines = annual_kit.section(form, "园区碳排放表")["tables"]

    total = Decimal(kinds["rows"][-1][1]["value"])
    assert kinds["sums"] == 1
    assert len(lines["rows"]) == 3
    assert sum(Decimal(row[5]["value"]) for row in lines["rows"]) == total
    assert sum(Decimal(row[6]["value"]) for row in members["rows"]) == total
    known = [row[1]["value"] for row in kinds["rows"][:-1] if "value" in row[1]]
    assert sum(map(Decimal, known)) == total


def test_park_inventory_year__what_was_not_assessed_is_not_zero(form: dict[str, Any]) -> None:
    kinds = annual_kit.section(form, "园区碳排放表")["tables"][0]

    electricity = next(row for row in kinds["rows"] if row[0]["words"] == "净受入电力")
    assert electricity[1] == {"words": "–", "tone": "open"}
    assert form["figures"][-1]["words"] == "–"


def test_park_inventory_year__enterprises_stand_beside_with_their_own_statements(
    form: dict[str, Any],
) -> None:
    section = annual_kit.section(form, "企业清单（外购电力三种口径并列）")
    (table,) = section["tables"]

    assert len(table["rows"]) == 2
    assert {cell["statement"] for row in table["rows"] for cell in row if "value" in cell} == {
        f"inventory.E01.{YEAR}.v1",
        f"inventory.E02.{YEAR}.v1",
    }
    assert "另有 52 家企业" in section["sentences"][1]


def test_park_inventory_year__months_are_twelve_and_their_sum_is_the_last_row(
    form: dict[str, Any],
) -> None:
    (table,) = annual_kit.section(form, "用户外购电力排放，逐月三种口径")["tables"]

    *months, total = table["rows"]
    assert len(months) == 12
    for place in (1, 2, 3):
        known = [Decimal(row[place]["value"]) for row in months if "value" in row[place]]
        assert known, "the kit states every view"
        assert sum(known) == Decimal(total[place]["value"])

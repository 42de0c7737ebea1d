"""The project list and the way to the peak: sums are sums, every year closes."""

from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

import annual_kit
from year_kit import YEAR

WORDS: Final = ("--year", YEAR, "--kind", "zero-carbon")


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = annual_kit.blank(tmp_path_factory.mktemp("pathway-tables") / "park")
    annual_kit.issue(root, "indicators", "pathway")
    return root


def test_project_sections__list_projects_and_their_sums(park: Path) -> None:
    form = annual_kit.machine_form(park, *WORDS)
    (table,) = annual_kit.section(form, "重点项目清单")["tables"]

    *projects, total = table["rows"]
    assert len(projects) == 25
    for place in (5, 7, 8, 9):
        added = sum(Decimal(row[place]["value"]) for row in projects)
        assert added == Decimal(total[place]["value"])
    assert total[5]["printed"] == "1,500,000", "15.0 bn CNY"


def test_pathway_sections__every_year_of_the_way_closes(park: Path) -> None:
    form = annual_kit.machine_form(park, *WORDS)
    years, targets = annual_kit.section(form, "碳达峰路径与目标")["tables"]

    assert len(years["rows"]) == 11
    for row in years["rows"]:
        bau, path, cut = (Decimal(row[place]["value"]) for place in (1, 2, 3))
        assert bau - path == cut
    assert len(targets["rows"]) == 6
    assert all(row[4]["statement"] == f"peak-pathway.park.{YEAR}.v1" for row in targets["rows"])

"""The page of a result: incomes less costs is the last row, and a part of costs is no sum."""

from decimal import Decimal
from pathlib import Path

import asset_park
import money_park
import small_park
from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.reports.asset_result import asset_result
from taihang.interfaces.reports.document import Document
from taihang.services.asset_account import drafts


def page(root: Path, subject: str, period: str = "2026-08") -> Document:
    with money_park.opened(root) as ports:
        asset_park.closed(ports)
        found = drafts(period, ports=ports)
        return asset_result(subject, found, ids={}, lang="en", ports=ports)


def test_asset_result__is_income_less_costs(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", asset_park.text(asset_park.COSTS))

    found = page(root, "PV01")

    rows = {row[0].words: row[1].value for row in found.sections[0].tables[0].rows}
    income, result = rows["income"], rows["result"]
    assert income is not None
    assert result is not None
    costs = [rows["operation cost"], rows["depreciation"]]
    assert result - income == sum(cost for cost in costs if cost is not None) == Decimal(-1750)
    assert rows["green value: certificates sold"] is None


def test_asset_result__of_a_part_of_the_costs_shows_no_cost(tmp_path: Path) -> None:
    text = asset_park.text(asset_park.COMPANY, asset_park.COSTS, asset_park.INCOME)
    root = small_park.make(tmp_path / "park", text)

    found = page(root, PARK_SUBJECT)

    (table,) = (each.tables[0] for each in found.sections if each.title == "By asset")
    plant, battery, total = (row[-2].value for row in table.rows)
    assert (plant, battery, total) == (Decimal("1750.00"), None, None)
    assert [each.title for each in found.sections][-2] == "Facts of the plan (in no sum)"

"""Rows of assets: what is missing sorts to the end, and links keep the stretch."""

from dataclasses import replace
from pathlib import Path

import pytest

import roof_park
import small_park
from taihang.interfaces.catalogue import LANGS
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.assets.build import build_assets
from taihang.interfaces.web.pages.assets.tables import (
    BATTERY_COLUMNS,
    PLANT_COLUMNS,
    STATION_COLUMNS,
    Cell,
    battery_row,
    columns_of,
    plant_address,
    plant_row,
    station_row,
)
from taihang.services.asset_performance import AssetPerformance


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> AssetPerformance:
    root: Path = roof_park.make(tmp_path_factory.mktemp("roofs") / "p")
    with small_park.opened(root, writing=False) as ports:
        view = build_assets(ports, "2026-08")
    assert view.found is not None
    return view.found


def by_code(cells: tuple[Cell, ...]) -> dict[str, Cell]:
    return {cell.code: cell for cell in cells}


def test_plant_row__has_a_cell_for_each_column(found: AssetPerformance) -> None:
    rows = [plant_row(each, PLAIN) for each in found.plants]

    assert len(rows) == 6
    assert all(
        [cell.code for cell in row] == [code for code, _, _ in PLANT_COLUMNS] for row in rows
    )
    string, farm = by_code(rows[1]), by_code(rows[-1])
    assert (string["state"].words, string["state"].tone) == ("少发", "warn")
    assert float(string["lost"].sort) > 0.0
    assert (farm["expected"].words, farm["expected"].sort) == ("—", "")
    assert farm["availability"].sort == ""
    assert string["daily"].spark is not None
    assert string["daily"].spark.line.startswith("M0 ")


def test_plant_address__keeps_the_stretch(found: AssetPerformance) -> None:
    look = replace(PLAIN, words={"period": "2026-08"})

    assert plant_address(found.plants[0], look) == "/assets/PV01/?period=2026-08"
    assert plant_address(found.plants[0], PLAIN) == "/assets/PV01/"


def test_battery_row__tells_bounds_beside_the_efficiency(found: AssetPerformance) -> None:
    cells = by_code(battery_row(found.batteries[0], "en"))

    assert len(cells) == len(BATTERY_COLUMNS)
    assert cells["efficiency"].words == "90.2"
    assert " … " in cells["bounds"].words
    assert cells["daily"].bars.count("M") == 14


def test_station_row__tells_silent_days(found: AssetPerformance) -> None:
    cells = by_code(station_row(found.stations[0], "en"))

    assert len(cells) == len(STATION_COLUMNS)
    assert (cells["name"].words, cells["silent"].words) == ("CS1 Station", "0")


def test_columns_of__have_a_head_in_both_languages() -> None:
    heads = [columns_of(PLANT_COLUMNS, lang) for lang in LANGS]

    assert len(heads) == 2
    assert all(column.label for columns in heads for column in columns)

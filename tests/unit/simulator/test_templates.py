"""The parks that ship with the platform, simulated over a whole year."""

from datetime import date
from functools import cache

import numpy as np
import pytest

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.metering.energy import interval_energy
from taihang.core.metering.readings import ReadingBlock
from taihang.core.park.assets import PlantKind
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction
from taihang.simulator.devices import device_days
from taihang.simulator.park_box import Simulation, simulate


@cache
def changzhi() -> tuple[Park, Simulation]:
    park = read_park(template_text("changzhi"), source="changzhi.toml")
    return park, simulate(park, first_day=date(2025, 1, 1), n_days=365, seed=7)


def sum_wh(names: list[str], direction: Direction) -> int:
    _, year = changzhi()
    return sum(int(year.asset_wh[direction, name].sum()) for name in names)


def test_changzhi__yearly_totals_are_those_of_the_plan() -> None:
    park, year = changzhi()
    plants = park.plants.values()

    load_wh = year.total_wh(Direction.CONSUMPTION)
    pv_wh = sum_wh([p.id for p in plants if p.kind is PlantKind.PV], Direction.GENERATION)
    wind_wh = sum_wh([p.id for p in plants if p.kind is PlantKind.WIND], Direction.GENERATION)
    battery_materials_wh = sum_wh(["E01", "E02", "E03"], Direction.CONSUMPTION)

    assert abs(int(load_wh.sum()) / 1_158e9 - 1.0) < 0.02
    assert abs(battery_materials_wh / 850e9 - 1.0) < 0.02
    assert abs(wind_wh / 41.1e9 - 1.0) < 0.02
    assert abs(pv_wh / 365 / 50_000e3 - 1.0) < 0.005
    assert load_wh.min() > 0


def test_changzhi__green_share_is_about_5_percent() -> None:
    _, year = changzhi()

    generation_wh = int(year.total_wh(Direction.GENERATION).sum())
    exported_wh = int(year.total_wh(Direction.EXPORT).sum())
    load_wh = int(year.total_wh(Direction.CONSUMPTION).sum())

    assert 0.045 < (generation_wh - exported_wh) / load_wh < 0.055


@pytest.mark.parametrize("first_day", [date(2025, 4, 1), date(2025, 9, 11), date(2026, 1, 1)])
def test_changzhi__any_whole_year_is_near_the_plan(first_day: date) -> None:
    park, _ = changzhi()

    year = simulate(park, first_day=first_day, n_days=365, seed=7)

    pv_wh = sum(
        int(year.asset_wh[Direction.GENERATION, plant.id].sum())
        for plant in park.plants.values()
        if plant.kind is PlantKind.PV
    )
    wind_wh = int(year.asset_wh[Direction.GENERATION, "W01"].sum())
    assert abs(pv_wh / 18.25e9 - 1.0) < 0.02
    assert abs(wind_wh / 41.1e9 - 1.0) < 0.05
    assert abs(int(year.total_wh(Direction.CONSUMPTION).sum()) / 1_158e9 - 1.0) < 0.02


@pytest.mark.parametrize("name", ["changzhi", "xingxian"])
def test_templates__no_honest_reading_is_refused(name: str) -> None:
    park = read_park(template_text(name), source=f"{name}.toml")
    simulation = simulate(park, first_day=date(2025, 1, 1), n_days=365, seed=7)
    uploads = list(device_days(simulation, park))
    blocks = [block for each in uploads for block in each.blocks]
    events = [event for each in uploads for event in each.events]

    refused = {}
    for meter in park.meters.values():
        mine = [block for block in blocks if block.point == meter.id]
        energy = interval_energy(
            register=Joined(mine),
            scale=meter.wh_per_count,
            modulus=meter.modulus,
            max_interval_wh=round(meter.max_kw * 250),
            events=events,
            period=simulation.period,
        )
        if energy.n_rejected or energy.n_gaps_rejected:
            refused[meter.id] = energy.n_rejected

    assert len(park.meters) >= 20
    assert refused == {}


class Joined:
    """Blocks of one point in order of time, as one."""

    def __init__(self, blocks: list[ReadingBlock]) -> None:
        self.point = blocks[0].point
        self.times_s = np.concatenate([block.times_s for block in blocks])
        self.counts = np.concatenate([block.counts for block in blocks])
        self.quality = np.concatenate([block.quality for block in blocks])

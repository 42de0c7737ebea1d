"""The problem of a day: what stands where, whole and coarse."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import small_park
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.export_allowance import ExportAllowance
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.park_problem import problem_of
from taihang.core.park.assets import PlantKind
from taihang.core.park.topology import Feeder
from taihang.services.day_forecast import HISTORY_DAYS, DayHistory
from taihang.services.day_prices import grid_prices
from taihang.services.day_problem import DayFacts, NoGridError, day_problem, grids_of
from taihang.services.export_budget import BudgetMode, ExportBudget

DAY = date(2026, 8, 29)
FLAT = np.ones((HISTORY_DAYS, 96))
FEEDER = Feeder(
    id="F.1",
    name_zh="馈线",
    name_en="Feeder",
    grid="G1",
    transformer_kva=400.0,
    members=("E02", "B1"),
)


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[DayFacts]:
    root = small_park.make(tmp_path / "park", small_park.WITH_BATTERY)
    with small_park.opened(root) as ports:
        yield DayFacts(
            park=replace(ports.park, feeders={"F.1": FEEDER}),
            history=DayHistory(
                day=DAY,
                load_kw={"E01": 300.0 * FLAT, "E02": 100.0 * FLAT},
                plant_kw={"PV01": 150.0 * FLAT},
                kinds={"PV01": PlantKind.PV},
            ),
            prices=(grid_prices(ports.park.grids["G1"], DAY, ports=ports),),
            so_far_kw=0.0,
            budget=ExportBudget(mode=BudgetMode.OPEN),
        )


def test_day_problem__puts_what_can_be_moved_behind_its_transformer(facts: DayFacts) -> None:
    problem = day_problem(facts)

    buses = {asset.id for asset in problem.assets if isinstance(asset, Bus)}
    loads = {asset.bus: asset.load_kw[0] for asset in problem.assets if isinstance(asset, Load)}
    assert buses == {"park", "bus-F-1"}
    assert loads == {"park": 300.0, "bus-F-1": 100.0}
    assert problem_of(problem.echo()).digest() == problem.digest()


def test_day_problem__coarse_has_the_same_energies_at_one_bus(facts: DayFacts) -> None:
    problem = day_problem(replace(facts, is_coarse=True))

    (load,) = (asset for asset in problem.assets if isinstance(asset, Load))
    (plant,) = (asset for asset in problem.assets if isinstance(asset, Plant))
    (grid,) = (asset for asset in problem.assets if isinstance(asset, Grid))
    assert load.load_kw[0] == 400.0
    assert plant.available_ratio[0] * plant.capacity_kw.existing == pytest.approx(150.0)
    assert (grid.export_price_cny_per_kwh <= grid.import_price_cny_per_kwh).all()


def test_day_problem__later_days_start_later(facts: DayFacts) -> None:
    first, third = day_problem(facts), day_problem(facts, offset_days=2)

    assert third.horizon.start_s - first.horizon.start_s == 2 * 86_400


def test_day_problem__obeys_the_budget(facts: DayFacts) -> None:
    budget = ExportBudget(mode=BudgetMode.BLOCK, most_kwh=70.0, curtail_price_cny_per_kwh=0.0)

    problem = day_problem(replace(facts, budget=budget))

    (room,) = (asset for asset in problem.assets if isinstance(asset, ExportAllowance))
    assert room.most_kwh == 70.0


def test_grids_of__refuses_a_park_without_one(facts: DayFacts) -> None:
    assert [grid.id for grid in grids_of(facts.park, DAY)] == ["G1"]
    with pytest.raises(NoGridError, match="2026-08-29"):
        grids_of(replace(facts.park, grids={}), DAY)

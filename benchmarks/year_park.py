"""A year of one node: load, sun, wind, a battery, three ratios and a monthly demand charge."""

from typing import Final

import numpy as np

from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.green_ratio import GreenRatio
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import ParkProblem

YEAR_S: Final = 365 * 86_400
START_S: Final = 1_735_660_800
"""2025-01-01T00:00+08:00."""
_DAYS: Final = 365
_HOURS: Final = 8_760


def year_park(n_steps: int) -> ParkProblem:
    """Return the year in so many intervals; the same for the same number."""
    hours = np.arange(n_steps) * _HOURS / n_steps
    sun, wind, load = _weather_and_load(hours)
    return ParkProblem(
        Horizon(
            start_s=START_S,
            step_s=YEAR_S // n_steps,
            n_steps=n_steps,
            time_zone="Asia/Shanghai",
        ),
        (
            Bus(id="park", carrier="electricity"),
            Load(
                id="works",
                bus="park",
                load_kw=load,
                shed_max_ratio=0.0,
                shed_price_cny_per_kwh=None,
            ),
            _plant("pv", sun, 60_000.0),
            _plant("wind", wind, 50_000.0),
            _grid(hours),
            _battery(),
            DemandCharge(
                id="demand", grid="gate", direction="import", price_cny_per_kw=30.0, so_far_kw=0.0
            ),
            *(
                GreenRatio(id=kind, kind=kind, limit_ratio=limit, losses_in_load=False)
                for kind, limit in (("feed-back", 0.2), ("self-use", 0.6), ("green-share", 0.3))
            ),
        ),
    )


def _weather_and_load(hours: Reals) -> tuple[Reals, Reals, Reals]:
    dice = np.random.default_rng(1)
    per_day = len(hours) // _DAYS
    day = np.sin((hours % 24 - 6) / 12 * np.pi).clip(0)
    season = 0.75 + 0.25 * np.sin((hours / _HOURS - 0.25) * 2 * np.pi)
    sun = (day * season * dice.uniform(0.3, 1.0, _DAYS).repeat(per_day)).clip(0, 1)
    wind = (0.5 + 0.5 * np.sin(np.cumsum(dice.normal(0, 0.06, len(hours))))) ** 2
    swing = 8_000 * np.sin((hours % 24 - 9) / 24 * 2 * np.pi)
    return sun, wind, 40_000 + swing + dice.normal(0, 1_500, len(hours))


def _plant(name: str, available: Reals, kw: float) -> Plant:
    return Plant(
        id=name,
        bus="park",
        kind=name,
        available_ratio=available,
        capacity_kw=_fixed(kw),
        curtail_price_cny_per_kwh=0.0,
        cost_cny_per_kwh=0.0,
    )


def _grid(hours: Reals) -> Grid:
    clock, ones = hours % 24, np.ones(len(hours))
    dear, cheap = (clock >= 17) & (clock < 23), (clock < 7) | ((clock >= 11) & (clock < 14))
    return Grid(
        id="gate",
        bus="park",
        import_limit_kw=80_000 * ones,
        export_limit_kw=40_000 * ones,
        connection_kw=_fixed(80_000.0),
        import_price_cny_per_kwh=np.where(dear, 0.95, np.where(cheap, 0.35, 0.6)),
        export_price_cny_per_kwh=0.25 * ones,
        fee_cny=0.0,
        carbon_kg_per_kwh=0.0 * ones,
    )


def _battery() -> Battery:
    return Battery(
        id="battery",
        bus="park",
        charge_kw=_fixed(15_000.0),
        discharge_kw=None,
        energy_kwh=_fixed(60_000.0),
        charge_efficiency_ratio=0.95,
        discharge_efficiency_ratio=0.95,
        standing_loss_ratio_per_h=1e-4,
        soc_min_ratio=0.1,
        soc_max_ratio=0.9,
        soc_start_ratio=None,
        soc_end="free",
        soc_end_min_ratio=None,
        health_ratio=1.0,
        cycle_cost_cny_per_kwh=0.05,
        cycles_max_ratio=None,
    )


def _fixed(size: float) -> Capacity:
    return Capacity(existing=size, add_max=0.0, cost_cny_per_unit=0.0)

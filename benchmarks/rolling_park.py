"""A year of rolling windows: simulated sun, wind and load, and new forecasts in every step."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from benchmarks.year_park import year_park

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.green_ratio import GreenRatio
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.window import Standing, standing_of, window_of
from taihang.simulator.study_year import grid_of, load_ratio, plant_ratios

WINDOW: Final = 96
YEAR: Final = 2025
QUARTERS: Final = 35_040
_SITE: Final = "changzhi"
_SEED: Final = 1
_MEAN_LOAD_KW: Final = 40_000.0
_FULL_LOAD_H: Final = {"pv": ("pv", 1_300.0), "wind": ("wind", 2_100.0)}
_FORGETS_STEPS: Final = 12.0
"""After so many quarters a forecast knows no more of now than of any day."""


@dataclass(frozen=True, eq=False)
class RollingYear:
    """The year, and what forecasts miss it by."""

    problem: ParkProblem
    load_error_kw: Reals
    """By quarter of the year, shape (n,)."""
    wind_error_ratio: Reals
    fades: Reals
    """Share of the error that a forecast has, by quarter of its window."""
    start: Standing

    def window(self, at: int, standing: Standing) -> ParkProblem:
        """Return the window that begins with a quarter, as it is forecast then."""
        cut = window_of(self.problem, first=at, n_steps=WINDOW, standing=standing)
        return ParkProblem(cut.horizon, tuple(self._forecast(one, at) for one in cut.assets))

    def _forecast(self, asset: Asset, at: int) -> Asset:
        if isinstance(asset, Load):
            return replace(asset, load_kw=asset.load_kw + self.fades * self.load_error_kw[at])
        if isinstance(asset, Plant) and asset.kind == "wind":
            ratio = asset.available_ratio + self.fades * self.wind_error_ratio[at]
            return replace(asset, available_ratio=ratio.clip(0.0, 1.0))
        return asset


def rolling_year() -> RollingYear:
    """Return the year: the park of ``plan-year`` without its ratios, under simulated weather."""
    park = read_park(template_text(_SITE), source=_SITE)
    ratios = plant_ratios(park, year=YEAR, seed=_SEED, full_load_h=_FULL_LOAD_H)
    load = load_ratio(park, year=YEAR, seed=_SEED)
    start_s, _ = grid_of(park, year=YEAR, step_s=900)
    series = {"works": load / load.mean() * _MEAN_LOAD_KW, **ratios}
    quarters = year_park(QUARTERS)
    problem = ParkProblem(
        Horizon(start_s=start_s, step_s=900, n_steps=QUARTERS, time_zone=park.time_zone),
        tuple(
            _simulated(asset, series)
            for asset in quarters.assets
            if not isinstance(asset, GreenRatio)
        ),
    )
    dice = np.random.default_rng(_SEED)
    return RollingYear(
        problem=problem,
        load_error_kw=_drift(dice, 1_500.0),
        wind_error_ratio=_drift(dice, 0.08),
        fades=1.0 - np.exp(-np.arange(WINDOW) / _FORGETS_STEPS),
        start=standing_of(problem),
    )


def _simulated(asset: Asset, series: dict[str, Reals]) -> Asset:
    if isinstance(asset, Load):
        return replace(asset, load_kw=series[asset.id])
    if isinstance(asset, Plant):
        return replace(asset, available_ratio=series[asset.id])
    if isinstance(asset, Battery):
        return replace(asset, soc_start_ratio=0.5, soc_end="start")
    return asset


def _drift(dice: np.random.Generator, size: float) -> Reals:
    """Return an error that keeps 97 % of itself from one quarter to the next."""
    kept = 0.97
    shocks = dice.normal(0.0, size * np.sqrt(1.0 - kept**2), QUARTERS)
    error = np.zeros(QUARTERS)
    for at in range(1, QUARTERS):
        error[at] = kept * error[at - 1] + shocks[at]
    return error

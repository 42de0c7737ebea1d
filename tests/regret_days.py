"""Random days of one battery for the replays: what was expected, what came, what was done."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from park_case import Table, battery, bus, demand_charge, grid, load, plant, problem
from random_parks import Dice
from taihang.adapters.highs import solve
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.follow import SetPoints, checked, set_points_of
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import ParkProblem

EXACTLY: Final = partial(solve_exactly, solve=solve, time_limit_s=20.0, gap=1e-9)
N: Final = 24
_FULL_KWH: Final = 4_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """A day as it was planned and as it came."""

    planned: ParkProblem
    actual: ParkProblem
    told: SetPoints
    measured: SetPoints

    def with_measured(self, power_kw: Reals) -> "Day":
        return replace(self, measured={"store": power_kw})


def random_day(
    seed: int, *, error_ratio: float = 0.3, efficiency_ratio: float = 0.9, obeys: bool = False
) -> Day:
    """Return a day.

    Args:
        seed: Which.
        error_ratio: How far load, sun and prices come otherwise than expected.
        efficiency_ratio: What the store really has, both ways; the plan thinks 0.95.
        obeys: Whether the store was run as it was told.
    """
    dice = Dice(seed)
    price = dice.series(-0.1, 1.2, N)
    shape = np.maximum(0.0, np.sin((np.arange(N) - 6) / 12 * np.pi))
    load_kw, sun = dice.series(500.0, 2_500.0, N), np.round(shape * dice.real(0.2, 1.0), 4)
    demand_cny, end = dice.real(0.0, 10.0), "start" if dice.maybe(0.7) else "free"
    off = [1.0 + error_ratio * dice.series(-1.0, 1.0, N) for _ in range(3)]
    start = dice.real(0.1, 0.9)
    planned = _park(
        load_kw, sun, price, efficiency=0.95, demand_cny=demand_cny, start=start, end=end
    )
    actual = _park(
        load_kw * off[0],
        np.minimum(sun * off[1], 1.5),
        price * off[2],
        efficiency=efficiency_ratio,
        demand_cny=demand_cny,
        start=start,
        end="free",
    )
    told = set_points_of(checked(planned, planned.assembled(), exactly=EXACTLY), planned)
    other = {"store": dice.series(-1_000.0, 1_000.0, N)}
    return Day(planned, actual, told, told if obeys else other)


def _park(
    load_kw: Reals,
    sun: Reals,
    price: Reals,
    *,
    efficiency: float,
    demand_cny: float,
    start: float,
    end: str,
) -> ParkProblem:
    assets: list[Table] = [
        bus("park"),
        load("works", "park", load_kw.tolist()),
        plant("sun", "park", sun.tolist(), capacity_kw=1_500.0),
        grid(
            "gate",
            "park",
            import_price_cny_per_kwh=price.tolist(),
            export_price_cny_per_kwh=(price - 0.1).tolist(),
        ),
        battery(
            "store",
            "park",
            charge_kw=1_000.0,
            energy_kwh=_FULL_KWH,
            charge_efficiency_ratio=efficiency,
            discharge_efficiency_ratio=efficiency,
            standing_loss_ratio_per_h=0.001,
            soc_min_ratio=0.1,
            soc_max_ratio=0.9,
            soc_start_ratio=start,
            soc_end=end,
            cycle_cost_cny_per_kwh=0.03,
        ),
        demand_charge("peak", "gate", demand_cny, so_far_kw=1_800.0),
    ]
    return problem(assets, n_steps=N)

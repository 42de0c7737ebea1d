"""A fortnight of a simulated park for controls in closed loop, and a control that solves anew."""

from dataclasses import replace
from typing import Final

import numpy as np

from regret_days import EXACTLY
from taihang.core.dispatch.assets.battery import FREE, Battery
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.closed_loop import Answer, Decision, Site
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.follow import checked
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import Asset, ParkProblem

START_S: Final = 1_640_966_400
"""2022-01-01T00:00+08:00."""
STEPS_PER_DAY: Final = 96


def size(kw: float) -> Capacity:
    return Capacity(existing=kw, add_max=0.0, cost_cny_per_unit=0.0)


def site(*, days: int, noise_ratio: float = 0.1, has_foresight: bool = False) -> Site:
    """Return days of a works with sun, each day a little other than the one before."""
    n = days * STEPS_PER_DAY
    hour = np.arange(n) % STEPS_PER_DAY / 4
    noise = 1.0 + noise_ratio * np.random.default_rng(5).normal(size=n).clip(-2, 2)
    works = (1_500.0 + 700.0 * np.sin((hour - 8) / 24 * 2 * np.pi)) * noise
    sun = np.maximum(0.0, np.sin((hour - 6) / 12 * np.pi)) * noise.clip(0.2, 1.2)
    price = np.where((hour >= 17) & (hour < 22), 1.1, np.where(hour < 7, 0.3, 0.6))
    flat = np.ones(n)
    park = ParkProblem(
        Horizon(start_s=START_S, step_s=900, n_steps=n, time_zone="Asia/Shanghai"),
        (
            Bus(id="park", carrier="electricity"),
            Load(
                id="works",
                bus="park",
                load_kw=works,
                shed_max_ratio=0.0,
                shed_price_cny_per_kwh=None,
            ),
            Plant(
                id="sun",
                bus="park",
                kind="pv",
                available_ratio=sun,
                capacity_kw=size(800.0),
                curtail_price_cny_per_kwh=0.0,
                cost_cny_per_kwh=0.0,
            ),
            Grid(
                id="gate",
                bus="park",
                import_limit_kw=flat * 10_000.0,
                export_limit_kw=flat * 10_000.0,
                connection_kw=size(10_000.0),
                import_price_cny_per_kwh=price,
                export_price_cny_per_kwh=price - 0.2,
                fee_cny=0.0,
                carbon_kg_per_kwh=flat * 0.0,
            ),
            Battery(
                id="store",
                bus="park",
                charge_kw=size(500.0),
                discharge_kw=None,
                energy_kwh=size(2_000.0),
                charge_efficiency_ratio=0.95,
                discharge_efficiency_ratio=0.95,
                standing_loss_ratio_per_h=0.0,
                soc_min_ratio=0.1,
                soc_max_ratio=0.95,
                soc_start_ratio=0.1,
                soc_end=FREE,
                soc_end_min_ratio=None,
                health_ratio=1.0,
                cycle_cost_cny_per_kwh=0.02,
                cycles_max_ratio=None,
            ),
            DemandCharge(
                id="demand", grid="gate", direction="import", price_cny_per_kw=10.0, so_far_kw=0.0
            ),
        ),
    )
    return Site(park, 0.1, {}, has_foresight)


def changed_after(given: Site, step: int) -> Site:
    """Return the same site with everything measured from an interval on made another."""
    assets = tuple(_changed(asset, step) for asset in given.actual.assets)
    return replace(given, actual=ParkProblem(given.actual.horizon, assets))


def _changed(asset: Asset, step: int) -> Asset:
    if isinstance(asset, Load):
        return replace(asset, load_kw=_zero_from(asset.load_kw, step))
    if isinstance(asset, Plant):
        return replace(asset, available_ratio=_zero_from(asset.available_ratio, step))
    return asset


def _zero_from(values: Reals, step: int) -> Reals:
    other = values.copy()
    other[step:] = 0.0
    return other


def solving_anew(window: ParkProblem) -> Decision:
    """Decide by the rebuilt model."""
    plan = checked(window, window.assembled(), exactly=EXACTLY)
    told = plan.series["store.charge_kw"][0] - plan.series["store.discharge_kw"][0]
    (charge,) = (one for one in window.assets if isinstance(one, DemandCharge))
    cap_kw = charge.so_far_kw + float(plan.series["demand.rise_kw"][0])
    return Decision(float(told), cap_kw, Answer.OPTIMAL)

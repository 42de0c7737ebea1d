"""Cuts the window of a rolling horizon out of a longer problem, from what was measured.

The same assets serve the next quarter of an hour as serve tomorrow and the sizing study. A window
takes the intervals it is about, starts every store where it was measured to stand, and counts the
demand that the month has already reached. A rule over a whole horizon (a ratio, a carbon cap, the
cycles of a warranty, the energy of a shift or of a vehicle) has no meaning of its own over another
horizon, so it is not cut by guess: it is refused with a word, and whoever knows the rest of the
year gives the window its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, cast

import numpy as np

from taihang.core.dispatch.assets.battery import AT_LEAST, FREE, Battery
from taihang.core.dispatch.assets.carbon import Carbon
from taihang.core.dispatch.assets.charging import Charging
from taihang.core.dispatch.assets.commitment import Commitment
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.export_allowance import ExportAllowance
from taihang.core.dispatch.assets.fleet import Fleet
from taihang.core.dispatch.assets.green_ratio import GreenRatio
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.shiftable import Shiftable
from taihang.core.dispatch.assets.thermal_store import ThermalStore
from taihang.core.dispatch.fields import Capacity, ParkProblemError
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Ints, Reals
from taihang.core.dispatch.park_problem import Asset, ParkProblem

_WHOLE_KINDS: Final = (Charging, Fleet, Shiftable, GreenRatio, ExportAllowance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a park stands at the start of a window: facts, however odd."""

    level_ratio: Mapping[str, float]
    """By store: what it holds, as a share of what it can still hold [1]. May lie outside its
    limits."""
    so_far_kw: Mapping[str, float]
    """By demand charge: what the month has already reached [kW]."""


def check_cuttable(problem: ParkProblem) -> None:
    """Refuse a problem whose windows cannot be cut.

    Raises:
        ParkProblemError: If something is to be built, or a rule is about the whole horizon.
    """
    for asset in problem.assets:
        if isinstance(asset, _WHOLE_KINDS) or (
            isinstance(asset, Carbon) and asset.cap_t is not None
        ):
            raise ParkProblemError(
                f"{asset.TYPE} {asset.id}, a rule over the whole horizon",
                "assets and rules that mean the same in any window",
                "leave it out, or make the windows yourself with what is left of it",
            )
        growing = [
            one.name
            for one in fields(cast("Any", asset))
            if isinstance(value := getattr(asset, one.name), Capacity) and value.add_max
        ]
        if growing:
            raise ParkProblemError(
                f"{asset.id}.{growing[0]} with add_max",
                "sizes that stand: a controller builds nothing",
                "give the size that stands",
            )
        if isinstance(asset, Battery) and asset.cycles_max_ratio is not None:
            raise ParkProblemError(
                f"{asset.id}.cycles_max_ratio {asset.cycles_max_ratio:g}, over the whole horizon",
                '"none" in a window',
                "price the wear by cycle_cost_cny_per_kwh instead",
            )


def standing_of(problem: ParkProblem) -> Standing:
    """Return where a problem itself says that the park stands at its start.

    Raises:
        ParkProblemError: If a store's start is left to the plan.
    """
    levels, reached = dict[str, float](), dict[str, float]()
    for asset in problem.assets:
        if isinstance(asset, DemandCharge):
            reached[asset.id] = asset.so_far_kw
        level = _level(asset)
        if level is not None:
            levels[asset.id] = level
        elif isinstance(asset, Battery | ThermalStore):
            raise ParkProblemError(
                f'the start of {asset.id} "none"', "what the store holds at the start"
            )
    return Standing(level_ratio=levels, so_far_kw=reached)


def _level(asset: Asset) -> float | None:
    if isinstance(asset, Battery):
        return asset.soc_start_ratio
    return asset.level_start_ratio if isinstance(asset, ThermalStore) else None


def stores_of(problem: ParkProblem) -> tuple[Battery | ThermalStore, ...]:
    """Return the stores, in their order."""
    return tuple(one for one in problem.assets if isinstance(one, Battery | ThermalStore))


def window_of(
    problem: ParkProblem, *, first: int, n_steps: int, standing: Standing | None
) -> ParkProblem:
    """Return some intervals of a problem as a problem of its own.

    Args:
        problem: The longer problem.
        first: Its interval with which the window starts.
        n_steps: How many intervals; past the end of the problem it starts anew, so that every
            window has the same length.
        standing: Where the park stands then; None leaves the starts as they are.

    Returns:
        The window. A store that must end as high as it starts does so in every window: its end is
        the level that the longer problem starts from.
    """
    horizon, n = problem.horizon, problem.horizon.n_steps
    at = (first + np.arange(n_steps, dtype=np.int64)) % n
    moved = Horizon(
        start_s=horizon.start_s + first * horizon.step_s,
        step_s=horizon.step_s,
        n_steps=n_steps,
        time_zone=horizon.time_zone,
    )
    cut = (
        _cut(asset, cast("Ints", at), moved, share_ratio=n_steps / n) for asset in problem.assets
    )
    window = ParkProblem(moved, tuple(asset for asset in cut if asset is not None))
    return window if standing is None else standing_at(window, standing)


def standing_at(window: ParkProblem, standing: Standing) -> ParkProblem:
    """Return a window that starts where the park stands."""
    return ParkProblem(window.horizon, tuple(_stand(asset, standing) for asset in window.assets))


def _cut(asset: Asset, at: Ints, moved: Horizon, *, share_ratio: float) -> Asset | None:
    """Return what an asset is in a window; None for a call that does not touch it."""
    if isinstance(asset, Commitment):
        first_s, last_s = max(asset.from_s, moved.start_s), min(asset.to_s, moved.end_s)
        if first_s >= last_s:
            return None
        asset = replace(asset, from_s=first_s, to_s=last_s)
    if isinstance(asset, Grid):
        asset = replace(asset, fee_cny=asset.fee_cny * share_ratio)
    record = cast("Any", asset)
    series = {
        one.name: cast("Reals", value)[at]
        for one in fields(record)
        if isinstance(value := getattr(record, one.name), np.ndarray)
    }
    cut = cast("Asset", replace(record, **series)) if series else asset
    return _with_end(cut)


def _with_end(asset: Asset) -> Asset:
    """Hold the end of a window to a level that does not move with what was measured."""
    if isinstance(asset, Battery) and asset.soc_end == "start":
        if asset.soc_start_ratio is None:
            return asset
        return replace(asset, soc_end=AT_LEAST, soc_end_min_ratio=asset.soc_start_ratio)
    return asset


def _stand(asset: Asset, standing: Standing) -> Asset:
    if isinstance(asset, Battery):
        return replace(asset, soc_start_ratio=standing.level_ratio[asset.id])
    if isinstance(asset, ThermalStore):
        return replace(asset, level_start_ratio=standing.level_ratio[asset.id])
    if isinstance(asset, DemandCharge):
        return replace(asset, so_far_kw=standing.so_far_kw[asset.id])
    return asset


def step_of(window: ParkProblem) -> ParkProblem:
    """Return the first interval of a window as a problem in which only the present binds.

    What must hold at the end of the window, or over all of it, is left out: this is what a step is
    checked against that no plan of the window made. There a load that could be shifted runs at its
    base, and vehicles charge as they come.
    """
    one = window_of(window, first=0, n_steps=1, standing=None)
    kept = (_present(asset, one.horizon) for asset in one.assets)
    return ParkProblem(one.horizon, tuple(asset for asset in kept if asset is not None))


def _present(asset: Asset, horizon: Horizon) -> Asset | None:
    """Return what an asset is in an interval of its own; None for a rule that is none there."""
    if isinstance(asset, GreenRatio | ExportAllowance):
        return None
    if isinstance(asset, Shiftable | Charging | Fleet):
        return _fixed_load(asset.id, asset.bus, _as_it_comes_kw(asset, horizon))
    if isinstance(asset, Battery):
        return replace(asset, soc_end=FREE, soc_end_min_ratio=None, cycles_max_ratio=None)
    if isinstance(asset, ThermalStore):
        return replace(asset, level_end=FREE)
    return replace(asset, cap_t=None) if isinstance(asset, Carbon) else asset


def _as_it_comes_kw(asset: Shiftable | Charging | Fleet, horizon: Horizon) -> Reals:
    """Return what is drawn in the interval if nobody moves it, shape (1,)."""
    if isinstance(asset, Shiftable):
        return asset.base_kw
    if isinstance(asset, Fleet):
        return np.minimum(asset.power_kw, asset.most_kwh / horizon.step_h)
    here_kw = sum(
        one.power_kw
        for one in asset.sessions
        if one.arrival_s <= horizon.start_s and one.departure_s >= horizon.end_s
    )
    return np.minimum(asset.station_kw, here_kw)


def _fixed_load(name: str, bus: str, load_kw: Reals) -> Load:
    return Load(id=name, bus=bus, load_kw=load_kw, shed_max_ratio=0.0, shed_price_cny_per_kwh=None)

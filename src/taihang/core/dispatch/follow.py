"""What follows in a park when its batteries are told what to do, whatever else was planned.

A set-point is one power at the AC side, charging positive, as a controller sends it. A battery
that cannot do what it is told does what it can: its power, its limits and its losses are those of
the problem that is followed. The rest of the park (grid, plants that may be curtailed, supplies)
does what costs least, as it does in any plan.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.assets.battery import AT_LEAST, FREE, Battery
from taihang.core.dispatch.assets.storing import kept_ratio
from taihang.core.dispatch.exact import Exact
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_plan import ParkPlan, plan_of
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.recheck.judge import recheck
from taihang.core.errors import StateError

SetPoints: TypeAlias = Mapping[str, Reals]
"""By battery: power at the AC side, charging positive, shape (n,) [kW]."""
Exactly: TypeAlias = Callable[[Assembled], Exact]
"""Solves an assembled problem; ``solve_exactly`` with solver, time and gap filled in."""
_ABOVE: Final = 10.0
"""How far above the dearest cost what is told stands, where it cannot all be followed."""
_END_ROOM_RATIO: Final = 1e-12
"""Share of a battery by which an end that was reached may be missed: the rounding of floats [1]."""


class NoReplayError(StateError):
    """Set-points cannot be followed in a park, or the referee refuses what follows from them."""

    code = "state.no-replay"


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """What a park did under set-points."""

    plan: ParkPlan
    """All flows and the bill, accepted by the referee."""
    set_points: SetPoints
    """What the batteries really did [kW]."""
    end_kwh: Mapping[str, float]
    """By battery: what it held at the end [kWh]."""
    missed_kwh: float
    """Energy at the AC side that was asked for and not done, over all batteries [kWh]."""


def batteries_of(problem: ParkProblem) -> tuple[Battery, ...]:
    """Return the batteries of a problem, in order."""
    return tuple(asset for asset in problem.assets if isinstance(asset, Battery))


def set_points_of(plan: ParkPlan, problem: ParkProblem) -> SetPoints:
    """Return what a plan tells each battery of its problem."""
    return {
        one.id: plan.series[f"{one.id}.charge_kw"] - plan.series[f"{one.id}.discharge_kw"]
        for one in batteries_of(problem)
    }


def follow(problem: ParkProblem, told: SetPoints, *, exactly: Exactly) -> Followed:
    """Let the batteries of a park do what they are told, as far as they can.

    Args:
        problem: The park as it really is; the ends of its batteries are left free.
        told: Set-points of every battery.
        exactly: Solves what is left to decide.

    Returns:
        What follows.

    Raises:
        NoReplayError: If the park cannot be run at all, or the referee refuses what follows.
    """
    free = ParkProblem(problem.horizon, tuple(_free(asset) for asset in problem.assets))
    able_kw, ends = dict[str, Reals](), dict[str, float]()
    for one in batteries_of(free):
        able_kw[one.id], ends[one.id] = able(one, told[one.id], step_h=free.horizon.step_h)
    assembled, done = free.assembled(), able_kw
    try:
        plan = checked(free, _pinned(assembled, able_kw), exactly=exactly)
    except NoReplayError:
        # A gateway or line is in the way: then as much of it as passes.
        plan = checked(free, _as_near(assembled, able_kw), exactly=exactly)
        done = set_points_of(plan, free)
        ends = {name: float(plan.series[f"{name}.energy_kwh"][-1]) for name in done}
    missed = sum(float(np.abs(kw - told[name]).sum()) for name, kw in done.items())
    return Followed(plan, done, ends, missed * free.horizon.step_h)


def checked(problem: ParkProblem, assembled: Assembled, *, exactly: Exactly) -> ParkPlan:
    """Solve a problem and let the referee see the plan.

    Raises:
        NoReplayError: If there is no plan, or the referee refuses it.
    """
    found = exactly(assembled)
    if found.solution.values is None:
        raise NoReplayError(
            given=f"no way to run the park from {problem.horizon.clock(0)}: "
            f"{found.solution.status.value}",
            expected="limits of the connection within which what happened is possible",
            remedy="compare the limits of the problem with what was measured",
        )
    plan = plan_of(problem, assembled, found.solution.values)
    verdict = recheck(problem.echo(), plan.document())
    if not verdict.accepted:
        worst = verdict.broken[0]
        raise NoReplayError(
            given=f"a replay that breaks {worst.rule} of {worst.asset!r} by {worst.off:.6g}",
            expected="a replay that the referee accepts",
            remedy="report it with the problem; no figure is shown",
        )
    return plan


def ending_at(problem: ParkProblem, end_kwh: Mapping[str, float]) -> ParkProblem:
    """Return a problem whose batteries hold at least this at the end.

    Args:
        problem: The problem.
        end_kwh: By battery. [kWh]
    """
    return ParkProblem(
        problem.horizon,
        tuple(
            _ending(asset, end_kwh[asset.id]) if isinstance(asset, Battery) else asset
            for asset in problem.assets
        ),
    )


def full_kwh(battery: Battery) -> float:
    """Return what a battery can still hold [kWh]."""
    return battery.energy_kwh.existing * battery.health_ratio


def _free(asset: Asset) -> Asset:
    if not isinstance(asset, Battery):
        return asset
    return replace(asset, soc_end=FREE, soc_end_min_ratio=None, cycles_max_ratio=None)


def _ending(battery: Battery, end_kwh: float) -> Battery:
    share = min(end_kwh / full_kwh(battery), battery.soc_max_ratio) - _END_ROOM_RATIO
    return replace(
        battery, soc_end=AT_LEAST, soc_end_min_ratio=max(share, 0.0), cycles_max_ratio=None
    )


@dataclass(frozen=True, slots=True)
class _Store:
    """A battery from the inside."""

    start_kwh: float
    low_kwh: float
    high_kwh: float
    most_in_kwh: float
    most_out_kwh: float
    kept_ratio: float

    def rises(self, asked_kwh: Sequence[float]) -> Iterator[tuple[float, float]]:
        """Yield what the store gains in each interval, of what is asked, and what it then holds."""
        level = rested = self.start_kwh
        for wish in asked_kwh:
            rested *= self.kept_ratio
            floor = min(self.low_kwh, rested) if self.start_kwh < self.low_kwh else self.low_kwh
            top = max(self.high_kwh, rested) if self.start_kwh > self.high_kwh else self.high_kwh
            # Whoever rests at the floor has to make up for the standing loss.
            kept = level * self.kept_ratio
            rise = min(max(wish, floor - kept), top - kept)
            rise = min(max(rise, -self.most_out_kwh), self.most_in_kwh)
            level = kept + rise
            yield rise, level


def able(battery: Battery, told_kw: Reals, *, step_h: float) -> tuple[Reals, float]:
    """Return what a battery can do of what it is told, and what it then holds at the end."""
    into, out = battery.charge_efficiency_ratio, battery.discharge_efficiency_ratio
    charge_kw = battery.charge_kw.existing
    discharge_kw = charge_kw if battery.discharge_kw is None else battery.discharge_kw.existing
    full = full_kwh(battery)
    store = _Store(
        start_kwh=battery.start_ratio * full,
        low_kwh=battery.soc_min_ratio * full,
        high_kwh=battery.soc_max_ratio * full,
        most_in_kwh=charge_kw * step_h * into,
        most_out_kwh=discharge_kw * step_h / out,
        kept_ratio=kept_ratio(battery.law(), step_h),
    )
    asked = np.where(told_kw > 0.0, told_kw * into, told_kw / out) * step_h
    run = list(store.rises(asked.tolist()))
    rise = np.array([gain for gain, _ in run])
    return np.where(rise > 0.0, rise / into, rise * out) / step_h, run[-1][1]


def _as_near(assembled: Assembled, able_kw: SetPoints) -> Assembled:
    """Let the batteries do no more than they are told, and want that above all money."""
    model = assembled.model
    upper, cost = model.column_upper.copy(), model.column_cost.copy()
    wanted = _ABOVE * max(1.0, float(np.abs(cost).max(initial=0.0)))
    flows = _flows_of(able_kw)
    for block in model.columns:
        if block.name in flows:
            upper[block.span] = np.minimum(flows[block.name], upper[block.span])
            cost[block.span] -= wanted
    return replace(assembled, model=replace(model, column_upper=upper, column_cost=cost))


def _flows_of(power_kw: SetPoints) -> dict[str, Reals]:
    flows = {f"{name}.charge_kw": np.maximum(kw, 0.0) for name, kw in power_kw.items()}
    return flows | {f"{name}.discharge_kw": np.maximum(-kw, 0.0) for name, kw in power_kw.items()}


def _pinned(assembled: Assembled, done: SetPoints) -> Assembled:
    """Fix the flows of the batteries; everything else stays to be decided."""
    lower, upper = assembled.model.column_lower.copy(), assembled.model.column_upper.copy()
    flows = _flows_of(done)
    for block in assembled.model.columns:
        if block.name in flows:
            lower[block.span] = upper[block.span] = np.minimum(flows[block.name], upper[block.span])
    model = replace(assembled.model, column_lower=lower, column_upper=upper)
    return replace(assembled, model=model)

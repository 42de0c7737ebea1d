"""Plans a park with many charging sessions: as fleets first, then shared out among the vehicles.

The optimum of the fleets is a lower bound of the sessions' own; what is shared out, with the rest
of the park planned around it, is an upper one. Intervals in which the vehicles cannot take what
was planned are added to the fleets, which raises the lower bound, until both meet. So the plan
that is released is one of sessions, checked as such, and its gap is proven for this very plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, cast

import numpy as np

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.assets.charging import Charging
from taihang.core.dispatch.assets.fleet import Fleet
from taihang.core.dispatch.exact import Exact, solve_exactly
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.marginal import marginals_of
from taihang.core.dispatch.model import Reals, Solve
from taihang.core.dispatch.park_plan import ParkPlan, plan_of
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.recheck.judge import recheck
from taihang.core.dispatch.site.levels import subsets_by_price
from taihang.core.dispatch.site.share_out import Shares, shared_out
from taihang.core.dispatch.site.stays import GRAINS_PER_KWH, Stay, Subset, fleet_of, stays_of
from taihang.core.dispatch.slope.case import NotSlope, Reason
from taihang.services.plan_park import (
    Effort,
    Loops,
    Release,
    idle_of,
    no_loops,
    plan_park,
)

SESSION_COLUMNS_MOST: Final = 200_000
"""Columns of all sessions together above which they are planned as fleets."""
FREE_COLUMNS_MOST: Final = 20_000
"""Columns of those sessions that are planned one by one around the others' shares."""
_REST: Final = "-rest"
_GRAINS_KWH: Final = 2e-7
ROUNDS_MOST: Final = 3
"""Rounds after which the gap is told as it is."""


class FleetMethod(StrEnum):
    """How the sessions of a park were planned."""

    SESSIONS = "sessions"
    """One by one, in one linear model."""
    FLEETS = "fleets"
    """As fleets, shared out."""


@dataclass(frozen=True, slots=True, eq=False)
class FleetRelease:
    """A release in sessions, and how it came about."""

    release: Release
    method: FleetMethod
    first_cny: float | None
    """The lower bound by the envelopes alone, before any subset was added [CNY]."""
    rounds: int
    n_subsets: int
    """Sets of intervals that were added to the fleets."""


@dataclass(slots=True)
class _Station:
    """One station while its fleet is refined."""

    charging: Charging
    stays: tuple[Stay, ...]
    most: list[int]
    subsets: list[Subset]


@dataclass(frozen=True, slots=True, eq=False)
class _Round:
    """What one round found: a bound from below, shares, and what they cost."""

    assembled: Assembled
    exact: Exact
    shares: tuple[Shares, ...]
    plan: ParkPlan | None
    """A plan of sessions; None where the rest of the park finds none around the shares."""


def plan_with_sessions(
    problem: ParkProblem,
    *,
    solve: Solve,
    effort: Effort,
    columns_most: int = SESSION_COLUMNS_MOST,
    loops: Loops = no_loops,
) -> FleetRelease:
    """Plan a park, its sessions one by one where they are few, else as fleets.

    Args:
        problem: The problem; without charging stations it is planned as any other.
        solve: Solves a linear model.
        effort: How long, and how near.
        columns_most: Columns of sessions up to which they are planned one by one.
        loops: Loads the loops of the programme of one store, for a park without sessions.

    Returns:
        The release. Its plan is always one of sessions.
    """
    # 1. Few sessions are planned as they are.
    stations = [_station(one, problem) for one in problem.assets if isinstance(one, Charging)]
    n_columns = sum(stay.last - stay.first for one in stations for stay in one.stays)
    if n_columns <= columns_most:
        release = plan_park(problem, solve=solve, effort=effort, loops=loops)
        return FleetRelease(release, FleetMethod.SESSIONS, None, 1, 0)
    # 2. As fleets; each round adds what the vehicles could not do, until both bounds meet.
    best: _Round | None = None
    first_cny: float | None = None
    rounds = 0
    for rounds in range(1, ROUNDS_MOST + 1):
        found = _round(problem, stations, solve=solve, effort=effort)
        first_cny = found.exact.solution.bound if rounds == 1 else first_cny
        if found.exact.solution.values is None:
            # A round that ran out of time takes nothing from those before it.
            best = found if best is None else best
            break
        best = _better(best, found)
        if _is_closed(best, effort) or not _refined(stations, found.shares):
            break
    # 3. The plan in sessions, checked as one of sessions.
    release = _released(problem, cast("_Round", best), solve=solve, effort=effort)
    n_subsets = sum(len(one.subsets) for one in stations)
    return FleetRelease(release, FleetMethod.FLEETS, first_cny, rounds, n_subsets)


def _station(charging: Charging, problem: ParkProblem) -> _Station:
    step_h = problem.horizon.step_h
    most = [int(kw * step_h * GRAINS_PER_KWH) for kw in charging.station_kw.tolist()]
    return _Station(charging, stays_of(charging, problem.horizon), most, [])


def _round(
    problem: ParkProblem, stations: Sequence[_Station], *, solve: Solve, effort: Effort
) -> _Round:
    horizon = problem.horizon
    fleets = {
        one.charging.id: fleet_of(one.charging, one.stays, horizon=horizon, subsets=one.subsets)
        for one in stations
    }
    whole = _replaced(problem, fleets)
    assembled = whole.assembled()
    exact = solve_exactly(assembled, solve=solve, time_limit_s=effort.time_limit_s, gap=effort.gap)
    if exact.solution.values is None:
        return _Round(assembled, exact, (), None)
    plan = plan_of(whole, assembled, exact.solution.values)
    shares = tuple(_shares(one, plan, assembled, exact) for one in stations)
    around = _around(problem, stations, shares, solve=solve, effort=effort)
    return _Round(assembled, exact, shares, around)


def _shares(station: _Station, plan: ParkPlan, assembled: Assembled, exact: Exact) -> Shares:
    step_h = assembled.horizon.step_h
    charge_kw = plan.series[f"{station.charging.id}.charge_kw"]
    planned = np.rint(charge_kw * step_h * GRAINS_PER_KWH).astype(np.int64).tolist()
    shares = shared_out(station.stays, planned, station.most)
    prices = exact.solution.row_prices
    if not shares.subsets or prices is None:
        return shares
    price = prices[assembled.bus_rows[station.charging.bus]] / step_h
    subsets = (*shares.subsets, *subsets_by_price(station.stays, planned, price))
    free = _freed(station.stays, shares.free, subsets)
    return replace(shares, subsets=subsets, free=free)


def _freed(
    stays: Sequence[Stay], lacking: Sequence[int], subsets: Sequence[Subset]
) -> tuple[int, ...]:
    """Return who is planned one by one around the others: the lacking, and who could help them."""
    tight = np.zeros(max(one.last for one in stays) + 1, np.int64)
    for subset in subsets:
        tight[np.array(subset.steps) + 1] += 1
    crowd = np.cumsum(np.minimum(tight, 1))
    helps = {
        number: int(crowd[one.last] - crowd[one.first])
        for number, one in enumerate(stays)
        if crowd[one.last] > crowd[one.first]
    }
    first = set(lacking)
    order = sorted({*helps, *first}, key=lambda one: (one not in first, -helps.get(one, 0), one))
    columns = np.cumsum([stays[number].last - stays[number].first for number in order])
    most = max(int(np.searchsorted(columns, FREE_COLUMNS_MOST, side="right")), 0)
    return tuple(sorted(order[:most]))


def _around(
    problem: ParkProblem,
    stations: Sequence[_Station],
    shares: Sequence[Shares],
    *,
    solve: Solve,
    effort: Effort,
) -> ParkPlan | None:
    """Plan the rest of the park, and the vehicles the fleet's plan did not serve, around them."""
    horizon = problem.horizon
    assets: dict[str, tuple[Asset, ...]] = {one.id: (one,) for one in problem.assets}
    for one, mine in zip(stations, shares, strict=True):
        assets[one.charging.id] = _fixed(one, mine, horizon)
    whole = ParkProblem(horizon, tuple(one for group in assets.values() for one in group))
    assembled = whole.assembled()
    found = solve_exactly(assembled, solve=solve, time_limit_s=effort.time_limit_s, gap=effort.gap)
    if found.solution.values is None:
        return None
    plan = plan_of(whole, assembled, found.solution.values)
    return _in_sessions(problem, plan, stations, shares)


def _fixed(station: _Station, shares: Shares, horizon: Horizon) -> tuple[Asset, ...]:
    """Return the vehicles that keep their shares as a fleet, and the others one by one."""
    charging, n = station.charging, horizon.n_steps
    kept = shares.without(shares.free).of_steps(station.stays, n)
    taken = np.array(kept, np.float64) / GRAINS_PER_KWH
    served = np.cumsum(taken)
    fleet = Fleet(
        id=charging.id,
        bus=charging.bus,
        power_kw=taken / horizon.step_h,
        least_kwh=served,
        most_kwh=served,
        groups=(),
        unserved_price_cny_per_kwh=None,
    )
    if not shares.free:
        return (fleet,)
    rest = replace(
        charging,
        id=f"{charging.id}{_REST}",
        sessions=tuple(charging.sessions[number] for number in shares.free),
        station_kw=np.maximum(charging.station_kw - fleet.power_kw, 0.0),
    )
    return fleet, rest


def _in_sessions(
    problem: ParkProblem, plan: ParkPlan, stations: Sequence[_Station], shares: Sequence[Shares]
) -> ParkPlan:
    """Write what each vehicle gets into a plan of fleets."""
    owners = {f"{one.charging.id}{end}" for one in stations for end in ("", _REST)}
    series = {
        name: each for name, each in plan.series.items() if name.split(".", 1)[0] not in owners
    }
    bill = {name: cny for name, cny in plan.bill_cny.items() if name.split(".", 1)[0] not in owners}
    for one, mine in zip(stations, shares, strict=True):
        owner = one.charging.id
        session_kw = _session_kw(one, mine, plan, problem.horizon.step_h)
        total_kw = np.zeros(problem.horizon.n_steps)
        for stay, row in zip(one.stays, session_kw, strict=True):
            total_kw[stay.first : stay.last] += row
        served = np.array([float(row.sum()) * problem.horizon.step_h for row in session_kw])
        unserved = np.array([each.energy_kwh for each in one.charging.sessions]) - served
        # What rounding to grains leaves is no unserved energy.
        unserved = np.where(unserved < _GRAINS_KWH, 0.0, unserved)
        price = one.charging.unserved_price_cny_per_kwh or 0.0
        series[f"{owner}.session_kw"] = np.concatenate(session_kw)
        series[f"{owner}.charge_kw"] = total_kw
        series[f"{owner}.unserved_kwh"] = unserved
        bill[f"{owner}.unserved_cny"] = float(unserved.sum()) * price
    return replace(plan, series=series, bill_cny=bill, problem_sha256=problem.digest())


def _session_kw(station: _Station, shares: Shares, plan: ParkPlan, step_h: float) -> list[Reals]:
    """Return the power of each vehicle in the intervals of its stay [kW]."""
    rows = [_kw(row, step_h) for row in shares.taken]
    place, own = 0, plan.series.get(f"{station.charging.id}{_REST}.session_kw", np.zeros(0))
    for number in shares.free:
        length = len(rows[number])
        rows[number] = own[place : place + length]
        place += length
    return rows


def _kw(grains: Sequence[int], step_h: float) -> Reals:
    return np.array(grains, np.float64) / (GRAINS_PER_KWH * step_h)


def _replaced(problem: ParkProblem, fleets: Mapping[str, Fleet]) -> ParkProblem:
    assets = tuple[Asset, ...](fleets.get(one.id, one) for one in problem.assets)
    return ParkProblem(problem.horizon, assets)


def _better(best: _Round | None, found: _Round) -> _Round:
    """Return the higher bound with the cheaper plan; cut short, a later bound can be the lower."""
    if best is None:
        return found
    higher = found if _bound_cny(found) >= _bound_cny(best) else best
    plans = [one.plan for one in (best, found) if one.plan is not None]
    return replace(higher, plan=min(plans, key=lambda plan: plan.total_cny, default=None))


def _bound_cny(found: _Round) -> float:
    bound = found.exact.solution.bound
    return -np.inf if bound is None else bound


def _is_closed(found: _Round, effort: Effort) -> bool:
    bound = found.exact.solution.bound
    if found.plan is None or bound is None:
        return False
    cost = found.plan.total_cny
    return cost - bound <= max(effort.gap, 1e-9) * max(abs(cost), 1.0)


def _refined(stations: Sequence[_Station], shares: Sequence[Shares]) -> bool:
    """Add to each fleet what its vehicles could not do; say whether there was anything new."""
    more = 0
    for one, mine in zip(stations, shares, strict=True):
        new = [subset for subset in mine.subsets if subset not in one.subsets]
        one.subsets += new
        more += len(new)
    return more > 0


def _released(problem: ParkProblem, found: _Round, *, solve: Solve, effort: Effort) -> Release:
    """Have the plan of sessions checked as any other; its gap is that of both bounds."""
    if found.plan is None:
        # The sessions themselves say what stands in the way.
        return plan_park(problem, solve=solve, effort=effort)
    echo = problem.echo()
    idle, idle_verdict = idle_of(problem, echo, solve=solve, effort=effort)
    document = None if idle is None else idle.document()
    verdict = recheck(echo, found.plan.document(), idle=document)
    station = next(one.id for one in problem.assets if isinstance(one, Charging))
    solution = replace(found.exact.solution, objective=found.plan.total_cny)
    return Release(
        problem=problem,
        assembled=found.assembled,
        exact=replace(found.exact, solution=solution),
        plan=found.plan if verdict.accepted else None,
        verdict=verdict,
        idle=idle,
        idle_verdict=idle_verdict,
        marginals=marginals_of(found.assembled, found.exact.solution),
        breaches=(),
        why_linear=NotSlope(Reason.ASSET, station, None),
    )

"""The Pareto front: what a park costs at least, as one ratio is asked more and more.

Every cut and every point of one limit holds at the next: cuts are written in prices of budgets, of
which only the limits move, and a year that can be run stays one. So each further limit takes a few
looks only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from taihang.core.dispatch.assets.green_ratio import GreenRatio
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.sizing.case import (
    FEED_BACK,
    GREEN_SHARE,
    SELF_USE,
    SizingCase,
    Why,
    sizing_case,
)
from taihang.core.dispatch.sizing.search import Ended, Met, Search
from taihang.core.dispatch.sizing.sized import Tools, felt_wear_cny, with_wear


class FrontStatus(StrEnum):
    """What is known of a limit."""

    PROVEN = "proven"
    """The cost is the least, within the gap."""
    WORN = "worn"
    """A plan of that cost there is; it is the best one for a battery that wears a little more, for
    without wear burning energy would pay."""
    NONE = "none"
    """No sizes within their ranges were found that keep it."""


@dataclass(frozen=True, slots=True, eq=False)
class FrontPoint:
    """One limit of the ratio."""

    limit_ratio: float
    status: FrontStatus
    cost_cny: float | None
    """What plan and sizes cost in the horizon, without what is there in any case."""
    bound_cny: float | None
    """What no sizes can cost less than; None where nothing is proven."""
    sizes: Mapping[str, float]
    """By ``asset.field``, existing and added together [kW or kWh]."""
    ratios: Mapping[str, float]
    """Self-use, green share and feed-back as they are reached [1]."""
    looks: int

    @property
    def gap_ratio(self) -> float | None:
        """What may be left to gain, as a share of the cost [1]."""
        if self.cost_cny is None or self.bound_cny is None:
            return None
        return max(self.cost_cny - self.bound_cny, 0.0) / max(abs(self.cost_cny), 1.0)


def front_of(
    problem: ParkProblem, *, kind: str, limits: Sequence[float], tools: Tools, gap: float
) -> tuple[FrontPoint, ...] | Why:
    """Find the least cost at each limit of a ratio.

    Args:
        problem: The problem; it must have that ratio.
        kind: ``green-share`` or ``feed-back``.
        limits: Ascending. [1]
        tools: Loops and models.
        gap: Relative gap at which bounds count as met. [1]

    Returns:
        One point each, or why the decomposition does not hold. Once a green share cannot be
        reached, no higher one is looked for.
    """
    points, known, wear_cny = list[FrontPoint](), None, 0.0
    for limit in limits:
        case = sizing_case(at_limit(problem, kind=kind, limit_ratio=limit))
        if isinstance(case, Why):
            return case
        if points and points[-1].status is FrontStatus.NONE and kind == GREEN_SHARE:
            points.append(replace(points[-1], limit_ratio=limit, looks=0))
            continue
        point, known, wear_cny = _next(case, limit, known, wear_cny, tools=tools, gap=gap)
        points.append(point)
    return tuple(points)


def at_limit(problem: ParkProblem, *, kind: str, limit_ratio: float) -> ParkProblem:
    """Return the problem with another limit of one ratio."""
    return replace(
        problem,
        assets=tuple(
            replace(one, limit_ratio=limit_ratio)
            if isinstance(one, GreenRatio) and one.kind == kind
            else one
            for one in problem.assets
        ),
    )


_TRIALS: Final = 4


def _next(
    case: SizingCase,
    limit: float,
    known: Search | None,
    wear_cny: float,
    *,
    tools: Tools,
    gap: float,
) -> tuple[FrontPoint, Search | None, float]:
    """Find one point; return with it what is known then, and the wear that is felt."""
    looks = 0
    for _ in range(_TRIALS):
        felt = with_wear(case, wear_cny) if wear_cny > 0.0 else case
        search = Search(felt, loops=tools.loops, make=tools.make, known=known)
        met = search.close(gap=gap)
        looks += search.oracle.looks
        if met is None:
            break
        if met.ended is Ended.PROVEN:
            status = FrontStatus.WORN if wear_cny > 0.0 else FrontStatus.PROVEN
            more_cny = felt.year.law.wear_cny_per_kwh - case.year.law.wear_cny_per_kwh
            point = _point(search, met, limit=limit, more_cny=more_cny)
            return replace(point, status=status, looks=looks), search, wear_cny
        if met.ended is Ended.BROKEN:
            break
        # What is known belongs to the wear it was found at.
        known, wear_cny = None, felt_wear_cny(felt, met)
    nothing = FrontPoint(limit, FrontStatus.NONE, None, None, {}, {}, looks)
    return nothing, known, wear_cny


def _point(search: Search, met: Met, *, limit: float, more_cny: float) -> FrontPoint:
    """Return what a search met at; the wear that was only felt is taken off the cost."""
    flows = np.zeros(4)
    for weight, point in zip(met.inside.weights, search.inside.points, strict=True):
        flows += weight * point.flows_kwh
    return FrontPoint(
        limit_ratio=limit,
        status=FrontStatus.PROVEN,
        cost_cny=met.inside.cny - more_cny * float(flows[3]),
        bound_cny=None if more_cny > 0.0 else met.outside.cny,
        sizes=_sizes(search.case, met.inside.x),
        ratios=_ratios(search.case, met.inside.x, flows),
        looks=0,
    )


def _sizes(case: SizingCase, x: Reals) -> dict[str, float]:
    """Return all sizes by name."""
    battery, q, n = case.battery, case.quantities.at(x), len(case.plants)
    sizes = {f"{one.id}.capacity_kw": float(q[at]) for at, one in enumerate(case.plants)}
    sizes[f"{battery.id}.charge_kw"] = float(q[n])
    sizes[f"{battery.id}.energy_kwh"] = float(q[n + 2])
    sizes[f"{case.grid.id}.connection_kw"] = float(case.connection_kw.at(x)[0])
    return sizes


def _ratios(case: SizingCase, x: Reals, flows_kwh: Reals) -> dict[str, float]:
    """Return the three ratios, whichever of them has a limit."""
    used, export, loss = (float(one) for one in flows_kwh[:3])
    made = float(case.year.plant_kwh.sum(axis=0) @ case.quantities.at(x)[: len(case.plants)])
    green = [one for one in case.problem.assets if isinstance(one, GreenRatio)]
    counts_loss = any(one.losses_in_load for one in green if one.kind == GREEN_SHARE)
    load = float(case.year.load_kwh.sum()) + (loss if counts_loss else 0.0)
    ratios = {GREEN_SHARE: (used - export) / load if load else 0.0}
    if made > 0.0:
        ratios |= {SELF_USE: (used - export) / made, FEED_BACK: export / made}
    return ratios

"""``SlopeControl``: one step after the other by the programme, in arrays that change in place.

It is made once from a problem of the window's length::

    control = SlopeControl(problem, case, find_plan=find_plan)   # case = slope_case(problem)
    found = control.step(window)                                 # SlopeAnswer or NotSlope
    control.set_points()["store.charge_kw"]                      # if it is an answer

Each step writes what is new (forecasts, prices, limits, the battery as it stands, the peak so far)
and calls the loops. Nothing is checked again and no array is made, so an answer holds until the
next step. What a window does not name (sizes, losses, wear, supplies, spills, prices of
curtailment) stays as in the problem. A window lies within one month, if demand is charged: the
peak is one number. Where the loops say that some interval is not convex, or that
there is no plan, the step is for the linear model.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.dispatch.assets.carbon import KG_PER_T, Carbon
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.slope import shapes
from taihang.core.dispatch.slope.case import NotSlope, Reason, SlopeCase, refused
from taihang.core.dispatch.slope.shapes import Case, Demand, FindPlan, Node, a_room
from taihang.core.dispatch.slope.solve import SlopeAnswer

_PIECES: Final = 32
_NEAR_RATIO: Final = 1e-9
"""Share of the store by which a start may miss its limits: the rounding of meters and sums [1]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """What is new in a step, on the intervals of the problem that the control was made from."""

    load_kw: Reals
    """One row for each load, in the order of the problem, shape (loads, n)."""
    available_kw: Reals
    """One row for each plant, in the order of the problem, shape (plants, n)."""
    import_price_cny_per_kwh: Reals
    export_price_cny_per_kwh: Reals
    import_limit_kw: Reals
    export_limit_kw: Reals
    energy_start_kwh: float
    energy_end_min_kwh: float
    """What must be left at the end; 0 for nothing."""
    peak_so_far_kw: float
    """Import up to which demand is paid for already [kW]."""


class SlopeControl:
    """The programme of one park, ready for the next window.

    Args:
        problem: The park on a horizon as long as the windows.
        case: What ``slope_case`` made of it.
        find_plan: The loops, plain or compiled.
    """

    def __init__(self, problem: ParkProblem, case: SlopeCase, *, find_plan: FindPlan) -> None:
        self._own, self._find_plan, self._hours = case, find_plan, case.step_h
        given = case.case.node
        self._node = Node(
            given.flow_cny_per_kwh.copy(), case.limits_kwh.copy(), given.need_kwh.copy(), *given[3:]
        )
        self._room = a_room(*given.flow_kwh.shape, n_pieces=_PIECES)
        self._guess_kwh = 0.0
        grid = next(one for one in problem.assets if isinstance(one, Grid))
        self._connection_kw = grid.connection_kw.existing
        price = sum(
            (one.price_cny_per_t or 0.0) for one in problem.assets if isinstance(one, Carbon)
        )
        self._carbon_cny_per_kwh = grid.carbon_kg_per_kwh * price / KG_PER_T
        plants = [one for one in problem.assets if isinstance(one, Plant)]
        loads = [one for one in problem.assets if isinstance(one, Load)]
        self._plant_cny_per_kwh = np.array([one.cost_cny_per_kwh for one in plants])
        self._curtailed = self._places([f"{one.id}.used_kw" for one in plants])
        shed = self._places([f"{one.id}.shed_kw" for one in loads])
        self._shed = [(at, flow, loads[at].shed_max_ratio) for at, flow in shed]
        kwh = np.array([one.available_ratio * one.capacity_kw.existing for one in plants])
        self._fixed_cny = case.fixed_cny - self._plants_cny(kwh.reshape(len(plants), -1))

    def step(self, window: Window) -> SlopeAnswer | NotSlope:
        """Find the cheapest plan of a window; the arrays of an answer hold until the next step.

        Args:
            window: What is new.

        Returns:
            The plan with its bounds; or why the linear model has the word.
        """
        store = self._own.case.store
        near_kwh = _NEAR_RATIO * store.high_kwh
        if not store.low_kwh - near_kwh <= window.energy_start_kwh <= store.high_kwh + near_kwh:
            return NotSlope(Reason.START, self._own.battery, None)
        case = self._written(window)
        status = self._find_plan(case, self._room)
        while status == shapes.NO_ROOM:
            size = 2 * len(self._room.values.kwh) // len(case.node.need_kwh)
            self._room = a_room(*case.node.flow_kwh.shape, n_pieces=size)
            status = self._find_plan(case, self._room)
        answer = self._room.answer
        if status != shapes.DONE:
            return refused(self._own, status, step=int(answer.counts[1]))
        peak_kwh = float(answer.peak_kwh[0])
        self._guess_kwh = peak_kwh if math.isfinite(peak_kwh) else 0.0
        fixed = self._fixed_cny + self._plants_cny(window.available_kw)
        upper, lower = (float(each) + fixed for each in answer.bounds_cny)
        if not math.isfinite(upper - lower):  # Some number of the window is none.
            return NotSlope(Reason.GAP, "", None)
        return SlopeAnswer(answer, upper, lower)

    def set_points(self) -> Mapping[str, Reals]:
        """Return what every flow does in the window, by ``asset.name``, as arrays of their own.

        Of plants it is ``curtailed_kw``; the battery has three series, ``charge_kw``,
        ``discharge_kw`` and ``energy_kwh``.
        """
        answer, store, name = self._room.answer, self._own.case.store, self._own.battery
        flows = {
            flow.replace(".used_kw", ".curtailed_kw"): answer.flow_kwh[:, at] / self._hours
            for at, flow in enumerate(self._own.flows)
        }
        into, out = np.maximum(answer.rise_kwh, 0.0), np.maximum(-answer.rise_kwh, 0.0)
        return {
            **flows,
            f"{name}.charge_kw": into / store.in_ratio / self._hours,
            f"{name}.discharge_kw": out * store.out_ratio / self._hours,
            f"{name}.energy_kwh": answer.energy_kwh.copy(),
        }

    def _places(self, names: list[str]) -> list[tuple[int, int]]:
        flows = self._own.flows
        return [(at, flows.index(name)) for at, name in enumerate(names) if name in flows]

    def _plants_cny(self, available_kw: Reals) -> float:
        if not self._plant_cny_per_kwh.any():
            return 0.0
        return float(self._plant_cny_per_kwh @ available_kw.sum(axis=1)) * self._hours

    def _written(self, window: Window) -> Case:
        """Write a window into the arrays."""
        node, hours, own = self._node, self._hours, self._own.case
        need_kw = np.add.reduce(window.load_kw, 0) - np.add.reduce(window.available_kw, 0)
        np.multiply(need_kw, hours, out=node.need_kwh)
        node.flow_cny_per_kwh[:, 0] = window.export_price_cny_per_kwh
        node.flow_cny_per_kwh[:, -1] = window.import_price_cny_per_kwh + self._carbon_cny_per_kwh
        most_kw = self._connection_kw
        np.multiply(np.minimum(window.export_limit_kw, most_kw), hours, out=node.flow_kwh[:, 0])
        np.multiply(np.minimum(window.import_limit_kw, most_kw), hours, out=node.flow_kwh[:, -1])
        for plant, flow in self._curtailed:
            np.multiply(window.available_kw[plant], hours, out=node.flow_kwh[:, flow])
        for load, flow, ratio in self._shed:
            node.flow_kwh[:, flow] = window.load_kw[load] * (ratio * hours)
        store = own.store._replace(
            start_kwh=min(max(window.energy_start_kwh, own.store.low_kwh), own.store.high_kwh),
            end_low_kwh=window.energy_end_min_kwh,
        )
        so_far_kwh = window.peak_so_far_kw * hours
        return Case(node, store, Demand(own.demand.price_cny_per_kwh, so_far_kwh, self._guess_kwh))

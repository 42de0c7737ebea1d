"""Finds out whether one store decides alone, and writes the park as the programme reads it.

The programme is exact for one battery behind one bus with one gateway, where the cost of each
interval is convex in the change of the battery. What each asset can do at a price becomes a flow
(``shapes.Node``); what it must do is part of the need. Ratios and a cap on carbon couple intervals
in a way that the programme does not see: they are watched, and where its plan breaks one the
linear model has the word. Where a plan keeps them it is the best one, for without them none is
better.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

import numpy as np

from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.carbon import KG_PER_T, Carbon
from taihang.core.dispatch.assets.contract_demand import ContractDemand
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.green_ratio import GreenRatio
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.assets.spill import Spill
from taihang.core.dispatch.assets.storing import kept_ratio
from taihang.core.dispatch.assets.supply import Supply
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.slope.shapes import BURNS, LOOPS, Case, Demand, Node, Store

_KNOWN: Final = (
    *(Bus, Load, Plant, Supply, Spill, Grid, Battery),
    *(DemandCharge, ContractDemand, Carbon, GreenRatio),
)
_SIZED: Final = ("charge_kw", "discharge_kw", "energy_kwh", "capacity_kw", "connection_kw")
_Kind = TypeVar("_Kind", bound=Asset)


class Reason(StrEnum):
    """Why the programme does not hold."""

    ASSET = "asset"
    """There is an asset that it does not know."""
    BUSES = "buses"
    """There is more than one bus."""
    STORES = "stores"
    """There is not exactly one battery."""
    GATEWAYS = "gateways"
    """There is not exactly one gateway."""
    SIZE = "size"
    """A size is for the plan to choose."""
    START = "start"
    """The battery starts outside its limits, or where the plan likes."""
    WARRANTY = "warranty"
    """The cycles of the battery are limited."""
    DEMAND = "demand"
    """Demand is charged twice, or by export."""
    MONTHS = "months"
    """Demand is charged for more than one month."""
    LOOPS = "loops"
    """Export is paid more than import costs."""
    BURNS = "burns"
    """Burning energy in the battery pays."""
    RULE = "rule"
    """A ratio or a cap binds."""
    GAP = "gap"
    """The programme did not prove its plan the best."""
    NO_PLAN = "no-plan"
    """No plan keeps all limits; the linear model says which of them conflict."""
    COMPILER = "compiler"
    """There is no compiler for the loops, and without one the solver is faster."""


@dataclass(frozen=True, slots=True)
class NotSlope:
    """The programme does not hold here; the linear model does."""

    reason: Reason
    asset: str
    """Which asset is in the way; empty where it is none alone."""
    step: int | None
    """The first interval in which it is; None where it is no matter of one."""


@dataclass(frozen=True, slots=True, eq=False)
class SlopeCase:
    """A park as the programme reads it."""

    case: Case
    flows: tuple[str, ...]
    """Which series of a plan each flow is, by ``asset.name``; of a plant, what is left of it."""
    limits_kwh: Reals
    """The most of each flow as the park says it, shape (n, k); in ``case`` what never flows is cut
    off."""
    battery: str
    demand: str | None
    """The rule that charges demand."""
    fixed_cny: float
    """What is paid whatever is done."""
    step_h: float


class _Flow(NamedTuple):
    """One flow: whose it is, what a kWh costs, and how many there are."""

    name: str
    cny_per_kwh: Reals
    kwh: Reals


@dataclass(slots=True)
class _Flows:
    """Collects flows, drains and others apart."""

    drains: list[_Flow] = field(default_factory=list[_Flow])
    others: list[_Flow] = field(default_factory=list[_Flow])
    fixed_cny: float = 0.0


def slope_case(problem: ParkProblem) -> SlopeCase | NotSlope:
    """Return a park as the programme reads it, or why it may not.

    Args:
        problem: Any problem. Whether its costs are convex in each interval, the loops find out.

    Returns:
        The case, or the reason to take the linear model.
    """
    why_not = _why_not(problem)
    if why_not is not None:
        return why_not
    grid, battery = _all(problem, Grid)[0], _all(problem, Battery)[0]
    hours, charge = problem.horizon.step_h, _carbon_cny_per_kg(problem)
    need_kwh = _need_kwh(problem)
    store, flows = _store(battery, hours), _flows(problem, charge_cny_per_kg=charge)
    flows.fixed_cny += grid.fee_cny
    demand, rule = _demand(problem, flows, mean_kwh=float(need_kwh.mean()))
    rows = [*flows.drains, *flows.others, _import(grid, charge, hours)]
    limits_kwh = np.ascontiguousarray(np.array([row.kwh for row in rows]).T)
    node = Node(
        flow_cny_per_kwh=np.ascontiguousarray(np.array([row.cny_per_kwh for row in rows]).T),
        flow_kwh=limits_kwh,
        need_kwh=need_kwh,
        n_drains=len(flows.drains),
    )
    return SlopeCase(
        case=Case(node._replace(flow_kwh=_cut(node, store)), store, demand),
        flows=tuple(row.name for row in rows),
        limits_kwh=limits_kwh,
        battery=battery.id,
        demand=rule,
        fixed_cny=flows.fixed_cny,
        step_h=hours,
    )


def _import(grid: Grid, charge_cny_per_kg: float, step_h: float) -> _Flow:
    kwh = np.minimum(grid.import_limit_kw, grid.connection_kw.existing) * step_h
    price = grid.import_price_cny_per_kwh + charge_cny_per_kg * grid.carbon_kg_per_kwh
    return _Flow(f"{grid.id}.import_kw", price, kwh)


def refused(case: SlopeCase, status: int, *, step: int) -> NotSlope:
    """Return in words what a status of the loops says.

    Args:
        case: The case.
        status: Any but ``DONE``.
        step: The interval that the loops came to.
    """
    of_one = {LOOPS: Reason.LOOPS, BURNS: Reason.BURNS}.get(status)
    if of_one is None:
        return NotSlope(Reason.NO_PLAN, "", None)
    return NotSlope(of_one, case.battery if of_one is Reason.BURNS else "", step)


def _cut(node: Node, store: Store) -> Reals:
    """Return the flows without what can never flow: very large numbers would round the others.

    No drain takes more than all else gives, and import is no more than all else takes. Twice that
    is left, so that what is left never binds.
    """
    kwh, drains = node.flow_kwh.copy(), slice(0, node.n_drains)
    surplus, lack = np.maximum(-node.need_kwh, 0.0), np.maximum(node.need_kwh, 0.0)
    given = kwh[:, node.n_drains :].sum(axis=1) + surplus + store.most_out_kwh * store.out_ratio
    kwh[:, drains] = np.minimum(kwh[:, drains], 2.0 * given[:, None])
    taken = kwh[:, 1 : node.n_drains].sum(axis=1) + lack + store.most_in_kwh / store.in_ratio
    kwh[:, -1] = np.minimum(kwh[:, -1], 2.0 * taken)
    return kwh


def _all(problem: ParkProblem, kind: type[_Kind]) -> Sequence[_Kind]:
    return [asset for asset in problem.assets if isinstance(asset, kind)]


# -- the structure ---------------------------------------------------------------------------------


def _why_not(problem: ParkProblem) -> NotSlope | None:
    for asset in problem.assets:
        if not isinstance(asset, _KNOWN):
            return NotSlope(Reason.ASSET, asset.id, None)
        sizes = [getattr(asset, name, None) for name in (*_SIZED, "contract_kw")]
        if any(size is not None and size.add_max > 0.0 for size in sizes):
            return NotSlope(Reason.SIZE, asset.id, None)
    counts = (
        (Bus, Reason.BUSES),
        (Battery, Reason.STORES),
        (Grid, Reason.GATEWAYS),
    )
    for kind, reason in counts:
        found = _all(problem, kind)
        if len(found) != 1:
            return NotSlope(reason, found[1].id if found else "", None)
    battery = _all(problem, Battery)[0]
    if battery.cycles_max_ratio is not None:
        return NotSlope(Reason.WARRANTY, battery.id, None)
    law = battery.law()
    start = law.level_start_ratio
    if start is None or not law.level_min_ratio <= start <= law.level_max_ratio:
        return NotSlope(Reason.START, battery.id, None)
    return _why_not_demand(problem)


def _why_not_demand(problem: ParkProblem) -> NotSlope | None:
    metered, agreed = _all(problem, DemandCharge), _all(problem, ContractDemand)
    rules = [*(one.id for one in metered), *(one.id for one in agreed)]
    if len(rules) > 1 or any(one.direction != "import" for one in metered):
        return NotSlope(Reason.DEMAND, rules[-1], None)
    months = problem.horizon.months()
    if rules and months[-1] > 0:
        return NotSlope(Reason.MONTHS, rules[0], int((months > 0).argmax()))
    return None


# -- the arrays ------------------------------------------------------------------------------------


def _need_kwh(problem: ParkProblem) -> Reals:
    need_kw = np.zeros(problem.horizon.n_steps)
    for load in _all(problem, Load):
        need_kw += load.load_kw
    for plant in _all(problem, Plant):
        need_kw -= plant.available_ratio * plant.capacity_kw.existing
    return need_kw * problem.horizon.step_h


def _flows(problem: ParkProblem, *, charge_cny_per_kg: float) -> _Flows:
    """Return all flows but import, export first."""
    hours, grid = problem.horizon.step_h, _all(problem, Grid)[0]
    export_kwh = np.minimum(grid.export_limit_kw, grid.connection_kw.existing) * hours
    flows, flat = _Flows(), np.ones(problem.horizon.n_steps)
    flows.drains.append(_Flow(f"{grid.id}.export_kw", grid.export_price_cny_per_kwh, export_kwh))
    for plant in _all(problem, Plant):
        kwh = plant.available_ratio * plant.capacity_kw.existing * hours
        flows.fixed_cny += plant.cost_cny_per_kwh * float(kwh.sum())
        price = plant.curtail_price_cny_per_kwh
        if price is not None:
            used_cny = (plant.cost_cny_per_kwh - price) * flat
            flows.drains.append(_Flow(f"{plant.id}.used_kw", used_cny, kwh))
    for spill in _all(problem, Spill):
        spilled_cny = -spill.price_cny_per_kwh * flat
        flows.drains.append(_Flow(f"{spill.id}.spilled_kw", spilled_cny, spill.limit_kw * hours))
    for supply in _all(problem, Supply):
        given_cny = supply.price_cny_per_kwh + charge_cny_per_kg * supply.carbon_kg_per_kwh
        given_kwh = supply.capacity_kw.existing * hours * flat
        flows.others.append(_Flow(f"{supply.id}.given_kw", given_cny, given_kwh))
    for load in _all(problem, Load):
        price = load.shed_price_cny_per_kwh
        if price is not None:
            shed_kwh = load.load_kw * load.shed_max_ratio * hours
            flows.others.append(_Flow(f"{load.id}.shed_kw", price * flat, shed_kwh))
    return flows


def _store(battery: Battery, step_h: float) -> Store:
    law, energy_kwh = battery.law(), battery.energy_kwh.existing
    discharge_kw = battery.charge_kw if battery.discharge_kw is None else battery.discharge_kw
    charge_kw = battery.charge_kw.existing
    return Store(
        low_kwh=law.level_min_ratio * energy_kwh,
        high_kwh=law.level_max_ratio * energy_kwh,
        start_kwh=battery.start_ratio * battery.health_ratio * energy_kwh,
        end_low_kwh=_end_ratio(battery) * energy_kwh,
        end_value_cny_per_kwh=0.0,
        most_in_kwh=charge_kw * step_h * law.charge_efficiency_ratio,
        most_out_kwh=discharge_kw.existing * step_h / law.discharge_efficiency_ratio,
        in_ratio=law.charge_efficiency_ratio,
        out_ratio=law.discharge_efficiency_ratio,
        kept_ratio=kept_ratio(law, step_h),
        wear_cny_per_kwh=battery.cycle_cost_cny_per_kwh,
    )


def _end_ratio(battery: Battery) -> float:
    law = battery.law()
    if law.is_cyclic:
        return min(battery.start_ratio * battery.health_ratio, law.level_max_ratio)
    return 0.0 if law.level_end_min_ratio is None else law.level_end_min_ratio


def _demand(problem: ParkProblem, flows: _Flows, *, mean_kwh: float) -> tuple[Demand, str | None]:
    """Return the charge on demand and the rule behind it; what a contract costs anyway is fixed."""
    hours = problem.horizon.step_h
    for one in _all(problem, DemandCharge):
        kwh = one.so_far_kw * hours
        return Demand(one.price_cny_per_kw / hours, kwh, mean_kwh), one.id
    for one in _all(problem, ContractDemand):
        flows.fixed_cny += one.price_cny_per_kw * one.contract_kw.existing
        kwh = one.free_ratio * one.contract_kw.existing * hours
        return Demand(one.price_cny_per_kw * one.excess_ratio / hours, kwh, mean_kwh), one.id
    return Demand(0.0, 0.0, 0.0), None


def _carbon_cny_per_kg(problem: ParkProblem) -> float:
    return sum((one.price_cny_per_t or 0.0) / KG_PER_T for one in _all(problem, Carbon))

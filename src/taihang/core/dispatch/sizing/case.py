"""Finds out whether a problem is one year of one node with one battery, and writes it as such.

What couples the intervals of the year is told apart from what happens in each: sizes, the energy
the store starts with and the import of each month are *variables*; the ratios are *budgets*. At
given variables, and with a price on every budget, the year is left to the storage programme.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

import numpy as np

from taihang.core.dispatch.assets.battery import AT_LEAST, FREE, Battery
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.contract_demand import ContractDemand
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.green_ratio import GreenRatio
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.assets.storing import kept_ratio
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.sizing.kernel import Law, Year

SELF_USE: Final = "self-use"
GREEN_SHARE: Final = "green-share"
FEED_BACK: Final = "feed-back"
MONTH: Final = "month"
START_ENERGY: Final = "start"
_Asset = TypeVar("_Asset")
_KNOWN: Final = (Bus, Load, Plant, Grid, Battery, ContractDemand, DemandCharge, GreenRatio)


class Why(StrEnum):
    """Why the whole linear model is taken: by what the decomposition cannot do."""

    OTHER_ASSETS = "other-assets"
    """There is more, or less, than one node with one battery and one connection."""
    TWO_DEMANDS = "two-demands"
    TWO_RATIOS = "two-ratios"
    SHED = "shed"
    """A load may go unserved."""
    NO_CURTAILMENT = "no-curtailment"
    """A plant may not be curtailed."""
    DEAR_EXPORT = "dear-export"
    """Export is paid dearer than import in some interval."""
    WARRANTY = "warranty"
    START = "start"
    """The battery starts outside its limits."""
    EXPORT_DEMAND = "export-demand"
    ASKED = "asked"
    """Somebody asked for it."""
    NO_COMPILER = "no-compiler"
    """There is nothing that compiles the loops, and plain they take longer than the model."""
    OPEN = "open"
    """The bounds did not meet: energy would be burnt in the battery to keep a ratio."""
    BROKEN = "broken"
    """Nothing that can be run was found: a ratio is broken, load is unserved, or no plan fits."""


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """Numbers that are linear in the variables: ``fixed + by_variable @ x``."""

    fixed: Reals
    by_variable: Reals
    """Shape (numbers, variables)."""

    def at(self, x: Reals) -> Reals:
        """Return the numbers at given variables."""
        return self.fixed + self.by_variable @ x


@dataclass(frozen=True, slots=True, eq=False)
class Variables:
    """What is chosen once for the whole horizon."""

    names: tuple[str, ...]
    """Size, ``month`` or ``start``, by which the linear model finds its columns."""
    upper: Reals
    """Largest value; the smallest is 0 [kW or kWh]."""
    cost_cny: Reals
    """What a unit costs in the horizon, all that the flows do not pay."""


@dataclass(frozen=True, slots=True, eq=False)
class Budgets:
    """The ratios, as energies that the flows may not exceed.

    Each row counts ``used``, ``export`` and ``loss`` of the flows with its factors, and may reach
    at most its limit, which the variables move.
    """

    kinds: tuple[str, ...]
    used: Reals
    """Factor of what is used of the plants, shape (budgets,)."""
    export: Reals
    loss: Reals
    limit_kwh: Affine

    def taken_kwh(self, flows_kwh: Reals) -> Reals:
        """Return how much of each budget flows take: used, exported, lost and more."""
        used, export, loss = flows_kwh[:3]
        return self.used * used + self.export * export + self.loss * loss


@dataclass(frozen=True, slots=True, eq=False)
class SizingCase:
    """A year as the decomposition reads it."""

    problem: ParkProblem
    plants: tuple[Plant, ...]
    battery: Battery
    grid: Grid
    year: Year
    variables: Variables
    quantities: Affine
    """What a look is given: plants, charge, discharge, energy, start, end, caps [kW or kWh]."""
    connection_kw: Affine
    """What bounds import and export beside their limits: one number, moved where it is sized."""
    budgets: Budgets
    above_cap_cny: Reals
    """What a kW of each month's highest import costs above its cap, shape (months,)."""

    def caps_kw(self, x: Reals) -> Reals:
        """Return the import of each month that the contract, or the month so far, has paid for."""
        bought = x.copy()
        bought[[at for at, name in enumerate(self.variables.names) if name == MONTH]] = 0.0
        return self.quantities.at(bought)[len(self.plants) + 5 :]


def sizing_case(problem: ParkProblem) -> SizingCase | Why:
    """Return a problem as the decomposition reads it, or why it may not.

    Args:
        problem: Any park problem.

    Returns:
        The case, or the reason to take the linear model.
    """
    return _reason(problem) or _Reading(problem).case()


def _of(problem: ParkProblem, kind: type[_Asset]) -> list[_Asset]:
    return [asset for asset in problem.assets if isinstance(asset, kind)]


def _reason(problem: ParkProblem) -> Why | None:
    """Say what does not fit; None if all does."""
    singles = [len(_of(problem, kind)) for kind in (Bus, Grid, Battery)]
    if singles != [1, 1, 1] or not all(isinstance(one, _KNOWN) for one in problem.assets):
        return Why.OTHER_ASSETS
    battery, grid = _of(problem, Battery)[0], _of(problem, Grid)[0]
    kinds = [one.kind for one in _of(problem, GreenRatio)]
    metered, start = _of(problem, DemandCharge), battery.soc_start_ratio
    plants, loads = _of(problem, Plant), _of(problem, Load)
    checks = {
        Why.TWO_DEMANDS: len(_of(problem, ContractDemand)) + len(metered) > 1,
        Why.TWO_RATIOS: len(set(kinds)) != len(kinds),
        Why.SHED: any(one.shed_max_ratio > 0.0 for one in loads),
        Why.NO_CURTAILMENT: any(one.curtail_price_cny_per_kwh is None for one in plants),
        Why.DEAR_EXPORT: bool(
            (grid.export_price_cny_per_kwh > grid.import_price_cny_per_kwh).any()
        ),
        Why.WARRANTY: battery.cycles_max_ratio is not None,
        Why.START: start is not None and not _is_inside(start, battery),
        Why.EXPORT_DEMAND: any(one.direction != "import" for one in metered),
    }
    return next((why for why, is_so in checks.items() if is_so), None)


def _is_inside(start_ratio: float, battery: Battery) -> bool:
    return battery.soc_min_ratio <= start_ratio <= battery.soc_max_ratio


class _Reading:
    """Reads the assets of a problem that fits, and numbers the variables on the way."""

    def __init__(self, problem: ParkProblem) -> None:
        self.problem, self.horizon = problem, problem.horizon
        self.plants = tuple(_of(problem, Plant))
        self.battery, self.grid = _of(problem, Battery)[0], _of(problem, Grid)[0]
        self.names, self.upper, self.cost = list[str](), list[float](), list[float]()
        self.rows = list[tuple[float, dict[int, float]]]()

    def case(self) -> SizingCase:
        """Return the case; the rows of the quantities are written in their order."""
        full_h = [float(one.available_ratio.sum()) * self.horizon.step_h for one in self.plants]
        for plant, hours in zip(self.plants, full_h, strict=True):
            more = (plant.curtail_price_cny_per_kwh or 0.0) * hours
            self._size(f"{plant.id}.capacity_kw", plant.capacity_kw, more_cny=more)
        made = list(self.rows)
        self._battery()
        above_cap_cny = self._caps()
        # What bounds the gateway is no quantity of the programme: it is written into its year.
        self._size(f"{self.grid.id}.connection_kw", self.grid.connection_kw)
        connection = self.rows.pop()
        quantities = self._affine(self.rows)
        connection_kw = self._affine([connection])
        variables = Variables(tuple(self.names), np.array(self.upper), np.array(self.cost))
        return SizingCase(
            problem=self.problem,
            plants=self.plants,
            battery=self.battery,
            grid=self.grid,
            year=self._year(),
            variables=variables,
            quantities=quantities,
            connection_kw=connection_kw,
            budgets=self._budgets(self._affine(made), np.array(full_h)),
            above_cap_cny=above_cap_cny,
        )

    # -- variables and quantities ---------------------------------------------------------------

    def _variable(self, name: str, *, upper: float, cost_cny: float) -> int:
        self.names.append(name)
        self.upper.append(upper)
        self.cost.append(cost_cny)
        return len(self.names) - 1

    def _size(self, name: str, capacity: Capacity, *, more_cny: float = 0.0) -> None:
        moves = dict[int, float]()
        if capacity.add_max > 0.0:
            cost_cny = capacity.cost_cny_per_unit + more_cny
            moves = {self._variable(name, upper=capacity.add_max, cost_cny=cost_cny): 1.0}
        self.rows.append((capacity.existing, moves))

    def _battery(self) -> None:
        battery = self.battery
        self._size(f"{battery.id}.charge_kw", battery.charge_kw)
        if battery.discharge_kw is None:
            self.rows.append(self.rows[-1])
        else:
            self._size(f"{battery.id}.discharge_kw", battery.discharge_kw)
        self._size(f"{battery.id}.energy_kwh", battery.energy_kwh)
        energy, law = self.rows[-1], battery.law()
        if law.level_start_ratio is None:
            most = law.level_max_ratio * battery.energy_kwh.most
            start = 0.0, {self._variable(START_ENERGY, upper=most, cost_cny=0.0): 1.0}
        else:
            start = _times(energy, law.level_start_ratio)
        end = start
        if battery.soc_end == FREE and law.level_start_ratio is not None:
            end = _times(energy, law.level_min_ratio)
        elif battery.soc_end == AT_LEAST:
            least = max(law.level_end_min_ratio or 0.0, law.level_min_ratio)
            end = _times(energy, least)
        self.rows += [start, end]

    def _caps(self) -> Reals:
        """Add what a month may import below its demand charge; return what a kW above costs."""
        months = int(self.horizon.months()[-1]) + 1
        contracts, metered = _of(self.problem, ContractDemand), _of(self.problem, DemandCharge)
        if metered:
            one = metered[0]
            for month in range(months):
                rise = self._variable(MONTH, upper=self._most_kw(), cost_cny=one.price_cny_per_kw)
                self.rows.append((one.so_far_kw if month == 0 else 0.0, {rise: 1.0}))
            return np.full(months, one.price_cny_per_kw)
        if contracts:
            return self._contract(contracts[0], months)
        self.rows += [(np.inf, {})] * months
        return np.zeros(months)

    def _contract(self, contract: ContractDemand, months: int) -> Reals:
        first = len(self.names)
        self._size(f"{contract.id}.contract_kw", contract.contract_kw)
        existing, moves = _times(self.rows.pop(), contract.free_ratio)
        if moves:
            self.cost[first] += contract.price_cny_per_kw * months
        dearer_cny = contract.price_cny_per_kw * contract.excess_ratio
        for _ in range(months):
            excess = self._variable(MONTH, upper=self._most_kw(), cost_cny=dearer_cny)
            self.rows.append((existing, {**moves, excess: 1.0}))
        return np.full(months, dearer_cny)

    def _most_kw(self) -> float:
        """Return the highest import there can be: a cap above it says nothing."""
        return min(float(self.grid.import_limit_kw.max()), self.grid.connection_kw.most)

    def _affine(self, rows: Sequence[tuple[float, dict[int, float]]]) -> Affine:
        matrix = np.zeros((len(rows), len(self.names)))
        for number, (_, moves) in enumerate(rows):
            for variable, value in moves.items():
                matrix[number, variable] = value
        return Affine(np.array([fixed for fixed, _ in rows]), matrix)

    # -- what happens in each interval ----------------------------------------------------------

    def _year(self) -> Year:
        step_h, grid = self.horizon.step_h, self.grid
        load_kw = np.zeros(self.horizon.n_steps)
        for load in _of(self.problem, Load):
            load_kw += load.load_kw
        costs = [
            one.cost_cny_per_kwh - (one.curtail_price_cny_per_kwh or 0.0) for one in self.plants
        ]
        classes = sorted(set(costs))
        ratios = np.array([one.available_ratio for one in self.plants])
        most_kw = grid.connection_kw.most
        return Year(
            load_kwh=load_kw * step_h,
            plant_kwh=np.ascontiguousarray(ratios.reshape(len(costs), -1).T * step_h),
            import_cny=grid.import_price_cny_per_kwh,
            export_cny=grid.export_price_cny_per_kwh,
            import_kwh=np.minimum(grid.import_limit_kw, most_kw) * step_h,
            export_kwh=np.minimum(grid.export_limit_kw, most_kw) * step_h,
            month=self.horizon.months(),
            class_of=np.array([classes.index(cost) for cost in costs], np.int32),
            use_cny=np.array(classes, np.float64),
            step_h=step_h,
            law=self._law(),
        )

    def _law(self) -> Law:
        law = self.battery.law()
        return Law(
            in_ratio=law.charge_efficiency_ratio,
            out_ratio=law.discharge_efficiency_ratio,
            kept_ratio=kept_ratio(law, self.horizon.step_h),
            low_ratio=law.level_min_ratio,
            high_ratio=law.level_max_ratio,
            wear_cny_per_kwh=self.battery.cycle_cost_cny_per_kwh,
            is_circle=law.level_start_ratio is None,
        )

    def _budgets(self, plants_kw: Affine, full_h: Reals) -> Budgets:
        """Write each ratio as an energy that the flows may not exceed."""
        load_kwh = sum(float(one.load_kw.sum()) for one in _of(self.problem, Load))
        load_kwh *= self.horizon.step_h
        kinds, factors = list[str](), list[tuple[float, float, float]]()
        fixed, moves = list[float](), list[Reals]()
        for one in _of(self.problem, GreenRatio):
            kinds.append(one.kind)
            if one.kind == GREEN_SHARE:
                loss = one.limit_ratio if one.losses_in_load else 0.0
                factors.append((-1.0, 1.0, loss))
                fixed.append(-one.limit_ratio * load_kwh)
                moves.append(np.zeros(len(self.names)))
                continue
            is_self = one.kind == SELF_USE
            factors.append((-1.0 if is_self else 0.0, 1.0, 0.0))
            share = (-one.limit_ratio if is_self else one.limit_ratio) * full_h
            fixed.append(float(share @ plants_kw.fixed))
            moves.append(share @ plants_kw.by_variable)
        table = np.array(factors).reshape(len(kinds), 3)
        limit = Affine(np.array(fixed), np.array(moves).reshape(len(kinds), len(self.names)))
        return Budgets(tuple(kinds), table[:, 0], table[:, 1], table[:, 2], limit)


def _times(row: tuple[float, dict[int, float]], share: float) -> tuple[float, dict[int, float]]:
    fixed, moves = row
    return fixed * share, {variable: value * share for variable, value in moves.items()}

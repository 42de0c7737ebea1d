"""The two linear models between which the search closes in.

*Outside*, the cuts: the least cost that no year can undercut, over all variables. *Inside*, the
mixtures: years that can be run, averaged. An average of plans is a plan of the average sizes, for
everything that binds them is linear; so several budgets are met by mixing, without a search along
each. Both models only grow, and are solved again from where they ended.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from taihang.core.dispatch.model import Ints, Reals
from taihang.core.dispatch.sizing.case import START_ENERGY, SizingCase
from taihang.core.dispatch.sizing.oracle import Cut, Point

_SLACK_FACTOR: Final = 5.0
"""What breaking a budget costs inside while no mixture keeps it, over the dearest tariff."""
_MARGIN_RATIO: Final = 1e-9
"""Share of a budget that mixtures leave free, so that rounding does not break it [1]."""


class GrowingModel(Protocol):
    """A small linear model that grows, and is solved again from where it ended."""

    def add_column(
        self, *, cost: float, lower: float, upper: float, rows: Ints, values: Reals
    ) -> None:
        """Add a column to rows that exist."""
        ...

    def add_row(self, *, lower: float, upper: float, columns: Ints, values: Reals) -> None:
        """Add a row over columns that exist."""
        ...

    def solve(self) -> tuple[Reals, Reals, float] | None:
        """Return values, row prices and objective; None without an optimum."""
        ...


MakeModel = Callable[[], GrowingModel]


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """What one of the two models says."""

    cny: float
    x: Reals
    """The variables."""
    prices: Reals
    """Of the budgets, 0 or more [CNY/kWh]."""
    weights: Reals
    """Of each cut or point, in sum 1."""
    is_kept: bool
    """Whether every budget is kept and all load served; outside that is always so."""


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    """Makes variables, money and budgets of the order of 1."""

    x: Reals
    cny: float
    kwh: Reals
    kw: float


def _scale_of(case: SizingCase) -> _Scale:
    dearest = float(np.abs(case.year.import_cny).max()) + 1e-9
    limits = np.abs(case.budgets.limit_kwh.at(np.minimum(case.variables.upper, 1e12)))
    return _Scale(
        x=np.maximum(case.variables.upper, 1e-9),
        cny=max(dearest * float(case.year.load_kwh.sum()), 1.0) / 100.0,
        kwh=np.maximum(limits, 1.0),
        kw=max(float(case.year.import_kwh.max()) / case.year.step_h, 1.0),
    )


class Outside:
    """The cuts: minimise ``cost @ x + θ`` where θ lies on or above every cut."""

    def __init__(self, case: SizingCase, *, make: MakeModel) -> None:
        """Start without cuts.

        Args:
            case: The year.
            make: Makes an empty model.
        """
        self._case, self._model, self._scale = case, make(), _scale_of(case)
        self.cuts = list[Cut]()
        scale, variables = self._scale, case.variables
        for cost, most in zip(variables.cost_cny, scale.x, strict=True):
            self._column(cost * most / scale.cny, 0.0, 1.0)
        self._column(1.0, -np.inf, np.inf)
        self._first = self._add_start()

    def _column(self, cost: float, lower: float, upper: float) -> None:
        self._model.add_column(
            cost=cost, lower=lower, upper=upper, rows=np.zeros(0, np.int32), values=np.zeros(0)
        )

    def _add_start(self) -> int:
        """Keep what the store starts with inside the store; return how many rows that took."""
        case, names = self._case, self._case.variables.names
        if START_ENERGY not in names:
            return 0
        energy = len(case.plants) + 2
        fixed, moves = case.quantities.fixed[energy], case.quantities.by_variable[energy]
        for share, side in ((case.year.law.low_ratio, 1.0), (case.year.law.high_ratio, -1.0)):
            row = -share * moves
            row[names.index(START_ENERGY)] += 1.0
            least = side * share * fixed
            self._model.add_row(
                lower=least / self._scale.kw,
                upper=np.inf,
                columns=np.arange(len(names), dtype=np.int32),
                values=side * row * self._scale.x / self._scale.kw,
            )
        return 2

    def add(self, cut: Cut) -> None:
        """Add a cut; the budgets in it are those of the case, so its prices move it."""
        limit, scale = self._case.budgets.limit_kwh, self._scale
        base = cut.base_cny - float(cut.prices @ limit.fixed)
        slope = cut.slope - cut.prices @ limit.by_variable
        self.cuts.append(cut)
        self._model.add_row(
            lower=base / scale.cny,
            upper=np.inf,
            columns=np.arange(len(slope) + 1, dtype=np.int32),
            values=np.append(-slope * scale.x / scale.cny, 1.0),
        )

    def solve(self) -> Bound | None:
        """Return the least cost that all cuts allow."""
        solved = self._model.solve()
        if solved is None:
            return None
        values, row_prices, cost = solved
        weights = np.maximum(row_prices[self._first :], 0.0)
        weights = weights / max(float(weights.sum()), 1e-300)
        prices = weights @ np.array([cut.prices for cut in self.cuts])
        x = values[:-1] * self._scale.x
        return Bound(cost * self._scale.cny, x, prices, weights, is_kept=True)


class Inside:
    """The mixtures: the cheapest average of points that keeps every budget."""

    def __init__(self, case: SizingCase, *, make: MakeModel) -> None:
        """Start without points.

        Args:
            case: The year.
            make: Makes an empty model.
        """
        self._case, self._model, self._scale = case, make(), _scale_of(case)
        self.points = list[Point]()
        variables, scale = case.variables, self._scale
        first_cap = len(case.plants) + 5
        by_cap = case.quantities.by_variable[first_cap:]
        self._caps = np.flatnonzero(by_cap.any(axis=0))
        """Variables that only move caps: no look needs them, so they are chosen here."""
        self._others = np.setdiff1d(np.arange(len(variables.names)), self._caps)
        none, n_budgets = np.zeros(0, np.int32), len(case.budgets.kinds)
        self._model.add_row(lower=1.0, upper=1.0, columns=none, values=np.zeros(0))
        for _ in range(n_budgets):
            self._model.add_row(
                lower=-np.inf, upper=-_MARGIN_RATIO, columns=none, values=np.zeros(0)
            )
        self._n_caps = len(by_cap) if len(self._caps) else 0
        for cap in range(self._n_caps):
            fixed = float(case.quantities.fixed[first_cap + cap])
            self._model.add_row(
                lower=-np.inf, upper=fixed / scale.kw, columns=none, values=np.zeros(0)
            )
        self._add_columns(by_cap)

    def _add_columns(self, by_cap: Reals) -> None:
        scale, n_budgets = self._scale, len(self._case.budgets.kinds)
        for variable in self._caps:
            most = float(scale.x[variable])
            self._model.add_column(
                cost=float(self._case.variables.cost_cny[variable]) * most / scale.cny,
                lower=0.0,
                upper=1.0,
                rows=np.arange(1 + n_budgets, 1 + n_budgets + self._n_caps, dtype=np.int32),
                values=-by_cap[:, variable] * most / scale.kw,
            )
        tariff = _SLACK_FACTOR * float(
            np.abs(self._case.year.import_cny).max() + np.abs(self._case.year.export_cny).max()
        )
        for budget in range(n_budgets):
            self._model.add_column(
                cost=tariff * float(scale.kwh[budget]) / scale.cny,
                lower=0.0,
                upper=np.inf,
                rows=np.array([1 + budget], np.int32),
                values=np.array([-1.0]),
            )

    def add(self, point: Point, *, unserved_cny: float) -> None:
        """Add a point.

        Args:
            point: It.
            unserved_cny: What a kWh that it leaves unserved costs here.
        """
        case, scale = self._case, self._scale
        n_budgets = len(case.budgets.kinds)
        cost = point.cost_cny + float(case.variables.cost_cny[self._others] @ point.x[self._others])
        taken = case.budgets.taken_kwh(point.flows_kwh)
        over = (taken - case.budgets.limit_kwh.at(point.x)) / scale.kwh
        peaks = point.peak_kw[: self._n_caps] / scale.kw
        cost += unserved_cny * point.unserved_kwh
        self.points.append(point)
        self._model.add_column(
            cost=cost / scale.cny,
            lower=0.0,
            upper=np.inf,
            rows=np.arange(1 + n_budgets + self._n_caps, dtype=np.int32),
            values=np.concatenate([[1.0], over, peaks]),
        )

    def solve(self) -> Bound | None:
        """Return the cheapest mixture; where a budget is broken, only its prices are of use."""
        solved = self._model.solve()
        if solved is None:
            return None
        values, row_prices, cost = solved
        n_caps, n_budgets = len(self._caps), len(self._case.budgets.kinds)
        slack, weights = values[n_caps : n_caps + n_budgets], values[n_caps + n_budgets :]
        x, unserved_kwh = np.zeros(len(self._scale.x)), 0.0
        for weight, point in zip(weights, self.points, strict=True):
            if weight > 0.0:
                x += weight * point.x
                unserved_kwh += weight * point.unserved_kwh
        x[self._caps] = values[:n_caps] * self._scale.x[self._caps]
        prices = np.maximum(-row_prices[1 : 1 + n_budgets], 0.0)
        return Bound(
            cny=cost * self._scale.cny,
            x=x,
            prices=prices * self._scale.cny / self._scale.kwh,
            weights=weights,
            is_kept=unserved_kwh <= 0.0 and bool((slack <= 0.1 * _MARGIN_RATIO).all()),
        )

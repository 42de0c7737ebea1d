"""Asks the storage programme: at these variables and prices, what does the year cost?

Each answer is two things. A *cut*: no year of any variables costs less than this plane. And a
*point*: a year that can be run, with what it costs and how much of each budget it takes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.sizing.case import SizingCase
from taihang.core.dispatch.sizing.kernel import (
    EXTRA,
    Desk,
    Found,
    Mixture,
    Prices,
    Share,
    Sizes,
    Year,
    add_path,
    add_prices,
    look,
)
from taihang.core.dispatch.slope.shapes import DONE, NO_ROOM, Node, a_room


@dataclass(frozen=True, slots=True, eq=False)
class Loops:
    """The loops of ``kernel``, plain or compiled."""

    look: Callable[..., int]
    add_path: Callable[..., None]
    add_prices: Callable[..., None]


PLAIN: Final = Loops(look, add_path, add_prices)
_ROUNDING_RATIO: Final = 1e-15
"""Share of the load that is the rounding of sums, and not unserved [1]."""
_PIECES: Final = 16
"""Pieces of a value function, on average, that there is room for at first; doubled where that is
short."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """For all x and budgets b: cost of the flows ≥ ``base_cny + slope @ x − prices @ b``."""

    base_cny: float
    slope: Reals
    prices: Reals
    """Of the budgets, 0 or more, shape (budgets,) [CNY/kWh]."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A year that can be run."""

    x: Reals
    """The variables it was asked at."""
    prices: Reals
    """The prices of the budgets it was asked at."""
    cost_cny: float
    """What its flows truly cost, without any price on a budget."""
    flows_kwh: Reals
    """What is used of the plants, exported, lost in the store and discharged, shape (4,)."""
    peak_kw: Reals
    """Highest import of each month."""
    unserved_kwh: float


class Oracle:
    """Keeps the arrays of the programme from one question to the next."""

    def __init__(self, case: SizingCase, *, loops: Loops) -> None:
        """Make room for one case.

        Args:
            case: The year.
            loops: The programme, plain or compiled.
        """
        self.case, self._loops, self.looks = case, loops, 0
        n, k = len(case.year.load_kwh), len(case.year.use_cny) + EXTRA
        node = Node(
            flow_cny_per_kwh=np.zeros((n, k)),
            flow_kwh=np.zeros((n, k)),
            need_kwh=np.zeros(n),
            n_drains=k - EXTRA + 1,
        )
        found = Found(
            node_cny=np.zeros(n),
            slope=np.zeros(len(case.quantities.fixed)),
            flow_kwh=np.zeros(5),
            flow_cny=np.zeros(2),
            peak_kw=np.zeros(len(case.above_cap_cny)),
            used_kwh=np.zeros(len(case.year.use_cny)),
        )
        self.desk = Desk(node, a_room(n, k, n_pieces=_PIECES), found)
        self.unserved_cny = _first_unserved_cny(case)

    def ask(self, x: Reals, prices: Reals) -> tuple[Cut, Point] | None:
        """Find the cheapest year at given variables and prices of the budgets.

        Args:
            x: The variables, 0 or more.
            prices: Of each budget, 0 or more. [CNY/kWh]

        Returns:
            The cut and the point; None where the programme finds no year at all.
        """
        status, self.looks = self._look(x, prices), self.looks + 1
        return (self._cut(x, prices), self._point(x, prices)) if status == DONE else None

    def add(self, x: Reals, prices: Reals, *, weight: float, to: Mixture, paths: bool) -> None:
        """Look again at what was asked before, and add its path or its prices to a mixture.

        Args:
            x: The variables.
            prices: Of each budget. [CNY/kWh]
            weight: Of what is added. [1]
            to: Where to.
            paths: Whether the path is added, else the prices.
        """
        self._look(x, prices)
        year, share = self._year(x), Share(weight, self._sizes(x), to)
        if paths:
            self._loops.add_path(share, year, self.desk)
        else:
            self._loops.add_prices(share, year, self._prices(prices), self.desk)
            if self.case.connection_kw.by_variable.any():
                to.above_cap_cny[:] -= weight * self._below_cap_cny(x, prices)

    def _look(self, x: Reals, prices: Reals) -> int:
        year, sizes, shifts = self._year(x), self._sizes(x), self._prices(prices)
        while True:
            status = self._loops.look(year, sizes, shifts, self.desk)
            if status != NO_ROOM:
                return status
            n, k = self.desk.node.flow_kwh.shape
            n_pieces = 2 * len(self.desk.room.values.kwh) // (n + 1)
            self.desk = self.desk._replace(room=a_room(n, k, n_pieces=n_pieces))

    def _year(self, x: Reals) -> Year:
        """Return the year with the connection that is tried."""
        year, connection = self.case.year, self.case.connection_kw
        if not connection.by_variable.any():
            return year
        most_kwh = float(connection.at(x)[0]) * year.step_h
        return year._replace(
            import_kwh=np.minimum(year.import_kwh, most_kwh),
            export_kwh=np.minimum(year.export_kwh, most_kwh),
        )

    def _cut(self, x: Reals, prices: Reals) -> Cut:
        by_quantity, quantities = self.desk.found.slope, self.case.quantities
        # A month without a cap has none to be worth anything.
        fixed = np.where(np.isfinite(quantities.fixed), quantities.fixed, 0.0)
        cut = Cut(
            base_cny=float(self.desk.found.flow_cny[0]) + float(by_quantity @ fixed),
            slope=by_quantity @ quantities.by_variable,
            prices=prices.copy(),
        )
        return self._with_connection(cut, x, prices)

    def _with_connection(self, cut: Cut, x: Reals, prices: Reals) -> Cut:
        """Return a cut that moves with the connection, where that is sized."""
        connection, quantities = self.case.connection_kw, self.case.quantities
        if not connection.by_variable.any():
            return cut
        worth, tried_kw = self._connection_cny(x, prices), float(connection.at(x)[0])
        # What was told as the worth of a cap that lies above the connection is the connection's.
        caps, first = np.zeros(len(self.case.above_cap_cny)), len(self.case.plants) + 5
        step_h = self.case.year.step_h
        np.add.at(caps, self.case.year.month, self._below_cap_cny(x, prices) * step_h)
        fixed = np.where(np.isfinite(quantities.fixed[first:]), quantities.fixed[first:], 0.0)
        all_cny = worth + float(caps.sum())
        base_cny = worth * tried_kw + float(caps @ fixed) - all_cny * float(connection.fixed[0])
        slope = caps @ quantities.by_variable[first:] - all_cny * connection.by_variable[0]
        return replace(cut, base_cny=cut.base_cny + base_cny, slope=cut.slope + slope)

    def _connection_cny(self, x: Reals, prices: Reals) -> float:
        """Return what the last look told as a constant: a kW of the connection where it binds."""
        whole, tried, shifts = self.case.year, self._year(x), self._prices(prices)
        price = self.desk.found.node_cny - shifts.loss_cny
        exports = np.maximum(whole.export_cny - shifts.export_cny - price, 0.0)
        imports = np.maximum(price - whole.import_cny, 0.0)
        imports -= np.minimum(imports, shifts.above_cap_cny[whole.month])
        worth = float(exports @ (tried.export_kwh < whole.export_kwh))
        worth += float(imports @ (tried.import_kwh < whole.import_kwh))
        return worth * whole.step_h

    def _below_cap_cny(self, x: Reals, prices: Reals) -> Reals:
        """Return what the last look told as the worth of caps that lie above the connection."""
        whole, tried, shifts = self.case.year, self._year(x), self._prices(prices)
        imports = self.desk.found.node_cny - shifts.loss_cny - whole.import_cny
        above = np.minimum(np.maximum(imports, 0.0), shifts.above_cap_cny[whole.month])
        caps_kwh = self._sizes(x).cap_kw[whole.month] * whole.step_h
        is_below = (tried.import_kwh < whole.import_kwh) & (tried.import_kwh < caps_kwh)
        return np.where(is_below, above, 0.0)

    def _point(self, x: Reals, prices: Reals) -> Point:
        flows = self.desk.found.flow_kwh
        used_kwh = float(self.desk.found.used_kwh.sum())
        unserved_kwh = float(flows[4])
        if unserved_kwh <= _ROUNDING_RATIO * float(self.case.year.load_kwh.sum()):
            unserved_kwh = 0.0
        return Point(
            x=x.copy(),
            prices=prices.copy(),
            cost_cny=float(self.desk.found.flow_cny[1]),
            flows_kwh=np.array([used_kwh, flows[1], flows[2], flows[3]]),
            peak_kw=self.desk.found.peak_kw.copy(),
            unserved_kwh=unserved_kwh,
        )

    def _sizes(self, x: Reals) -> Sizes:
        q, n_plants = self.case.quantities.at(x), len(self.case.plants)
        charge, discharge, energy, start, end = (float(one) for one in q[n_plants : n_plants + 5])
        law = self.case.year.law
        # Rounding of a mixture must not put the start outside the store.
        start = min(max(start, law.low_ratio * energy), law.high_ratio * energy)
        end = min(max(end, law.low_ratio * energy), law.high_ratio * energy)
        return Sizes(q[:n_plants], charge, discharge, energy, start, end, q[n_plants + 5 :])

    def _prices(self, prices: Reals) -> Prices:
        budgets = self.case.budgets
        return Prices(
            used_cny=-float(prices @ budgets.used),
            export_cny=float(prices @ budgets.export),
            loss_cny=float(prices @ budgets.loss),
            above_cap_cny=self.case.above_cap_cny / self.case.year.step_h,
            unserved_cny=self.unserved_cny,
        )


def _first_unserved_cny(case: SizingCase) -> float:
    """Return a price of the unserved kWh above what any kWh drawn could cost."""
    dearest = float(np.abs(case.year.import_cny).max()) + float(np.abs(case.year.export_cny).max())
    caps = float(case.above_cap_cny.max(initial=0.0)) / case.year.step_h
    # What is built for a single interval must be cheaper than leaving that interval dark.
    built = float(case.variables.cost_cny.max(initial=0.0)) / case.year.step_h
    return 10.0 * (dearest + caps + built)
